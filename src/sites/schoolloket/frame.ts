import { document, html, icon, logo, postButton } from "#platform/html";
import type { FooterLink, Html } from "#platform/html";
import type { Recht } from "#modules/rechten";
import { tabs, type Pagina, type Tab } from "./contract.ts";

export const voet: readonly FooterLink[] = [
  { tekst: "Hulp", url: "/hulp" },
  { tekst: "Toegankelijkheid", url: "/toegankelijkheid" },
];

/** Who is signed in, as the header shows it. */
export type Wie = {
  readonly voornaam: string;
  readonly naam: string;
  readonly rechten: readonly Recht[];
  /** Number of the school he works for now. */
  readonly instellingsnummer: string | null;
};

const plaatsen: Readonly<Record<Tab, string>> = {
  "leerid-beheer": "/leerid-beheer",
  applicatiebeheer: "/applicatiebeheer",
  schoolinstellingen: "/schoolinstellingen",
};

/** What someone is in a school, in words. */
export function functieVan(recht: Recht): string {
  if (recht.beheerder && recht.databeheerder) return "LeerID-beheerder en databeheerder";
  return recht.beheerder ? "LeerID-beheerder" : "LeerID-databeheerder";
}

/** A whole page of the Schoolloket: header with school and person, the three tabs of R46, content. */
export function schoolPagina(wie: Wie | undefined, pagina: Pagina): string {
  const recht = wie?.rechten.find(({ school }) => school.instellingsnummer === wie.instellingsnummer);
  const naam = recht ? `${pagina.titel} · ${recht.school.naam}` : pagina.titel;
  const tekst = document({
    site: "school",
    title: `${naam} · Schoolloket`,
    ...(pagina.fout && { error: true }),
    footer: voet,
    body: html`<header class="site-header">
        <div class="wrap bar">
          ${logo("/", "Schoolloket")} ${recht && schoolKeuze(recht, wie?.rechten ?? [])}
          ${
            wie &&
            html`<div class="account">
              <span class="who"
                >${wie.voornaam} ${wie.naam}${recht && html`<small>${functieVan(recht)}</small>`}</span
              >
              ${postButton("/afmelden", html`<button class="button on-header">${icon("log-out")}Afmelden</button>`)}
            </div>`
          }
        </div>
        ${
          recht &&
          html`<nav class="wrap tabs" aria-label="Onderdelen">
            ${Object.entries(tabs).map(
              ([tab, tekst]) =>
                html`<a href="${plaatsen[tab as Tab]}" ${tab === pagina.tab ? html`aria-current="page"` : ""}
                  >${tekst}</a
                >`,
            )}
          </nav>`
        }
      </header>
      <main class="wrap page" id="inhoud">${kruimelpad(pagina)} ${pagina.inhoud}</main>`,
  });
  // A list of fifty is a quarter indentation. No page of this site has text of which that is a part.
  return tekst.replaceAll(/\n\s+/g, "\n");
}

function schoolKeuze(recht: Recht, rechten: readonly Recht[]): Html {
  const naam = html`<span
    >${recht.school.naam} <span class="number">${recht.school.instellingsnummer}</span></span
  >`;
  if (rechten.length < 2) return html`<p class="school">${naam}</p>`;
  return html`<details class="switcher">
    <summary>${naam}${icon("chevron-down")}</summary>
    <ul>
      ${rechten.map(
        ({ school }) =>
          html`<li>
            ${postButton(
              { url: "/school", velden: { instellingsnummer: school.instellingsnummer } },
              html`<button
                ${school.instellingsnummer === recht.school.instellingsnummer ? html`aria-current="true"` : ""}
              >
                ${school.naam}, ${school.instellingsnummer}
              </button>`,
            )}
          </li>`,
      )}
    </ul>
  </details>`;
}

function kruimelpad({ kruimels, tab, titel }: Pagina): Html | undefined {
  if (!kruimels || !tab) return undefined;
  const alle = [{ tekst: tabs[tab], url: plaatsen[tab] }, ...kruimels];
  return html`<nav class="crumbs" aria-label="Kruimelpad">
    <ol>
      ${alle.map(({ tekst, url }) => html`<li>${url === undefined ? tekst : html`<a href="${url}">${tekst}</a>`}</li>`)}
      <li aria-current="page">${titel}</li>
    </ol>
  </nav>`;
}

/** Something that cannot be done now: what, why, who can help (design principle 5). */
export function melding(input: {
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
      ${input.verder ?? html`<p><a href="/">Naar het begin van het Schoolloket</a></p>`}
    </section>`;
}
