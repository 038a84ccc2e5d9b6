/** An administrative package (R9). */
export type Pakket = {
  /** `wisa` */
  readonly pakket: string;
  /** `Wisa` */
  readonly naam: string;
  /** Can it deliver class information? */
  readonly levertKlasinformatie: boolean;
};
