import type { AccountUuid } from "#platform/ids";
import type { Indeling } from "#modules/klassen";

/** What became of a file (D9). `wacht` = taken, not looked at yet: there is no receipt. */
export const leveringstatussen = ["wacht", "verwerkt", "deels", "aangehouden", "geweigerd"] as const;
export type Leveringstatus = (typeof leveringstatussen)[number];

/** A bad row: where and why, never what stood there. `regel` counts lines of the file, the header is 1. */
export type WrongRegel = {
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
  readonly quarantaine: readonly WrongRegel[];
  /** Why it was held or refused: a stable code, and in Dutch what is the matter and who can fix it. */
  readonly reden?: { readonly code: string; readonly melding: string; readonly herstel: string };
  /** What changed for the school: pupils with a class that is new, another one, or gone. */
  readonly gewijzigd?: { readonly nieuw: number; readonly anders: number; readonly weg: number };
};

/** A file as it comes in, over SFTP or HTTPS. `inhoud` as sent: gzip when the name ends in .gz. */
export type ReceivedFile = {
  /** Who delivers: the package that signed in. */
  readonly pakket: string;
  readonly naam: string;
  readonly inhoud: Buffer;
  readonly kanaal: "sftp" | "https";
  /** From a `.sha256` beside it, 64 hexadecimal digits; the file must match. */
  readonly sha256?: string | undefined;
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
export type StandOfParts = {
  /** When the last file came that was not refused; epoch milliseconds. */
  readonly laatst: number | null;
  /** It shares, and nothing came for more than 24 hours. */
  readonly verouderd: boolean;
};

/** What a held file would change for the pupils of a school. */
export type Difference = {
  /** Pupils with a class now. */
  readonly leerlingen: number;
  /** Pupils with a first class, another one, or none any more. */
  readonly nieuw: number;
  readonly anders: number;
  readonly weg: number;
  /** Of those, who is taken out of the class where he is. */
  readonly uitKlas: number;
  /** Who gets another class or loses his; under the current account. `naar` empty: no class. */
  readonly wijzigingen: readonly {
    readonly accountUuid: AccountUuid;
    readonly van: readonly Omit<Indeling, "accountUuid">[];
    readonly naar: readonly Omit<Indeling, "accountUuid">[];
  }[];
};
