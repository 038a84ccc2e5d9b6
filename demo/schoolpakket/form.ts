import { leesDatum } from "#platform/clock";
import type { Fouten } from "#demo/discimus/actions";
import type { Klas } from "./classes.ts";
import { layouts, type Pakketnaam } from "./layouts.ts";
import { isNietGezet, type Planning } from "./planning.ts";
import type { Taakvelden } from "./state.ts";

export type Waarden = Readonly<Record<string, string>>;

/** The text fields of a form, trimmed. */
export const waardenVan = (body: Readonly<Record<string, unknown>>): Waarden =>
  Object.fromEntries(
    Object.entries(body).flatMap(([naam, waarde]) =>
      typeof waarde === "string" ? [[naam, waarde.trim()]] : [],
    ),
  );

export function leesKlas(
  pakket: Pakketnaam,
  waarden: Waarden,
): { readonly klas: Klas } | { readonly fouten: Fouten } {
  const { klasvorm, klasuitleg } = layouts[pakket];
  const [klas = "", subklas = ""] = [waarden["klas"], waarden["subklas"]];
  const fouten = {
    ...(klasvorm.test(klas) ? {} : { klas: `Zo heet een klas hier niet. ${klasuitleg}` }),
    ...(subklas === "" || /^[\p{L}\d][\p{L}\d .+-]{0,19}$/u.test(subklas)
      ? {}
      : { subklas: "Gebruik letters en cijfers, hoogstens 20." }),
  };
  if (Object.keys(fouten).length > 0) return { fouten };
  return { klas: { klas, subklas: subklas === "" ? null : subklas } };
}

/** The fields of a job, except its planning, which has a form of its own. */
export const leesTaak = (waarden: Waarden, planning: Planning): Taakvelden => ({
  type: waarden["type"] === "Leerid synchronisatie" ? waarden["type"] : "",
  omschrijving: (waarden["omschrijving"] ?? "").slice(0, 80),
  inactief: waarden["inactief"] === "ja",
  planning,
});

/** The form of a planning as it stands now. */
export function planningWaarden(planning: Planning): Waarden {
  const leeg = {
    soort: planning.soort,
    eenmalig_om: "00:00",
    dagelijks_om: "00:00",
    minuut: "0",
    n: "60",
    datum: "",
  };
  switch (planning.soort) {
    case "eenmalig":
      return { ...leeg, eenmalig_om: planning.tijd, datum: isNietGezet(planning) ? "" : planning.datum };
    case "dagelijks":
      return { ...leeg, dagelijks_om: planning.tijd };
    case "elk-uur":
      return { ...leeg, minuut: String(planning.minuut) };
    case "elke-n-minuten":
      return { ...leeg, n: String(planning.n) };
  }
}

/** Reads the form of a planning; only the fields of the chosen frequency count. */
export function leesPlanning(
  waarden: Waarden,
): { readonly planning: Planning } | { readonly fouten: Fouten } {
  const tijd = (veld: string): string | undefined => {
    const [, uur = "", minuut = ""] = /^(\d{1,2})[:.u](\d{2})$/.exec(waarden[veld] ?? "") ?? [];
    return uur !== "" && Number(uur) < 24 && Number(minuut) < 60
      ? `${uur.padStart(2, "0")}:${minuut}`
      : undefined;
  };
  const getal = (veld: string, van: number, tot: number): number | undefined => {
    const waarde = waarden[veld] ?? "";
    return /^\d{1,4}$/.test(waarde) && Number(waarde) >= van && Number(waarde) <= tot
      ? Number(waarde)
      : undefined;
  };
  const uur = "Schrijf een uur als 00:05.";
  switch (waarden["soort"]) {
    case "eenmalig": {
      const datum = leesDatum(waarden["datum"] ?? "");
      const om = tijd("eenmalig_om");
      if (datum !== undefined && om !== undefined)
        return { planning: { soort: "eenmalig", datum, tijd: om } };
      return {
        fouten: {
          ...(datum === undefined ? { datum: "Vul een datum in die bestaat." } : {}),
          ...(om === undefined ? { eenmalig_om: uur } : {}),
        },
      };
    }
    case "dagelijks": {
      const om = tijd("dagelijks_om");
      return om === undefined
        ? { fouten: { dagelijks_om: uur } }
        : { planning: { soort: "dagelijks", tijd: om } };
    }
    case "elk-uur": {
      const minuut = getal("minuut", 0, 59);
      return minuut === undefined
        ? { fouten: { minuut: "Kies een minuut van 0 tot 59." } }
        : { planning: { soort: "elk-uur", minuut } };
    }
    default: {
      const n = getal("n", 1, 1440);
      return n === undefined
        ? { fouten: { n: "Kies een aantal minuten van 1 tot 1440." } }
        : { planning: { soort: "elke-n-minuten", n } };
    }
  }
}
