import { readDatum } from "#platform/clock";

/** A national number that passed the check: 11 digits. Lives in memory only; at rest it is in the vault (D2). */
export type Insz = string & { readonly __insz: unique symbol };

/**
 * Reads an INSZ: 11 digits, with or without the usual dots and dash. Checks modulo 97 for both centuries, and the birth date
 * in it: month + 20 or + 40 for bis numbers, 00 where a part is not known. Undefined when it cannot be one.
 */
export function readInsz(text: string): Insz | undefined {
  const cijfers = /^\d{11}$/.test(text)
    ? text
    : /^\d\d\.\d\d\.\d\d-\d{3}[.-]\d\d$/.test(text)
      ? text.replaceAll(/\D/g, "")
      : undefined;
  if (cijfers === undefined || cijfers.slice(6, 9) === "000") return undefined;
  const eeuwen = centuriesOf(cijfers);
  if (eeuwen.length === 0) return undefined;
  const maand = Number(cijfers.slice(2, 4)) % 20;
  const dag = Number(cijfers.slice(4, 6));
  if (Number(cijfers.slice(2, 4)) > 52 || maand > 12 || dag > 31) return undefined;
  if (maand === 0 || dag === 0) return cijfers as Insz;
  const bestaat = eeuwen.some((eeuw) =>
    readDatum(`${eeuw}${cijfers.slice(0, 2)}-${String(maand).padStart(2, "0")}-${cijfers.slice(4, 6)}`),
  );
  return bestaat ? (cijfers as Insz) : undefined;
}

/** Centuries of birth ("19", "20") for which the check digits are right. */
function centuriesOf(cijfers: string): readonly string[] {
  const romp = Number(cijfers.slice(0, 9));
  const controle = Number(cijfers.slice(9));
  const matches = (number: number) => 97 - (number % 97) === controle;
  return [...(matches(romp) ? ["19"] : []), ...(matches(2_000_000_000 + romp) ? ["20"] : [])];
}

/** Is this a bis number: given to whoever is not in the national register (yet). */
export const isBis = (insz: Insz): boolean => Number(insz.slice(2, 4)) >= 20;

/**
 * May these two numbers plainly be of one person: a bis number that became a national number (or got its sex known: + 20 to
 * + 40), so with the same birth date. Anything else needs two people's eyes (D2).
 */
export function isTransition(one: Insz, other: Insz): boolean {
  if (one === other || (!isBis(one) && !isBis(other))) return false;
  const birthOf = (insz: Insz) => `${insz.slice(0, 2)}-${Number(insz.slice(2, 4)) % 20}-${insz.slice(4, 6)}`;
  const eeuwen = centuriesOf(other);
  return birthOf(one) === birthOf(other) && centuriesOf(one).some((eeuw) => eeuwen.includes(eeuw));
}

/** Does a text hold something that passes for an INSZ, apart from other letters and digits (so not inside a uuid). It may stand in no other field than `insz`. */
export function containsInsz(text: string): boolean {
  for (const [vondst] of text.matchAll(
    /(?<![0-9A-Za-z])(?:\d{11}|\d\d\.\d\d\.\d\d-\d{3}[.-]\d\d)(?![0-9A-Za-z])/g,
  )) {
    if (readInsz(vondst)) return true;
  }
  return false;
}

/** Letters that Unicode does not take apart into a base letter and marks. */
const letters: Readonly<Record<string, string>> = {
  ß: "ss",
  ẞ: "ss",
  æ: "ae",
  œ: "oe",
  ø: "o",
  ł: "l",
  đ: "d",
  ð: "d",
  þ: "th",
  ħ: "h",
  ı: "i",
  ĸ: "k",
  ŋ: "n",
  ŧ: "t",
  ƒ: "f",
  ə: "e",
  ɛ: "e",
  ɔ: "o",
  ɖ: "d",
  ɓ: "b",
  ɗ: "d",
  ƙ: "k",
  ƴ: "y",
};

/** A name as ASCII letters, lower case, at most 30; empty when it has no Latin letter. */
export function fold(naam: string): string {
  if (/^[A-Za-z]+$/.test(naam)) return naam.toLowerCase().slice(0, langsteDeel); // nearly all names
  let uit = "";
  for (const teken of naam.toLowerCase().normalize("NFKD")) {
    if (teken >= "a" && teken <= "z") uit += teken;
    else uit += letters[teken] ?? "";
  }
  return uit.slice(0, langsteDeel);
}
const langsteDeel = 30;

/**
 * The part of a username that comes from the official name (D7): ASCII letters with one dot, `noor.peeters`. Names without
 * any Latin letter give `leerling`.
 */
export function foldGebruikersnaam(voornaam: string, naam: string): string {
  return [fold(voornaam), fold(naam)].filter((part) => part !== "").join(".") || "leerling";
}

/** `noor.peeters`, 2 → `noor.peeters2`; number 1 is not shown. */
export const formatGebruikersnaam = (basis: string, nr: number): string =>
  nr === 1 ? basis : `${basis}${nr}`;

/** The opposite of `formatGebruikersnaam`; undefined for what is no username. */
export function splitGebruikersnaam(
  text: string,
): { readonly basis: string; readonly nr: number } | undefined {
  const part = /^([a-z]{1,30}(?:\.[a-z]{1,30})?)([1-9]\d{0,8})?$/.exec(text);
  if (part?.[1] === undefined || part[2] === "1") return undefined;
  return { basis: part[1], nr: part[2] === undefined ? 1 : Number(part[2]) };
}
