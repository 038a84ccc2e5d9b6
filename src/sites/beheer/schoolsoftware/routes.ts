import { z } from "zod";
import { dagVoor } from "#platform/clock";
import type { Context } from "#platform/context";
import { isInstellingsnummer } from "#platform/ids";
import { cut, oneOf } from "#platform/route";
import {
  listGebruik,
  listPakketten,
  stopGebruik,
  wijzigGebruik,
  type Gebruik,
  type Pakket,
} from "#modules/schoolsoftware";
import { route, type Verzoek } from "../contract.ts";
import { eindeVelden, gedaan, pakketVelden, type Formulieren, type Gedaan } from "./form.ts";
import { schoolPagina } from "./page.ts";
import { leesEinde, leesPakket, lopendeElders, periodeOp } from "./rules.ts";
import {
  findSchool,
  listWijzigingen,
  noteerWijziging,
  telPerPakket,
  zoekScholen,
  type SchoolVanBeheer,
} from "./store.ts";
import { zoekPagina } from "./search-page.ts";

const hier = "/schoolsoftware";
/** So many schools on a page; with more the search is too wide. */
const meest = 50;
const nummer = z.string().refine(isInstellingsnummer);

type Alles = {
  readonly school: SchoolVanBeheer;
  readonly pakketten: readonly Pakket[];
  readonly gebruik: readonly Gebruik[];
};

/** Undefined when there is no such school. */
async function lees(ctx: Context, nummer: string): Promise<Alles | undefined> {
  const school = await findSchool(ctx, nummer);
  if (!school) return undefined;
  return { school, pakketten: await listPakketten(ctx), gebruik: await listGebruik(ctx, school.lijn) };
}

/** The page of a school, maybe with what was just done, or with a form that must be filled in again. */
async function toonSchool(
  v: Verzoek & { readonly params: { readonly nummer: string } },
  formulieren: Formulieren = {},
): Promise<Response> {
  const gelezen = await v.inBeheer(async (ctx) => {
    const alles = await lees(ctx, v.params.nummer);
    return alles && { ...alles, wijzigingen: await listWijzigingen(ctx, alles.school.lijn) };
  });
  if (!gelezen) return v.nietGevonden();
  const { school } = gelezen;
  // A former number is a way to the school, not a second page of it.
  if (school.hoofd !== school.instellingsnummer) return v.naar(`${hier}/${school.hoofd}`);
  const fout = formulieren.fouten !== undefined;
  return v.pagina({
    titel: school.naam,
    tab: "schoolsoftware",
    kruimels: [],
    ...(fout && { fout, status: 422 }),
    inhoud: schoolPagina({
      ...gelezen,
      ...formulieren,
      mag: v.mag("schoolsoftware-wijzigen"),
      vandaag: v.clock.vandaag(),
      nu: v.clock.now(),
    }),
  });
}

/** Mijn Schoolsoftware (R21): which package a school uses, from when until when, and who changed it. */
export const schoolsoftwareRoutes = [
  route({
    method: "get",
    path: hier,
    access: "schoolsoftware-bekijken",
    summary: "hoeveel scholen met welk pakket werken, en scholen op naam of nummer",
    query: { zoek: cut(100) },
    async handle(v) {
      const { zoek } = v.query;
      const gevonden = await v.inBeheer(async (ctx) => ({
        scholen: zoek === "" ? undefined : await zoekScholen(ctx, zoek, meest + 1),
        perPakket: await telPerPakket(ctx),
      }));
      return v.pagina({
        titel: "Mijn Schoolsoftware",
        tab: "schoolsoftware",
        inhoud: zoekPagina({ zoek, meest, ...gevonden }),
      });
    },
  }),
  route({
    method: "get",
    path: `${hier}/:nummer`,
    access: "schoolsoftware-bekijken",
    summary: "het pakket van een school, van wanneer tot wanneer, en wie dat veranderde",
    params: { nummer },
    query: { klaar: oneOf(Object.keys(gedaan) as Gedaan[]) },
    handle: (v) => toonSchool(v, { gedaan: v.query.klaar }),
  }),
  route({
    method: "post",
    path: `${hier}/:nummer/pakket`,
    access: "schoolsoftware-wijzigen",
    summary: "vanaf een dag een ander pakket",
    params: { nummer },
    form: pakketVelden,
    async handle(v) {
      const velden = v.form;
      const vandaag = v.clock.vandaag();
      const uitkomst = await v.inBeheer(async (ctx) => {
        const alles = await lees(ctx, v.params.nummer);
        if (!alles) return undefined;
        const { gebruik, school } = alles;
        const gelezen = leesPakket(velden, { ...alles, hoofd: school.hoofd, vandaag });
        if ("fouten" in gelezen) return gelezen;
        const { nieuw } = gelezen;
        await wijzigGebruik(ctx, nieuw);
        for (const een of lopendeElders(gebruik, nieuw))
          await stopGebruik(ctx, { ...een, tot: dagVoor(nieuw.van) });
        await noteerWijziging(ctx, {
          wie: v.ik,
          instellingsnummer: school.hoofd,
          voor: periodeOp(gebruik, nieuw.van),
          na: nieuw,
        });
        return { nummer: school.hoofd };
      });
      if (!uitkomst) return v.nietGevonden();
      if ("fouten" in uitkomst) return toonSchool(v, { welk: "pakket", velden, fouten: uitkomst.fouten });
      return v.naar(`${hier}/${uitkomst.nummer}?klaar=pakket`);
    },
  }),
  route({
    method: "post",
    path: `${hier}/:nummer/einde`,
    access: "schoolsoftware-wijzigen",
    summary: "de laatste dag van een pakket",
    params: { nummer },
    form: eindeVelden,
    async handle(v) {
      const velden = v.form;
      const uitkomst = await v.inBeheer(async (ctx) => {
        const alles = await lees(ctx, v.params.nummer);
        const gelezen = alles && leesEinde(velden, alles);
        if (!gelezen || "fouten" in gelezen) return gelezen;
        const { periode, tot } = gelezen;
        const na = { ...periode, tot };
        await stopGebruik(ctx, na);
        const nummer = alles.school.hoofd;
        await noteerWijziging(ctx, { wie: v.ik, instellingsnummer: nummer, voor: periode, na });
        return { nummer };
      });
      if (!uitkomst) return v.nietGevonden();
      if ("fouten" in uitkomst) return toonSchool(v, { welk: "einde", velden, fouten: uitkomst.fouten });
      return v.naar(`${hier}/${uitkomst.nummer}?klaar=einde`);
    },
  }),
];
