import type { Upkeep } from "#platform/jobs";
import { zegel } from "./seal.ts";
import { makePartitions } from "./store.ts";

/**
 * What this room must have done regularly.
 * @param options.anker file outside the database to which each new seal is written
 */
export const upkeep = (options: { readonly anker?: string | undefined }): readonly Upkeep[] => [
  { name: "privacylog-zegel", everyMs: 1000, work: (ctx) => zegel(ctx, { anker: options.anker }) },
  { name: "privacylog-partities", everyMs: 3_600_000, work: (ctx) => makePartitions(ctx) },
];
