import { Provider } from "oidc-provider";
import type { Logregel } from "#modules/privacylog";
import type { Besluit } from "#modules/verstrekking";
import type { Machtiging } from "../store.ts";

/**
 * What one request through the library reads and wants written. Its adapter only reads and notes; `saveWork` commits all of it in one
 * statement before the answer leaves.
 */
export type UnitOfWork = {
  machtiging: Machtiging | undefined;
  besluit: Besluit | undefined;
  /** Who the token is about, for its client. */
  sub: string | undefined;
  tokenIngetrokken: Buffer | undefined;
  assertie: { readonly idHash: Buffer; readonly verlooptOp: Date } | undefined;
  regel: Logregel | undefined;
};

export const beginWork = (): UnitOfWork => ({
  machtiging: undefined,
  besluit: undefined,
  sub: undefined,
  tokenIngetrokken: undefined,
  assertie: undefined,
  regel: undefined,
});

/** The work of a request. */
export function workOf(ctx: { readonly state: { werk?: UnitOfWork } }): UnitOfWork {
  if (!ctx.state.werk) throw new Error("this request has no unit of work");
  return ctx.state.werk;
}

/** The work of the request that is being handled now: the library keeps its context in an AsyncLocalStorage. */
export function currentWork(): UnitOfWork {
  const ctx = Provider.ctx;
  if (!ctx) throw new Error("the adapter was used outside a request");
  return workOf(ctx);
}
