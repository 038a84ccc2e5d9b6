import { inTransaction, type Context } from "#platform/context";
import { pakketOf } from "#modules/schoolsoftware";
import {
  saveOvereenkomst,
  findOvereenkomst as leesOvereenkomst,
  insertAkkoord,
  selectAkkoorden,
  selectSharing,
  closeAkkoorden,
} from "./store.ts";
import type { Akkoord, AkkoordPeriod } from "./contract.ts";
import { overeenkomst } from "./overeenkomst-text.ts";
import { overeenkomstSchema, type Overeenkomst } from "./overeenkomst.ts";

/** Who decides for a school: a databeheerder of today, which the caller has looked at (R53). `naam` as it will be shown. */
type Wie = { readonly voId: string; readonly naam: string };

/**
 * The school agrees to share class information (R49, R64). The akkoord is the school's: it outlives whoever gave it. In one commit with
 * the words that were agreed to, so that they can always be read again (R50).
 * @returns `geen-pakket`: the school uses no package that delivers classes (R21); `andere-versie`: not the words that stand today
 * @throws when the words of a version changed without a new number
 */
export async function giveAkkoord(
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
    const pakket = await pakketOf(tx, school.lijn, tx.clock.vandaag());
    if (!pakket?.levertKlasinformatie) return "geen-pakket";
    const inhoud = JSON.stringify(overeenkomst);
    if ((await saveOvereenkomst(tx, versie, inhoud)) !== inhoud)
      throw new Error(`the words of version ${versie} of the agreement are not those that were kept`);
    return (await insertAkkoord(tx, { ...school, ...wie, versie })) ? "gegeven" : "loopt-al";
  });
}

/** The school stops (R51, R68): release and intake end with this commit, and erasing is asked for in it (D9). False = nothing stood. */
export async function stopSharing(
  ctx: Context,
  vraag: { readonly lijn: readonly string[]; readonly wie: Wie },
): Promise<boolean> {
  return (await closeAkkoorden(ctx, vraag.lijn, vraag.wie)) > 0;
}

/** The akkoord in force, of a school under any of its numbers. */
export async function findAkkoord(ctx: Context, lijn: readonly string[]): Promise<Akkoord | undefined> {
  const [last] = await selectAkkoorden(ctx, lijn);
  return last?.gestoptOp === null ? last : undefined;
}

/** Every akkoord that a school gave, the one in force first, then newest first. */
export async function listAkkoorden(
  ctx: Context,
  lijn: readonly string[],
): Promise<readonly AkkoordPeriod[]> {
  return selectAkkoorden(ctx, lijn);
}

/** Does the school share class information now (R68)? */
export async function sharesKlassen(ctx: Context, lijn: readonly string[]): Promise<boolean> {
  return selectSharing(ctx, lijn);
}

/** The agreement in the words of a version, as schools agreed to it. */
export async function findOvereenkomst(ctx: Context, versie: number): Promise<Overeenkomst | undefined> {
  const inhoud = await leesOvereenkomst(ctx, versie);
  return inhoud === undefined ? undefined : overeenkomstSchema.parse(JSON.parse(inhoud));
}
