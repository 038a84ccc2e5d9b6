import { document, html, icon, logo, postButton } from "#platform/html";
import type { FooterLink, Html, Site } from "#platform/html";
import type { ProblemKind } from "#platform/problem";

/** A page of a site for staff, without its frame. */
export type Sheet = {
  /** In a few words; the site is added. */
  readonly titel: string;
  /** What stands inside `<main>`. */
  readonly inhoud: Html;
  /** After an error in a form. */
  readonly fout?: boolean;
  readonly status?: 200 | ProblemKind["status"];
  /** Of an answer to a form: what Back and reload ask for instead of sending it again. */
  readonly adres?: string;
};

export type Frame = {
  readonly site: Site;
  /** `Schoolloket` */
  readonly naam: string;
  /** In the title of the window: the page, and with whom or what one is. */
  readonly titel: string;
  readonly fout?: boolean | undefined;
  readonly adres?: string | undefined;
  readonly inhoud: Html;
  /** Closed dialogs, opened by a script. */
  readonly dialoog?: Html | false | undefined;
  /** Who is signed in, and as what. */
  readonly wie?:
    | { readonly voornaam: string; readonly naam: string; readonly functie?: string | undefined }
    | undefined;
  /** Between the logo and the person: the school one works for. */
  readonly midden?: Html | undefined;
  readonly tabs?:
    | readonly { readonly tekst: string; readonly url: string; readonly hier: boolean }[]
    | undefined;
  /** To here; the page itself is the last one. */
  readonly kruimels?: readonly { readonly tekst: string; readonly url?: string }[] | undefined;
  readonly voet: readonly FooterLink[];
};

/** A whole page of a site for staff: header with the person, tabs, crumbs, content. */
export function frame(k: Frame): string {
  return document({
    site: k.site,
    title: `${k.titel} · ${k.naam}`,
    ...(k.fout && { error: true }),
    footer: k.voet,
    body: html`<header class="site-header">
        <div class="wrap bar">
          ${logo("/", k.naam)} ${k.midden}
          ${
            k.wie &&
            html`<div class="account">
              <span class="who"
                >${k.wie.voornaam}
                ${k.wie.naam}${k.wie.functie && html`<small>${k.wie.functie}</small>`}</span
              >
              ${postButton("/afmelden", html`<button class="button on-header">${icon("log-out")}Afmelden</button>`)}
            </div>`
          }
        </div>
        ${
          k.tabs &&
          html`<nav class="wrap tabs" aria-label="Onderdelen">
            ${k.tabs.map(
              ({ tekst, url, hier }) =>
                html`<a href="${url}" ${hier ? html`aria-current="page"` : ""}>${tekst}</a>`,
            )}
          </nav>`
        }
      </header>
      <main class="wrap page" id="inhoud" ${k.adres !== undefined && html`data-address="${k.adres}"`}>
        ${k.kruimels && crumbs(k.kruimels)} ${k.inhoud}
      </main>
      ${k.dialoog}`,
  });
}

const crumbs = (kruimels: NonNullable<Frame["kruimels"]>): Html =>
  html`<nav class="crumbs" aria-label="Kruimelpad">
    <ol>
      ${kruimels.map(({ tekst, url }, plaats) =>
        plaats === kruimels.length - 1
          ? html`<li aria-current="page">${tekst}</li>`
          : html`<li>${url === undefined ? tekst : html`<a href="${url}">${tekst}</a>`}</li>`,
      )}
    </ol>
  </nav>`;

/** Something that cannot be done now: what, why, who can help (design principle 5). */
export function notice(input: {
  readonly titel: string;
  readonly waarom: Html | string;
  readonly wie: Html | string;
  readonly referentie?: string;
  readonly verder?: Html;
}): Html {
  return html`<div class="page-head"><h1>${input.titel}</h1></div>
    <section class="card stack prose">
      <p><b>Waarom?</b> ${input.waarom}</p>
      <p><b>Wie kan helpen?</b> ${input.wie}</p>
      ${input.referentie !== undefined && html`<p>Nummer om door te geven: <span class="key">${input.referentie}</span></p>`}
      ${input.verder ?? html`<p><a href="/">Naar het begin</a></p>`}
    </section>`;
}

/** A page that is nothing but a `melding`. */
export const noticeSheet = (
  status: NonNullable<Sheet["status"]>,
  input: Parameters<typeof notice>[0],
): Sheet => ({ titel: input.titel, status, inhoud: notice(input) });
