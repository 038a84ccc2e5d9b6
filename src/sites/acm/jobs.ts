import { z } from "zod";
import { job, type Job, type Upkeep } from "#platform/jobs";
import type { AccountUuid } from "#platform/ids";
import { endSessies } from "./end-sessions.ts";
import { resumeAfmeldingen } from "./store-afmelding.ts";
import { sweep } from "./store.ts";
import { tellApplication, type TellOptions } from "./tell-applications.ts";

/** What this site must have done regularly. */
export const upkeep: readonly Upkeep[] = [
  { name: "opruimen-acm", everyMs: 60_000, work: (ctx) => sweep(ctx) },
  // Beside the job of an end: what a job lost.
  { name: "afmeldingen-hervatten", everyMs: 60_000, work: (ctx) => resumeAfmeldingen(ctx) },
];

/** What may be asked of this site. */
export const jobs = (tell: TellOptions): readonly Job[] => [
  job("sessies-beeindigen", z.object({ account: z.guid() }), (ctx, { account }) =>
    endSessies(ctx, [account as AccountUuid]),
  ),
  job("afmeldingen-melden", z.object({ rij: z.string() }), (ctx, { rij }) => tellApplication(ctx, tell, rij)),
];
