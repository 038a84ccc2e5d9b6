import { listPakketten } from "#modules/schoolsoftware";
import { route } from "../contract.ts";
import { meest, toestandPage } from "./page.ts";
import { startOf, columns, streams } from "./rules.ts";
import { findFeed, listSharing, listVastbenoemd, countLeveringen } from "./store.ts";

/** How the streams of data go: deliveries over the day, schools that are silent (R74), what is held or refused, the feed. */
export const toestandRoutes = [
  route({
    method: "get",
    path: "/toestand",
    access: "toestand",
    summary: "tellingen en momenten van de leveringen en van Discimus",
    async handle(v) {
      const nu = v.clock.now();
      const begin = startOf(nu);
      const gelezen = await v.inBeheer(async (ctx) => {
        const [tellingen, delend, vast, feed, pakketten] = await Promise.all([
          countLeveringen(ctx, begin),
          listSharing(ctx),
          listVastbenoemd(ctx, begin, meest + 1),
          findFeed(ctx, begin),
          listPakketten(ctx),
        ]);
        return { tellingen, delend, ...vast, feed, pakketten };
      });
      const { tellingen, delend, pakketten } = gelezen;
      return v.page({
        titel: "Toestand",
        tab: "toestand",
        inhoud: toestandPage({
          ...gelezen,
          nu,
          kolommen: columns(tellingen, begin),
          stromen: streams(tellingen, delend, pakketten, nu),
        }),
      });
    },
  }),
];
