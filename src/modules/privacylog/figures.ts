import { counter, gauge, type Reading } from "#platform/metrics";
import type { Anchor } from "./anchor.ts";
import { findBacklog } from "./store.ts";

const waiting = gauge("leerid_seal_waiting", "Regels van de privacylog die op hun zegel wachten.");
const oldest = gauge(
  "leerid_seal_oldest_seconds",
  "Hoe lang de oudste regel al op zijn zegel wacht; 0 als er geen wacht.",
);
const failures = counter(
  "leerid_seal_anchor_failures_total",
  "Keren dat het ankerbestand niet bijgewerkt kon worden.",
);
const late = gauge(
  "leerid_seal_anchor_waiting",
  "Zegels die nog niet in het ankerbestand van dit proces staan.",
);

/** What waits for its seal, in the whole installation. */
export const backlogReading: Reading = {
  name: "privacylog",
  figures: [waiting, oldest],
  async read(ctx) {
    const found = await findBacklog(ctx);
    const age = found.oudste ? (ctx.clock.now() - found.oudste.getTime()) / 1000 : 0;
    return [
      { figure: waiting, value: found.aantal },
      { figure: oldest, value: Math.max(0, age) },
    ];
  },
};

/** How the anchor file of this process goes. */
export const anchorReading = (anchor: Anchor): Reading => ({
  name: "privacylog-anker",
  figures: [failures, late],
  keepMs: 0,
  read: () => [
    { figure: failures, value: anchor.failures() },
    { figure: late, value: anchor.waiting() },
  ],
});
