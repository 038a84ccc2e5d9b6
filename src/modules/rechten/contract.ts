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
