/** The akkoord of a school that is in force today (R64). */
export type Akkoord = {
  readonly akkoord: string;
  readonly instellingsnummer: string;
  /** The name of the school in the agreement, as it was then. */
  readonly schoolNaam: string | null;
  readonly versie: number;
  /** Epoch milliseconds. */
  readonly gegevenOp: number;
  readonly gegevenDoor: string;
  readonly gegevenNaam: string;
};

/** An akkoord that may have been stopped. Times in epoch milliseconds. */
export type AkkoordPeriod = Akkoord & {
  readonly gestoptOp: number | null;
  readonly gestoptNaam: string | null;
  /** Since when nothing of its classes is stored any more. */
  readonly gewistOp: number | null;
};
