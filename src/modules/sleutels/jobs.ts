import type { Upkeep } from "#platform/jobs";
import { sweepVensters } from "./window.ts";

/** What this room must have done regularly. */
export const upkeep: readonly Upkeep[] = [
  { name: "opruimen-vensters", everyMs: 3_600_000, work: sweepVensters },
];
