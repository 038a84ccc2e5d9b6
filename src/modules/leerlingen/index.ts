import type { Context } from "#platform/context";
import type { LeerlingBericht, Uitkomst } from "./contract.ts";
import { isOvergang, type Insz } from "./rules.ts";
import { listAccountsVanRegistraties, listInszVan, verwerk, type Geregistreerd } from "./store.ts";

export type { Account, LeerlingBericht, Uitkomst } from "./contract.ts";
export {
  bevatInsz,
  leesInsz,
  splitsGebruikersnaam,
  toonGebruikersnaam,
  vouw,
  vouwGebruikersnaam,
  type Insz,
} from "./rules.ts";
export {
  findAccountUuid,
  historiekVan,
  listAccountsVanRegistraties,
  verwerking,
  vindAccount,
  vindLeerlingVan,
  type Geregistreerd,
} from "./store.ts";
export { listNieuws, verwerkKlaargezet, zetKlaar } from "./store-set.ts";

/**
 * Takes one message about a pupil: identification, history, username, names (D2). In a transaction that holds the exclusive
 * lock on the feed.
 */
export async function verwerkLeerling(ctx: Context, bericht: LeerlingBericht): Promise<Uitkomst> {
  const uitkomst = await verwerk(ctx, bericht);
  if (uitkomst !== "besluit") return uitkomst;
  if (bericht.insz === null) throw new Error("a decision without an INSZ");
  const { eigen, ander } = await listInszVan(ctx, { ...bericht, insz: bericht.insz });
  const besluit = beslisSamen(eigen, ander) ? "samen" : "voorstel";
  const daarna = await verwerk(ctx, bericht, besluit);
  if (daarna === "besluit") throw new Error("a decision that was not taken over");
  return daarna;
}

/** Are two persons plainly one: a bis number of one became a number of the other. Else two people look at it (D2). */
function beslisSamen(eigen: readonly Insz[], ander: readonly Insz[]): boolean {
  return eigen.some((een) => ander.some((twee) => isOvergang(een, twee)));
}

/** The account of a pupil by the key of his school; undefined when Discimus never sent him. */
export async function zoekAccountVanRegistratie(
  ctx: Context,
  registratie: { readonly instellingsnummer: string; readonly stamnummer: string },
): Promise<Geregistreerd | undefined> {
  return (await listAccountsVanRegistraties(ctx, [registratie]))[0];
}
