import { kortste, langste, type Niveau, type Sleutelsoort, type WachtwoordError } from "./contract.ts";
import { teGewoon, woorden } from "./words.ts";

/** Kleuters and years 1 and 2 of lager sign in with a badge, all others with a password (D7). */
export const sleutelFor = (wie: { readonly niveau: Niveau; readonly leerjaar: number }): Sleutelsoort =>
  wie.niveau === "kleuter" || (wie.niveau === "lager" && wie.leerjaar <= 2) ? "badge" : "wachtwoord";

/** The form in which a password is compared: NFC, nothing trimmed. A phone and a PC may type é differently. */
export const normalize = (wachtwoord: string): string => wachtwoord.normalize("NFC");

/**
 * The form in which a username is looked up and counted: lower case, and without any blank. No username has one; a tablet adds them
 * after a dot and at the end, some of them invisible.
 */
export const normalizeName = (gebruikersnaam: string): string =>
  gebruikersnaam
    .normalize("NFKC")
    .replaceAll(/[\s\p{Z}\p{Cf}]/gu, "")
    .toLowerCase();

const bare = (text: string): string =>
  text
    .normalize("NFD")
    .replaceAll(/[^\p{L}\p{N}]/gu, "")
    .toLowerCase();

/** What is wrong with a chosen password, or undefined (D7; ASVS 5.0 6.2). */
export function checkWachtwoord(
  nieuw: string,
  herhaald: string,
  over: { readonly niveau: Niveau; readonly namen: readonly string[] },
): WachtwoordError | undefined {
  const wachtwoord = normalize(nieuw);
  const tekens = [...wachtwoord].length;
  if (tekens === 0) return "leeg";
  if (tekens < kortste[over.niveau]) return "te-kort";
  if (tekens > langste) return "te-lang";
  const zonderTekens = bare(wachtwoord);
  if (/^\d*$/.test(zonderTekens) || /^(.)\1*$/u.test(zonderTekens)) return "te-gewoon";
  if (
    teGewoon.has(zonderTekens.replace(/\d+$/, "")) ||
    "abcdefghijklmnopqrstuvwxyz".includes(zonderTekens.replace(/\d+$/, ""))
  )
    return "te-gewoon";
  const zonderCijfers = zonderTekens.replaceAll(/\d/g, "");
  for (const naam of over.namen.map(bare)) {
    // A name inside a long phrase is fine; a password that is hardly more than the name is not.
    if (naam.length >= 3 && zonderCijfers.includes(naam) && zonderCijfers.length - naam.length < 5)
      return "bevat-naam";
  }
  if (wachtwoord !== normalize(herhaald)) return "ongelijk";
  return undefined;
}

/**
 * Makes an initial password (D7): three words for kleuter and lager, four for secundair, with one digit.
 * `random(n)` gives an unbiased number below n.
 */
export function makeFirstWachtwoord(niveau: Niveau, random: (onder: number) => number): string {
  const aantal = niveau === "secundair" ? 4 : 3;
  const gekozen = Array.from({ length: aantal }, () => woorden[random(woorden.length)] ?? "roos");
  return `${gekozen.join("-")}-${random(8) + 2}`;
}

/** Signs of a badge: nothing that looks like 0 or 1. */
const tekens = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
const langeCode = 26;
const korteCode = 8;

/** 16 bytes as 26 signs of five bits. */
export function writeCode(bytes: Uint8Array): string {
  let number = bytes.reduce((som, byte) => (som << 8n) | BigInt(byte), 0n) << 2n;
  let code = "";
  for (let nr = 0; nr < langeCode; nr++) {
    code = (tekens[Number(number & 31n)] ?? "") + code;
    number >>= 5n;
  }
  return code;
}

/** What stands in the QR code of a badge. */
export const qrText = (code: string): string => `LEERID:${code}`;
/** The short form as it is printed: K7M2-P4TR. */
export const shortForm = (code: string): string => `${code.slice(0, 4)}-${code.slice(4, korteCode)}`;

/** Reads what a camera or a hand gives: a whole code or its short form, however written. */
export function readBadge(text: string): { readonly kort: string; readonly code?: string } | undefined {
  if (text.length > 100) return undefined;
  const kaleTekst = text
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
