import { tabs, type Route } from "./contract.ts";
import { schoolsoftwareRoutes } from "./schoolsoftware/routes.ts";
import { toestandRoutes } from "./toestand/routes.ts";
import { uitlegRoutes } from "./uitleg.ts";

/** To the first part that one may see. */
const begin: Route = {
  methode: "GET",
  pad: "/",
  toegang: "functie",
  async antwoord(v) {
    const eerste = Object.values(tabs).find(({ taak }) => v.mag(taak));
    return eerste ? v.naar(eerste.url) : v.nietGevonden();
  },
};

/** Every address of beheer behind the sign-in, each with its access rule: the one table (R7). */
export const routes: readonly Route[] = [begin, ...toestandRoutes, ...schoolsoftwareRoutes, ...uitlegRoutes];
