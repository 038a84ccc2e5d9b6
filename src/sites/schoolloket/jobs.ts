import type { Upkeep } from "#platform/jobs";
import { sweepSessies } from "./store.ts";

/** What this room must have done regularly. */
export const upkeep: readonly Upkeep[] = [
  { name: "opruimen-schoolloket", everyMs: 600_000, work: sweepSessies },
];
