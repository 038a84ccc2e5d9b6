import { randomUUID } from "node:crypto";
import { inTransaction, type Context } from "#platform/context";
import { unseal } from "#platform/crypto";
import type { AccountUuid } from "#platform/ids";
import { Problem } from "#platform/problem";
import { markUitgereikt, sleutelFor } from "#modules/sleutels";
import { meeste, type Batch, type Geheim, type Kandidaat, type Regel, type Soort } from "./contract.ts";
import { problemen } from "./problems.ts";
import { placeOf } from "./process.ts";
import { printableUntil, groepOf, seriesName, divideOverSheets, inPrintOrder } from "./rules.ts";
import { insertBatch, listKandidaten, listRegels, markDownloaded, type RegelRow } from "./store.ts";

export { soorten, type Batch, type Soort } from "./contract.ts";
export { jobs, upkeep } from "./jobs.ts";
export { problemen } from "./problems.ts";
export { resumeBatches, processBatch } from "./process.ts";
export { printableUntil, seriesName } from "./rules.ts";
export { findBatch, listBatches, removeOld, eraseExpired } from "./store.ts";

/** The school for which is printed. */
export type School = {
  readonly instellingsnummer: string;
  readonly naam: string;
  /** All its numbers, of today and before (D3). */
  readonly lijn: readonly string[];
};

/**
 * Makes a print batch for these pupils (D7). Nothing is made when one of them is not enrolled in the school. Inside the second
 * wall. The keys are made afterwards, by the job `uitreiking-batch`, which is asked for in the same commit.
 * @returns the id of the batch
 * @throws Problem: see `problemen`
 */
export async function makeBatch(
  ctx: Context,
  vraag: {
    readonly school: School;
    readonly voId: string;
    readonly soort: Soort;
    readonly accounts: readonly AccountUuid[];
  },
): Promise<string> {
  const accounts = [...new Set(vraag.accounts)];
  if (accounts.length === 0) throw new Problem(problemen["niemand-gekozen"]);
  if (accounts.length > meeste) throw new Problem(problemen["te-veel-gekozen"]);
  const kandidaten = await listKandidaten(ctx, vraag.school.lijn, accounts, ctx.clock.vandaag());
  if (kandidaten.length !== accounts.length) throw new Problem(problemen["leerling-niet-van-school"]);
  if (vraag.soort === "badges" && kandidaten.some((wie) => sleutelFor(wie) !== "badge"))
    throw new Problem(problemen["geen-badge-voor-oudere"]);
  // Two account_uuids of one pupil are one pupil.
  const leerlingen = [...new Map(kandidaten.map((wie) => [wie.accountUuid, wie])).values()];
  const batch = randomUUID();
  await insertBatch(ctx, {
    batch,
    instellingsnummer: vraag.school.instellingsnummer,
    soort: vraag.soort,
    voId: vraag.voId,
    items: leerlingen.toSorted(inPrintOrder).map((wie) => ({
      accountUuid: wie.accountUuid,
      groep: groepOf(wie),
      niveau: wie.niveau,
      sleutel: sleutelFor(wie),
    })),
  });
  return batch;
}

/** A pupil of the school by his account_uuid, also a former one; undefined for whoever is not (or not any more) enrolled. */
export async function findLeerling(
  ctx: Context,
  school: School,
  accountUuid: AccountUuid,
): Promise<Kandidaat | undefined> {
  return (await listKandidaten(ctx, school.lijn, [accountUuid], ctx.clock.vandaag()))[0];
}

/**
 * The print of a batch as a tagged PDF. Holds what opens an account today and nothing else: what was replaced, or changed by
 * the pupil, is left out and named. Inside the second wall; afterwards, outside of it, comes `recordDownload`.
 * @throws Problem `afdruk-niet-klaar`, or `afdruk-vervallen` when the term is over or all of it was replaced
 */
export async function makeAfdruk(
  ctx: Context,
  batch: Batch,
  voor: { readonly school: Pick<School, "naam" | "lijn">; readonly adres: string },
): Promise<{ readonly pdf: Buffer; readonly gedrukt: readonly RegelRow[] }> {
  if (batch.gewistOp || ctx.clock.now() >= printableUntil(batch))
    throw new Problem(problemen["afdruk-vervallen"]);
  if (!batch.klaarOp) throw new Problem(problemen["afdruk-niet-klaar"]);
  const rows = await listRegels(ctx, batch.batch, voor.school.lijn);
  const regels = rows.map((row): Regel => ({
    ...row,
    accountUuid: row.account_uuid,
    geheim: open(ctx, batch.batch, row),
  }));
  const bladen = divideOverSheets(batch.soort, regels);
  if (bladen.length === 0) throw new Problem(problemen["afdruk-vervallen"]);
  // Loaded when somebody prints: drawing takes 14 MB, which no server that only signs pupils in should hold.
  const { makePdf } = await import("./pdf.ts");
  const pdf = await makePdf({
    school: voor.school.naam,
    adres: voor.adres,
    reeks: seriesName(batch),
    gemaaktOp: batch.gevraagdOp,
    bladen,
    weggelaten: regels.filter(({ geheim }) => !geheim),
  });
  return { pdf, gedrukt: rows.filter((row) => row.geheim !== null) };
}

function open(ctx: Context, batch: string, row: RegelRow): Geheim | undefined {
  if (!row.geheim) return undefined;
  const open = unseal(ctx.keys.uitreiking, row.geheim, placeOf(batch, row.account_uuid));
  return open && (JSON.parse(open.toString("utf8")) as Geheim);
}

/** From now on these accounts are handed out, and an hour is left to print again. */
export async function recordDownload(
  ctx: Context,
  batch: string,
  gedrukt: readonly RegelRow[],
): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    await markDownloaded(tx, batch);
    await markUitgereikt(
      tx,
      gedrukt.flatMap((row) =>
        row.gemaakt_op ? [{ accountUuid: row.staand, soort: row.sleutel, gemaaktOp: row.gemaakt_op }] : [],
      ),
    );
  });
}
