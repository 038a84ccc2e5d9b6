import { formatDate, html, type Html } from "#platform/html";
import type { Overeenkomst } from "#modules/akkoorden";

/** The school that agrees, as it stands in the agreement. */
export type Partij = { readonly naam: string; readonly instellingsnummer: string };

/**
 * The agreement of a school with DOV, drawn from its data (R45, R49, R83-R93): every version the same way. Headings begin at `h3`, so
 * that it stands in a dialog, in a page and on paper.
 */
export function overeenkomstText(o: Overeenkomst, school: Partij): Html {
  const { dov } = o;
  return html`<div class="agreement">
    <p class="soft small">
      Versie ${o.versie}, opgemaakt op ${formatDate(o.opgemaakt_op)}, door het departement ondertekend op
      ${formatDate(o.ondertekend_op)}
    </p>
    <p><b>${o.titel}</b></p>
    <p>${o.omschrijving}</p>
    <p>${o.grondslag}</p>
    <section>
      <h3>Tussen wie?</h3>
      <dl class="facts">
        <div>
          <dt>De school</dt>
          <dd>
            ${school.naam}, instellingsnummer ${school.instellingsnummer}
            <small>${o.school.hoedanigheid}.</small>
          </dd>
        </div>
        <div>
          <dt>Het departement</dt>
          <dd>
            ${dov.naam}
            <small
              >KBO ${dov.kbo}, vestiging ${dov.vestigingsnummer}<br />${dov.adres}<br />Vertegenwoordigd door
              ${dov.vertegenwoordiger.naam}, ${dov.vertegenwoordiger.functie.toLowerCase()}</small
            >
          </dd>
        </div>
      </dl>
    </section>
    <section>
      <h3>Wat voorafgaat</h3>
      <ul>
        ${o.overwegingen.map((text) => html`<li>${text}</li>`)}
      </ul>
      <p>
        Advies van de functionaris voor gegevensbescherming van het departement:
        ${formatDate(o.dpo_advies_op)}.
      </p>
    </section>
    ${o.artikelen.map(
      (artikel) =>
        html`<section>
          <h3>Artikel ${artikel.nummer}: ${artikel.titel}</h3>
          ${artikel.delen.map((part) => partOf(o, part))}
        </section>`,
    )}
  </div>`;
}

function partOf(o: Overeenkomst, part: Overeenkomst["artikelen"][number]["delen"][number]): Html {
  if (part.soort === "tekst") return html`<p>${part.tekst}</p>`;
  if (part.soort === "lijst")
    return html`${part.inleiding !== undefined && html`<p>${part.inleiding}</p>`}
      <ul>
        ${part.punten.map((punt) => html`<li>${punt}</li>`)}
      </ul>`;
  if (part.soort === "doelen")
    return table(
      "Wie doet wat met het gegeven, en waarom mag dat",
      ["Wie", "Grond", "Doel"],
      o.doelen.map(({ wie, rol, grond, doel }) => [html`${wie}<small>${rol}</small>`, grond, doel]),
    );
  return table(
    "Het gegeven dat de school meedeelt",
    ["Gegeven", "Waarom het nodig is", "Bewaard"],
    o.gegevens.map(({ gegeven, omschrijving, verantwoording, bewaartermijn }) => [
      html`${gegeven}<small>${omschrijving}</small>`,
      verantwoording,
      bewaartermijn,
    ]),
  );
}

function table(
  titel: string,
  koppen: readonly string[],
  rows: readonly (readonly (Html | string)[])[],
): Html {
  return html`<div class="table-frame">
    <table class="data reflow" role="table">
      <caption class="visually-hidden">
        ${titel}
      </caption>
      <thead role="rowgroup">
        <tr role="row">
          ${koppen.map((kop) => html`<th role="columnheader" scope="col">${kop}</th>`)}
        </tr>
      </thead>
      <tbody role="rowgroup">
        ${rows.map(
          ([first, ...andere]) =>
            html`<tr role="row">
              <th role="rowheader" scope="row">${first}</th>
              ${andere.map(
                (cel, plaats) => html`<td role="cell" data-label="${koppen[plaats + 1] ?? ""}">${cel}</td>`,
              )}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
