import { z } from "zod";
import { oneOf, text, uuid } from "#platform/route";
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
import { route, type SchoolVerzoek } from "../contract.ts";
import { dialogen } from "../klasinformatie/page.ts";
import { delenVan } from "../klasinformatie/routes.ts";
import { leveringenVan } from "../leveringen/routes.ts";
import { gedaan, geenRecht, schoolinstellingen, verwijderBeheerder, type Gedaan } from "./page.ts";

const hier = "/schoolinstellingen";
const klaar = (wat: Gedaan): string => `${hier}?klaar=${wat}`;

/** The tab Schoolinstellingen (R46): who has which right, and a director who gives and takes it (D8). */
export const schoolinstellingenRoutes = [
  route({
    method: "get",
    path: hier,
    access: "school",
    summary: "wie in de school welk recht heeft, en of zij klasinformatie deelt",
    query: { klaar: oneOf(Object.keys(gedaan) as Gedaan[]) },
    async handle(v) {
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
      return v.pagina({
        titel: "Schoolinstellingen",
        tab: "schoolinstellingen",
        inhoud: schoolinstellingen({
          ...lijsten,
          recht: v.recht,
          ik: v.ik,
          vandaag: v.ctx.clock.vandaag(),
          nu: v.ctx.clock.now(),
          gedaan: v.query.klaar,
        }),
        dialoog: dialogen(lijsten.delen),
      });
    },
  }),
  route({
    method: "post",
    path: `${hier}/vragen/:vraag`,
    access: "databeheerder",
    summary: "het antwoord op iemand die LeerID-beheerder wil worden",
    params: { vraag: uuid },
    form: { besluit: z.enum(["toegekend", "geweigerd"]) },
    async handle(v) {
      const { besluit } = v.form;
      const { vraag } = v.params;
      const uitkomst = await v.inSchool((ctx) =>
        beslisToegang(ctx, { vraag, besluit, nummers: v.school.lijn, door: v.ik.voId }),
      );
      if (uitkomst === "onbekend") return v.nietGevonden();
      if (uitkomst === "al-beslist") return v.naar(klaar("al-beslist"));
      return v.naar(klaar(besluit === "toegekend" ? "benoemd" : "geweigerd"));
    },
  }),
  route({
    method: "post",
    path: `${hier}/beheerders`,
    access: "databeheerder",
    summary: "zichzelf als LeerID-beheerder",
    async handle(v) {
      // Only oneself: others ask first, so that a name is never typed for somebody else's account.
      const { instellingsnummer } = v.school;
      await v.inSchool((ctx) => maakBeheerder(ctx, { instellingsnummer, wie: v.ik, door: v.ik.voId }));
      return v.naar(klaar("jezelf"));
    },
  }),
  route({
    method: "get",
    path: `${hier}/beheerders/:beheerder`,
    access: "databeheerder",
    summary: "wie geen LeerID-beheerder meer zou zijn",
    params: { beheerder: uuid },
    async handle(v) {
      const een = await beheerderVan(v);
      if (!een?.beheerder) return v.nietGevonden();
      return v.pagina({
        titel: "LeerID-beheerder verwijderen",
        tab: "schoolinstellingen",
        kruimels: [],
        inhoud: verwijderBeheerder({ ...een, beheerder: een.beheerder, zelf: een.voId === v.ik.voId }),
      });
    },
  }),
  route({
    method: "post",
    path: `${hier}/beheerders/:beheerder`,
    access: "databeheerder",
    summary: "het einde van het recht van een LeerID-beheerder",
    params: { beheerder: uuid },
    async handle(v) {
      const { beheerder } = v.params;
      const weg = await v.inSchool((ctx) =>
        stopBeheerder(ctx, { beheerder, nummers: v.school.lijn, door: v.ik.voId }),
      );
      return weg ? v.naar(klaar("verwijderd")) : v.nietGevonden();
    },
  }),
  route({
    method: "get",
    path: "/geen-recht",
    access: "aangemeld",
    summary: "de scholen waar men werkt, om toegang te vragen",
    async handle(v) {
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
  }),
  route({
    method: "post",
    path: "/toegang",
    access: "aangemeld",
    summary: "een vraag aan de directeur van een eigen school",
    form: { instellingsnummer: text(6) },
    async handle(v) {
      const { instellingsnummer } = v.form;
      return (await vraagToegang(v.ctx, v.ik, instellingsnummer)) ? v.naar("/geen-recht") : v.nietGevonden();
    },
  }),
];

async function beheerderVan(v: SchoolVerzoek & { readonly params: { readonly beheerder: string } }) {
  const alle = await v.inSchool((ctx) => listBeheerders(ctx, v.school.lijn));
  return alle.find(({ beheerder }) => beheerder === v.params.beheerder);
}
