import type { Datum } from "#platform/clock";
import type { AccountUuid } from "#platform/ids";

/** What became of a file (D9). `wacht` = taken, not looked at yet: there is no receipt. */
export const leveringstatussen = ["wacht", "verwerkt", "deels", "aangehouden", "geweigerd"] as const;
export type Leveringstatus = (typeof leveringstatussen)[number];

/** A bad row: where and why, never what stood there. `regel` counts lines of the file, the header is 1. */
export type FouteRegel = {
  readonly regel: number;
  readonly veld: string | null;
  readonly code: string;
  readonly melding: string;
};

/** The receipt of a file, `<naam>.ontvangst.json` (D9). ontvangen = aanvaard + quarantaine.length. */
export type Ontvangst = {
  readonly bestand: string;
  readonly instellingsnummer: string;
  readonly schooljaar: string;
  readonly status: Exclude<Leveringstatus, "wacht">;
  /** ISO 8601, UTC. */
  readonly ontvangen_op: string;
  readonly verwerkt_op: string;
  readonly ontvangen: number;
  readonly aanvaard: number;
  readonly quarantaine: readonly FouteRegel[];
  /** Why it was held or refused: a stable code, and in Dutch what is the matter and who can fix it. */
  readonly reden?: { readonly code: string; readonly melding: string; readonly herstel: string };
  /** What changed for the school: pupils with a class that is new, another one, or gone. */
  readonly gewijzigd?: { readonly nieuw: number; readonly anders: number; readonly weg: number };
};

/** A file as it comes in, over SFTP or HTTPS. `inhoud` as sent: gzip when the name ends in .gz. */
export type Bestand = {
  /** Who delivers: the package that signed in. */
  readonly pakket: string;
  readonly naam: string;
  readonly inhoud: Buffer;
  readonly kanaal: "sftp" | "https";
  /** From a `.sha256` beside it, 64 hexadecimal digits; the file must match. */
  readonly sha256?: string | undefined;
};

/** A row of a class list as it stands. */
export type Indeling = {
  readonly accountUuid: AccountUuid;
  readonly klas: string;
  readonly subklas: string | null;
  readonly van: Datum;
  readonly tot: Datum;
};

/** A class (subklas null: the whole class) or a subclass of the school, with its pupils of today. */
export type KlasTelling = {
  readonly klas: string;
  readonly subklas: string | null;
  readonly aantal: number;
  /** The year in which most of them are. */
  readonly niveau: "kleuter" | "lager" | "secundair";
  readonly leerjaar: number;
};

/** The akkoord of a school that stands today (R64). */
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
export type AkkoordPeriode = Akkoord & {
  readonly gestoptOp: number | null;
  readonly gestoptNaam: string | null;
  /** Since when nothing of its classes is stored any more. */
  readonly gewistOp: number | null;
};

/** A delivery as the school sees it. */
export type Levering = {
  readonly levering: string;
  readonly pakket: string;
  readonly naam: string;
  readonly schooljaar: string;
  readonly status: Leveringstatus;
  /** Epoch milliseconds. */
  readonly ontvangenOp: number;
  readonly klaarOp: number | null;
  readonly ontvangst: Ontvangst | null;
  readonly besluit: "verwerken" | "weigeren" | null;
};

/** A delivery in a list: without its bad rows. */
export type LeveringRegel = Omit<Levering, "ontvangst"> & {
  readonly ontvangst: Omit<Ontvangst, "quarantaine"> | null;
};

/** How the deliveries of a school stand (R74). */
export type StandVanDelen = {
  /** When the last file came that was not refused; epoch milliseconds. */
  readonly laatst: number | null;
  /** It shares, and nothing came for more than 24 hours. */
  readonly verouderd: boolean;
};

/** What a held file would change for the pupils of a school. */
export type Verschil = {
  /** Pupils with a class now. */
  readonly leerlingen: number;
  /** Pupils with a first class, another one, or none any more. */
  readonly nieuw: number;
  readonly anders: number;
  readonly weg: number;
  /** Of those, who is taken out of the class where he is. */
  readonly uitKlas: number;
  /** Who gets another class or loses his; under the account that stands. `naar` empty: no class. */
  readonly wijzigingen: readonly {
    readonly accountUuid: AccountUuid;
    readonly van: readonly Omit<Indeling, "accountUuid">[];
    readonly naar: readonly Omit<Indeling, "accountUuid">[];
  }[];
};
