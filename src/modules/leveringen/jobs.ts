import { z } from "zod";
import { job, type Job, type Upkeep } from "#platform/jobs";
import { eraseAllStopped, eraseExpired } from "./erase.ts";
import { processLevering } from "./process.ts";
import { resumeLeveringen } from "./store-erase.ts";

/** What this room must have done regularly. */
export const upkeep: readonly Upkeep[] = [
  // Beside the job of a stop, so that five minutes hold when the job fails; and what a job lost.
  { name: "klasinformatie-wissen", everyMs: 60_000, work: eraseAllStopped },
  { name: "klasinformatie-hervatten", everyMs: 60_000, work: resumeLeveringen },
  { name: "klasinformatie-bewaring", everyMs: 600_000, work: eraseExpired },
];

/** What may be asked of this room. */
export const jobs: readonly Job[] = [
  job("klasinformatie-levering", z.object({ levering: z.guid() }), (ctx, { levering }) =>
    processLevering(ctx, levering),
  ),
  job("klasinformatie-wissen", z.object({ akkoord: z.guid() }), (ctx) => eraseAllStopped(ctx)),
];
