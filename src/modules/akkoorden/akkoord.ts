import { inTransaction, type Context } from "#platform/context";
import { pakketVan } from "#modules/schoolsoftware";
import {
  bewaarOvereenkomst,
  findOvereenkomst as leesOvereenkomst,
  insertAkkoord,
  selectAkkoorden,
  selectDeelt,
  sluitAkkoorden,
} from "./store.ts";
import type { Akkoord, AkkoordPeriode } from "./contract.ts";
import { overeenkomst } from "./overeenkomst-tekst.ts";
import { overeenkomstSchema, type Overeenkomst } from "./overeenkomst.ts";

/** Who decides for a school: a databeheerder of today, which the caller has looked at (R53). `naam` as it will be shown. */
type Wie = { readonly voId: string; readonly naam: string };

/**
 * The school agrees to share class information (R49, R64). The akkoord is the school's: it outlives whoever gave it. In one commit with
 * the words that were agreed to, so that they can always be read again (R50).
 * @returns `geen-pakket`: the school uses no package that delivers classes (R21); `andere-versie`: not the words that stand today
 * @throws when the words of a version changed without a new number
 */
export async function geefAkkoord(
  ctx: Context,
  vraag: {
    readonly school: { readonly instellingsnummer: string; readonly lijn: readonly string[] };
    readonly wie: Wie;
    readonly versie: number;
  },
): Promise<"gegeven" | "loopt-al" | "geen-pakket" | "andere-versie"> {
  const { school, wie, versie } = vraag;
  if (versie !== overeenkomst.versie) return "andere-versie";
  return inTransaction(ctx, async (tx) => {
    const pakket = await pakketVan(tx, school.lijn, tx.clock.vandaag());
    if (!pakket?.levertKlasinformatie) return "geen-pakket";
    const inhoud = JSON.stringify(overeenkomst);
    if ((await bewaarOvereenkomst(tx, versie, inhoud)) !== inhoud)
      throw new Error(`the words of version ${versie} of the agreement are not those that were kept`);
    return (await insertAkkoord(tx, { ...school, ...wie, versie })) ? "gegeven" : "loopt-al";
  });
}

/** The school stops (R51, R68): release and intake end with this commit, and erasing is asked for in it (D9). False = nothing stood. */
export async function stopDelen(
  ctx: Context,
  vraag: { readonly lijn: readonly string[]; readonly wie: Wie },
): Promise<boolean> {
  return (await sluitAkkoorden(ctx, vraag.lijn, vraag.wie)) > 0;
}

/** The akkoord that stands, of a school under any of its numbers. */
export async function findAkkoord(ctx: Context, lijn: readonly string[]): Promise<Akkoord | undefined> {
  const [laatste] = await selectAkkoorden(ctx, lijn);
  return laatste?.gestoptOp === null ? laatste : undefined;
}

/** Every akkoord that a school gave, the one that stands first, then newest first. */
export async function listAkkoorden(
  ctx: Context,
  lijn: readonly string[],
): Promise<readonly AkkoordPeriode[]> {
  return selectAkkoorden(ctx, lijn);
}

/** Does the school share class information now (R68)? */
export async function deelt(ctx: Context, lijn: readonly string[]): Promise<boolean> {
  return selectDeelt(ctx, lijn);
}

/** The agreement in the words of a version, as schools agreed to it. */
export async function findOvereenkomst(ctx: Context, versie: number): Promise<Overeenkomst | undefined> {
  const inhoud = await leesOvereenkomst(ctx, versie);
  return inhoud === undefined ? undefined : overeenkomstSchema.parse(JSON.parse(inhoud));
}
