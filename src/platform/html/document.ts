import { asset } from "./assets.ts";
import { spriteFor } from "./icons.ts";
import { siteFooter } from "./parts.ts";
import type { FooterLink } from "./parts.ts";
import { html } from "./template.ts";
import type { Html } from "./template.ts";

/** Whose accent and size the page has. */
export type Site = "leerling" | "school" | "beheer" | "aanbieder";

export type DocumentInput = {
  readonly site: Site;
  /** The page in a few words, without ` · LeerID`. */
  readonly title: string;
  /** After an error in a form the title begins with "Fout:", so that a screen reader says it first. */
  readonly error?: boolean;
  /** Everything between skip link and footer; has one `<main id="inhoud">`. */
  readonly body: Html;
  readonly footer?: readonly FooterLink[];
};

/** A whole page as text: no inline style or script, only the icons it uses, every file with its own hash. */
export function document(input: DocumentInput): string {
  const body = input.body.toString();
  return html`<!doctype html>
    <html lang="nl-BE" data-site="${input.site}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${input.error === true ? "Fout: " : ""}${input.title} · LeerID</title>
        <link rel="icon" href="${asset("logo-mark.svg")}" type="image/svg+xml" />
        <link
          rel="preload"
          href="${asset("source-sans-3-latin-wght-normal.woff2")}"
          as="font"
          type="font/woff2"
          crossorigin
        />
        <link rel="stylesheet" href="${asset("style.css")}" />
        <script src="${asset("enhance.js")}" defer></script>
      </head>
      <body>
        ${spriteFor(body)}
        <a class="skip" href="#inhoud">Naar de inhoud</a>
        ${input.body} ${siteFooter(input.footer ?? [])}
      </body>
    </html> `.toString();
}
