import { listPakketten } from "#modules/schoolsoftware";
import { route } from "../contract.ts";
import { meest, toestandPagina } from "./page.ts";
import { beginVan, kolommen, stromen } from "./rules.ts";
import { findFeed, listDelend, listVast, telLeveringen } from "./store.ts";

/** How the streams of data go: deliveries over the day, schools that are silent (R74), what is held or refused, the feed. */
export const toestandRoutes = [
  route({
    method: "get",
    path: "/toestand",
    access: "toestand",
    summary: "tellingen en momenten van de leveringen en van Discimus",
    async handle(v) {
      const nu = v.clock.now();
      const begin = beginVan(nu);
      const gelezen = await v.inBeheer(async (ctx) => {
        const [tellingen, delend, vast, feed, pakketten] = await Promise.all([
          telLeveringen(ctx, begin),
          listDelend(ctx),
          listVast(ctx, begin, meest + 1),
          findFeed(ctx, begin),
          listPakketten(ctx),
        ]);
        return { tellingen, delend, ...vast, feed, pakketten };
      });
      const { tellingen, delend, pakketten } = gelezen;
      return v.pagina({
        titel: "Toestand",
        tab: "toestand",
        inhoud: toestandPagina({
          ...gelezen,
          nu,
          kolommen: kolommen(tellingen, begin),
          stromen: stromen(tellingen, delend, pakketten, nu),
        }),
      });
    },
  }),
];
