import type { Upkeep } from "#platform/jobs";
import { openAnchor } from "./anchor.ts";
import { anchorReading } from "./figures.ts";
import { zegel } from "./seal.ts";
import { makePartitions } from "./store.ts";

/**
 * What this room must have done regularly.
 * @param options.anker file outside the database that holds each seal
 */
export const upkeep = (options: { readonly anker?: string | undefined }): readonly Upkeep[] => {
  const anchor = openAnchor(options.anker);
  return [
    {
      name: "privacylog-zegel",
      everyMs: 1000,
      async work(ctx) {
        await zegel(ctx);
        await anchor.follow(ctx);
      },
      reading: anchorReading(anchor),
    },
    { name: "privacylog-partities", everyMs: 3_600_000, work: (ctx) => makePartitions(ctx) },
  ];
};
