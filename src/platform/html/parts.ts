import { readFileSync } from "node:fs";
import { icon } from "./icons.ts";
import { html, trusted } from "./template.ts";
import type { Html } from "./template.ts";

/** A link in the footer, for example to the accessibility statement. */
export type FooterLink = { readonly tekst: string; readonly url: string };

/** How an application is drawn: initials on one of eight colours. Data, never an uploaded picture. */
export type AppMark = { readonly hue: number; readonly initialen: string };

/** Where a form is posted, with hidden fields (a CSRF token) if it needs them. */
export type PostTarget = string | { readonly url: string; readonly velden: Readonly<Record<string, string>> };

/** The drawing of logo.svg, without its own style: on a page its colours come from the stylesheet. */
const logoDrawing: Html = trusted(
  readFileSync(new URL("static/logo.svg", import.meta.url), "utf8")
    .replace(/<style>.*?<\/style>/s, "")
    .replace(
      'xmlns="http://www.w3.org/2000/svg" viewBox="0 0 152 48"',
      'viewBox="0 0 152 48" width="152" height="48"',
    )
    .replaceAll(/\s*\n\s*/g, ""),
);

/** The logo, as a link when there is a page to go to; with the name of the site where one person meets several. */
export function logo(url?: string, site?: string): Html {
  const inside = html`${logoDrawing}${site !== undefined && html`<span class="site-name">${site}</span>`}`;
  return url === undefined
    ? html`<span class="logo">${inside}</span>`
    : html`<a class="logo" href="${url}">${inside}</a>`;
}

/** Initials on two leaves. The hue is brought back to 1–8 whatever the data say. */
export function appIcon(mark: AppMark): Html {
  const hue = (((Math.trunc(mark.hue) || 1) - 1) & 7) + 1;
  return html`<span class="app-icon" data-hue="${hue}" aria-hidden="true">${mark.initialen}</span>`;
}

/**
 * An address that comes from data (the catalogue of applications) and is going to be a link: a path on this site or a
 * web address. Any other scheme (`javascript:`, `data:`) becomes a link that stays on the page.
 */
export function webUrl(url: string): string {
  if (/^\/(?![/\\])/.test(url)) return url;
  const protocol = URL.canParse(url) ? new URL(url).protocol : "";
  return protocol === "https:" || protocol === "http:" ? url : "#inhoud";
}

/** A form of one button. */
export function postButton(target: PostTarget, button: Html): Html {
  const { url, velden } = typeof target === "string" ? { url: target, velden: {} } : target;
  return html`<form action="${url}" method="post">${hiddenFields(velden)}${button}</form>`;
}

/** Hidden inputs for names and values. */
export function hiddenFields(fields: Readonly<Record<string, string>>): Html[] {
  return Object.entries(fields).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`,
  );
}

/** The bar above every page of a pupil who is signed in. Log-out is always in view: computers are shared. */
export function pupilBar(startUrl: string, afmelden?: PostTarget): Html {
  return html`<header class="pupil-bar">
    <div class="wrap">
      ${logo(startUrl)}
      ${afmelden !== undefined && postButton(afmelden, html`<button class="button">${icon("log-out")}Afmelden</button>`)}
    </div>
  </header>`;
}

export function siteFooter(links: readonly FooterLink[]): Html {
  return html`<footer class="site-footer">
    <div class="wrap">
      <span class="owner">LeerID is een dienst van het Departement Onderwijs en Vorming</span
      >${links.map((link) => html` <a href="${link.url}">${link.tekst}</a>`)}
    </div>
  </footer>`;
}

/** The two answers of a refusal: why, and who can help (design principle 5). Never without both. */
export function whyAndWho(why: Html | string, who: Html | string): Html {
  return html`<div class="three">
    <div>
      ${icon("circle-question-mark")}
      <h2>Waarom?</h2>
      <p>${why}</p>
    </div>
    <div>
      ${icon("hand")}
      <h2>Wie kan helpen?</h2>
      <p>${who}</p>
    </div>
  </div>`;
}

/** The number to pass on, with the moment when that is known. */
export function reference(number: string, when?: string): Html {
  return html`<p class="reference">
    <span>Nummer om door te geven${when !== undefined && html`<br />${when}`}</span
    ><span class="key">${number}</span>
  </p>`;
}
