import type { Datum } from "#platform/clock";
import type { Instellingsnummer } from "#platform/ids";

export type Niveau = "kleuter" | "lager" | "secundair";

/** What one message of Discimus says of a school. */
export type SchoolBericht = {
  readonly instellingsnummer: Instellingsnummer;
  readonly versie: number;
  /** 64-bit signed number in decimals: keyed hash of the content. */
  readonly inhoud: string;
  readonly naam: string;
  readonly gemeente: string;
  readonly niveaus: readonly Niveau[];
  readonly van: Datum;
  readonly tot: Datum | null;
  /** The number that replaces this one (D3). */
  readonly opvolger: Instellingsnummer | null;
  readonly vestigingen: readonly {
    readonly vestiging: string;
    readonly naam: string | null;
    readonly gemeente: string | null;
  }[];
};

/** A school as the latest message has it. */
export type School = {
  readonly instellingsnummer: Instellingsnummer;
  readonly naam: string;
  readonly gemeente: string;
  readonly niveaus: readonly Niveau[];
  readonly van: Datum;
  readonly tot: Datum | null;
  readonly opvolger: Instellingsnummer | null;
};
