import { leesDatum } from "#platform/clock";
import type { Niveau } from "#demo/contract";
import { dagVoor, leesInsz, schoolVan, vrijeInsz, type Stand } from "./actions.ts";

/**
 * Reads the fields of a form. Each reader notes what is wrong in `fouten` and goes on with an empty value, so that a
 * person sees all problems at once.
 */
export function leesForm(body: Readonly<Record<string, unknown>>, stand: Stand) {
  const waarden: Record<string, string> = {};
  for (const [naam, waarde] of Object.entries(body))
    if (typeof waarde === "string") waarden[naam] = waarde.trim();
  const fouten: Record<string, string> = {};
  const tekst = (veld: string, fout: string): string => {
    const waarde = waarden[veld] ?? "";
    if (waarde === "") fouten[veld] = fout;
    return waarde;
  };
  const datum = (veld: string): string => {
    const waarde = waarden[veld] ?? "";
    if (leesDatum(waarde) === undefined) fouten[veld] = "Vul een datum in die bestaat.";
    return waarde;
  };
  const insz = (geboortedatum: string): { readonly insz: string | null } => {
    const keuze = waarden["insz_keuze"];
    if (keuze === "zelf") {
      const gelezen = leesInsz(waarden["insz"] ?? "");
      if ("insz" in gelezen) return gelezen;
      fouten["insz"] = gelezen.fout;
    } else if (keuze === "nieuw" && leesDatum(geboortedatum) !== undefined) {
      const vrij = vrijeInsz(stand, geboortedatum);
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
      voornaam: tekst("voornaam", "Vul de voornaam in."),
      naam: tekst("naam", "Vul de naam in."),
    }),
    insz,
    geboren(veld: string) {
      const geboortedatum = datum(veld);
      return { geboortedatum, ...insz(geboortedatum) };
    },
    school(veld: string): { readonly instellingsnummer: string } {
      const instellingsnummer = waarden[veld] ?? "";
      if (!schoolVan(instellingsnummer)) fouten[veld] = "Kies een school uit de lijst.";
      return { instellingsnummer };
    },
    /** Year, site and first day at a school. */
    plaats(jaarVeld: string, vanVeld: string, instellingsnummer: string) {
      const gekozen = /^(kleuter|lager|secundair)-([1-7])$/.exec(waarden[jaarVeld] ?? "");
      const niveau = (gekozen?.[1] ?? "lager") as Niveau;
      const school = schoolVan(instellingsnummer);
      if (gekozen === null || school?.niveaus.includes(niveau) === false)
        fouten[jaarVeld] = "Kies een jaar dat in die school bestaat.";
      return {
        niveau,
        leerjaar: Number(gekozen?.[2] ?? 1),
        vestiging: waarden["vestiging"] ?? school?.vestigingen[0]?.vestiging ?? "1",
        van: datum(vanVeld),
      };
    },
    dagOfGisteren: (veld: string, vandaag: string): string =>
      (waarden[veld] ?? "") === "" ? dagVoor(vandaag) : datum(veld),
  };
}
