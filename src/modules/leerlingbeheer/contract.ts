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
  "klas",
  "status",
  "-naam",
  "-voornaam",
  "-groep",
  "-klas",
  "-status",
] as const;
export type SortOrder = (typeof sorteringen)[number];

/** A class, or with `subklas` one subclass of it (R55). */
export type Klaskeuze = { readonly klas: string; readonly subklas?: string };

/** A class of a pupil, as the school shares it today (R41). */
export type Klas = { readonly klas: string; readonly subklas: string | null };

/** What is asked of a list of pupils; everything that is left out does not matter. */
export type Filter = {
  /** Parts of name, first name or username, in any order, with or without accents; or the whole name of a (sub)klas. */
  readonly zoek?: string;
  readonly niveau?: Niveau;
  readonly leerjaar?: number;
  /** Administrative group of the enrolment; null = pupils without one. */
  readonly groep?: string | null;
  /** null = pupils without a class. Nobody is in a class while the school does not share class information (R68). */
  readonly klas?: Klaskeuze | null;
  readonly status?: Status;
};

export const perBladzijde = 50;

/** Milliseconds that the counts around a list may be old. Erasing class information counts on it: five minutes after a stop (D9) none is left. */
export const overzichtsduur = 4 * 60_000;

/** A pupil of the school as a list shows him: one line per account, with the enrolment that says most about today. */
export type Leerling = {
  readonly accountUuid: AccountUuid;
  /** As this school sent it to Discimus. */
  readonly naam: string;
  readonly voornaam: string;
  readonly gebruikersnaam: string | null;
  /** When wrong pictures used up the tries of a day on his badge, of the last two weeks (D24); null when they did not. */
  readonly badgeGestoptOp: number | null;
  readonly niveau: Niveau;
  readonly leerjaar: number;
  readonly groep: string | null;
  /** In this school today, by name; empty while it does not share class information. */
  readonly klassen: readonly Klas[];
  readonly van: Datum;
  readonly tot: Datum | null;
  /** Ended less than a year ago: shown, never changed. */
  readonly uitgeschreven: boolean;
  /** Enrolled, and still to begin. */
  readonly straks: boolean;
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

export type ResultPage = {
  readonly leerlingen: readonly Leerling[];
  /** All that match, on every page together. */
  readonly totaal: number;
  /** From 1; the last one when a later one was asked for. */
  readonly bladzijde: number;
  /** Who of this page is in the selection that was asked about. */
  readonly gekozen: ReadonlySet<AccountUuid>;
};

/** Pupils to print for at once: of a class while the school shares them, else of a group; `klas` null = those without a class. */
export type Afdrukgroep = Groep & { readonly klas: string | null };

/** A group of the school, for a filter or a print button. */
export type Groep = {
  readonly niveau: Niveau;
  readonly leerjaar: number;
  readonly groep: string | null;
  readonly aantal: number;
};
