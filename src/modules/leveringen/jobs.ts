import { z } from "zod";
import { job, type Job, type Upkeep } from "#platform/jobs";
import { wisGestopte, wisVerlopen } from "./erase.ts";
import { verwerkLevering } from "./process.ts";
import { hervatLeveringen } from "./store-erase.ts";

/** What this room must have done regularly. */
export const upkeep: readonly Upkeep[] = [
  // Beside the job of a stop, so that five minutes hold when the job fails; and what a job lost.
  { name: "klasinformatie-wissen", everyMs: 60_000, work: wisGestopte },
  { name: "klasinformatie-hervatten", everyMs: 60_000, work: hervatLeveringen },
  { name: "klasinformatie-bewaring", everyMs: 600_000, work: wisVerlopen },
];

/** What may be asked of this room. */
export const jobs: readonly Job[] = [
  job("klasinformatie-levering", z.object({ levering: z.guid() }), (ctx, { levering }) =>
    verwerkLevering(ctx, levering),
  ),
  job("klasinformatie-wissen", z.object({ akkoord: z.guid() }), (ctx) => wisGestopte(ctx)),
];
