import type { Upkeep } from "#platform/jobs";
import { sweepOverzichten, sweepSelecties } from "./store-selection.ts";

/** What this room must have done regularly. */
export const upkeep: readonly Upkeep[] = [
  { name: "opruimen-selecties", everyMs: 3_600_000, work: sweepSelecties },
  { name: "opruimen-overzichten", everyMs: 30_000, work: sweepOverzichten },
];
