import { readDatum, type Datum } from "#platform/clock";
import { isInstellingsnummer, type Instellingsnummer } from "#platform/ids";
import { containsInsz } from "#modules/leerlingen";
import type { Quarantainereden } from "./problems.ts";

/** The first thing wrong in a message. The readers below note it here and go on with an empty value: no exceptions. */
export type Reading = { fout: { code: Quarantainereden; veld: string } | undefined };

type Json = Readonly<Record<string, unknown>>;

export function report(lezing: Reading, code: Quarantainereden, veld: string): void {
  lezing.fout ??= { code, veld };
}

export const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A part of the message that must be an object. */
export function object(lezing: Reading, bron: Json, veld: string): Json {
  const value = bron[veld];
  if (isObject(value)) return value;
  report(lezing, value === undefined || value === null ? "veld-ontbreekt" : "veld-ongeldig", veld);
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
export function textOf(
  lezing: Reading,
  bron: Json,
  veld: string,
  path: string,
  max: number,
): string | undefined {
  const value = bron[veld];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "string") {
    report(lezing, "veld-ongeldig", path + veld);
    return undefined;
  }
  if (value.length > max) {
    report(lezing, "veld-te-lang", path + veld);
    return undefined;
  }
  const vorm = gewoon.test(value) ? value : value.normalize("NFC");
  if (verboden.test(vorm) || !vorm.isWellFormed()) {
    report(lezing, "teken-ongeldig", path + veld);
    return undefined;
  }
  if (vorm.length >= 11 && containsInsz(vorm)) {
    report(lezing, "insz-op-verkeerde-plaats", path + veld);
    return undefined;
  }
  return vorm;
}

/** A text that must be there and hold more than spaces. */
export function required(lezing: Reading, bron: Json, veld: string, path: string, max: number): string {
  const value = textOf(lezing, bron, veld, path, max);
  if (value === undefined || value.trim() === "") report(lezing, "veld-ontbreekt", path + veld);
  return value ?? "";
}

/** A text that may be absent, null or empty. */
export function optional(
  lezing: Reading,
  bron: Json,
  veld: string,
  path: string,
  max: number,
): string | null {
  const value = textOf(lezing, bron, veld, path, max);
  return value === undefined || value.trim() === "" ? null : value;
}

export function integer(lezing: Reading, bron: Json, veld: string, path: string, max: number): number {
  const value = bron[veld];
  if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= max) return value;
  report(lezing, value === undefined || value === null ? "veld-ontbreekt" : "veld-ongeldig", path + veld);
  return 0;
}

export function boolean(lezing: Reading, bron: Json, veld: string, path: string): boolean {
  const value = bron[veld];
  if (typeof value === "boolean") return value;
  report(lezing, value === undefined || value === null ? "veld-ontbreekt" : "veld-ongeldig", path + veld);
  return false;
}

/** A date that may be absent. */
export function datum(lezing: Reading, bron: Json, veld: string, path: string): Datum | null {
  const value = bron[veld];
  if (value === undefined || value === null) return null;
  const gelezen = typeof value === "string" ? readDatum(value) : undefined;
  if (gelezen === undefined)
    report(lezing, typeof value === "string" ? "datum-ongeldig" : "veld-ongeldig", path + veld);
  return gelezen ?? null;
}

export function requiredDatum(lezing: Reading, bron: Json, veld: string, path: string): Datum {
  const gelezen = datum(lezing, bron, veld, path);
  if (gelezen === null) report(lezing, "veld-ontbreekt", path + veld);
  return gelezen ?? ("1900-01-01" as Datum);
}

/** First and last day; the last may be open. */
export function period(
  lezing: Reading,
  bron: Json,
  path: string,
): { readonly van: Datum; readonly tot: Datum | null } {
  const van = requiredDatum(lezing, bron, "van", path);
  const tot = datum(lezing, bron, "tot", path);
  if (tot !== null && tot < van) report(lezing, "datum-volgorde", `${path}tot`);
  return { van, tot };
}

export function number(lezing: Reading, bron: Json, veld: string, path: string): Instellingsnummer | null {
  const value = bron[veld];
  if (value === undefined || value === null) return null;
  if (typeof value === "string" && isInstellingsnummer(value)) return value;
  report(lezing, "veld-ongeldig", path + veld);
  return null;
}

/** An instant (RFC 3339 with a zone) as UTC in milliseconds at most, written in one way only. */
export function momentOf(lezing: Reading, bron: Json, veld: string): string {
  const value = bron[veld];
  if (typeof value !== "string") {
    report(lezing, value === undefined || value === null ? "veld-ontbreekt" : "veld-ongeldig", veld);
    return "";
  }
  const part =
    /^(\d{4}-\d\d-\d\d)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?(Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/.exec(
      value,
    );
  if (!part?.[1] || readDatum(part[1]) === undefined) {
    report(lezing, "datum-ongeldig", veld);
    return "";
  }
  return value.length === 20 ? value : new Date(value).toISOString().replace(".000Z", "Z");
}

/** One of a few words. */
export function keuze<const K extends string>(
  lezing: Reading,
  bron: Json,
  veld: string,
  path: string,
  keuzes: readonly K[],
): K | undefined {
  const value = bron[veld];
  const found = keuzes.find((one) => one === value);
  if (found === undefined)
    report(lezing, value === undefined || value === null ? "veld-ontbreekt" : "veld-ongeldig", path + veld);
  return found;
}
