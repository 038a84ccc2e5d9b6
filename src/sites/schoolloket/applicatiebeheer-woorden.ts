import { geldtOp, leesDatum, type Datum } from "#platform/clock";
import { formatDate, formatList, formatNumber, icon, html, type Html } from "#platform/html";
import type { Niveau } from "#modules/scholen";
import type {
  Beschikbaarheid,
  Doel,
  Groep,
  Groepstelling,
  Periode,
  Stand,
  Wijziging,
} from "#modules/toepassingen";

export const niveauNaam: Readonly<Record<Niveau, string>> = {
  kleuter: "Kleuteronderwijs",
  lager: "Lager onderwijs",
  secundair: "Secundair onderwijs",
};

/** `3e leerjaar`, `1e kleuterklas`, `2e jaar secundair`. */
export function groepNaam({ niveau, leerjaar }: Groep): string {
  const soort = { kleuter: "kleuterklas", lager: "leerjaar", secundair: "jaar secundair" }[niveau];
  return leerjaar === 0 ? soort : `${leerjaar}e ${soort}`;
}

/** Whom a rule is about, as a heading of one line. */
export function doelNaam(doel: Doel, leerling: string | null): string {
  switch (doel.soort) {
    case "school":
      return "Hele school";
    case "niveau":
      return `Heel het ${niveauNaam[doel.niveau].toLowerCase()}`;
    case "leerjaar":
      return groepNaam(doel);
    case "leerling":
      return `${doel.uitgesloten ? "Niet voor" : "Ook voor"} ${leerling ?? "een leerling die hier niet meer is"}`;
  }
}

/** `altijd`, `vanaf 30 november 2026`, `van … tot en met …`. */
export function periodeTekst({ van, tot }: Periode): string {
  if (van && tot) return `van ${formatDate(van)} tot en met ${formatDate(tot)}`;
  if (van) return `vanaf ${formatDate(van)}`;
  return tot ? `tot en met ${formatDate(tot)}` : "altijd";
}

export const leerlingen = (aantal: number): string =>
  aantal === 1 ? "1 leerling" : `${formatNumber(aantal)} leerlingen`;

/** `24 in het 1e leerjaar, 20 in het 2e leerjaar`. */
export const perGroepTekst = (groepen: readonly Groepstelling[]): string =>
  formatList(groepen.map((groep) => `${formatNumber(groep.aantal)} uit ${groepNaam(groep)}`));

/** How many pupils of today a rule is about; null for a rule on one pupil. */
export function aantalVoor(
  doel: Doel,
  { ingeschreven, groepen }: { readonly ingeschreven: number; readonly groepen: readonly Groepstelling[] },
): number | null {
  switch (doel.soort) {
    case "school":
      return ingeschreven;
    case "niveau":
      return som(groepen.filter(({ niveau }) => niveau === doel.niveau));
    case "leerjaar":
      return som(
        groepen.filter(({ niveau, leerjaar }) => niveau === doel.niveau && leerjaar === doel.leerjaar),
      );
    case "leerling":
      return null;
  }
}
const som = (groepen: readonly Groepstelling[]) => groepen.reduce((totaal, { aantal }) => totaal + aantal, 0);

/** A rule that is over, or only begins later, says so. */
export function periodePil(periode: Periode, vandaag: Datum): Html | undefined {
  if (geldtOp(vandaag, periode.van, periode.tot)) return undefined;
  return periode.tot !== null && periode.tot < vandaag
    ? html`<span class="pill">${icon("circle-dashed")}voorbij</span>`
    : html`<span class="pill info">${icon("clock")}begint later</span>`;
}

export function standPil(stand: Stand): Html {
  switch (stand.stand) {
    case "aan":
      return html`<span class="pill ok"
        >${icon("check")}Aan${stand.tot && ` tot en met ${formatDate(stand.tot)}`}</span
      >`;
    case "straks":
      return html`<span class="pill info">${icon("clock")}Aan vanaf ${formatDate(stand.van)}</span>`;
    case "uit":
      return html`<span class="pill">${icon("circle-dashed")}Uit</span>`;
  }
}

/** Why an application cannot be switched on, and who can change that. */
export function waaromNiet(beschikbaar: Extract<Beschikbaarheid, { kan: false }>): string {
  const wie = "De maker van de applicatie en het Departement Onderwijs en Vorming kunnen dit oplossen.";
  switch (beschikbaar.reden) {
    case "geen-overeenkomst":
      return `Er is nog geen overeenkomst over de gegevens van leerlingen. ${wie}`;
    case "overeenkomst-begint":
      return `De overeenkomst over de gegevens van leerlingen begint op ${formatDate(beschikbaar.datum)}. Vanaf dan kan het wel.`;
    case "overeenkomst-voorbij":
      return `De overeenkomst over de gegevens van leerlingen liep tot en met ${formatDate(beschikbaar.datum)}. ${wie}`;
  }
}

/** What a change was, in a few words. */
export function wijzigingTekst(wijziging: Wijziging): string {
  switch (wijziging.soort) {
    case "aan":
      return `aangezet, ${periodeTekst({ van: null, ...wijziging.wat })}`;
    case "uit":
      return wijziging.wat.tot === null
        ? "uitgezet"
        : `uitgezet, laatste dag ${formatDate(wijziging.wat.tot)}`;
    case "nieuw":
    case "periode":
    case "weg": {
      const naam = doelNaam(wijziging.wat.doel, wijziging.leerling);
      const wat = { nieuw: "nieuwe regel", periode: "andere datums", weg: "regel weggehaald" };
      return `${wat[wijziging.soort]}: ${naam}, ${periodeTekst(wijziging.wat)}`;
    }
  }
}

/** A date of a form: null when it is empty, undefined when it is not a date. */
export function datumVan(tekst: string | null): Datum | null | undefined {
  return tekst === null || tekst.trim() === "" ? null : leesDatum(tekst.trim());
}

/** `doel=leerjaar:lager:3` of a form, and back. */
export const doelWaarde = (doel: Doel): string =>
  doel.soort === "leerjaar"
    ? `leerjaar:${doel.niveau}:${doel.leerjaar}`
    : doel.soort === "niveau"
      ? `niveau:${doel.niveau}`
      : doel.soort;

export function leesDoel(tekst: string): Doel | undefined {
  const [soort, niveau = "", leerjaar = ""] = tekst.split(":");
  if (tekst === "school") return { soort: "school" };
  if (!Object.hasOwn(niveauNaam, niveau)) return undefined;
  if (soort === "niveau" && leerjaar === "") return { soort, niveau: niveau as Niveau };
  return soort === "leerjaar" && /^\d$/.test(leerjaar)
    ? { soort, niveau: niveau as Niveau, leerjaar: Number(leerjaar) }
    : undefined;
}
