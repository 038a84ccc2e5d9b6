import type { Datum } from "#platform/clock";
import type { Instellingsnummer } from "#platform/ids";

/** What one message of Discimus says of an enrolment (D3). */
export type InschrijvingBericht = {
  readonly instellingsnummer: Instellingsnummer;
  readonly stamnummer: string;
  readonly inschrijving: string;
  readonly versie: number;
  /** 64-bit signed number in decimals: keyed hash of the content. */
  readonly inhoud: string;
  readonly vestiging: string;
  readonly niveau: "kleuter" | "lager" | "secundair";
  readonly leerjaar: number;
  readonly administratieve_groep: string | null;
  readonly van: Datum;
  /** Last day; null = no end known. */
  readonly tot: Datum | null;
  /** A cancelled enrolment was never there (D3). */
  readonly geannuleerd: boolean;
};
