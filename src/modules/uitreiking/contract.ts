import type { AccountUuid } from "#platform/ids";
import type { Niveau } from "#modules/sleutels";

/** What comes on paper. Badges for young pupils come along with strips and letters by themselves (D7). */
export const soorten = ["strookjes", "brieven", "badges"] as const;
export type Soort = (typeof soorten)[number];

/** Most pupils in one batch. */
export const meeste = 5000;
/** Pupils whose keys are made and committed together; after a kill at most these are made again. */
export const portie = 20;

/** Milliseconds that a batch can be printed: a day after asking, and an hour after the first download (D7). */
export const termijn = { naVraag: 24 * 3_600_000, naDownload: 3_600_000 } as const;
/** Days that a batch stays in the list. */
export const bewaardagen = 90;

/** A pupil as he is put in a batch. */
export type Kandidaat = {
  /** The account_uuid that was asked. */
  readonly gevraagd: AccountUuid;
  /** The current account of it today. */
  readonly accountUuid: AccountUuid;
  readonly naam: string;
  readonly voornaam: string;
  readonly gebruikersnaam: string;
  readonly niveau: Niveau;
  readonly leerjaar: number;
  readonly administratieveGroep: string | null;
  /** His first class and subclass today, while the school shares class information. */
  readonly klas: string | null;
  readonly subklas: string | null;
};

export type Batch = {
  readonly batch: string;
  readonly nr: number;
  readonly instellingsnummer: string;
  readonly soort: Soort;
  readonly aantal: number;
  /** Made, or not needed any more because a later batch took over. */
  readonly gedaan: number;
  /** Pupils of whom something can be printed now. */
  readonly afdrukbaar: number;
  readonly groepen: readonly string[];
  readonly gevraagdOp: Date;
  readonly klaarOp: Date | null;
  readonly gedownloadOp: Date | null;
  readonly gewistOp: Date | null;
};

/** What is sealed per pupil. */
export type Geheim = { readonly wachtwoord: string } | { readonly code: string; readonly plaatje: number };

/** A pupil on paper, with what opens his account; or why that is not so any more. */
export type Regel = {
  readonly accountUuid: AccountUuid;
  readonly groep: string;
  readonly naam: string;
  readonly voornaam: string;
  readonly gebruikersnaam: string;
  readonly geheim: Geheim | undefined;
};
