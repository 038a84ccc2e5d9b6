import type { Datum } from "#platform/clock";
import { fold } from "#modules/leerlingen";
import type { Leerling } from "./contract.ts";

/** From when on a school is told that the tries on a badge were used up: for two weeks, or until there is another badge. */
export const stoppedSince = (nu: number): Date => new Date(nu - 14 * 86_400_000);

/** What was typed, as the store looks for it: every list must match wholly. */
export type SearchForm = {
  /** ASCII letters, each somewhere in surname or first name. */
  readonly namen: readonly string[];
  /** With a dot or a digit: each somewhere in the username. */
  readonly gebruikersnamen: readonly string[];
  /** Without any Latin letter: each somewhere in the name as it is written. */
  readonly letterlijk: readonly string[];
};

const meesteWoorden = 8;

/** Takes apart what was typed in the search box. Words that say nothing (a comma, a dash) are left out. */
export function readZoekvraag(text: string): SearchForm {
  const vorm = { namen: [] as string[], gebruikersnamen: [] as string[], letterlijk: [] as string[] };
  for (const woord of text.slice(0, 200).split(/\s+/).slice(0, meesteWoorden)) {
    const naam = fold(woord);
    const gebruikersnaam = woord
      .toLowerCase()
      .replaceAll(/[^a-z.\d]/g, "")
      .slice(0, 70);
    if (/\d/.test(woord) || /[a-z]\.[a-z]/.test(gebruikersnaam)) vorm.gebruikersnamen.push(gebruikersnaam);
    else if (naam !== "") vorm.namen.push(naam);
    else if (/\p{L}/u.test(woord)) vorm.letterlijk.push(woord.toLowerCase());
  }
  return vorm;
}

/** The ways in which a (sub)klas that was typed may be written: 3a finds 3A, dolfijnen finds Dolfijnen. None for what is no such name. */
export function klasnamenOf(text: string): readonly string[] {
  const naam = text.trim().replaceAll(/\s+/g, " ");
  if (naam === "" || naam.length > 50) return [];
  const klein = naam.toLowerCase();
  // The first letter, as in Dolfijnen, 3Aa and 1 Latijn.
  const eersteGroot = klein.replace(/\p{L}/u, (letter) => letter.toUpperCase());
  return [...new Set([naam, klein, naam.toUpperCase(), eersteGroot])];
}

/** The same date a year earlier; 29 February gives 28 February. */
export function yearEarlier(datum: Datum): Datum {
  const jaar = String(Number(datum.slice(0, 4)) - 1).padStart(4, "0");
  const dag = datum.slice(4);
  return `${jaar}${dag === "-02-29" ? "-02-28" : dag}` as Datum;
}

/** A changed name stays news for a pupil who signs in already: this many milliseconds. */
export const nieuwsduur = 30 * 86_400_000;

/** His classes in words: "3A", or "3A, 3B" for whoever is in two. */
export const klasnamen = ({ klassen }: Pick<Leerling, "klassen">): string =>
  [...new Set(klassen.map(({ klas }) => klas))].join(", ");

/** His subclasses in words; empty when he has none. */
export const subklasnamen = ({ klassen }: Pick<Leerling, "klassen">): string =>
  [...new Set(klassen.flatMap(({ subklas }) => subklas ?? []))].join(", ");
