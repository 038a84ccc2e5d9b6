import { text } from "#platform/route";
import { afdrukRoutes } from "./afdrukken/routes.ts";
import { applicatiebeheerRoutes } from "./applicatiebeheer/routes.ts";
import { route } from "./contract.ts";
import { klasinformatieHulpRoutes } from "./klasinformatie/help.ts";
import { klasinformatieRoutes } from "./klasinformatie/routes.ts";
import { leveringenRoutes } from "./leveringen/routes.ts";
import { schoolinstellingenRoutes } from "./schoolinstellingen/routes.ts";
import { leerlingRoutes } from "./leerlingen/routes.ts";
import { chooseSchool } from "./store.ts";
import { uitlegRoutes } from "./explanation.ts";
import { waaromRoutes } from "./waarom/routes.ts";

/** To the first tab that one may use; and the choice of a school for whoever has several. */
const begin = [
  route({
    method: "get",
    path: "/",
    access: "school",
    summary: "de weg naar het eerste tabblad dat men mag gebruiken",
    handle: (v) => v.redirect(v.recht.beheerder ? "/leerid-beheer" : "/schoolinstellingen"),
  }),
  route({
    method: "post",
    path: "/school",
    access: "aangemeld",
    summary: "een andere school om voor te werken",
    form: { instellingsnummer: text(6) },
    async handle(v) {
      const gevraagd = v.form.instellingsnummer;
      const recht = v.ik.rechten.find(({ school }) => school.instellingsnummer === gevraagd);
      if (!recht) return v.notFound();
      await chooseSchool(v.ctx, v.ik.sessie, recht.school.instellingsnummer);
      return v.redirect("/");
    },
  }),
];

/** Every address of the Schoolloket behind the sign-in, each with its access rule: the one table (isolation, 4-quality). */
export const routes = [
  ...begin,
  ...leerlingRoutes,
  ...afdrukRoutes,
  ...applicatiebeheerRoutes,
  ...waaromRoutes,
  ...schoolinstellingenRoutes,
  ...klasinformatieRoutes,
  ...leveringenRoutes,
  ...klasinformatieHulpRoutes,
  ...uitlegRoutes,
];
