import { z } from "zod";
import { oneOf, text, uuid } from "#platform/route";
import {
  decideToegang,
  listBeheerders,
  listDatabeheerders,
  listOwnScholen,
  listToegangsvragen,
  makeBeheerder,
  stopBeheerder,
  askToegang,
} from "#modules/rechten";
import { route, type SchoolRequest } from "../contract.ts";
import { dialogs } from "../klasinformatie/page.ts";
import { sharingOf } from "../klasinformatie/routes.ts";
import { leveringenOf } from "../leveringen/routes.ts";
import { gedaan, noRecht, schoolinstellingen, removeBeheerder, type Done } from "./page.ts";

const hier = "/schoolinstellingen";
const doneUrl = (wat: Done): string => `${hier}?klaar=${wat}`;

/** The tab Schoolinstellingen (R46): who has which right, and a director who gives and takes it (D8). */
export const schoolinstellingenRoutes = [
  route({
    method: "get",
    path: hier,
    access: "school",
    summary: "wie in de school welk recht heeft, en of zij klasinformatie deelt",
    query: { klaar: oneOf(Object.keys(gedaan) as Done[]) },
    async handle(v) {
      const { lijn } = v.school;
      const lijsten = await v.inSchool(async (ctx) => {
        const [databeheerders, beheerders, vragen, delen] = await Promise.all([
          listDatabeheerders(ctx, lijn),
          listBeheerders(ctx, lijn),
          listToegangsvragen(ctx, lijn),
          sharingOf(v, ctx),
        ]);
        const leveringen = delen.akkoord && (await leveringenOf(v, ctx, delen.pakket));
        return { databeheerders, beheerders, vragen, delen, leveringen };
      });
      return v.page({
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
        dialoog: dialogs(lijsten.delen),
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
      const outcome = await v.inSchool((ctx) =>
        decideToegang(ctx, { vraag, besluit, nummers: v.school.lijn, door: v.ik.voId }),
      );
      if (outcome === "onbekend") return v.notFound();
      if (outcome === "al-beslist") return v.redirect(doneUrl("al-beslist"));
      return v.redirect(doneUrl(besluit === "toegekend" ? "benoemd" : "geweigerd"));
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
      await v.inSchool((ctx) => makeBeheerder(ctx, { instellingsnummer, wie: v.ik, door: v.ik.voId }));
      return v.redirect(doneUrl("jezelf"));
    },
  }),
  route({
    method: "get",
    path: `${hier}/beheerders/:beheerder`,
    access: "databeheerder",
    summary: "wie geen LeerID-beheerder meer zou zijn",
    params: { beheerder: uuid },
    async handle(v) {
      const one = await beheerderOf(v);
      if (!one?.beheerder) return v.notFound();
      return v.page({
        titel: "LeerID-beheerder verwijderen",
        tab: "schoolinstellingen",
        kruimels: [],
        inhoud: removeBeheerder({ ...one, beheerder: one.beheerder, zelf: one.voId === v.ik.voId }),
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
      return weg ? v.redirect(doneUrl("verwijderd")) : v.notFound();
    },
  }),
  route({
    method: "get",
    path: "/geen-recht",
    access: "aangemeld",
    summary: "de scholen waar men werkt, om toegang te vragen",
    async handle(v) {
      const scholen = await listOwnScholen(v.ctx, v.ik);
      const met = new Set(v.ik.rechten.map(({ school }) => school.instellingsnummer));
      return v.page({
        titel: "Toegang tot een school",
        inhoud: noRecht({
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
      return (await askToegang(v.ctx, v.ik, instellingsnummer)) ? v.redirect("/geen-recht") : v.notFound();
    },
  }),
];

async function beheerderOf(v: SchoolRequest & { readonly params: { readonly beheerder: string } }) {
  const all = await v.inSchool((ctx) => listBeheerders(ctx, v.school.lijn));
  return all.find(({ beheerder }) => beheerder === v.params.beheerder);
}
