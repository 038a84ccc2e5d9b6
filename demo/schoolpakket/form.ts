import { readDatum } from "#platform/clock";
import type { FieldErrors } from "#demo/discimus/actions";
import type { Klas } from "./classes.ts";
import { layouts, type Pakketnaam } from "./layouts.ts";
import { isNotSet, type Planning } from "./planning.ts";
import type { Taakvelden } from "./state.ts";

export type Values = Readonly<Record<string, string>>;

/** The text fields of a form, trimmed. */
export const valuesOf = (body: Readonly<Record<string, unknown>>): Values =>
  Object.fromEntries(
    Object.entries(body).flatMap(([naam, value]) =>
      typeof value === "string" ? [[naam, value.trim()]] : [],
    ),
  );

export function readKlas(
  pakket: Pakketnaam,
  values: Values,
): { readonly klas: Klas } | { readonly fouten: FieldErrors } {
  const { klasvorm, klasuitleg } = layouts[pakket];
  const [klas = "", subklas = ""] = [values["klas"], values["subklas"]];
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
export const readTaak = (values: Values, planning: Planning): Taakvelden => ({
  type: values["type"] === "Leerid synchronisatie" ? values["type"] : "",
  omschrijving: (values["omschrijving"] ?? "").slice(0, 80),
  inactief: values["inactief"] === "ja",
  planning,
});

/** The form of a planning as it stands now. */
export function planningValues(planning: Planning): Values {
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
      return { ...leeg, eenmalig_om: planning.tijd, datum: isNotSet(planning) ? "" : planning.datum };
    case "dagelijks":
      return { ...leeg, dagelijks_om: planning.tijd };
    case "elk-uur":
      return { ...leeg, minuut: String(planning.minuut) };
    case "elke-n-minuten":
      return { ...leeg, n: String(planning.n) };
  }
}

/** Reads the form of a planning; only the fields of the chosen frequency count. */
export function readPlanning(
  values: Values,
): { readonly planning: Planning } | { readonly fouten: FieldErrors } {
  const time = (veld: string): string | undefined => {
    const [, uur = "", minuut = ""] = /^(\d{1,2})[:.u](\d{2})$/.exec(values[veld] ?? "") ?? [];
    return uur !== "" && Number(uur) < 24 && Number(minuut) < 60
      ? `${uur.padStart(2, "0")}:${minuut}`
      : undefined;
  };
  const integerField = (veld: string, van: number, tot: number): number | undefined => {
    const value = values[veld] ?? "";
    return /^\d{1,4}$/.test(value) && Number(value) >= van && Number(value) <= tot
      ? Number(value)
      : undefined;
  };
  const uur = "Schrijf een uur als 00:05.";
  switch (values["soort"]) {
    case "eenmalig": {
      const datum = readDatum(values["datum"] ?? "");
      const om = time("eenmalig_om");
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
      const om = time("dagelijks_om");
      return om === undefined
        ? { fouten: { dagelijks_om: uur } }
        : { planning: { soort: "dagelijks", tijd: om } };
    }
    case "elk-uur": {
      const minuut = integerField("minuut", 0, 59);
      return minuut === undefined
        ? { fouten: { minuut: "Kies een minuut van 0 tot 59." } }
        : { planning: { soort: "elk-uur", minuut } };
    }
    default: {
      const n = integerField("n", 1, 1440);
      return n === undefined
        ? { fouten: { n: "Kies een aantal minuten van 1 tot 1440." } }
        : { planning: { soort: "elke-n-minuten", n } };
    }
  }
}
