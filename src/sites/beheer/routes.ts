import { route, tabs } from "./contract.ts";
import { schoolsoftwareRoutes } from "./schoolsoftware/routes.ts";
import { toestandRoutes } from "./toestand/routes.ts";
import { uitlegRoutes } from "./explanation.ts";

/** To the first part that one may see. */
const begin = route({
  method: "get",
  path: "/",
  access: "functie",
  summary: "de weg naar het eerste onderdeel",
  handle: (v) => {
    const first = Object.values(tabs).find(({ taak }) => v.may(taak));
    return first ? v.redirect(first.url) : v.notFound();
  },
});

/** Every address of beheer behind the sign-in, each with its access rule: the one table (R7). */
export const routes = [begin, ...toestandRoutes, ...schoolsoftwareRoutes, ...uitlegRoutes];
