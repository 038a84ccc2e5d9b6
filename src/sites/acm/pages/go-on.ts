import { document, html } from "#platform/html";
import type { Html } from "#platform/html";
import { doorLink, postForm } from "./parts.ts";

export type GoOnInput = {
  /** What happens: "Je meldt je af". */
  readonly title: string;
  readonly target: string;
  readonly fields: Readonly<Record<string, string>>;
  /** Sends the form at once. */
  readonly script?: Html;
};

/** A page on the way: sends these fields on, with its button where there is no script. */
export const goOnPage = ({ title, target, fields, script }: GoOnInput): string =>
  document({
    site: "leerling",
    title,
    body: html`${doorLink(
      html`<h1>Even geduld</h1>
        <p>${title}.</p>
        ${postForm({ url: target, velden: fields }, html`<button class="button block">Verder</button>`)}`,
    )}${script}`,
  });
