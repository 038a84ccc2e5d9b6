import type { Context } from "#platform/context";
import type { LeerlingBericht, Outcome } from "./contract.ts";
import { isTransition, type Insz } from "./rules.ts";
import { listAccountsOfRegistraties, listInszOf, takeLeerling, type Registered } from "./store.ts";

export type { Account, LeerlingBericht, Outcome } from "./contract.ts";
export {
  containsInsz,
  readInsz,
  splitGebruikersnaam,
  formatGebruikersnaam,
  fold,
  foldGebruikersnaam,
  type Insz,
} from "./rules.ts";
export {
  findAccountUuid,
  historiekOf,
  listAccountsOfRegistraties,
  processing,
  findAccount,
  findLeerlingOf,
  opensInsz,
  type Registered,
} from "./store.ts";
export { listNews, processStaged, stage } from "./store-set.ts";

/**
 * Takes one message about a pupil: identification, history, username, names (D2). In a transaction that holds the exclusive
 * lock on the feed.
 */
export async function processLeerling(ctx: Context, bericht: LeerlingBericht): Promise<Outcome> {
  const outcome = await takeLeerling(ctx, bericht);
  if (outcome !== "besluit") return outcome;
  if (bericht.insz === null) throw new Error("a decision without an INSZ");
  const { eigen, ander } = await listInszOf(ctx, { ...bericht, insz: bericht.insz });
  const besluit = decideMerge(eigen, ander) ? "samen" : "voorstel";
  const daarna = await takeLeerling(ctx, bericht, besluit);
  if (daarna === "besluit") throw new Error("a decision that was not taken over");
  return daarna;
}

/** Are two persons plainly one: a bis number of one became a number of the other. Else two people look at it (D2). */
function decideMerge(eigen: readonly Insz[], other: readonly Insz[]): boolean {
  return eigen.some((one) => other.some((two) => isTransition(one, two)));
}

/** The account of a pupil by the key of his school; undefined when Discimus never sent him. */
export async function findAccountOfRegistratie(
  ctx: Context,
  registratie: { readonly instellingsnummer: string; readonly stamnummer: string },
): Promise<Registered | undefined> {
  return (await listAccountsOfRegistraties(ctx, [registratie]))[0];
}
