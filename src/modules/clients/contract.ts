import type { Context } from "#platform/context";
import type { ClientRecord } from "#modules/toepassingen";

/** What must be known to say whether a client is who it says. */
export type Checking = {
  readonly ctx: Context;
  /** Who must be meant by an assertion. */
  readonly issuer: string;
  /** May the keys of a client stand inside; never in production. */
  readonly allowPrivateNetwork: boolean;
  /** Registered clients now. */
  clients(): ReadonlyMap<string, ClientRecord>;
};
