import type { Datum } from "#platform/clock";
import type { AccountUuid, Instellingsnummer, LeerIdUuid } from "#platform/ids";
import type { Insz } from "./rules.ts";

/** What one message of Discimus says of a pupil, as one school knows him (D2). */
export type LeerlingBericht = {
  readonly instellingsnummer: Instellingsnummer;
  readonly stamnummer: string;
  readonly versie: number;
  /** RFC 3339, UTC. */
  readonly tijdstip: string;
  /** 64-bit signed number in decimals: keyed hash of the content, to tell a duplicate from a conflict. */
  readonly inhoud: string;
  readonly naam: string;
  readonly voornaam: string;
  readonly geboortedatum: Datum;
  readonly insz: Insz | null;
};

/**
 * What a message did. `ongewijzigd`: seen before, or late and without news. `botsing`: this version came before with other
 * content, nothing changed.
 */
export type Outcome = "verwerkt" | "ongewijzigd" | "botsing";

/** An account as it stands in the store. */
export type Account = {
  readonly account_uuid: AccountUuid;
  /** Null: not identified, or history. */
  readonly leer_id_uuid: LeerIdUuid | null;
  readonly naam: string;
  readonly voornaam: string;
  readonly gebruikersnaam: string | null;
  /** The account that replaced it; null = this one is current. */
  readonly vervangen_door: AccountUuid | null;
};
