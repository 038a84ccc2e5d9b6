import { gauge, type Reading } from "#platform/metrics";
import { countLate } from "./store-late.ts";

const sharing = gauge("leerid_class_files_schools_sharing", "Scholen die nu hun klassen delen.");
const late = gauge(
  "leerid_class_files_schools_late",
  "Scholen die delen, en van wie in de laatste 24 uur geen levering kwam die niet geweigerd werd; een school die pas deelt, krijgt 24 uur.",
);
const last = gauge(
  "leerid_class_files_last_timestamp_seconds",
  "Wanneer het laatste bestand met klassen kwam dat niet geweigerd werd; 0: er was er nog geen.",
);

const day = 86_400_000;

/** How the class files of packages come in. */
export const deliveryReading: Reading = {
  name: "leveringen",
  figures: [sharing, late, last],
  keepMs: 60_000, // asks about every school that shares
  async read(ctx) {
    const found = await countLate(ctx, ctx.clock.now() - day);
    return [
      { figure: sharing, value: found.delend },
      { figure: late, value: found.laat },
      { figure: last, value: (found.laatst?.getTime() ?? 0) / 1000 },
    ];
  },
};
