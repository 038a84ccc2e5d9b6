import type { Datum } from "#platform/clock";
import type { Instellingsnummer } from "#platform/ids";

/** What one message of Discimus says of a director's assignment (R6). */
export type OpdrachtBericht = {
  readonly instellingsnummer: Instellingsnummer;
  readonly opdracht: string;
  readonly versie: number;
  /** 64-bit signed number in decimals: keyed hash of the content. */
  readonly inhoud: string;
  readonly vo_id: string;
  readonly naam: string;
  readonly voornaam: string;
  readonly verstuurd_op: Datum;
  readonly vastbenoemd: boolean;
  readonly van: Datum;
  readonly tot: Datum | null;
};

/** A school as its staff meet it: the number of today, and all numbers it ever had (D3). */
export type School = {
  readonly instellingsnummer: string;
  readonly naam: string;
  readonly lijn: readonly string[];
};

/** What someone may in one school today (R4, R5). Both at once is possible, none is no Recht. */
export type Recht = {
  readonly school: School;
  /** `tot` is the last day, inclusive (R60). */
  readonly databeheerder: { readonly van: Datum; readonly tot: Datum | null } | null;
  readonly beheerder: { readonly bron: "rol" | "directeur"; readonly tot: Datum | null } | null;
};
