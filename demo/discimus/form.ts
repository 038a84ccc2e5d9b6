import { readDatum } from "#platform/clock";
import type { Niveau } from "#demo/contract";
import { dayBefore, readInsz, schoolOf, freeInsz, type DemoState } from "./actions.ts";

/**
 * Reads the fields of a form. Each reader notes what is wrong in `fouten` and goes on with an empty value, so that a
 * person sees all problems at once.
 */
export function readForm(body: Readonly<Record<string, unknown>>, stand: DemoState) {
  const waarden: Record<string, string> = {};
  for (const [naam, value] of Object.entries(body))
    if (typeof value === "string") waarden[naam] = value.trim();
  const fouten: Record<string, string> = {};
  const textOf = (veld: string, fout: string): string => {
    const value = waarden[veld] ?? "";
    if (value === "") fouten[veld] = fout;
    return value;
  };
  const datum = (veld: string): string => {
    const value = waarden[veld] ?? "";
    if (readDatum(value) === undefined) fouten[veld] = "Vul een datum in die bestaat.";
    return value;
  };
  const insz = (geboortedatum: string): { readonly insz: string | null } => {
    const keuze = waarden["insz_keuze"];
    if (keuze === "zelf") {
      const gelezen = readInsz(waarden["insz"] ?? "");
      if ("insz" in gelezen) return gelezen;
      fouten["insz"] = gelezen.fout;
    } else if (keuze === "nieuw" && readDatum(geboortedatum) !== undefined) {
      const vrij = freeInsz(stand, geboortedatum);
      if (vrij !== undefined) return { insz: vrij };
      fouten["insz_keuze"] = "Voor deze geboortedatum zijn de verzonnen nummers op. Kies een andere datum.";
    }
    return { insz: null };
  };

  return {
    waarden,
    fouten,
    get heeftFouten() {
      return Object.keys(fouten).length > 0;
    },
    naam: () => ({
      voornaam: textOf("voornaam", "Vul de voornaam in."),
      naam: textOf("naam", "Vul de naam in."),
    }),
    insz,
    geboren(veld: string) {
      const geboortedatum = datum(veld);
      return { geboortedatum, ...insz(geboortedatum) };
    },
    school(veld: string): { readonly instellingsnummer: string } {
      const instellingsnummer = waarden[veld] ?? "";
      if (!schoolOf(instellingsnummer)) fouten[veld] = "Kies een school uit de lijst.";
      return { instellingsnummer };
    },
    /** Year, site and first day at a school. */
    place(jaarVeld: string, vanVeld: string, instellingsnummer: string) {
      const gekozen = /^(kleuter|lager|secundair)-([1-7])$/.exec(waarden[jaarVeld] ?? "");
      const niveau = (gekozen?.[1] ?? "lager") as Niveau;
      const school = schoolOf(instellingsnummer);
      if (gekozen === null || school?.niveaus.includes(niveau) === false)
        fouten[jaarVeld] = "Kies een jaar dat in die school bestaat.";
      return {
        niveau,
        leerjaar: Number(gekozen?.[2] ?? 1),
        vestiging: waarden["vestiging"] ?? school?.vestigingen[0]?.vestiging ?? "1",
        van: datum(vanVeld),
      };
    },
    dayOrYesterday: (veld: string, vandaag: string): string =>
      (waarden[veld] ?? "") === "" ? dayBefore(vandaag) : datum(veld),
  };
}
