import { formatDate, formatNumber, html, icon, type Html } from "#platform/html";
import type { LeveringRegel, Difference } from "#modules/leveringen";
import type { PageContent } from "../contract.ts";
import { formatArrival, besluitButtons, leveringenPad } from "./page.ts";

/** Pupils on one page; who changes more classes than this at once, begins with these. */
export const hoogstensGetoond = 500;

/** One pupil of a difference, by name. */
export type Wijziging = Difference["wijzigingen"][number] & {
  readonly voornaam: string;
  readonly naam: string;
};

/** Where a pupil was and comes, in the order of the classes that lose most. */
export function inOrder(wijzigingen: readonly Wijziging[]): readonly Wijziging[] {
  const { compare } = new Intl.Collator("nl-BE", { numeric: true });
  return wijzigingen.toSorted(
    (a, b) =>
      compare(klassen(a.van), klassen(b.van)) || compare(a.naam, b.naam) || compare(a.voornaam, b.voornaam),
  );
}

type Klas = Wijziging["van"][number];
const klasnaam = ({ klas, subklas }: Klas): string => (subklas === null ? klas : `${klas}, ${subklas}`);
const klassen = (rows: readonly Klas[]): string => [...new Set(rows.map(klasnaam))].join(" en ");

/** When only the days differ, the days are what one must see. */
const withDays = (rows: readonly Klas[]): string =>
  rows
    .map((row) => `${klasnaam(row)}, van ${formatDate(row.van)} tot en met ${formatDate(row.tot)}`)
    .join(" en ");

const tally = (aantal: number, one: string, meer: string): string =>
  aantal === 1 ? `1 ${one}` : `${formatNumber(aantal)} ${meer}`;

/** Whom a held file touches, by name, with the two answers above it (D9). Opening it is a look (ADR 0014). */
export function differencePage(p: {
  readonly levering: LeveringRegel;
  readonly verschil: Difference;
  readonly getoond: readonly Wijziging[];
  readonly nu: number;
}): PageContent {
  const { levering, verschil, getoond } = p;
  const rest = verschil.wijzigingen.length - getoond.length;
  return {
    titel: "Verschil per leerling",
    tab: "schoolinstellingen",
    kruimels: [{ tekst: "Ontvangstbewijs", url: `${leveringenPad}/${levering.levering}` }],
    inhoud: html`<div class="page-head">
        <div>
          <h1>Verschil per leerling</h1>
          <p>
            Levering die ${formatArrival(levering.ontvangenOp, p.nu)} binnenkwam, schooljaar
            ${levering.schooljaar}
          </p>
        </div>
      </div>
      <section class="notice attention" aria-labelledby="wat">
        ${icon("pause")}
        <div class="diff">
          <h2 id="wat">Wat er verandert als je dit bestand toch verwerkt</h2>
          <p>${levering.ontvangst?.reden?.melding ?? ""}</p>
          ${differenceBar(verschil)} ${besluitButtons(levering.levering)}
          <p class="soft small">
            Weiger je, dan blijven de klassen zoals ze zijn. Verbeter ze dan in je administratieve pakket: dat
            levert de volgende keer opnieuw.
          </p>
        </div>
      </section>
      ${getoond.length > 0 ? list(getoond) : html`<p>Geen enkele leerling verandert van klas of verliest zijn klas.</p>`}
      ${
        rest > 0 &&
        html`<p class="soft">
          Je ziet de eerste ${formatNumber(getoond.length)} leerlingen. Er zijn er nog ${formatNumber(rest)}.
        </p>`
      }`,
  };
}

function differenceBar({ leerlingen, anders, weg, nieuw }: Difference): Html {
  const blijft = Math.max(0, leerlingen - anders - weg);
  const delen = [
    ["ok", blijft],
    ["attention", anders],
    ["error", weg],
  ] as const;
  let vanaf = 0;
  const vakken = delen.map(([toon, aantal]) => {
    const vak = html`<rect class="${toon}" x="${vanaf}" width="${aantal}" height="20" />`;
    vanaf += aantal;
    return vak;
  });
  return html`${
      leerlingen > 0 &&
      html`<svg class="diff-bar" viewBox="0 0 ${leerlingen} 20" preserveAspectRatio="none" aria-hidden="true">
        ${vakken}
      </svg>`
    }
    <p>
      Van de ${tally(leerlingen, "leerling", "leerlingen")} met een klas
      ${blijft === 1 ? "blijft er 1" : `blijven er ${formatNumber(blijft)}`} in dezelfde klas.
      <b>${tally(weg, "leerling verliest zijn klas", "leerlingen verliezen hun klas")}</b> en
      <b>${tally(anders, "leerling krijgt een andere klas", "leerlingen krijgen een andere klas")}</b>.
      ${nieuw > 0 && html`${tally(nieuw, "leerling zonder klas krijgt er een", "leerlingen zonder klas krijgen er een")}.`}
    </p>`;
}

function list(getoond: readonly Wijziging[]): Html {
  return html`<div class="table-frame">
    <table class="data reflow" role="table">
      <caption class="visually-hidden">
        Leerlingen die hun klas verliezen of een andere klas krijgen
      </caption>
      <thead role="rowgroup">
        <tr role="row">
          <th role="columnheader" scope="col">Leerling</th>
          <th role="columnheader" scope="col">Klas nu</th>
          <th role="columnheader" scope="col">Klas na verwerken</th>
        </tr>
      </thead>
      <tbody role="rowgroup">
        ${getoond.map((one) => {
          const zelfde = klassen(one.van) === klassen(one.naar);
          const toon = zelfde ? withDays : klassen;
          return html`<tr role="row">
            <th role="rowheader" scope="row">${one.voornaam} ${one.naam}</th>
            <td role="cell" data-label="Klas nu">${toon(one.van)}</td>
            <td role="cell" data-label="Klas na verwerken">
              ${one.naar.length === 0 ? html`<span class="pill error">${icon("circle-minus")}Geen klas</span>` : toon(one.naar)}
            </td>
          </tr>`;
        })}
      </tbody>
    </table>
  </div>`;
}
