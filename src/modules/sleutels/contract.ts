import type { Context } from "#platform/context";
import type { AccountUuid } from "#platform/ids";

/** What else happens in the commit that replaces keys of pupils: whoever was signed in with an old one is out (D7). */
export type OnReplaced = (tx: Context, accountUuids: readonly AccountUuid[]) => Promise<void>;

export type Niveau = "kleuter" | "lager" | "secundair";
/** What a pupil signs in with. */
export type Sleutelsoort = "wachtwoord" | "badge";

/** A stored password. */
export type Sleutel = {
  /** `eerste`: handed out, to be replaced at the first sign-in; `eigen`: chosen by the pupil. */
  readonly soort: "eerste" | "eigen";
  readonly hash: string;
  readonly peper: string;
};

/** Shortest own password, in characters. Young children get the deviation of ASVS 6.2.1 that docs/beveiliging.md explains. */
export const kortste = { kleuter: 8, lager: 8, secundair: 10 } as const satisfies Record<Niveau, number>;
/** Longest password that is looked at, in characters (ASVS 6.2.9 asks at least 64). */
export const langste = 256;

export type WachtwoordError = "leeg" | "te-kort" | "te-lang" | "te-gewoon" | "bevat-naam" | "ongelijk";
