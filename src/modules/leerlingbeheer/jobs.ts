import type { Upkeep } from "#platform/jobs";
import { ruimOverzichtenOp, ruimSelectiesOp } from "./store-selection.ts";

/** What this room must have done regularly. */
export const upkeep: readonly Upkeep[] = [
  { name: "opruimen-selecties", everyMs: 3_600_000, work: ruimSelectiesOp },
  { name: "opruimen-overzichten", everyMs: 30_000, work: ruimOverzichtenOp },
];
