import { z } from "zod";
import { uuid, type Read } from "#platform/route";
import { saveRegels, listWijzigingen, overzichtOf, countEffect } from "#modules/toepassingen";
import { cellsOf, matrixPage, perKlas, wijzigingenOf, type MatrixInput } from "./page.ts";
import { wijzigingText } from "../applicatiebeheer/words.ts";
import { route, type SchoolRequest } from "../contract.ts";

const path = "/applicatiebeheer/matrix";
/** What was kept: a number of changes, or none because nothing was different. */
const query = {
  bewaard: z
    .union([uuid, z.literal("niets")])
    .optional()
    .catch(undefined),
};
/** Boxes by their value: how they were when the page was made, and how they are now. */
const cellen = z.array(z.string()).default([]);
const form = { was: cellen, cel: cellen, actie: z.enum(["bekijk", "bewaar"]).default("bekijk") };

function showMatrix(v: SchoolRequest, input: MatrixInput): Response {
  return v.page({
    titel: `${perKlas(input.overzicht) ? "Klassen" : "Leerjaren"} en applicaties`,
    tab: "applicatiebeheer",
    inhoud: matrixPage(input),
  });
}

async function viewEffect(v: SchoolRequest & { readonly query: Read<typeof query> }): Promise<Response> {
  const bundel = v.query.bewaard;
  const vandaag = v.ctx.clock.vandaag();
  const [overzicht, wijzigingen] = await v.inSchool((ctx) =>
    Promise.all([
      overzichtOf(ctx, v.school),
      bundel !== undefined && bundel !== "niets"
        ? listWijzigingen(ctx, v.school, { bundel, hoogstens: 100 })
        : [],
    ]),
  );
  const namen = new Map(
    overzicht.toepassingen.map(({ toepassing }) => [toepassing.toepassing, toepassing.naam]),
  );
  const bewaard = wijzigingen.map(
    (wijziging) => `${namen.get(wijziging.toepassing) ?? wijziging.toepassing}: ${wijzigingText(wijziging)}`,
  );
  return showMatrix(v, { overzicht, vandaag, bewaard, niets: bundel === "niets" });
}

async function post(v: SchoolRequest & { readonly form: Read<typeof form> }): Promise<Response> {
  const vandaag = v.ctx.clock.vandaag();
  const was = new Set(v.form.was);
  const is = new Set(v.form.cel);
  return v.inSchool(async (ctx) => {
    const overzicht = await overzichtOf(ctx, v.school);
    const anders = wijzigingenOf(cellsOf(overzicht, vandaag), { was, is });
    if (anders.length === 0) return v.redirect(`${path}?bewaard=niets`);
    if (v.form.actie === "bewaar") {
      const wijzigingen = anders.flatMap(({ cel, wijzigingen: deze }) =>
        deze.map((wijziging) => ({ ...wijziging, toepassing: cel.toepassing.toepassing })),
      );
      const bundel = await saveRegels(ctx, { school: v.school, door: v.ik.voId, wijzigingen });
      return v.redirect(`${path}?bewaard=${bundel}`);
    }
    const voorbeelden = await Promise.all(
      [...new Set(anders.map(({ cel }) => cel.toepassing))].map(async (toepassing) => ({
        naam: toepassing.naam,
        voorbeeld: await countEffect(ctx, v.school, toepassing, {
          regels: anders
            .filter(({ cel }) => cel.toepassing === toepassing)
            .flatMap(({ wijzigingen }) => wijzigingen),
        }),
      })),
    );
    return showMatrix(v, {
      overzicht,
      vandaag,
      gevraagd: { was, is, voorbeelden },
      bewaard: [],
      niets: false,
    });
  });
}

export const matrixRoutes = [
  route({
    method: "get",
    path,
    access: "beheerder",
    summary: "welke klas of welk leerjaar welke applicatie ziet",
    query,
    handle: viewEffect,
  }),
  route({
    method: "post",
    path,
    access: "beheerder",
    summary: "wat omgezette vakjes zouden veranderen, en dan de wijziging",
    form,
    handle: post,
  }),
];
