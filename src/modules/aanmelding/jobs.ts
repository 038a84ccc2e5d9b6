import type { Upkeep } from "#platform/jobs";
import { sweepPogingen } from "./store.ts";

/** What this room must have done regularly. */
export const upkeep: readonly Upkeep[] = [
  { name: "opruimen-pogingen", everyMs: 3_600_000, work: sweepPogingen },
];
