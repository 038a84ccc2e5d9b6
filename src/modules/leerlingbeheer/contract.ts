import type { Datum } from "#platform/clock";
import type { AccountUuid } from "#platform/ids";

export type Niveau = "kleuter" | "lager" | "secundair";

/** What a list can be narrowed to; several can hold for one pupil. */
export const statussen = [
  "nieuw",
  "aangepast",
  "niet-uitgereikt",
  "nooit-aangemeld",
  "zonder-insz",
  "uitgeschreven",
] as const;
export type Status = (typeof statussen)[number];

/** Ways to order the list; with a dash the other way round. */
export const sorteringen = [
  "naam",
  "voornaam",
  "groep",
  "status",
  "-naam",
  "-voornaam",
  "-groep",
  "-status",
] as const;
export type Sortering = (typeof sorteringen)[number];

/** What is asked of a list of pupils; everything that is left out does not matter. */
export type Filter = {
  /** Parts of name, first name or username, in any order, with or without accents. */
  readonly zoek?: string;
  readonly niveau?: Niveau;
  readonly leerjaar?: number;
  /** Administrative group of the enrolment; null = pupils without one. */
  readonly groep?: string | null;
  readonly status?: Status;
};

export const perBladzijde = 50;

/** A pupil of the school as a list shows him: one line per account, with the enrolment that says most about today. */
export type Leerling = {
  readonly accountUuid: AccountUuid;
  /** As this school sent it to Discimus. */
  readonly naam: string;
  readonly voornaam: string;
  readonly gebruikersnaam: string | null;
  readonly niveau: Niveau;
  readonly leerjaar: number;
  readonly groep: string | null;
  readonly van: Datum;
  readonly tot: Datum | null;
  /** Ended less than a year ago: shown, never changed. */
  readonly uitgeschreven: boolean;
  /** No password or badge was ever handed out. */
  readonly nieuw: boolean;
  /** The name changed after the handing out. */
  readonly aangepast: boolean;
  /** Nothing to sign in with yet, or a paper with an old name that was never used. */
  readonly nietUitgereikt: boolean;
  readonly aangemeld: boolean;
  readonly zonderInsz: boolean;
  /** Epoch milliseconds. */
  readonly uitgereiktOp: number | null;
  readonly eerstGebruiktOp: number | null;
};

export type Bladzijde = {
  readonly leerlingen: readonly Leerling[];
  /** All that match, on every page together. */
  readonly totaal: number;
  /** From 1; the last one when a later one was asked for. */
  readonly bladzijde: number;
  /** Who of this page is in the selection that was asked about. */
  readonly gekozen: ReadonlySet<AccountUuid>;
};

/** A group of the school, for a filter or a print button. */
export type Groep = {
  readonly niveau: Niveau;
  readonly leerjaar: number;
  readonly groep: string | null;
  readonly aantal: number;
};
