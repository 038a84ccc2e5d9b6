import type { Upkeep } from "#platform/jobs";
import { sweepSums } from "./store.ts";

/** What this room must have done regularly. */
export const upkeep: readonly Upkeep[] = [
  { name: "opruimen-controlesommen", everyMs: 3_600_000, work: sweepSums },
];
