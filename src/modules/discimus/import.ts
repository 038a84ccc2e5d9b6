import { basename } from "node:path";
import { setImmediate as adem } from "node:timers/promises";
import { inTransaction, type Context } from "#platform/context";
import { Problem } from "#platform/problem";
import { listNews as listNieuweInschrijvingen } from "#modules/inschrijvingen";
import { listNews as listNieuweLeerlingen } from "#modules/leerlingen";
import { takeGroep, type Regel } from "./batch.ts";
import { isRejection, readBericht } from "./contract.ts";
import { glance, readFast, type Glance } from "./glance.ts";
import { hashFile, regelGroepen } from "./lines.ts";
import { bestandProblemen } from "./problems.ts";
import { withRetries } from "./receive.ts";
import {
  beginInvoer,
  recordInvoer,
  insertQuarantaine,
  isEmpty,
  addCounts,
  type SetApart,
  type Tally,
} from "./store.ts";

export type Invoer = {
  /** NDJSON, or the same with gzip when the name ends in .gz. */
  readonly pad: string;
  /** Told after each commit: number of lines done so far, earlier runs included. */
  readonly progress?: (regels: number) => void;
  /** Lines per transaction. */
  readonly groepsgrootte?: number;
  /** Told the number of the delivery, before anything is taken. */
  readonly begun?: (levering: number) => void;
  /** Stops after the groups under way; running again goes on from there. */
  readonly stop?: AbortSignal;
};

/** Lines per transaction: large enough to make sets pay, small enough for single messages to wait a fraction of a second. */
const grootsteGroep = 5_000;
/** Groups under way: one is merged, one is staged on a connection of its own, one is read. */
const onderweg = 3;

/**
 * A full load from a file. Each group of lines is one transaction with its progress, so that a run that was broken off goes on
 * where it stopped; a file that was done before is simply taken again. The end state is that of `receive` line by line.
 * Returns the counts of the whole delivery, earlier runs of it included.
 * @throws Problem `bestand-onleesbaar`, `te-druk`, `bestand-bezig` when another run of the same file goes on beside it
 */
export async function importFile(
  ctx: Context,
  { pad, progress, begun, stop, groepsgrootte = grootsteGroep }: Invoer,
): Promise<Tally> {
  const geheim = ctx.keys.inhoud;
  const invoer = await beginInvoer(ctx, await hashFile(pad), basename(pad));
  begun?.(invoer.leveringId);
  // When most is new, asking first what was taken before only costs time; when most is not, it saves nearly everything.
  let vraagEerst = !(await isEmpty(ctx));
  let telling: Tally = invoer.telling;
  let previous: Promise<unknown> = Promise.resolve();
  let voorvorige: Promise<unknown> = previous;
  const lopend: Promise<unknown>[] = [];
  let gedaan = invoer.regels;
  const record = async (tx: Context, step: Parameters<typeof recordInvoer>[2]) => {
    if (!(await recordInvoer(tx, invoer, step))) throw new Problem(bestandProblemen["bestand-bezig"]);
  };

  const take = async (
    first: number,
    regels: readonly string[],
    hiervoor: Promise<unknown>,
    daarvoor: Promise<unknown>,
  ) => {
    const { goed, slecht, bekend } = await read(ctx, first, regels, geheim, vraagEerst);
    // Two transactions at once, on two connections: a third could hold the one that the first needs to go on.
    await (ctx.sql.options.max > 1 && goed.length > 0 ? daarvoor : hiervoor);
    telling = await withRetries(() =>
      inTransaction(ctx, async (tx) => {
        const groep = goed.length > 0 ? await takeGroep(tx, goed, hiervoor) : undefined;
        const apart = [...slecht, ...(groep?.apart ?? [])].toSorted((a, b) => a.regel - b.regel);
        const ongewijzigd = bekend + (groep?.telling.ongewijzigd ?? 0);
        const ontvangen = goed.length + slecht.length + bekend;
        const bij = {
          ontvangen,
          verwerkt: groep?.telling.verwerkt ?? 0,
          ongewijzigd,
          quarantaine: apart.length,
        };
        await insertQuarantaine(tx, invoer.leveringId, apart);
        await record(tx, { van: first - 1, tot: first + regels.length - 1, klaar: false });
        vraagEerst = ongewijzigd > ontvangen / 3;
        return addCounts(tx, invoer.leveringId, bij, false);
      }),
    );
    gedaan = first + regels.length - 1;
    progress?.(gedaan);
  };

  try {
    for await (const { eerste, regels } of regelGroepen(pad, groepsgrootte)) {
      if (stop?.aborted) break;
      const nog = regels.slice(Math.max(0, invoer.regels - eerste + 1));
      if (nog.length === 0) continue; // done by an earlier run
      if (lopend.length >= onderweg) await lopend.shift();
      const dit = take(eerste + regels.length - nog.length, nog, previous, voorvorige);
      dit.catch(() => {}); // awaited when its turn comes
      [voorvorige, previous] = [previous, dit];
      lopend.push(dit);
    }
    await Promise.all(lopend);
  } finally {
    await Promise.allSettled(lopend);
  }
  if (stop?.aborted) return telling;
  return inTransaction(ctx, async (tx) => {
    await record(tx, { van: gedaan, tot: gedaan, klaar: true });
    return addCounts(
      tx,
      invoer.leveringId,
      { ontvangen: 0, verwerkt: 0, ongewijzigd: 0, quarantaine: 0 },
      true,
    );
  });
}

/** Reads a group of lines; with `vraagEerst` only those of which key, version and content were not there already. */
async function read(
  ctx: Context,
  first: number,
  regels: readonly string[],
  geheim: string,
  vraagEerst: boolean,
): Promise<{ goed: Regel[]; slecht: SetApart[]; bekend: number }> {
  const goed: Regel[] = [];
  const slecht: SetApart[] = [];
  const blikken: { readonly blik: Glance; readonly index: number }[] = [];
  const readWhole = (tekst: string, index: number) => {
    const gelezen = readFast(tekst, geheim) ?? readBericht(tekst, geheim);
    if (isRejection(gelezen)) slecht.push({ ...gelezen, regel: first + index, tekst });
    else goed.push({ regel: first + index, tekst, gelezen });
  };
  for (const [index, text] of regels.entries()) {
    if (index % 256 === 255) await adem(); // else the group that is being merged waits for us between its statements
    if (text.trim() === "") continue;
    const gezien = vraagEerst ? glance(text, geheim) : undefined;
    if (gezien) blikken.push({ blik: gezien, index });
    else readWhole(text, index);
  }
  if (blikken.length === 0) return { goed, slecht, bekend: 0 };
  const ofKind = (soort: Glance["soort"]) => blikken.filter((one) => one.blik.soort === soort);
  const listChanged = async (
    list: typeof blikken,
    ask: (ctx: Context, blikken: readonly Glance[]) => Promise<readonly number[]>,
  ) =>
    list.length === 0
      ? []
      : (
          await ask(
            ctx,
            list.map((one) => one.blik),
          )
        ).flatMap((n) => list[n]?.index ?? []);
  const indexen = [
    ...(await listChanged(ofKind("leerling"), listNieuweLeerlingen)),
    ...(await listChanged(ofKind("inschrijving"), listNieuweInschrijvingen)),
  ].toSorted((a, b) => a - b);
  for (const index of indexen) readWhole(regels[index] ?? "", index);
  return { goed, slecht, bekend: blikken.length - indexen.length };
}
