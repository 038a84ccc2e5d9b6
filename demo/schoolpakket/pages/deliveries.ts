import { formatDateTime, formatNumber, html, icon, type Html } from "#platform/html";
import { layouts, scholenVan, type PakketLeerling, type Pakketnaam } from "#demo/schoolpakket/layouts";
import type { Verslag, Zending } from "#demo/schoolpakket/state";
import { blad, schoolNaam } from "./layout.ts";

type Uitkomst = readonly [
  klasse: "ok" | "attention" | "error",
  beeld: "check" | "pause" | "circle-alert" | "hourglass",
  woord: string,
];
const uitkomsten: Readonly<Record<string, Uitkomst>> = {
  verwerkt: ["ok", "check", "Verwerkt"],
  deels: ["attention", "circle-alert", "Deels verwerkt"],
  aangehouden: ["attention", "pause", "Vastgehouden"],
  geweigerd: ["error", "circle-alert", "Geweigerd"],
  onbekend: ["attention", "hourglass", "Nog geen ontvangst"],
  nagekeken: ["ok", "check", "Nagekeken, niet verstuurd"],
};
export const uitkomstVan = ({ verslag }: Zending): Uitkomst =>
  uitkomsten[verslag?.uitkomst ?? ""] ?? ["error", "circle-alert", "Niet verstuurd"];

const redenen = {
  knop: "door een klik",
  planning: "volgens de planning",
  nakijken: "nagekeken door een klik",
  start: "bij de start van de demonstratie",
} as const;

/** Send, and what came of it. */
export function versturenBlad(met: {
  readonly pakket: Pakketnaam;
  readonly aan: boolean;
  /** When it goes by itself, in words. */
  readonly planning: string;
  readonly zendingen: readonly Zending[];
  readonly leerlingen: readonly PakketLeerling[];
}): string {
  const { pakket, aan, zendingen, planning } = met;
  const namen = new Map(
    met.leerlingen.map((een) => [een.stamnummer, `${een.voornaam} ${een.naam}, ${een.klas}`]),
  );
  return blad({
    titel: "Versturen naar LeerID",
    pakket,
    actief: "versturen",
    inhoud: html`<div class="page-head">
        <div>
          <h1>Versturen naar LeerID</h1>
          <p class="lead">
            De volledige klassenlijst van ${schoolNaam(pakket)} (${scholenVan[pakket]}), in één bestand.
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
                  <a href="/wisa/instellingen/${scholenVan[pakket]}/extra"
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

function zendingRegel(zending: Zending, pakket: string, namen: ReadonlyMap<string, string>): Html {
  const [klasse, beeld, woord] = uitkomstVan(zending);
  const { verslag } = zending;
  return html`<li data-uitkomst="${verslag?.uitkomst ?? "mislukt"}">
    ${icon("inbox")}
    <div class="stack-s">
      <p class="pills">
        <b>${formatDateTime(zending.op)}</b> <span>${redenen[zending.door]}</span>
        <span class="pill ${klasse}">${icon(beeld)}${woord}</span>
      </p>
      <p>${verslag?.melding ?? "leerid-pakket kwam niet tot een verslag."}</p>
      ${verslag !== null && verslag.aantallen !== null && aantallen(verslag, verslag.aantallen)}
      ${
        verslag !== null && [
          lijst("Niet bruikbaar in de export", verslag.niet_bruikbaar, namen),
          lijst("Niet gekoppeld", verslag.niet_gekoppeld, namen),
          lijst("In quarantaine bij LeerID", verslag.quarantaine, namen),
        ]
      }
      <details class="figures">
        <summary>Toon wat leerid-pakket zei (${pakket}, uitgang ${zending.uitgang ?? "onbekend"})</summary>
        <p><code>${zending.uitvoer.trim() === "" ? "niets" : zending.uitvoer.trim()}</code></p>
      </details>
    </div>
  </li>`;
}

const aantallen = (verslag: Verslag, getallen: NonNullable<Verslag["aantallen"]>): Html =>
  html`<p class="soft">
    ${formatNumber(getallen.rijen)} rijen, ${formatNumber(getallen.gekoppeld)} gekoppeld,
    ${formatNumber(getallen.zonder_klas)} leerlingen in LeerID zonder
    klas.${verslag.bestand !== null && html`<br /><code>${verslag.bestand.split("_").map((deel, nr) => html`${nr > 0 && html`_<wbr />`}${deel}`)}</code>`}
  </p>`;

function lijst(
  kop: string,
  rijen: Verslag["quarantaine"],
  namen: ReadonlyMap<string, string>,
): Html | undefined {
  if (rijen.length === 0) return undefined;
  return html`<p><b>${kop} (${rijen.length})</b></p>
    ${rijen
      .slice(0, 50)
      .map(
        ({ rij, stamnummer, melding }) =>
          html`<p>
            ${namen.get(stamnummer ?? "") ?? `Rij ${rij}`}${stamnummer !== null && html` (<span class="key">${stamnummer}</span>)`}:
            ${melding}
          </p>`,
      )}`;
}
