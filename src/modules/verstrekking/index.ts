import { keyedHash, type Keys } from "#platform/crypto";
import type { Toegang } from "./contract.ts";

export * from "./contract.ts";
export { upkeep } from "./jobs.ts";
export {
  decide,
  divideFeiten,
  chain,
  namelessAccount,
  protocolOn,
  nearestInschrijvingen,
  explanationOf,
} from "./rules.ts";
export { digestOf, getFeiten, openFeiten } from "./open.ts";
export { findWeigering, refuse } from "./store.ts";

/**
 * The OpenID `sub` for one application: the account_uuid where its agreement holds it, else a pseudonym that is the same
 * at every sign-in and different for every application (D4; OpenID Connect Core 8.1).
 */
export function subjectOf(keys: Keys, besluit: Toegang): string {
  if (besluit.subIsAccount) return besluit.accountUuid;
  return keyedHash(keys.naamHash, `sub\0${besluit.toepassing}\0${besluit.accountUuid}`).toString("base64url");
}
