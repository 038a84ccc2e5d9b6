import { document, html, icon, logo, type Html } from "#platform/html";
import { layouts, type Pakketnaam } from "#demo/schoolpakket/layouts";
import { demoScholen } from "#demo/schools";

export type Tab = "schoolstructuur" | "leerlingen" | "extra" | "export" | "versturen";

export const schoolName = (pakket: Pakketnaam): string =>
  demoScholen.find((school) => school.instellingsnummer === layouts[pakket].school)?.naam ?? "";

/** The page around everything of a package, and on every page that this is a simulator. */
export function sheet(met: {
  readonly titel: string;
  readonly inhoud: Html;
  readonly pakket?: Pakketnaam;
  readonly actief?: Tab;
  readonly fout?: boolean;
}): string {
  const { pakket } = met;
  const tab = (naam: Tab, url: string, text: string) =>
    html`<a href="${url}" ${naam === met.actief && html`aria-current="page"`}>${text}</a>`;
  return document({
    site: "school",
    title: `${met.titel} · ${pakket === undefined ? "" : `${layouts[pakket].naam}, `}schoolpakket-simulator`,
    error: met.fout ?? false,
    body: html`<header class="site-header">
        <div class="wrap bar">
          ${logo("/")}<span class="site-name">Schoolpakket-simulator</span>
          <details class="switcher">
            <summary>
              <span
                >${pakket === undefined ? "Kies een pakket" : html`${layouts[pakket].naam} <span class="number">${schoolName(pakket)}</span>`}</span
              >${icon("chevron-down")}
            </summary>
            <ul>
              ${Object.values(layouts).map(
                (one) =>
                  html`<li>
                    <a href="/${one.pakket}/leerlingen" ${one.pakket === pakket && html`aria-current="true"`}
                      >${one.naam}, ${schoolName(one.pakket)}</a
                    >
                  </li>`,
              )}
            </ul>
          </details>
          <div class="account">
            <span class="who">Demonstratie<small>beheerder van het pakket</small></span>
          </div>
        </div>
        ${
          pakket !== undefined &&
          html`<nav class="wrap tabs" aria-label="Onderdelen">
            ${pakket === "wisa" && tab("schoolstructuur", "/wisa/instellingen", "Schoolstructuur")}
            ${tab("leerlingen", `/${pakket}/leerlingen`, "Leerlingen")}
            ${pakket === "wisa" && tab("extra", "/wisa/extra", "Extra")}
            ${tab("export", `/${pakket}/export`, "Export")}
            ${tab("versturen", `/${pakket}/versturen`, "Versturen naar LeerID")}
          </nav>`
        }
      </header>
      <main class="wrap page" id="inhoud">
        <p class="notice">
          ${icon("info")}<span
            >Dit is een simulator, geen deel van LeerID en niet het echte
            ${pakket === undefined ? "pakket" : layouts[pakket].naam}. Hij verstuurt met het echte programma
            leerid-pakket. Alle scholen en leerlingen zijn verzonnen.</span
          >
        </p>
        ${met.inhoud}
      </main>`,
  });
}

/** Choose a package. */
export const pakkettenSheet = (
  leerlingen: Readonly<Record<Pakketnaam, number>>,
  latest: (pakket: Pakketnaam) => string,
): string =>
  sheet({
    titel: "Kies een pakket",
    inhoud: html`<div class="page-head">
        <div>
          <h1>Kies een pakket</h1>
          <p class="lead">
            Elke school heeft een ander administratief pakket. Hier staan de klassen die LeerID niet van
            Discimus krijgt.
          </p>
        </div>
      </div>
      <div class="columns equal">
        ${Object.values(layouts).map(
          ({ pakket, naam, uitleg }) =>
            html`<section class="card" aria-labelledby="${pakket}">
              <div class="card-head">
                <h2 id="${pakket}"><a href="/${pakket}/leerlingen">${naam}</a></h2>
                <span class="key">${layouts[pakket].school}</span>
              </div>
              <p>${schoolName(pakket)}, ${leerlingen[pakket]} leerlingen. Export: ${uitleg}.</p>
              <p class="soft">${latest(pakket)}</p>
            </section>`,
        )}
      </div>`,
  });
