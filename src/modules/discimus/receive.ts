import { setTimeout as wait } from "node:timers/promises";
import { inTransaction, type Context } from "#platform/context";
import { isDuplicate, isUnavailable, retryUndone } from "#platform/database";
import { algemeen, Problem } from "#platform/problem";
import { takeGroep, type Regel } from "./batch.ts";
import { isRejection, readBericht, type Rejection } from "./contract.ts";
import { readFast } from "./glance.ts";
import { insertZending, insertQuarantaine, takeOne, type SetApart, type Source } from "./store.ts";

/** The answer to a delivery, given after commit. */
export type Answer = {
  readonly ontvangen: number;
  readonly verwerkt: number;
  readonly ongewijzigd: number;
  readonly quarantaine: readonly (Rejection & { readonly regel: number })[];
};

const hoogstensBytes = 20_000_000;
const hoogstensRegels = 20_000;

/**
 * Takes a delivery of messages, one per line; empty lines do not count. All lines go in one transaction, and the answer comes
 * after its commit. A bad line goes to quarantine, the others go on. The same messages again: `ongewijzigd`.
 * @throws Problem `te-groot` over 20 MB or 20,000 lines, before anything is done; `te-druk` when the database has no room,
 *   with Retry-After: nothing is half done, and sending again is always safe.
 */
export async function receive(
  ctx: Context,
  regels: AsyncIterable<string> | readonly string[],
  { bron, bestand = null }: { readonly bron: Source; readonly bestand?: string | null },
): Promise<Answer> {
  const goed: Regel[] = [];
  const slecht: SetApart[] = [];
  let regel = 0;
  let bytes = 0;
  let gevuld = 0;
  const readLine = (tekst: string) => {
    regel++;
    bytes += Buffer.byteLength(tekst) + 1;
    if (tekst.trim() === "") return;
    if (bytes > hoogstensBytes || ++gevuld > hoogstensRegels) {
      throw new Problem(algemeen["te-groot"], "Een zending telt hoogstens 20 MB en 20.000 regels.");
    }
    const gelezen = readFast(tekst, ctx.keys.inhoud) ?? readBericht(tekst, ctx.keys.inhoud);
    if (isRejection(gelezen)) slecht.push({ ...gelezen, regel, tekst });
    else goed.push({ regel, tekst, gelezen });
  };
  if (Symbol.asyncIterator in regels) for await (const text of regels) readLine(text);
  else for (const text of regels) readLine(text);
  const [enige] = goed;
  if (enige && goed.length === 1 && slecht.length === 0) {
    const outcome = await withRetries(() => retryUndone(() => takeOne(ctx, enige.gelezen, bron, bestand)));
    if (outcome === "verwerkt" || outcome === "ongewijzigd")
      return { ontvangen: 1, verwerkt: 0, ongewijzigd: 0, quarantaine: [], [outcome]: 1 };
  }
  return withRetries(() => takeAll(ctx, goed, slecht, bron, bestand));
}

function takeAll(
  ctx: Context,
  goed: readonly Regel[],
  slecht: readonly SetApart[],
  bron: Source,
  bestand: string | null,
): Promise<Answer> {
  return inTransaction(ctx, async (tx) => {
    const { telling, apart } = await takeGroep(tx, goed);
    const all = [...slecht, ...apart].toSorted((a, b) => a.regel - b.regel);
    const total = { ...telling, ontvangen: goed.length + slecht.length, quarantaine: all.length };
    const levering = await insertZending(tx, { ...total, bron, bestand, klaar: true });
    await insertQuarantaine(tx, levering, all);
    const quarantaine = all.map(({ regel, id, code, veld, melding }) => ({
      regel,
      id,
      code,
      veld,
      melding,
    }));
    return {
      ontvangen: total.ontvangen,
      verwerkt: total.verwerkt,
      ongewijzigd: total.ongewijzigd,
      quarantaine,
    };
  });
}

const pogingen = 6;

/** Runs work again when another one added the same first, and it will see that now; says `te-druk` when the database has no room for it. */
export async function withRetries<T>(work: () => Promise<T>): Promise<T> {
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
