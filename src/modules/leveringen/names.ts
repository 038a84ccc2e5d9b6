import { datumOn, type Datum } from "#platform/clock";
import { daysOfSchooljaar, schooljaarOn, shiftSchooljaar } from "#platform/schooljaar";

/** What the name of a file says (D9). */
export type FileName = {
  readonly instellingsnummer: string;
  /** `2026-2027` */
  readonly schooljaar: string;
  /** Epoch milliseconds: when the package made the list. Of two files the later one counts. */
  readonly tijdstip: number;
  /** Is the content packed with gzip? */
  readonly gz: boolean;
};

const vorm = /^klasinformatie_(\d{6})_(\d{4})-(\d{4})_(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z\.csv(\.gz)?$/;

/** Reads `klasinformatie_<instellingsnummer>_<schooljaar>_<utc>.csv[.gz]` (D9); undefined when it is anything else. */
export function readName(naam: string): FileName | undefined {
  const part = vorm.exec(naam);
  if (!part) return undefined;
  const [, instellingsnummer = "", van = "", tot = "", jaar, maand, dag, uur, minuut, seconde, gz] = part;
  if (Number(tot) !== Number(van) + 1) return undefined;
  const iso = `${jaar}-${maand}-${dag}T${uur}:${minuut}:${seconde}.000Z`;
  const tijdstip = Date.parse(iso);
  // 31 February becomes 3 March for some readers of dates: what is written back must be what was read.
  if (Number.isNaN(tijdstip) || new Date(tijdstip).toISOString() !== iso) return undefined;
  return { instellingsnummer, schooljaar: `${van}-${tot}`, tijdstip, gz: gz !== undefined };
}

/** The name of the receipt of a file. */
export const nameOfOntvangst = (naam: string): string => `${naam}.ontvangst.json`;

/**
 * May a file about this school year be taken on a day? The current one; the next one from 1 July; of last year it is held (D9).
 */
export function admission(schooljaar: string, vandaag: Datum): "ja" | "vorig" | "nee" {
  const nu = schooljaarOn(vandaag);
  if (schooljaar === nu) return "ja";
  if (schooljaar === shiftSchooljaar(nu, -1)) return "vorig";
  const eersteZomerdag = `${daysOfSchooljaar(nu).tot.slice(0, 4)}-07-01`;
  return schooljaar === shiftSchooljaar(nu, 1) && vandaag >= eersteZomerdag ? "ja" : "nee";
}

/** How far ahead of us the clock of a package may be. */
const voorsprong = 86_400_000;

/** Is a file dated in the future? It would keep every later file out. */
export const isFuture = (tijdstip: number, nu: number): boolean => tijdstip > nu + voorsprong;

/** The calendar day of an instant. */
export const dayOf = (tijdstip: Date): Datum => datumOn(tijdstip.getTime());
