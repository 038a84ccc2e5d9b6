import { z } from "zod";
import { dayBefore } from "#platform/clock";
import type { Context } from "#platform/context";
import { isInstellingsnummer } from "#platform/ids";
import { cut, oneOf } from "#platform/route";
import {
  listGebruik,
  listPakketten,
  stopGebruik,
  changeGebruik,
  type Gebruik,
  type Pakket,
} from "#modules/schoolsoftware";
import { route, type PageRequest } from "../contract.ts";
import { eindeVelden, gedaan, pakketVelden, type Forms, type Done } from "./form.ts";
import { schoolPage } from "./page.ts";
import { readEnd, readPakket, lopendElsewhere, periodOn } from "./rules.ts";
import {
  findSchool,
  listWijzigingen,
  recordWijziging,
  countPerPakket,
  searchScholen,
  type SchoolOfBeheer,
} from "./store.ts";
import { searchPage } from "./search-page.ts";

const hier = "/schoolsoftware";
/** So many schools on a page; with more the search is too wide. */
const meest = 50;
const nummer = z.string().refine(isInstellingsnummer);

type Everything = {
  readonly school: SchoolOfBeheer;
  readonly pakketten: readonly Pakket[];
  readonly gebruik: readonly Gebruik[];
};

/** Undefined when there is no such school. */
async function loadSchool(ctx: Context, nummer: string): Promise<Everything | undefined> {
  const school = await findSchool(ctx, nummer);
  if (!school) return undefined;
  return { school, pakketten: await listPakketten(ctx), gebruik: await listGebruik(ctx, school.lijn) };
}

/** The page of a school, maybe with what was just done, or with a form that must be filled in again. */
async function formatSchool(
  v: PageRequest & { readonly params: { readonly nummer: string } },
  formulieren: Forms = {},
): Promise<Response> {
  const gelezen = await v.inBeheer(async (ctx) => {
    const alles = await loadSchool(ctx, v.params.nummer);
    return alles && { ...alles, wijzigingen: await listWijzigingen(ctx, alles.school.lijn) };
  });
  if (!gelezen) return v.notFound();
  const { school } = gelezen;
  // A former number is a way to the school, not a second page of it.
  if (school.hoofd !== school.instellingsnummer) return v.redirect(`${hier}/${school.hoofd}`);
  const fout = formulieren.fouten !== undefined;
  return v.page({
    titel: school.naam,
    tab: "schoolsoftware",
    kruimels: [],
    ...(fout && { fout, status: 422 }),
    inhoud: schoolPage({
      ...gelezen,
      ...formulieren,
      mag: v.may("schoolsoftware-wijzigen"),
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
      const found = await v.inBeheer(async (ctx) => ({
        scholen: zoek === "" ? undefined : await searchScholen(ctx, zoek, meest + 1),
        perPakket: await countPerPakket(ctx),
      }));
      return v.page({
        titel: "Mijn Schoolsoftware",
        tab: "schoolsoftware",
        inhoud: searchPage({ zoek, meest, ...found }),
      });
    },
  }),
  route({
    method: "get",
    path: `${hier}/:nummer`,
    access: "schoolsoftware-bekijken",
    summary: "het pakket van een school, van wanneer tot wanneer, en wie dat veranderde",
    params: { nummer },
    query: { klaar: oneOf(Object.keys(gedaan) as Done[]) },
    handle: (v) => formatSchool(v, { gedaan: v.query.klaar }),
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
      const outcome = await v.inBeheer(async (ctx) => {
        const alles = await loadSchool(ctx, v.params.nummer);
        if (!alles) return undefined;
        const { gebruik, school } = alles;
        const gelezen = readPakket(velden, { ...alles, hoofd: school.hoofd, vandaag });
        if ("fouten" in gelezen) return gelezen;
        const { nieuw } = gelezen;
        await changeGebruik(ctx, nieuw);
        for (const one of lopendElsewhere(gebruik, nieuw))
          await stopGebruik(ctx, { ...one, tot: dayBefore(nieuw.van) });
        await recordWijziging(ctx, {
          wie: v.ik,
          instellingsnummer: school.hoofd,
          voor: periodOn(gebruik, nieuw.van),
          na: nieuw,
        });
        return { nummer: school.hoofd };
      });
      if (!outcome) return v.notFound();
      if ("fouten" in outcome) return formatSchool(v, { welk: "pakket", velden, fouten: outcome.fouten });
      return v.redirect(`${hier}/${outcome.nummer}?klaar=pakket`);
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
      const outcome = await v.inBeheer(async (ctx) => {
        const alles = await loadSchool(ctx, v.params.nummer);
        const gelezen = alles && readEnd(velden, alles);
        if (!gelezen || "fouten" in gelezen) return gelezen;
        const { periode, tot } = gelezen;
        const na = { ...periode, tot };
        await stopGebruik(ctx, na);
        const nummer = alles.school.hoofd;
        await recordWijziging(ctx, { wie: v.ik, instellingsnummer: nummer, voor: periode, na });
        return { nummer };
      });
      if (!outcome) return v.notFound();
      if ("fouten" in outcome) return formatSchool(v, { welk: "einde", velden, fouten: outcome.fouten });
      return v.redirect(`${hier}/${outcome.nummer}?klaar=einde`);
    },
  }),
];
