import { leesDatum, type Datum } from "#platform/clock";
import { isInstellingsnummer, type Instellingsnummer } from "#platform/ids";
import { bevatInsz } from "#modules/leerlingen";
import type { Quarantainereden } from "./problems.ts";

/** The first thing wrong in a message. The readers below note it here and go on with an empty value: no exceptions. */
export type Lezing = { fout: { code: Quarantainereden; veld: string } | undefined };

type Json = Readonly<Record<string, unknown>>;

export function meld(lezing: Lezing, code: Quarantainereden, veld: string): void {
  lezing.fout ??= { code, veld };
}

export const isObject = (waarde: unknown): waarde is Json =>
  typeof waarde === "object" && waarde !== null && !Array.isArray(waarde);

/** A part of the message that must be an object. */
export function object(lezing: Lezing, bron: Json, veld: string): Json {
  const waarde = bron[veld];
  if (isObject(waarde)) return waarde;
  meld(lezing, waarde === undefined || waarde === null ? "veld-ontbreekt" : "veld-ongeldig", veld);
  return {};
}

// Control and unassigned characters, and those that turn the direction of a text: none belongs in a name, and each makes a
// screen or a log lie. Joiners stay: Persian and Indian names need them.
// oxlint-disable-next-line no-control-regex
const verboden = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\ufdd0-\ufdef\ufeff\ufff9-\uffff]/;
const gewoon = /^[ -~\u00a0-\u02ff]*$/; // these are NFC as they are

/**
 * A text, in Unicode normal form C but not trimmed: this is the form that the content hash covers. Undefined when absent or
 * wrong (noted).
 */
export function tekst(
  lezing: Lezing,
  bron: Json,
  veld: string,
  pad: string,
  max: number,
): string | undefined {
  const waarde = bron[veld];
  if (waarde === undefined || waarde === null) return undefined;
  if (typeof waarde !== "string") {
    meld(lezing, "veld-ongeldig", pad + veld);
    return undefined;
  }
  if (waarde.length > max) {
    meld(lezing, "veld-te-lang", pad + veld);
    return undefined;
  }
  const vorm = gewoon.test(waarde) ? waarde : waarde.normalize("NFC");
  if (verboden.test(vorm) || !vorm.isWellFormed()) {
    meld(lezing, "teken-ongeldig", pad + veld);
    return undefined;
  }
  if (vorm.length >= 11 && bevatInsz(vorm)) {
    meld(lezing, "insz-op-verkeerde-plaats", pad + veld);
    return undefined;
  }
  return vorm;
}

/** A text that must be there and hold more than spaces. */
export function verplicht(lezing: Lezing, bron: Json, veld: string, pad: string, max: number): string {
  const waarde = tekst(lezing, bron, veld, pad, max);
  if (waarde === undefined || waarde.trim() === "") meld(lezing, "veld-ontbreekt", pad + veld);
  return waarde ?? "";
}

/** A text that may be absent, null or empty. */
export function vrij(lezing: Lezing, bron: Json, veld: string, pad: string, max: number): string | null {
  const waarde = tekst(lezing, bron, veld, pad, max);
  return waarde === undefined || waarde.trim() === "" ? null : waarde;
}

export function geheel(lezing: Lezing, bron: Json, veld: string, pad: string, max: number): number {
  const waarde = bron[veld];
  if (typeof waarde === "number" && Number.isInteger(waarde) && waarde >= 0 && waarde <= max) return waarde;
  meld(lezing, waarde === undefined || waarde === null ? "veld-ontbreekt" : "veld-ongeldig", pad + veld);
  return 0;
}

export function ja(lezing: Lezing, bron: Json, veld: string, pad: string): boolean {
  const waarde = bron[veld];
  if (typeof waarde === "boolean") return waarde;
  meld(lezing, waarde === undefined || waarde === null ? "veld-ontbreekt" : "veld-ongeldig", pad + veld);
  return false;
}

/** A date that may be absent. */
export function datum(lezing: Lezing, bron: Json, veld: string, pad: string): Datum | null {
  const waarde = bron[veld];
  if (waarde === undefined || waarde === null) return null;
  const gelezen = typeof waarde === "string" ? leesDatum(waarde) : undefined;
  if (gelezen === undefined)
    meld(lezing, typeof waarde === "string" ? "datum-ongeldig" : "veld-ongeldig", pad + veld);
  return gelezen ?? null;
}

export function verplichteDatum(lezing: Lezing, bron: Json, veld: string, pad: string): Datum {
  const gelezen = datum(lezing, bron, veld, pad);
  if (gelezen === null) meld(lezing, "veld-ontbreekt", pad + veld);
  return gelezen ?? ("1900-01-01" as Datum);
}

/** First and last day; the last may be open. */
export function periode(
  lezing: Lezing,
  bron: Json,
  pad: string,
): { readonly van: Datum; readonly tot: Datum | null } {
  const van = verplichteDatum(lezing, bron, "van", pad);
  const tot = datum(lezing, bron, "tot", pad);
  if (tot !== null && tot < van) meld(lezing, "datum-volgorde", `${pad}tot`);
  return { van, tot };
}

export function nummer(lezing: Lezing, bron: Json, veld: string, pad: string): Instellingsnummer | null {
  const waarde = bron[veld];
  if (waarde === undefined || waarde === null) return null;
  if (typeof waarde === "string" && isInstellingsnummer(waarde)) return waarde;
  meld(lezing, "veld-ongeldig", pad + veld);
  return null;
}

/** An instant (RFC 3339 with a zone) as UTC in milliseconds at most, written in one way only. */
export function tijdstip(lezing: Lezing, bron: Json, veld: string): string {
  const waarde = bron[veld];
  if (typeof waarde !== "string") {
    meld(lezing, waarde === undefined || waarde === null ? "veld-ontbreekt" : "veld-ongeldig", veld);
    return "";
  }
  const deel =
    /^(\d{4}-\d\d-\d\d)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?(Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/.exec(
      waarde,
    );
  if (!deel?.[1] || leesDatum(deel[1]) === undefined) {
    meld(lezing, "datum-ongeldig", veld);
    return "";
  }
  return waarde.length === 20 ? waarde : new Date(waarde).toISOString().replace(".000Z", "Z");
}

/** One of a few words. */
export function keuze<const K extends string>(
  lezing: Lezing,
  bron: Json,
  veld: string,
  pad: string,
  keuzes: readonly K[],
): K | undefined {
  const waarde = bron[veld];
  const gevonden = keuzes.find((een) => een === waarde);
  if (gevonden === undefined)
    meld(lezing, waarde === undefined || waarde === null ? "veld-ontbreekt" : "veld-ongeldig", pad + veld);
  return gevonden;
}
