import { formatNumber, html, icon, type Html } from "#platform/html";
import type { FieldErrors } from "#demo/discimus/actions";
import { errorList, crumbs, tekstveld } from "#demo/discimus/pages/layout";
import { layouts, type PakketLeerling, type Pakketnaam } from "#demo/schoolpakket/layouts";
import { sheet, schoolName } from "./layout.ts";

export const perBlad = 25;

/** The pupils of the school with their classes. */
export function leerlingenSheet(met: {
  readonly pakket: Pakketnaam;
  readonly klassen: readonly string[];
  readonly klas: string;
  readonly bladzijde: number;
  readonly gevonden: readonly PakketLeerling[];
}): string {
  const { pakket, klassen, klas, bladzijde, gevonden } = met;
  const bladen = Math.max(1, Math.ceil(gevonden.length / perBlad));
  const first = (bladzijde - 1) * perBlad;
  const url = (nr: number) =>
    `/${pakket}/leerlingen?${new URLSearchParams({ klas, bladzijde: String(nr) }).toString()}`;
  return sheet({
    titel: "Leerlingen",
    pakket,
    actief: "leerlingen",
    inhoud: html`<div class="page-head">
        <div>
          <h1>Leerlingen van ${schoolName(pakket)}</h1>
          <p class="lead">Hier verander je een klas. LeerID weet het na de volgende zending.</p>
        </div>
      </div>
      <form class="card" action="/${pakket}/leerlingen">
        <div class="filters">
          <div class="field grow">
            <label for="klas">Klas</label>
            <select class="select" id="klas" name="klas">
              <option value="">Alle klassen</option>
              ${klassen.map((naam) => html`<option value="${naam}" ${naam === klas && html`selected`}>${naam}</option>`)}
            </select>
          </div>
          <button class="button secondary submit">${icon("search")}Toon</button>
        </div>
      </form>
      <p><b>${formatNumber(gevonden.length)} leerlingen</b></p>
      <div class="table-frame">
        <table class="data reflow" role="table">
          <caption class="visually-hidden">
            Leerlingen van ${schoolName(pakket)} met hun klas
          </caption>
          <thead role="rowgroup">
            <tr role="row">
              <th role="columnheader" scope="col">Naam</th>
              <th role="columnheader" scope="col">Stamnummer</th>
              <th role="columnheader" scope="col">Klas</th>
              <th role="columnheader" scope="col">Subklas</th>
            </tr>
          </thead>
          <tbody role="rowgroup">
            ${gevonden.slice(first, first + perBlad).map(
              (one) =>
                html`<tr role="row">
                  <th role="rowheader" scope="row">
                    <a href="/${pakket}/leerlingen/${one.stamnummer}">${one.naam}, ${one.voornaam}</a>
                  </th>
                  <td role="cell" class="plain" data-label="Stamnummer">
                    <span class="key">${one.stamnummer}</span>
                  </td>
                  <td role="cell" data-label="Klas">${one.klas}</td>
                  <td role="cell" data-label="Subklas">
                    ${one.subklas ?? html`<span class="soft">geen</span>`}
                  </td>
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
      ${bladen > 1 && pager(bladzijde, bladen, url)}`,
  });
}

const pager = (hier: number, bladen: number, url: (nr: number) => string): Html =>
  html`<nav class="pager" aria-label="Bladzijden">
    <p class="soft">Bladzijde ${hier} van ${bladen}</p>
    <ol>
      ${Array.from({ length: bladen }, (_, index) => index + 1).map((nr) =>
        nr === hier
          ? html`<li><span aria-current="page">${nr}</span></li>`
          : html`<li><a href="${url(nr)}" aria-label="Bladzijde ${nr}">${nr}</a></li>`,
      )}
    </ol>
  </nav>`;

/** One pupil: another class. */
export function leerlingSheet(met: {
  readonly pakket: Pakketnaam;
  readonly leerling: PakketLeerling;
  readonly waarden: Readonly<Record<string, string>>;
  readonly fouten: FieldErrors;
}): string {
  const { pakket, leerling, fouten, waarden } = met;
  const naam = `${leerling.voornaam} ${leerling.naam}`;
  return sheet({
    titel: naam,
    pakket,
    actief: "leerlingen",
    fout: Object.keys(fouten).length > 0,
    inhoud: html`<div class="stack-s">
        ${crumbs(["Leerlingen", `/${pakket}/leerlingen`], [naam])}
        <h1>${naam}</h1>
        <p class="lead">Stamnummer <span class="key">${leerling.stamnummer}</span></p>
      </div>
      ${errorList(fouten)}
      <form class="card stack measure" action="/${pakket}/leerlingen/${leerling.stamnummer}" method="post">
        ${tekstveld({ naam: "klas", label: "Klas", hint: layouts[pakket].klasuitleg, waarde: waarden["klas"] ?? "", fouten })}
        ${tekstveld({ naam: "subklas", label: "Subklas", hint: "Mag leeg zijn.", waarde: waarden["subklas"] ?? "", fouten })}
        <div class="row">
          <button class="button">Bewaren</button
          ><a class="button quiet" href="/${pakket}/leerlingen">Annuleer</a>
        </div>
      </form>`,
  });
}

/** The export as it lies on the disk, for people. */
export const exportSheet = (pakket: Pakketnaam, text: string): string => {
  const regels = text.split(/\r?\n/);
  const getoond = regels.slice(0, 40).join("\n").replaceAll("\t", " → ");
  return sheet({
    titel: "Export",
    pakket,
    actief: "export",
    inhoud: html`<div class="page-head">
        <div>
          <h1>Export van ${layouts[pakket].naam}</h1>
          <p class="lead">${layouts[pakket].uitleg}.</p>
        </div>
        <a class="button secondary" href="/${pakket}/export/${layouts[pakket].bestand}"
          >${icon("download")}Download</a
        >
      </div>
      <p>
        leerid-pakket leest hiervan het stamnummer, de klas en de periode. Namen blijven in het pakket.
        ${regels.length > 41 && `Hier staan de eerste 40 van ${regels.length - 1} regels.`}
      </p>
      <section class="card" aria-labelledby="inhoud-export">
        <h2 id="inhoud-export">${layouts[pakket].bestand}</h2>
        <div class="matrix-frame" tabindex="0" role="region" aria-label="Inhoud van het bestand">
          <pre>${getoond}</pre>
        </div>
      </section>`,
  });
};
