import { formatDate, html, type Html } from "#platform/html";
import type { Overeenkomst } from "#modules/akkoorden";

/** The school that agrees, as it stands in the agreement. */
export type Partij = { readonly naam: string; readonly instellingsnummer: string };

/**
 * The agreement of a school with DOV, drawn from its data (R45, R49, R83-R93): every version the same way. Headings begin at `h3`, so
 * that it stands in a dialog, in a page and on paper.
 */
export function overeenkomstTekst(o: Overeenkomst, school: Partij): Html {
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
        ${o.overwegingen.map((tekst) => html`<li>${tekst}</li>`)}
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
          ${artikel.delen.map((deel) => deelVan(o, deel))}
        </section>`,
    )}
  </div>`;
}

function deelVan(o: Overeenkomst, deel: Overeenkomst["artikelen"][number]["delen"][number]): Html {
  if (deel.soort === "tekst") return html`<p>${deel.tekst}</p>`;
  if (deel.soort === "lijst")
    return html`${deel.inleiding !== undefined && html`<p>${deel.inleiding}</p>`}
      <ul>
        ${deel.punten.map((punt) => html`<li>${punt}</li>`)}
      </ul>`;
  if (deel.soort === "doelen")
    return tabel(
      "Wie doet wat met het gegeven, en waarom mag dat",
      ["Wie", "Grond", "Doel"],
      o.doelen.map(({ wie, rol, grond, doel }) => [html`${wie}<small>${rol}</small>`, grond, doel]),
    );
  return tabel(
    "Het gegeven dat de school meedeelt",
    ["Gegeven", "Waarom het nodig is", "Bewaard"],
    o.gegevens.map(({ gegeven, omschrijving, verantwoording, bewaartermijn }) => [
      html`${gegeven}<small>${omschrijving}</small>`,
      verantwoording,
      bewaartermijn,
    ]),
  );
}

function tabel(
  titel: string,
  koppen: readonly string[],
  rijen: readonly (readonly (Html | string)[])[],
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
        ${rijen.map(
          ([eerste, ...andere]) =>
            html`<tr role="row">
              <th role="rowheader" scope="row">${eerste}</th>
              ${andere.map(
                (cel, plaats) => html`<td role="cell" data-label="${koppen[plaats + 1] ?? ""}">${cel}</td>`,
              )}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
