import { kortste, langste, type Niveau, type Wachtwoordfout } from "./contract.ts";
import { teGewoon, woorden } from "./words.ts";

/** The form in which a password is compared: NFC, nothing trimmed. A phone and a PC may type é differently. */
export const vorm = (wachtwoord: string): string => wachtwoord.normalize("NFC");

/**
 * The form in which a username is looked up: lower case, without the blanks and capitals that a tablet adds.
 */
export const vormNaam = (gebruikersnaam: string): string =>
  gebruikersnaam.normalize("NFKC").trim().toLowerCase();

const kaal = (tekst: string): string =>
  tekst
    .normalize("NFD")
    .replaceAll(/[^\p{L}\p{N}]/gu, "")
    .toLowerCase();

/** What is wrong with a chosen password, or undefined (D7; ASVS 5.0 6.2). */
export function keurWachtwoord(
  nieuw: string,
  herhaald: string,
  over: { readonly niveau: Niveau; readonly namen: readonly string[] },
): Wachtwoordfout | undefined {
  const wachtwoord = vorm(nieuw);
  const tekens = [...wachtwoord].length;
  if (tekens === 0) return "leeg";
  if (tekens < kortste[over.niveau]) return "te-kort";
  if (tekens > langste) return "te-lang";
  const zonderTekens = kaal(wachtwoord);
  if (/^\d*$/.test(zonderTekens) || /^(.)\1*$/u.test(zonderTekens)) return "te-gewoon";
  if (
    teGewoon.has(zonderTekens.replace(/\d+$/, "")) ||
    "abcdefghijklmnopqrstuvwxyz".includes(zonderTekens.replace(/\d+$/, ""))
  )
    return "te-gewoon";
  const zonderCijfers = zonderTekens.replaceAll(/\d/g, "");
  for (const naam of over.namen.map(kaal)) {
    // A name inside a long phrase is fine; a password that is hardly more than the name is not.
    if (naam.length >= 3 && zonderCijfers.includes(naam) && zonderCijfers.length - naam.length < 5)
      return "bevat-naam";
  }
  if (wachtwoord !== vorm(herhaald)) return "ongelijk";
  return undefined;
}

/**
 * Makes an initial password (D7): three words for kleuter and lager, four for secundair, with one digit.
 * `willekeurig(n)` gives an unbiased number below n.
 */
export function maakEersteWachtwoord(niveau: Niveau, willekeurig: (onder: number) => number): string {
  const aantal = niveau === "secundair" ? 4 : 3;
  const gekozen = Array.from({ length: aantal }, () => woorden[willekeurig(woorden.length)] ?? "roos");
  return `${gekozen.join("-")}-${willekeurig(8) + 2}`;
}
