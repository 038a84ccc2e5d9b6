import { z } from "zod";
import { uuid } from "#platform/route";
import {
  decideLevering,
  findLevering,
  listLeveringen,
  namesOf,
  standOfParts,
  differenceOf,
} from "#modules/leveringen";
import { logInzage } from "#modules/privacylog";
import type { Pakket } from "#modules/schoolsoftware";
import { pakketOf } from "#modules/schoolsoftware";
import { route, type SchoolRequest } from "../contract.ts";
import { leveringPage, leveringenPad, type Leveringen } from "./page.ts";
import { hoogstensGetoond, inOrder, differencePage } from "./difference.ts";

/** How many deliveries the page shows: a week and more of nights. */
const aantal = 10;

/** What the page of sharing shows of deliveries; inside the wall of the school. */
export async function leveringenOf(
  v: SchoolRequest,
  ctx: SchoolRequest["ctx"],
  pakket: Pakket | undefined,
): Promise<Leveringen> {
  const { lijn } = v.school;
  const [stand, lijst] = await Promise.all([standOfParts(ctx, lijn), listLeveringen(ctx, lijn, { aantal })]);
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
          pakketOf(ctx, v.school.lijn, ctx.clock.vandaag()),
        ]),
      );
      if (!levering) return v.notFound();
      return v.page(
        leveringPage(levering, {
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
    handle: formatDifference,
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
        if (await decideLevering(ctx, { levering, lijn, besluit, door: v.ik.voId })) return besluit;
        return (await findLevering(ctx, lijn, levering)) && ("levering-voorbij" as const);
      });
      return uit ? v.redirect(`/schoolinstellingen?klaar=${uit}`) : v.notFound();
    },
  }),
];

/** Whom a held file touches. It is sealed for the role of a school: the server opens it, for a file that the school may see. */
async function formatDifference(
  v: SchoolRequest & { readonly params: { readonly levering: string } },
): Promise<Response> {
  const { levering: welke } = v.params;
  const { lijn } = v.school;
  const levering = await v.inSchool((ctx) => findLevering(ctx, lijn, welke));
  if (!levering) return v.notFound();
  const verschil = await differenceOf(v.ctx, lijn, welke);
  if (!verschil) return v.redirect("/schoolinstellingen?klaar=levering-voorbij");
  const getoond = await v.inSchool(async (ctx) => {
    const namen = await namesOf(
      ctx,
      lijn,
      verschil.wijzigingen.map((one) => one.accountUuid),
    );
    const metNaam = verschil.wijzigingen.flatMap((one) => {
      const naam = namen.get(one.accountUuid);
      return naam ? [{ ...one, ...naam }] : [];
    });
    const first = inOrder(metNaam).slice(0, hoogstensGetoond);
    // In the transaction that reads the names: what fails here shows nothing (D11, ADR 0014).
    await logInzage(ctx, {
      scherm: "levering-bekeken",
      voId: v.ik.voId,
      accountUuids: first.map((one) => one.accountUuid),
    });
    return first;
  });
  return v.page(differencePage({ levering, verschil, getoond, nu: v.ctx.clock.now() }));
}
