import { setTimeout as wait } from "node:timers/promises";
import { inTransaction, type Context } from "#platform/context";
import { isDuplicate, isUnavailable, retryUndone } from "#platform/database";
import { algemeen, Problem } from "#platform/problem";
import { neemGroep, type Regel } from "./batch.ts";
import { isAfkeuring, leesBericht, type Afkeuring } from "./contract.ts";
import { leesSnel } from "./glance.ts";
import { insertLevering, insertQuarantaine, neemEen, type Apart, type Bron } from "./store.ts";

/** The answer to a delivery, given after commit. */
export type Antwoord = {
  readonly ontvangen: number;
  readonly verwerkt: number;
  readonly ongewijzigd: number;
  readonly quarantaine: readonly (Afkeuring & { readonly regel: number })[];
};

const hoogstensBytes = 20_000_000;
const hoogstensRegels = 20_000;

/**
 * Takes a delivery of messages, one per line; empty lines do not count. All lines go in one transaction, and the answer comes
 * after its commit. A bad line goes to quarantine, the others go on. The same messages again: `ongewijzigd`.
 * @throws Problem `te-groot` over 20 MB or 20,000 lines, before anything is done; `te-druk` when the database has no room,
 *   with Retry-After: nothing is half done, and sending again is always safe.
 */
export async function ontvang(
  ctx: Context,
  regels: AsyncIterable<string> | readonly string[],
  { bron, bestand = null }: { readonly bron: Bron; readonly bestand?: string | null },
): Promise<Antwoord> {
  const goed: Regel[] = [];
  const slecht: Apart[] = [];
  let regel = 0;
  let bytes = 0;
  let gevuld = 0;
  const lees = (tekst: string) => {
    regel++;
    bytes += Buffer.byteLength(tekst) + 1;
    if (tekst.trim() === "") return;
    if (bytes > hoogstensBytes || ++gevuld > hoogstensRegels) {
      throw new Problem(algemeen["te-groot"], "Een levering telt hoogstens 20 MB en 20.000 regels.");
    }
    const gelezen = leesSnel(tekst, ctx.keys.inhoud) ?? leesBericht(tekst, ctx.keys.inhoud);
    if (isAfkeuring(gelezen)) slecht.push({ ...gelezen, regel, tekst });
    else goed.push({ regel, tekst, gelezen });
  };
  if (Symbol.asyncIterator in regels) for await (const tekst of regels) lees(tekst);
  else for (const tekst of regels) lees(tekst);
  const [enige] = goed;
  if (enige && goed.length === 1 && slecht.length === 0) {
    const uitkomst = await metHerhaling(() => retryUndone(() => neemEen(ctx, enige.gelezen, bron, bestand)));
    if (uitkomst === "verwerkt" || uitkomst === "ongewijzigd")
      return { ontvangen: 1, verwerkt: 0, ongewijzigd: 0, quarantaine: [], [uitkomst]: 1 };
  }
  return metHerhaling(() => neemAlle(ctx, goed, slecht, bron, bestand));
}

function neemAlle(
  ctx: Context,
  goed: readonly Regel[],
  slecht: readonly Apart[],
  bron: Bron,
  bestand: string | null,
): Promise<Antwoord> {
  return inTransaction(ctx, async (tx) => {
    const { telling, apart } = await neemGroep(tx, goed);
    const alle = [...slecht, ...apart].toSorted((a, b) => a.regel - b.regel);
    const totaal = { ...telling, ontvangen: goed.length + slecht.length, quarantaine: alle.length };
    const levering = await insertLevering(tx, { ...totaal, bron, bestand, klaar: true });
    await insertQuarantaine(tx, levering, alle);
    const quarantaine = alle.map(({ regel, id, code, veld, melding }) => ({
      regel,
      id,
      code,
      veld,
      melding,
    }));
    return {
      ontvangen: totaal.ontvangen,
      verwerkt: totaal.verwerkt,
      ongewijzigd: totaal.ongewijzigd,
      quarantaine,
    };
  });
}

const pogingen = 6;

/** Runs work again when another one added the same first, and it will see that now; says `te-druk` when the database has no room for it. */
export async function metHerhaling<T>(work: () => Promise<T>): Promise<T> {
  for (let poging = 1; ; poging++) {
    try {
      return await work();
    } catch (error) {
      if (isDuplicate(error) && poging < pogingen) await wait(Math.random() * 10 * 2 ** poging);
      else if (isDuplicate(error) || isUnavailable(error))
        throw new Problem(algemeen["te-druk"], undefined, { "retry-after": "5" });
      else throw error;
    }
  }
}
