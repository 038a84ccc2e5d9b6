import { basename } from "node:path";
import { setImmediate as adem } from "node:timers/promises";
import { inTransaction, type Context } from "#platform/context";
import { Problem } from "#platform/problem";
import { listNieuws as listNieuweInschrijvingen } from "#modules/inschrijvingen";
import { listNieuws as listNieuweLeerlingen } from "#modules/leerlingen";
import { neemGroep, type Regel } from "./batch.ts";
import { isAfkeuring, leesBericht } from "./contract.ts";
import { blik, leesSnel, type Blik } from "./glance.ts";
import { bestandHash, regelGroepen } from "./lines.ts";
import { bestandProblemen } from "./problems.ts";
import { metHerhaling } from "./receive.ts";
import {
  beginInvoer,
  boekInvoer,
  insertQuarantaine,
  isLeeg,
  telBij,
  type Apart,
  type Telling,
} from "./store.ts";

export type Invoer = {
  /** NDJSON, or the same with gzip when the name ends in .gz. */
  readonly pad: string;
  /** Told after each commit: number of lines done so far, earlier runs included. */
  readonly voortgang?: (regels: number) => void;
  /** Lines per transaction. */
  readonly groepsgrootte?: number;
  /** Stops after the groups under way; running again goes on from there. */
  readonly stop?: AbortSignal;
};

/** Lines per transaction: large enough to make sets pay, small enough for single messages to wait a fraction of a second. */
const grootsteGroep = 5_000;
/** Groups under way: one is merged, one is staged on a connection of its own, one is read. */
const onderweg = 3;

/**
 * A full load from a file. Each group of lines is one transaction with its progress, so that a run that was broken off goes on
 * where it stopped; a file that was done before is simply taken again. The end state is that of `ontvang` line by line.
 * Returns the counts of the whole delivery, earlier runs of it included.
 * @throws Problem `bestand-onleesbaar`, `te-druk`, `bestand-bezig` when another run of the same file goes on beside it
 */
export async function importeer(
  ctx: Context,
  { pad, voortgang, stop, groepsgrootte = grootsteGroep }: Invoer,
): Promise<Telling> {
  const geheim = ctx.keys.inhoud;
  const invoer = await beginInvoer(ctx, await bestandHash(pad), basename(pad));
  // When most is new, asking first what was taken before only costs time; when most is not, it saves nearly everything.
  let vraagEerst = !(await isLeeg(ctx));
  let telling: Telling = invoer.telling;
  let vorige: Promise<unknown> = Promise.resolve();
  let voorvorige: Promise<unknown> = vorige;
  const lopend: Promise<unknown>[] = [];
  let gedaan = invoer.regels;
  const boek = async (tx: Context, stap: Parameters<typeof boekInvoer>[2]) => {
    if (!(await boekInvoer(tx, invoer, stap))) throw new Problem(bestandProblemen["bestand-bezig"]);
  };

  const neem = async (
    eerste: number,
    regels: readonly string[],
    hiervoor: Promise<unknown>,
    daarvoor: Promise<unknown>,
  ) => {
    const { goed, slecht, bekend } = await lees(ctx, eerste, regels, geheim, vraagEerst);
    // Two transactions at once, on two connections: a third could hold the one that the first needs to go on.
    await (ctx.sql.options.max > 1 && goed.length > 0 ? daarvoor : hiervoor);
    telling = await metHerhaling(() =>
      inTransaction(ctx, async (tx) => {
        const groep = goed.length > 0 ? await neemGroep(tx, goed, hiervoor) : undefined;
        const apart = [...slecht, ...(groep?.apart ?? [])];
        const ongewijzigd = bekend + (groep?.telling.ongewijzigd ?? 0);
        const ontvangen = goed.length + slecht.length + bekend;
        const bij = {
          ontvangen,
          verwerkt: groep?.telling.verwerkt ?? 0,
          ongewijzigd,
          quarantaine: apart.length,
        };
        await insertQuarantaine(tx, invoer.leveringId, apart);
        await boek(tx, { van: eerste - 1, tot: eerste + regels.length - 1, klaar: false });
        vraagEerst = ongewijzigd > ontvangen / 3;
        return telBij(tx, invoer.leveringId, bij, false);
      }),
    );
    gedaan = eerste + regels.length - 1;
    voortgang?.(gedaan);
  };

  try {
    for await (const { eerste, regels } of regelGroepen(pad, groepsgrootte)) {
      if (stop?.aborted) break;
      const nog = regels.slice(Math.max(0, invoer.regels - eerste + 1));
      if (nog.length === 0) continue; // done by an earlier run
      if (lopend.length >= onderweg) await lopend.shift();
      const dit = neem(eerste + regels.length - nog.length, nog, vorige, voorvorige);
      dit.catch(() => {}); // awaited when its turn comes
      [voorvorige, vorige] = [vorige, dit];
      lopend.push(dit);
    }
    await Promise.all(lopend);
  } finally {
    await Promise.allSettled(lopend);
  }
  if (stop?.aborted) return telling;
  return inTransaction(ctx, async (tx) => {
    await boek(tx, { van: gedaan, tot: gedaan, klaar: true });
    return telBij(tx, invoer.leveringId, { ontvangen: 0, verwerkt: 0, ongewijzigd: 0, quarantaine: 0 }, true);
  });
}

/** Reads a group of lines; with `vraagEerst` only those of which key, version and content were not there already. */
async function lees(
  ctx: Context,
  eerste: number,
  regels: readonly string[],
  geheim: string,
  vraagEerst: boolean,
): Promise<{ goed: Regel[]; slecht: Apart[]; bekend: number }> {
  const goed: Regel[] = [];
  const slecht: Apart[] = [];
  const blikken: { readonly blik: Blik; readonly index: number }[] = [];
  const leesHeel = (tekst: string, index: number) => {
    const gelezen = leesSnel(tekst, geheim) ?? leesBericht(tekst, geheim);
    if (isAfkeuring(gelezen)) slecht.push({ ...gelezen, regel: eerste + index, tekst });
    else goed.push({ regel: eerste + index, tekst, gelezen });
  };
  for (const [index, tekst] of regels.entries()) {
    if (index % 256 === 255) await adem(); // else the group that is being merged waits for us between its statements
    if (tekst.trim() === "") continue;
    const gezien = vraagEerst ? blik(tekst, geheim) : undefined;
    if (gezien) blikken.push({ blik: gezien, index });
    else leesHeel(tekst, index);
  }
  if (blikken.length === 0) return { goed, slecht, bekend: 0 };
  const van = (soort: Blik["soort"]) => blikken.filter((een) => een.blik.soort === soort);
  const nieuws = async (
    lijst: typeof blikken,
    vraag: (ctx: Context, blikken: readonly Blik[]) => Promise<readonly number[]>,
  ) =>
    lijst.length === 0
      ? []
      : (
          await vraag(
            ctx,
            lijst.map((een) => een.blik),
          )
        ).flatMap((n) => lijst[n]?.index ?? []);
  const indexen = [
    ...(await nieuws(van("leerling"), listNieuweLeerlingen)),
    ...(await nieuws(van("inschrijving"), listNieuweInschrijvingen)),
  ].toSorted((a, b) => a - b);
  for (const index of indexen) leesHeel(regels[index] ?? "", index);
  return { goed, slecht, bekend: blikken.length - indexen.length };
}
