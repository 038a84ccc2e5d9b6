import { z } from "zod";
import { job, type Job, type Upkeep } from "#platform/jobs";
import type { AccountUuid } from "#platform/ids";
import { beeindigSessies } from "./end-sessions.ts";
import { ruimOp } from "./store.ts";

/** What this site must have done regularly. */
export const upkeep: readonly Upkeep[] = [
  { name: "opruimen-acm", everyMs: 60_000, work: (ctx) => ruimOp(ctx) },
];

/** What may be asked of this site. */
export const jobs: readonly Job[] = [
  job("sessies-beeindigen", z.object({ account: z.guid() }), (ctx, { account }) =>
    beeindigSessies(ctx, [account as AccountUuid]),
  ),
];
