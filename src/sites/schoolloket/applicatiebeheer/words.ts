import { isLopend, isVroeger, leesDatum, type Datum } from "#platform/clock";
import { formatDate, formatList, formatNumber, icon, html, type Html } from "#platform/html";
import type { Niveau } from "#modules/scholen";
import type {
  Beschikbaarheid,
  Doel,
  Groep,
  Groepstelling,
  Klastelling,
  Periode,
  Stand,
  Wijziging,
} from "#modules/toepassingen";
import { klaswaarde, leesKlas } from "../leerlingen/form.ts";

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
    case "klas":
      return `Klas ${doel.klas}`;
    case "subklas":
      return `Subklas ${doel.subklas} van klas ${doel.klas}`;
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

/** Pupils of today: all of them, per year, and per class while the school shares these. */
export type Telling = {
  readonly ingeschreven: number;
  readonly groepen: readonly Groepstelling[];
  readonly klassen: readonly Klastelling[];
};

/** How many pupils of today a rule is about; null for a rule on one pupil. */
export function aantalVoor(doel: Doel, { ingeschreven, groepen, klassen }: Telling): number | null {
  switch (doel.soort) {
    case "school":
      return ingeschreven;
    case "niveau":
      return som(groepen.filter(({ niveau }) => niveau === doel.niveau));
    case "leerjaar":
      return som(
        groepen.filter(({ niveau, leerjaar }) => niveau === doel.niveau && leerjaar === doel.leerjaar),
      );
    case "klas":
    case "subklas": {
      const subklas = doel.soort === "klas" ? null : doel.subklas;
      return klassen.find((een) => een.klas === doel.klas && een.subklas === subklas)?.aantal ?? 0;
    }
    case "leerling":
      return null;
  }
}
const som = (groepen: readonly Groepstelling[]) => groepen.reduce((totaal, { aantal }) => totaal + aantal, 0);

/** A rule that is over, or only begins later, says so. */
export function periodePil(periode: Periode, vandaag: Datum): Html | undefined {
  if (isLopend(vandaag, periode.van, periode.tot)) return undefined;
  return isVroeger(vandaag, periode.tot)
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
export const datumVan = (tekst: string): Datum | null | undefined => (tekst === "" ? null : leesDatum(tekst));

/** `doel=leerjaar:lager:3`, `doel=klas:3A` or `doel=subklas:3A/3Aa` of a form, and back. */
export function doelWaarde(doel: Doel): string {
  switch (doel.soort) {
    case "leerjaar":
      return `leerjaar:${doel.niveau}:${doel.leerjaar}`;
    case "niveau":
      return `niveau:${doel.niveau}`;
    case "klas":
    case "subklas":
      return `${doel.soort}:${klaswaarde(doel)}`;
    case "school":
    case "leerling":
      return doel.soort;
  }
}

/** All classes of a year at once, as a box of a form. */
export const klassenWaarde = ({ niveau, leerjaar }: Groep): string => `klassen:${niveau}:${leerjaar}`;

/** The classes, without their subclasses, of which most pupils are in this year. */
export const klassenVan = (
  klassen: readonly Klastelling[],
  { niveau, leerjaar }: Groep,
): readonly Klastelling[] =>
  klassen.filter(
    ({ subklas, groepen: [eerste] }) =>
      subklas === null && eerste.niveau === niveau && eerste.leerjaar === leerjaar,
  );

/** Whom a ticked box is about; several for all classes of a year, none for what is no such box. */
export function leesDoelen(tekst: string, klassen: readonly Klastelling[]): readonly Doel[] {
  const dubbelepunt = tekst.indexOf(":");
  const soort = dubbelepunt < 0 ? tekst : tekst.slice(0, dubbelepunt);
  const rest = dubbelepunt < 0 ? "" : tekst.slice(dubbelepunt + 1);
  if (soort === "klas" || soort === "subklas") {
    const gekozen = leesKlas(rest);
    if (!gekozen || (gekozen.subklas === undefined) !== (soort === "klas")) return [];
    const { klas, subklas } = gekozen;
    return [subklas === undefined ? { soort: "klas", klas } : { soort: "subklas", klas, subklas }];
  }
  if (tekst === "school") return [{ soort: "school" }];
  const [niveau = "", leerjaar = ""] = rest.split(":");
  if (!Object.hasOwn(niveauNaam, niveau)) return [];
  if (soort === "niveau" && leerjaar === "") return [{ soort, niveau: niveau as Niveau }];
  if (!/^\d$/.test(leerjaar)) return [];
  const groep = { niveau: niveau as Niveau, leerjaar: Number(leerjaar) };
  if (soort === "leerjaar") return [{ soort, ...groep }];
  return soort === "klassen" ? klassenVan(klassen, groep).map(({ klas }) => ({ soort: "klas", klas })) : [];
}
