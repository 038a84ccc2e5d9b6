import type { Upkeep } from "#platform/jobs";
import { loadDirecteursopdrachten } from "./store.ts";

/** What this room must have done regularly. */
export const upkeep: readonly Upkeep[] = [
  // Each Monday after 04:00, or as soon as we are there; the database sees to it that it happens once (R62).
  { name: "directeursopdrachten", everyMs: 60_000, work: (ctx) => loadDirecteursopdrachten(ctx) },
];
