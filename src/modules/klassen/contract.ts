import type { Datum } from "#platform/clock";
import type { AccountUuid } from "#platform/ids";

/** A row of a class list as it stands. */
export type Indeling = {
  readonly accountUuid: AccountUuid;
  readonly klas: string;
  readonly subklas: string | null;
  readonly van: Datum;
  readonly tot: Datum;
};

/** A class (subklas null: the whole class) or a subclass of the school, with its pupils of today. */
export type KlasCount = {
  readonly klas: string;
  readonly subklas: string | null;
  readonly aantal: number;
  /** The year in which most of them are. */
  readonly niveau: "kleuter" | "lager" | "secundair";
  readonly leerjaar: number;
};
