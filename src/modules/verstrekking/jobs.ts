import type { Upkeep } from "#platform/jobs";
import { sweepWeigeringen } from "./store.ts";

/** What this room must have done regularly. */
export const upkeep: readonly Upkeep[] = [
  { name: "opruimen-weigeringen", everyMs: 3_600_000, work: sweepWeigeringen },
];
