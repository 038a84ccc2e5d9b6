import type { Acm } from "../contract.ts";
import type { WebClient } from "../web-client.ts";
import type { Code } from "./code.ts";

/** One code on its way to be redeemed, by the client it is for. */
export type Redemption = {
  readonly acm: Acm;
  readonly client: WebClient;
  readonly code: Code;
  /** A signed assertion by which the client showed who it is: it counts once. */
  assertie: { readonly idHash: Buffer; readonly verlooptOp: Date } | undefined;
};

/** What leaves. */
export type Vrijgave = {
  readonly sub: string;
  readonly claims: Readonly<Record<string, unknown>>;
};
