import { isUuid } from "#platform/ids";
import {
  beslisToegang,
  listBeheerders,
  listDatabeheerders,
  listEigenScholen,
  listToegangsvragen,
  maakBeheerder,
  stopBeheerder,
  vraagToegang,
} from "#modules/rechten";
import type { Route, SchoolVerzoek } from "../contract.ts";
import { dialogen } from "../klasinformatie/page.ts";
import { delenVan } from "../klasinformatie/routes.ts";
import { leveringenVan } from "../leveringen/routes.ts";
import { gedaan, geenRecht, schoolinstellingen, verwijderBeheerder, type Gedaan } from "./page.ts";

const hier = "/schoolinstellingen";
const klaar = (wat: Gedaan): string => `${hier}?klaar=${wat}`;

/** The tab Schoolinstellingen (R46): who has which right, and a director who gives and takes it (D8). */
export const schoolinstellingenRoutes: readonly Route[] = [
  {
    methode: "GET",
    pad: hier,
    toegang: "school",
    async antwoord(v) {
      const { lijn } = v.school;
      const lijsten = await v.inSchool(async (ctx) => {
        const [databeheerders, beheerders, vragen, delen] = await Promise.all([
          listDatabeheerders(ctx, lijn),
          listBeheerders(ctx, lijn),
          listToegangsvragen(ctx, lijn),
          delenVan(v, ctx),
        ]);
        const leveringen = delen.akkoord && (await leveringenVan(v, ctx, delen.pakket));
        return { databeheerders, beheerders, vragen, delen, leveringen };
      });
      const wat = v.http.req.query("klaar") ?? "";
      return v.pagina({
        titel: "Schoolinstellingen",
        tab: "schoolinstellingen",
        inhoud: schoolinstellingen({
          ...lijsten,
          recht: v.recht,
          ik: v.ik,
          vandaag: v.ctx.clock.vandaag(),
          nu: v.ctx.clock.now(),
          gedaan: Object.hasOwn(gedaan, wat) ? (wat as Gedaan) : undefined,
        }),
        dialoog: dialogen(lijsten.delen),
      });
    },
  },
  {
    methode: "POST",
    pad: `${hier}/vragen/:vraag`,
    toegang: "databeheerder",
    async antwoord(v) {
      const besluit = (await v.formulier()).get("besluit");
      const vraag = v.param("vraag");
      if (!isUuid(vraag) || (besluit !== "toegekend" && besluit !== "geweigerd")) return v.nietGevonden();
      const uitkomst = await v.inSchool((ctx) =>
        beslisToegang(ctx, { vraag, besluit, nummers: v.school.lijn, door: v.ik.voId }),
      );
      if (uitkomst === "onbekend") return v.nietGevonden();
      if (uitkomst === "al-beslist") return v.naar(klaar("al-beslist"));
      return v.naar(klaar(besluit === "toegekend" ? "benoemd" : "geweigerd"));
    },
  },
  {
    methode: "POST",
    pad: `${hier}/beheerders`,
    toegang: "databeheerder",
    async antwoord(v) {
      // Only oneself: others ask first, so that a name is never typed for somebody else's account.
      const { instellingsnummer } = v.school;
      await v.inSchool((ctx) => maakBeheerder(ctx, { instellingsnummer, wie: v.ik, door: v.ik.voId }));
      return v.naar(klaar("jezelf"));
    },
  },
  {
    methode: "GET",
    pad: `${hier}/beheerders/:beheerder`,
    toegang: "databeheerder",
    async antwoord(v) {
      const een = await beheerderVan(v);
      if (!een?.beheerder) return v.nietGevonden();
      return v.pagina({
        titel: "LeerID-beheerder verwijderen",
        tab: "schoolinstellingen",
        kruimels: [],
        inhoud: verwijderBeheerder({ ...een, beheerder: een.beheerder, zelf: een.voId === v.ik.voId }),
      });
    },
  },
  {
    methode: "POST",
    pad: `${hier}/beheerders/:beheerder`,
    toegang: "databeheerder",
    async antwoord(v) {
      const beheerder = v.param("beheerder");
      const weg =
        isUuid(beheerder) &&
        (await v.inSchool((ctx) =>
          stopBeheerder(ctx, { beheerder, nummers: v.school.lijn, door: v.ik.voId }),
        ));
      return weg ? v.naar(klaar("verwijderd")) : v.nietGevonden();
    },
  },
  {
    methode: "GET",
    pad: "/geen-recht",
    toegang: "aangemeld",
    async antwoord(v) {
      const scholen = await listEigenScholen(v.ctx, v.ik);
      const met = new Set(v.ik.rechten.map(({ school }) => school.instellingsnummer));
      return v.pagina({
        titel: "Toegang tot een school",
        inhoud: geenRecht({
          nu: v.ctx.clock.now(),
          scholen: scholen.map((school) => ({ ...school, recht: met.has(school.instellingsnummer) })),
        }),
      });
    },
  },
  {
    methode: "POST",
    pad: "/toegang",
    toegang: "aangemeld",
    async antwoord(v) {
      const nummer = (await v.formulier()).get("instellingsnummer") ?? "";
      return (await vraagToegang(v.ctx, v.ik, nummer)) ? v.naar("/geen-recht") : v.nietGevonden();
    },
  },
];

async function beheerderVan(v: SchoolVerzoek) {
  const alle = await v.inSchool((ctx) => listBeheerders(ctx, v.school.lijn));
  return alle.find(({ beheerder }) => beheerder === v.param("beheerder"));
}
