import { gauge, type Reading } from "#platform/metrics";
import { findState } from "./store.ts";

const rows = gauge("leerid_discimus_quarantine", "Berichten van Discimus die in quarantaine staan.");
const oldest = gauge(
  "leerid_discimus_quarantine_oldest_seconds",
  "Hoe lang het oudste bericht al in quarantaine staat; 0 als er geen is.",
);
const last = gauge(
  "leerid_discimus_last_delivery_timestamp_seconds",
  "Wanneer de laatste zending van Discimus klaar was; 0: er was er nog geen.",
);

/** How the feed goes. */
export const feedReading: Reading = {
  name: "discimus",
  figures: [rows, oldest, last],
  async read(ctx) {
    const { quarantaine, oudste, laatst } = await findState(ctx);
    const age = oudste ? (ctx.clock.now() - oudste.getTime()) / 1000 : 0;
    return [
      { figure: rows, value: quarantaine },
      { figure: oldest, value: Math.max(0, age) },
      { figure: last, value: (laatst?.getTime() ?? 0) / 1000 },
    ];
  },
};
