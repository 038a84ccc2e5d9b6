import { formatDateTime, formatNumber, html, icon, type Html } from "#platform/html";
import { layouts, type PakketLeerling, type Pakketnaam } from "#demo/schoolpakket/layouts";
import type { Report, Verzending } from "#demo/schoolpakket/state";
import { sheet, schoolName } from "./layout.ts";

type Outcome = readonly [
  klasse: "ok" | "attention" | "error",
  beeld: "check" | "pause" | "circle-alert" | "hourglass",
  woord: string,
];
const outcomes: Readonly<Record<string, Outcome>> = {
  verwerkt: ["ok", "check", "Verwerkt"],
  deels: ["attention", "circle-alert", "Deels verwerkt"],
  aangehouden: ["attention", "pause", "Vastgehouden"],
  geweigerd: ["error", "circle-alert", "Geweigerd"],
  onbekend: ["attention", "hourglass", "Nog geen ontvangst"],
  nagekeken: ["ok", "check", "Nagekeken, niet verstuurd"],
};
export const outcomeOf = ({ verslag }: Verzending): Outcome =>
  outcomes[verslag?.uitkomst ?? ""] ?? ["error", "circle-alert", "Niet verstuurd"];

const redenen = {
  knop: "door een klik",
  planning: "volgens de planning",
  nakijken: "nagekeken door een klik",
  start: "bij de start van de demonstratie",
} as const;

/** Send, and what came of it. */
export function versturenSheet(met: {
  readonly pakket: Pakketnaam;
  readonly aan: boolean;
  /** When it goes by itself, in words. */
  readonly planning: string;
  readonly zendingen: readonly Verzending[];
  readonly leerlingen: readonly PakketLeerling[];
}): string {
  const { pakket, aan, zendingen, planning } = met;
  const namen = new Map(
    met.leerlingen.map((one) => [one.stamnummer, `${one.voornaam} ${one.naam}, ${one.klas}`]),
  );
  return sheet({
    titel: "Versturen naar LeerID",
    pakket,
    actief: "versturen",
    inhoud: html`<div class="page-head">
        <div>
          <h1>Versturen naar LeerID</h1>
          <p class="lead">
            De volledige klassenlijst van ${schoolName(pakket)} (${layouts[pakket].school}), in één bestand.
          </p>
        </div>
      </div>
      <section class="card stack" aria-labelledby="nu">
        <div class="card-head"><h2 id="nu">Nu</h2></div>
        <p>${planning}</p>
        ${
          aan
            ? html`<form action="/${pakket}/versturen" method="post" class="row">
                <button class="button" name="opdracht" value="verstuur">Nu versturen</button
                ><button class="button secondary" name="opdracht" value="controleer">Alleen nakijken</button>
              </form>`
            : html`<p class="why">
                ${icon("info")}<span
                  >Versturen kan pas als <b>Synchroniseren met Leerid</b> aangevinkt is:
                  <a href="/wisa/instellingen/${layouts[pakket].school}/extra"
                    >Schoolstructuur › Instellingen › Fiche › Extra › Allerlei</a
                  >.</span
                >
              </p>`
        }
      </section>
      <h2>Laatste zendingen</h2>
      ${
        zendingen.length === 0
          ? html`<div class="empty">
              ${icon("inbox")}
              <p>Nog niets verstuurd. Hier komt de ontvangst van LeerID, met wie niet gekoppeld werd.</p>
            </div>`
          : html`<ul class="todo">
              ${zendingen.map((zending) => zendingRegel(zending, layouts[pakket].naam, namen))}
            </ul>`
      }`,
  });
}

function zendingRegel(zending: Verzending, pakket: string, namen: ReadonlyMap<string, string>): Html {
  const [klasse, beeld, woord] = outcomeOf(zending);
  const { verslag } = zending;
  return html`<li data-uitkomst="${verslag?.uitkomst ?? "mislukt"}">
    ${icon("inbox")}
    <div class="stack-s">
      <p class="pills">
        <b>${formatDateTime(zending.op)}</b> <span>${redenen[zending.door]}</span>
        <span class="pill ${klasse}">${icon(beeld)}${woord}</span>
      </p>
      <p>${verslag?.melding ?? "leerid-pakket kwam niet tot een verslag."}</p>
      ${verslag !== null && verslag.aantallen !== null && counts(verslag, verslag.aantallen)}
      ${
        verslag !== null && [
          list("Niet bruikbaar in de export", verslag.niet_bruikbaar, namen),
          list("Niet gekoppeld", verslag.niet_gekoppeld, namen),
          list("In quarantaine bij LeerID", verslag.quarantaine, namen),
        ]
      }
      <details class="figures">
        <summary>Toon wat leerid-pakket zei (${pakket}, uitgang ${zending.uitgang ?? "onbekend"})</summary>
        <p><code>${zending.uitvoer.trim() === "" ? "niets" : zending.uitvoer.trim()}</code></p>
      </details>
    </div>
  </li>`;
}

const counts = (verslag: Report, getallen: NonNullable<Report["aantallen"]>): Html =>
  html`<p class="soft">
    ${formatNumber(getallen.rijen)} rijen, ${formatNumber(getallen.gekoppeld)} gekoppeld,
    ${formatNumber(getallen.zonder_klas)} leerlingen in LeerID zonder
    klas.${verslag.bestand !== null && html`<br /><code>${verslag.bestand.split("_").map((part, nr) => html`${nr > 0 && html`_<wbr />`}${part}`)}</code>`}
  </p>`;

function list(
  kop: string,
  rows: Report["quarantaine"],
  namen: ReadonlyMap<string, string>,
): Html | undefined {
  if (rows.length === 0) return undefined;
  return html`<p><b>${kop} (${rows.length})</b></p>
    ${rows
      .slice(0, 50)
      .map(
        ({ rij, stamnummer, melding }) =>
          html`<p>
            ${namen.get(stamnummer ?? "") ?? `Rij ${rij}`}${stamnummer !== null && html` (<span class="key">${stamnummer}</span>)`}:
            ${melding}
          </p>`,
      )}`;
}
