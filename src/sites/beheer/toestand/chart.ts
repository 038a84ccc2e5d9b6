import { formatDateTime, formatNumber, formatTime, html, type Html } from "#platform/html";
import { lijnen, somVan, soorten, uren, uur, type Kolom, type Soort } from "./rules.ts";

export const soortNaam: Readonly<Record<Soort, string>> = {
  verwerkt: "verwerkt",
  "kijk-na": "deels verwerkt of aangehouden",
  geweigerd: "geweigerd",
};
/** Tone of the stylesheet; the words stand beside it. */
export const toon: Readonly<Record<Soort, string>> = {
  verwerkt: "ok",
  "kijk-na": "attention",
  geweigerd: "error",
};

const bestanden = (aantal: number): string =>
  aantal === 1 ? "1 bestand" : `${formatNumber(aantal)} bestanden`;
const kort = (moment: number): string => formatTime(moment).replace(" uur", "").replace(".00", "");
const rond = (getal: number): string => getal.toFixed(1);

const links = 62;
const breed = 938;
const onder = 280;
const hoog = 250;

/** The picture as columns of files per hour, and the same as a table for who does not see it. */
export function grafiek(kolommen: readonly Kolom[]): Html {
  const hoogste = Math.max(0, ...kolommen.map(somVan));
  const schaal = lijnen(hoogste);
  const top = schaal.at(-1) ?? 1;
  const y = (aantal: number) => onder - (aantal / top) * hoog;
  const vak = breed / uren;
  return html`<div
      class="chart-frame"
      tabindex="0"
      role="region"
      aria-label="Grafiek, schuif opzij voor meer"
    >
      <svg class="chart" viewBox="0 0 1010 330" role="img" aria-labelledby="ch-t ch-d">
        <title id="ch-t">Bestanden met klasinformatie per uur, de laatste 24 uur</title>
        <desc id="ch-d">${samenvatting(kolommen)}</desc>
        ${schaal.map(
          (aantal) =>
            html`<line
                class="grid"
                x1="${links}"
                x2="1000"
                y1="${rond(y(aantal))}"
                y2="${rond(y(aantal))}"
              /><text x="52" y="${rond(y(aantal) + 5)}" text-anchor="end">${formatNumber(aantal)}</text>`,
        )}
        ${kolommen.map((kolom, plaats) => staven(kolom, links + plaats * vak, vak, y))}
        ${kolommen.map(
          (kolom, plaats) =>
            plaats % 3 === 0 &&
            html`<text x="${rond(links + plaats * vak)}" y="304" text-anchor="middle"
              >${kort(kolom.vanaf)}</text
            >`,
        )}
        <text x="1000" y="304" text-anchor="end">nu</text>
        <text x="531" y="326" text-anchor="middle">uur van de dag</text>
      </svg>
    </div>
    <details class="figures">
      <summary>Toon de cijfers als tabel</summary>
      ${tabel(kolommen)}
    </details>`;
}

/** Refused on top, so that a few of them are seen above many that went well. */
function staven(kolom: Kolom, x: number, vak: number, y: (aantal: number) => number): Html[] {
  let eronder = 0;
  return soorten.flatMap((soort) => {
    const aantal = kolom[soort];
    if (aantal === 0) return [];
    const [van, tot] = [y(eronder), y(eronder + aantal)];
    eronder += aantal;
    // At least two points high: one refused file among thousands must be seen.
    const hoogte = Math.max(2, van - tot);
    return [
      html`<rect
        class="bar ${toon[soort]}"
        x="${rond(x + vak * 0.1)}"
        y="${rond(van - hoogte)}"
        width="${rond(vak * 0.8)}"
        height="${rond(hoogte)}"
      />`,
    ];
  });
}

function samenvatting(kolommen: readonly Kolom[]): string {
  const totaal = kolommen.reduce((som, kolom) => som + somVan(kolom), 0);
  if (totaal === 0) return "Er kwam geen enkel bestand binnen.";
  const drukste = kolommen.reduce((een, ander) => (somVan(ander) > somVan(een) ? ander : een));
  const delen = soorten.flatMap((soort) => {
    const aantal = kolommen.reduce((som, kolom) => som + kolom[soort], 0);
    return aantal > 0 ? [`${formatNumber(aantal)} ${soortNaam[soort]}`] : [];
  });
  return `${bestanden(totaal)}: ${delen.join(", ")}. Het drukste uur begon om ${formatTime(drukste.vanaf)}, met ${bestanden(somVan(drukste))}.`;
}

function tabel(kolommen: readonly Kolom[]): Html {
  return html`<div class="table-frame">
    <table class="data reflow" role="table">
      <caption class="visually-hidden">
        Bestanden met klasinformatie per uur
      </caption>
      <thead role="rowgroup">
        <tr role="row">
          <th role="columnheader" scope="col">Uur</th>
          ${soorten.map((soort) => html`<th role="columnheader" scope="col" class="num">${soortNaam[soort]}</th>`)}
        </tr>
      </thead>
      <tbody role="rowgroup">
        ${kolommen.map(
          (kolom) =>
            html`<tr role="row">
              <th role="rowheader" scope="row">
                <span class="visually-hidden">${formatDateTime(kolom.vanaf)},</span> ${kort(kolom.vanaf)} tot
                ${kort(kolom.vanaf + uur)} uur
              </th>
              ${soorten.map(
                (soort) =>
                  html`<td role="cell" class="num" data-label="${soortNaam[soort]}">
                    ${formatNumber(kolom[soort])}
                  </td>`,
              )}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
