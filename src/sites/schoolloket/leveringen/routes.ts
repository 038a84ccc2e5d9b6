import { z } from "zod";
import { uuid } from "#platform/route";
import {
  beslisLevering,
  findLevering,
  listLeveringen,
  namenVan,
  standVanDelen,
  verschilVan,
} from "#modules/leveringen";
import { logInzage } from "#modules/privacylog";
import type { Pakket } from "#modules/schoolsoftware";
import { pakketVan } from "#modules/schoolsoftware";
import { route, type SchoolVerzoek } from "../contract.ts";
import { leveringPagina, leveringenPad, type Leveringen } from "./page.ts";
import { hoogstensGetoond, opVolgorde, verschilPagina } from "./verschil.ts";

/** How many deliveries the page shows: a week and more of nights. */
const aantal = 10;

/** What the page of sharing shows of deliveries; inside the wall of the school. */
export async function leveringenVan(
  v: SchoolVerzoek,
  ctx: SchoolVerzoek["ctx"],
  pakket: Pakket | undefined,
): Promise<Leveringen> {
  const { lijn } = v.school;
  const [stand, lijst] = await Promise.all([standVanDelen(ctx, lijn), listLeveringen(ctx, lijn, { aantal })]);
  return {
    stand,
    lijst,
    pakket: pakket?.naam,
    beslist: v.recht.beheerder !== null,
    nu: ctx.clock.now(),
  };
}

/** Deliveries with their receipts, and a held file with its difference (D9). */
export const leveringenRoutes = [
  route({
    method: "get",
    path: `${leveringenPad}/:levering`,
    access: "school",
    summary: "een levering van klasinformatie, met haar ontvangst",
    params: { levering: uuid },
    async handle(v) {
      const { levering: welke } = v.params;
      const [levering, pakket] = await v.inSchool(async (ctx) =>
        Promise.all([
          findLevering(ctx, v.school.lijn, welke),
          pakketVan(ctx, v.school.lijn, ctx.clock.vandaag()),
        ]),
      );
      if (!levering) return v.nietGevonden();
      return v.pagina(
        leveringPagina(levering, {
          beslist: v.recht.beheerder !== null,
          nu: v.ctx.clock.now(),
          pakket: pakket?.naam,
        }),
      );
    },
  }),
  route({
    method: "get",
    path: `${leveringenPad}/:levering/verschil`,
    access: "beheerder",
    summary: "wie door een aangehouden levering van klas verandert",
    params: { levering: uuid },
    handle: toonVerschil,
  }),
  route({
    method: "post",
    path: `${leveringenPad}/:levering`,
    access: "beheerder",
    summary: "het besluit over een aangehouden levering",
    params: { levering: uuid },
    form: { besluit: z.enum(["verwerken", "weigeren"]) },
    async handle(v) {
      const { besluit } = v.form;
      const { levering } = v.params;
      const { lijn } = v.school;
      const uit = await v.inSchool(async (ctx) => {
        if (await beslisLevering(ctx, { levering, lijn, besluit, door: v.ik.voId })) return besluit;
        return (await findLevering(ctx, lijn, levering)) && ("levering-voorbij" as const);
      });
      return uit ? v.naar(`/schoolinstellingen?klaar=${uit}`) : v.nietGevonden();
    },
  }),
];

/** Whom a held file touches. It is sealed for the role of a school: the server opens it, for a file that the school may see. */
async function toonVerschil(
  v: SchoolVerzoek & { readonly params: { readonly levering: string } },
): Promise<Response> {
  const { levering: welke } = v.params;
  const { lijn } = v.school;
  const levering = await v.inSchool((ctx) => findLevering(ctx, lijn, welke));
  if (!levering) return v.nietGevonden();
  const verschil = await verschilVan(v.ctx, lijn, welke);
  if (!verschil) return v.naar("/schoolinstellingen?klaar=levering-voorbij");
  const getoond = await v.inSchool(async (ctx) => {
    const namen = await namenVan(
      ctx,
      lijn,
      verschil.wijzigingen.map((een) => een.accountUuid),
    );
    const metNaam = verschil.wijzigingen.flatMap((een) => {
      const naam = namen.get(een.accountUuid);
      return naam ? [{ ...een, ...naam }] : [];
    });
    const eerste = opVolgorde(metNaam).slice(0, hoogstensGetoond);
    // In the transaction that reads the names: what fails here shows nothing (D11, ADR 0014).
    await logInzage(ctx, {
      scherm: "levering-bekeken",
      voId: v.ik.voId,
      accountUuids: eerste.map((een) => een.accountUuid),
    });
    return eerste;
  });
  return v.pagina(verschilPagina({ levering, verschil, getoond, nu: v.ctx.clock.now() }));
}
