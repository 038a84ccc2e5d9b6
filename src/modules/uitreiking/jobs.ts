import { z } from "zod";
import { job, type Job, type Upkeep } from "#platform/jobs";
import type { OnReplaced } from "#modules/sleutels";
import { resumeBatches, processBatch } from "./process.ts";
import { removeOld, eraseExpired } from "./store.ts";

/** What this room must have done regularly. */
export const upkeep = (onReplaced: OnReplaced): readonly Upkeep[] => [
  { name: "uitreiking-wissen", everyMs: 60_000, work: (ctx) => eraseExpired(ctx) },
  { name: "uitreiking-hervatten", everyMs: 60_000, work: (ctx) => resumeBatches(ctx, onReplaced) },
  { name: "uitreiking-opruimen", everyMs: 3_600_000, work: (ctx) => removeOld(ctx) },
];

/** What may be asked of this room. */
export const jobs = (onReplaced: OnReplaced): readonly Job[] => [
  job("uitreiking-batch", z.object({ batch: z.guid() }), async (ctx, { batch }) => {
    await processBatch(ctx, batch, onReplaced);
  }),
];
