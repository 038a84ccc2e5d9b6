import { formatNumber, html, icon, type Html } from "#platform/html";
import type { Found } from "./store.ts";

/** Mijn Schoolsoftware: a school to look for, and how many use which package. */
export function searchPage(p: {
  readonly zoek: string;
  readonly meest: number;
  /** At most one more than `meest`; undefined = nothing was asked yet. */
  readonly scholen: readonly Found[] | undefined;
  readonly perPakket: readonly { readonly naam: string; readonly scholen: number }[];
}): Html {
  return html`<div class="page-head">
      <div>
        <h1>Mijn Schoolsoftware</h1>
        <p class="lead">
          Met welk administratief pakket een school werkt. Alleen dat pakket mag klasinformatie leveren.
        </p>
      </div>
    </div>
    <section class="card" aria-label="Zoeken">
      <form class="filters" action="/schoolsoftware" method="get" role="search">
        <div class="field grow">
          <label for="zoek">Zoek een school</label>
          <span class="hint" id="zoek-hint">Naam, gemeente of instellingsnummer</span>
          <div class="with-icon">
            ${icon("search")}<input
              class="input"
              id="zoek"
              name="zoek"
              type="search"
              value="${p.zoek}"
              autocomplete="off"
              aria-describedby="zoek-hint"
            />
          </div>
        </div>
        <div class="submit"><button class="button">Zoek</button></div>
      </form>
    </section>
    ${p.scholen === undefined ? perPakket(p.perPakket) : found(p.zoek, p.scholen, p.meest)}`;
}

const perPakket = (pakketten: readonly { readonly naam: string; readonly scholen: number }[]): Html =>
  pakketten.length === 0
    ? html`<section class="card empty">
        ${icon("inbox")}
        <p>
          Er zijn nog geen pakketten. Ze worden ingevoerd met een bestand; hoe dat moet, staat bij de
          uitbating.
        </p>
      </section>`
    : html`<section class="stack-s" aria-labelledby="pakketten">
        <h2 id="pakketten">Scholen per pakket, vandaag</h2>
        <dl class="stats">
          ${pakketten.map(
            ({ naam, scholen }) =>
              html`<div class="stat">
                <dt>${naam}</dt>
                <dd>
                  <span class="figure">${formatNumber(scholen)}</span><br /><small
                    >${scholen === 1 ? "school" : "scholen"}</small
                  >
                </dd>
              </div>`,
          )}
        </dl>
      </section>`;

function found(query: string, scholen: readonly Found[], meest: number): Html {
  if (scholen.length === 0)
    return html`<section class="card empty" role="status">
      ${icon("search")}
      <h2>Geen school gevonden</h2>
      <p>Geen enkele school past bij “${query}”. Probeer een deel van de naam, of het instellingsnummer.</p>
    </section>`;
  const meer = scholen.length > meest;
  return html`<section class="stack-s" aria-labelledby="gevonden">
    <h2 id="gevonden">
      ${meer ? `De eerste ${meest} scholen` : scholen.length === 1 ? "1 school" : `${scholen.length} scholen`}
    </h2>
    ${meer && html`<p class="soft">Er zijn er meer. Zoek met een langer stuk van de naam, of met het nummer.</p>`}
    <div class="table-frame">
      <table class="data reflow" role="table">
        <caption class="visually-hidden">
          Scholen met hun pakket van vandaag
        </caption>
        <thead role="rowgroup">
          <tr role="row">
            <th role="columnheader" scope="col">School</th>
            <th role="columnheader" scope="col">Instellingsnummer</th>
            <th role="columnheader" scope="col">Gemeente</th>
            <th role="columnheader" scope="col">Pakket vandaag</th>
          </tr>
        </thead>
        <tbody role="rowgroup">
          ${scholen.slice(0, meest).map(
            (school) =>
              html`<tr role="row">
                <th role="rowheader" scope="row">
                  <a href="/schoolsoftware/${school.hoofd}">${school.naam}</a>
                </th>
                <td role="cell" data-label="Nummer">
                  ${school.instellingsnummer}${school.hoofd !== school.instellingsnummer && `, nu ${school.hoofd}`}
                </td>
                <td role="cell" data-label="Gemeente">${school.gemeente}</td>
                <td role="cell" data-label="Pakket">
                  ${school.pakket ?? html`<span class="pill">${icon("minus")}geen pakket</span>`}
                </td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </section>`;
}
