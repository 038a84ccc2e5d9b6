import { kortste, langste, type Niveau, type Sleutelsoort, type Wachtwoordfout } from "./contract.ts";
import { teGewoon, woorden } from "./words.ts";

/** Kleuters and years 1 and 2 of lager sign in with a badge, all others with a password (D7). */
export const sleutelVoor = (wie: { readonly niveau: Niveau; readonly leerjaar: number }): Sleutelsoort =>
  wie.niveau === "kleuter" || (wie.niveau === "lager" && wie.leerjaar <= 2) ? "badge" : "wachtwoord";

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

/** Signs of a badge: nothing that looks like 0 or 1. */
const tekens = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
const langeCode = 26;
const korteCode = 8;

/** 16 bytes as 26 signs of five bits. */
export function schrijfCode(bytes: Uint8Array): string {
  let getal = bytes.reduce((som, byte) => (som << 8n) | BigInt(byte), 0n) << 2n;
  let code = "";
  for (let nr = 0; nr < langeCode; nr++) {
    code = (tekens[Number(getal & 31n)] ?? "") + code;
    getal >>= 5n;
  }
  return code;
}

/** What stands in the QR code of a badge. */
export const qrTekst = (code: string): string => `LEERID:${code}`;
/** The short form as it is printed: K7M2-P4TR. */
export const korteVorm = (code: string): string => `${code.slice(0, 4)}-${code.slice(4, korteCode)}`;

/** Reads what a camera or a hand gives: a whole code or its short form, however written. */
export function leesBadge(tekst: string): { readonly kort: string; readonly code?: string } | undefined {
  if (tekst.length > 100) return undefined;
  const kaleTekst = tekst
    .normalize("NFKC")
    .toUpperCase()
    .replace(/^\s*LEERID:/, "")
    .replaceAll(/[\s-]/g, "")
    .replaceAll(/[1I]/g, "L");
  if (![...kaleTekst].every((teken) => tekens.includes(teken))) return undefined;
  if (kaleTekst.length === korteCode) return { kort: kaleTekst };
  if (kaleTekst.length === langeCode) return { kort: kaleTekst.slice(0, korteCode), code: kaleTekst };
  return undefined;
}
