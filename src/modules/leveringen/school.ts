import type { Datum } from "#platform/clock";
import type { Context } from "#platform/context";
import { schooljaarOn } from "#platform/schooljaar";
import { findAkkoord } from "#modules/akkoorden";
import { pakketOf } from "#modules/schoolsoftware";
import type { Levering, LeveringRegel, StandOfParts } from "./contract.ts";
import {
  selectKlasbron,
  selectLatest,
  selectLevering,
  selectLeveringen,
  updateBesluit,
} from "./store-school.ts";

/** After this time without a delivery somebody has to look (R74). */
const teOud = 24 * 3_600_000;

/** The last deliveries of a school, newest first. */
export async function listLeveringen(
  ctx: Context,
  lijn: readonly string[],
  { aantal }: { readonly aantal: number },
): Promise<readonly LeveringRegel[]> {
  return selectLeveringen(ctx, lijn, aantal);
}

/** A delivery of this school, with its receipt. */
export async function findLevering(
  ctx: Context,
  lijn: readonly string[],
  levering: string,
): Promise<Levering | undefined> {
  return selectLevering(ctx, lijn, levering);
}

/**
 * How the deliveries of a school stand. `verouderd` (R74): it shares, and for more than 24 hours nothing came, or nothing but files that
 * were refused. A school that has just begun gets as long.
 */
export async function standOfParts(ctx: Context, lijn: readonly string[]): Promise<StandOfParts> {
  const [akkoord, laatst] = await Promise.all([findAkkoord(ctx, lijn), selectLatest(ctx, lijn)]);
  const sinds = Math.max(laatst ?? 0, akkoord?.gegevenOp ?? 0);
  return { laatst, verouderd: akkoord !== undefined && ctx.clock.now() - sinds > teOud };
}

/**
 * A beheerder decides about a file that was held (D9): apply it after all, or refuse it. The work is asked for in the same commit.
 * @returns false when it is not held, not of this school, or decided already
 */
export async function decideLevering(
  ctx: Context,
  vraag: {
    readonly levering: string;
    readonly lijn: readonly string[];
    readonly besluit: "verwerken" | "weigeren";
    /** vo_id */
    readonly door: string;
  },
): Promise<boolean> {
  return updateBesluit(ctx, vraag);
}

/**
 * Where the classes of a school come from (R67): its package, and when it last delivered a list of this school year. Undefined
 * while the school does not share class information.
 */
export async function findKlasbron(
  ctx: Context,
  lijn: readonly string[],
  vandaag: Datum,
): Promise<{ readonly pakket: string | undefined; readonly verwerktOp: number | undefined } | undefined> {
  const [pakket, bron] = await Promise.all([
    pakketOf(ctx, lijn, vandaag),
    selectKlasbron(ctx, lijn, schooljaarOn(vandaag)),
  ]);
  return bron.deelt ? { pakket: pakket?.naam, verwerktOp: bron.verwerktOp } : undefined;
}
