import { isIngeschreven, type Leerling } from "#demo/discimus/actions";
import type { PakketLeerling } from "./layouts.ts";

export type Klas = { readonly klas: string; readonly subklas: string | null };

const richtingen: Readonly<Record<string, string>> = {
  Latijn: "LAT",
  Wetenschappen: "WET",
  Talen: "TAL",
  Techniek: "TEC",
  "Zorg en welzijn": "ZOR",
  Handel: "HAN",
  Kunst: "KUN",
};

/** Where the school put a pupil at the beginning of the year, before anybody changed it. The named pupils of the demo sit in A. */
function firstKlas({ stamnummer, inschrijvingen }: Leerling): Klas | undefined {
  const plaats = inschrijvingen.at(-1)?.gegevens;
  if (plaats === undefined) return undefined;
  const nummer = Number(stamnummer.slice(-4));
  const letter = nummer <= 100 || nummer % 2 === 1 ? "A" : "B";
  const { niveau, leerjaar, administratieve_groep: groep = "" } = plaats;
  if (niveau === "kleuter") return { klas: `K${leerjaar}${letter}`, subklas: null };
  if (niveau === "secundair")
    return { klas: `${leerjaar}${letter}`, subklas: richtingen[groep.slice(2)] ?? null };
  // The two highest years of the primary school work in groups.
  return { klas: `${leerjaar}${letter}`, subklas: leerjaar < 5 ? null : nummer % 4 < 2 ? "Zon" : "Maan" };
}

const opNaam = new Intl.Collator("nl-BE");

/** The pupils of one school with their classes, as its package has them; `gewijzigd` = what was changed there, by stamnummer. */
export function pakketLeerlingen(
  leerlingen: Iterable<Leerling>,
  school: string,
  gewijzigd: Readonly<Record<string, Klas>>,
  vandaag: string,
): readonly PakketLeerling[] {
  return [...leerlingen]
    .filter((one) => one.instellingsnummer === school)
    .flatMap((one) => {
      const klas = gewijzigd[one.stamnummer] ?? firstKlas(one);
      const inschrijving = one.inschrijvingen.at(-1)?.gegevens;
      if (klas === undefined || inschrijving === undefined) return [];
      return {
        instellingsnummer: one.instellingsnummer,
        stamnummer: one.stamnummer,
        naam: one.gegevens.naam,
        voornaam: one.gegevens.voornaam,
        ...klas,
        van: inschrijving.van,
        tot: inschrijving.tot ?? null,
        ingeschreven: isIngeschreven(one, vandaag),
      };
    })
    .toSorted((one, two) => opNaam.compare(`${one.naam} ${one.voornaam}`, `${two.naam} ${two.voornaam}`));
}
