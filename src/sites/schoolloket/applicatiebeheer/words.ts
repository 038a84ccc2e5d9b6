import { isLopend, isVroeger, readDatum, type Datum } from "#platform/clock";
import { formatDate, formatList, formatNumber, icon, html, type Html } from "#platform/html";
import type { Niveau } from "#modules/scholen";
import type {
  Availability,
  Doel,
  Groep,
  GroepTally,
  KlasTally,
  Period,
  KeuzeState,
  Wijziging,
} from "#modules/toepassingen";
import { klaswaarde, readKlas } from "../leerlingen/form.ts";

export const niveauNaam: Readonly<Record<Niveau, string>> = {
  kleuter: "Kleuteronderwijs",
  lager: "Lager onderwijs",
  secundair: "Secundair onderwijs",
};

/** `3e leerjaar`, `1e kleuterklas`, `2e jaar secundair`. */
export function groepName({ niveau, leerjaar }: Groep): string {
  const soort = { kleuter: "kleuterklas", lager: "leerjaar", secundair: "jaar secundair" }[niveau];
  return leerjaar === 0 ? soort : `${leerjaar}e ${soort}`;
}

/** Whom a rule is about, as a heading of one line. */
export function doelName(doel: Doel, leerling: string | null): string {
  switch (doel.soort) {
    case "school":
      return "Hele school";
    case "niveau":
      return `Heel het ${niveauNaam[doel.niveau].toLowerCase()}`;
    case "leerjaar":
      return groepName(doel);
    case "klas":
      return `Klas ${doel.klas}`;
    case "subklas":
      return `Subklas ${doel.subklas} van klas ${doel.klas}`;
    case "leerling":
      return `${doel.uitgesloten ? "Niet voor" : "Ook voor"} ${leerling ?? "een leerling die hier niet meer is"}`;
  }
}

/** `altijd`, `vanaf 30 november 2026`, `van … tot en met …`. */
export function periodText({ van, tot }: Period): string {
  if (van && tot) return `van ${formatDate(van)} tot en met ${formatDate(tot)}`;
  if (van) return `vanaf ${formatDate(van)}`;
  return tot ? `tot en met ${formatDate(tot)}` : "altijd";
}

export const leerlingen = (aantal: number): string =>
  aantal === 1 ? "1 leerling" : `${formatNumber(aantal)} leerlingen`;

/** `24 in het 1e leerjaar, 20 in het 2e leerjaar`. */
export const perGroepText = (groepen: readonly GroepTally[]): string =>
  formatList(groepen.map((groep) => `${formatNumber(groep.aantal)} uit ${groepName(groep)}`));

/** Pupils of today: all of them, per year, and per class while the school shares these. */
export type Tally = {
  readonly ingeschreven: number;
  readonly groepen: readonly GroepTally[];
  readonly klassen: readonly KlasTally[];
};

/** How many pupils of today a rule is about; null for a rule on one pupil. */
export function countFor(doel: Doel, { ingeschreven, groepen, klassen }: Tally): number | null {
  switch (doel.soort) {
    case "school":
      return ingeschreven;
    case "niveau":
      return sum(groepen.filter(({ niveau }) => niveau === doel.niveau));
    case "leerjaar":
      return sum(
        groepen.filter(({ niveau, leerjaar }) => niveau === doel.niveau && leerjaar === doel.leerjaar),
      );
    case "klas":
    case "subklas": {
      const subklas = doel.soort === "klas" ? null : doel.subklas;
      return klassen.find((one) => one.klas === doel.klas && one.subklas === subklas)?.aantal ?? 0;
    }
    case "leerling":
      return null;
  }
}
const sum = (groepen: readonly GroepTally[]) => groepen.reduce((total, { aantal }) => total + aantal, 0);

/** A rule that is over, or only begins later, says so. */
export function periodPill(periode: Period, vandaag: Datum): Html | undefined {
  if (isLopend(vandaag, periode.van, periode.tot)) return undefined;
  return isVroeger(vandaag, periode.tot)
    ? html`<span class="pill">${icon("circle-dashed")}voorbij</span>`
    : html`<span class="pill info">${icon("clock")}begint later</span>`;
}

export function standPill(stand: KeuzeState): Html {
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
export function whyNot(beschikbaar: Extract<Availability, { kan: false }>): string {
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
export function wijzigingText(wijziging: Wijziging): string {
  switch (wijziging.soort) {
    case "aan":
      return `aangezet, ${periodText({ van: null, ...wijziging.wat })}`;
    case "uit":
      return wijziging.wat.tot === null
        ? "uitgezet"
        : `uitgezet, laatste dag ${formatDate(wijziging.wat.tot)}`;
    case "nieuw":
    case "periode":
    case "weg": {
      const naam = doelName(wijziging.wat.doel, wijziging.leerling);
      const wat = { nieuw: "nieuwe regel", periode: "andere datums", weg: "regel weggehaald" };
      return `${wat[wijziging.soort]}: ${naam}, ${periodText(wijziging.wat)}`;
    }
  }
}

/** A date of a form: null when it is empty, undefined when it is not a date. */
export const datumOf = (text: string): Datum | null | undefined => (text === "" ? null : readDatum(text));

/** `doel=leerjaar:lager:3`, `doel=klas:3A` or `doel=subklas:3A/3Aa` of a form, and back. */
export function doelValue(doel: Doel): string {
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
export const klassenValue = ({ niveau, leerjaar }: Groep): string => `klassen:${niveau}:${leerjaar}`;

/** The classes, without their subclasses, of which most pupils are in this year. */
export const klassenOf = (klassen: readonly KlasTally[], { niveau, leerjaar }: Groep): readonly KlasTally[] =>
  klassen.filter(
    ({ subklas, groepen: [first] }) =>
      subklas === null && first.niveau === niveau && first.leerjaar === leerjaar,
  );

/** Whom a ticked box is about; several for all classes of a year, none for what is no such box. */
export function readDoelen(text: string, klassen: readonly KlasTally[]): readonly Doel[] {
  const dubbelepunt = text.indexOf(":");
  const soort = dubbelepunt < 0 ? text : text.slice(0, dubbelepunt);
  const rest = dubbelepunt < 0 ? "" : text.slice(dubbelepunt + 1);
  if (soort === "klas" || soort === "subklas") {
    const gekozen = readKlas(rest);
    if (!gekozen || (gekozen.subklas === undefined) !== (soort === "klas")) return [];
    const { klas, subklas } = gekozen;
    return [subklas === undefined ? { soort: "klas", klas } : { soort: "subklas", klas, subklas }];
  }
  if (text === "school") return [{ soort: "school" }];
  const [niveau = "", leerjaar = ""] = rest.split(":");
  if (!Object.hasOwn(niveauNaam, niveau)) return [];
  if (soort === "niveau" && leerjaar === "") return [{ soort, niveau: niveau as Niveau }];
  if (!/^\d$/.test(leerjaar)) return [];
  const groep = { niveau: niveau as Niveau, leerjaar: Number(leerjaar) };
  if (soort === "leerjaar") return [{ soort, ...groep }];
  return soort === "klassen" ? klassenOf(klassen, groep).map(({ klas }) => ({ soort: "klas", klas })) : [];
}
