import { formatDateTime, formatNumber, formatTime, html, type Html } from "#platform/html";
import { gridLines, sumOf, soorten, uren, uur, type Column, type Soort } from "./rules.ts";

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

const files = (aantal: number): string => (aantal === 1 ? "1 bestand" : `${formatNumber(aantal)} bestanden`);
const short = (moment: number): string => formatTime(moment).replace(" uur", "").replace(".00", "");
const rounded = (number: number): string => number.toFixed(1);

const links = 62;
const breed = 938;
const onder = 280;
const hoog = 250;

/** The picture as columns of files per hour, and the same as a table for who does not see it. */
export function chart(columns: readonly Column[]): Html {
  const hoogste = Math.max(0, ...columns.map(sumOf));
  const schaal = gridLines(hoogste);
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
        <desc id="ch-d">${summary(columns)}</desc>
        ${schaal.map(
          (aantal) =>
            html`<line
                class="grid"
                x1="${links}"
                x2="1000"
                y1="${rounded(y(aantal))}"
                y2="${rounded(y(aantal))}"
              /><text x="52" y="${rounded(y(aantal) + 5)}" text-anchor="end">${formatNumber(aantal)}</text>`,
        )}
        ${columns.map((column, plaats) => bars(column, links + plaats * vak, vak, y))}
        ${columns.map(
          (column, plaats) =>
            plaats % 3 === 0 &&
            html`<text x="${rounded(links + plaats * vak)}" y="304" text-anchor="middle"
              >${short(column.vanaf)}</text
            >`,
        )}
        <text x="1000" y="304" text-anchor="end">nu</text>
        <text x="531" y="326" text-anchor="middle">uur van de dag</text>
      </svg>
    </div>
    <details class="figures">
      <summary>Toon de cijfers als tabel</summary>
      ${table(columns)}
    </details>`;
}

/** Refused on top, so that a few of them are seen above many that went well. */
function bars(column: Column, x: number, vak: number, y: (aantal: number) => number): Html[] {
  let eronder = 0;
  return soorten.flatMap((soort) => {
    const aantal = column[soort];
    if (aantal === 0) return [];
    const [van, tot] = [y(eronder), y(eronder + aantal)];
    eronder += aantal;
    // At least two points high: one refused file among thousands must be seen.
    const hoogte = Math.max(2, van - tot);
    return [
      html`<rect
        class="bar ${toon[soort]}"
        x="${rounded(x + vak * 0.1)}"
        y="${rounded(van - hoogte)}"
        width="${rounded(vak * 0.8)}"
        height="${rounded(hoogte)}"
      />`,
    ];
  });
}

function summary(columns: readonly Column[]): string {
  const total = columns.reduce((som, column) => som + sumOf(column), 0);
  if (total === 0) return "Er kwam geen enkel bestand binnen.";
  const drukste = columns.reduce((one, other) => (sumOf(other) > sumOf(one) ? other : one));
  const delen = soorten.flatMap((soort) => {
    const aantal = columns.reduce((som, column) => som + column[soort], 0);
    return aantal > 0 ? [`${formatNumber(aantal)} ${soortNaam[soort]}`] : [];
  });
  return `${files(total)}: ${delen.join(", ")}. Het drukste uur begon om ${formatTime(drukste.vanaf)}, met ${files(sumOf(drukste))}.`;
}

function table(columns: readonly Column[]): Html {
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
        ${columns.map(
          (column) =>
            html`<tr role="row">
              <th role="rowheader" scope="row">
                <span class="visually-hidden">${formatDateTime(column.vanaf)},</span> ${short(column.vanaf)}
                tot ${short(column.vanaf + uur)} uur
              </th>
              ${soorten.map(
                (soort) =>
                  html`<td role="cell" class="num" data-label="${soortNaam[soort]}">
                    ${formatNumber(column[soort])}
                  </td>`,
              )}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
