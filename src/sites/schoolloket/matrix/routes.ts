import { isUuid } from "#platform/ids";
import { bewaarRegels, listWijzigingen, overzichtVan, voorbeeld } from "#modules/toepassingen";
import { cellenVan, matrixPagina, perKlas, wijzigingenVan, type MatrixInput } from "./page.ts";
import { wijzigingTekst } from "../applicatiebeheer/words.ts";
import type { Route, SchoolVerzoek } from "../contract.ts";

const pad = "/applicatiebeheer/matrix";

function toon(v: SchoolVerzoek, input: MatrixInput): Response {
  return v.pagina({
    titel: `${perKlas(input.overzicht) ? "Klassen" : "Leerjaren"} en applicaties`,
    tab: "applicatiebeheer",
    inhoud: matrixPagina(input),
  });
}

async function bekijk(v: SchoolVerzoek): Promise<Response> {
  const bundel = v.http.req.query("bewaard") ?? "";
  const vandaag = v.ctx.clock.vandaag();
  const [overzicht, wijzigingen] = await v.inSchool((ctx) =>
    Promise.all([
      overzichtVan(ctx, v.school),
      isUuid(bundel) ? listWijzigingen(ctx, v.school, { bundel, hoogstens: 100 }) : [],
    ]),
  );
  const namen = new Map(
    overzicht.toepassingen.map(({ toepassing }) => [toepassing.toepassing, toepassing.naam]),
  );
  const bewaard = wijzigingen.map(
    (wijziging) => `${namen.get(wijziging.toepassing) ?? wijziging.toepassing}: ${wijzigingTekst(wijziging)}`,
  );
  return toon(v, { overzicht, vandaag, bewaard, niets: bundel === "niets" });
}

async function post(v: SchoolVerzoek): Promise<Response> {
  const velden = await v.formulier();
  const vandaag = v.ctx.clock.vandaag();
  const was = new Set(velden.getAll("was"));
  const is = new Set(velden.getAll("cel"));
  return v.inSchool(async (ctx) => {
    const overzicht = await overzichtVan(ctx, v.school);
    const anders = wijzigingenVan(cellenVan(overzicht, vandaag), { was, is });
    if (anders.length === 0) return v.naar(`${pad}?bewaard=niets`);
    if (velden.get("actie") === "bewaar") {
      const wijzigingen = anders.flatMap(({ cel, wijzigingen: deze }) =>
        deze.map((wijziging) => ({ ...wijziging, toepassing: cel.toepassing.toepassing })),
      );
      const bundel = await bewaarRegels(ctx, { school: v.school, door: v.ik.voId, wijzigingen });
      return v.naar(`${pad}?bewaard=${bundel}`);
    }
    const voorbeelden = await Promise.all(
      [...new Set(anders.map(({ cel }) => cel.toepassing))].map(async (toepassing) => ({
        naam: toepassing.naam,
        voorbeeld: await voorbeeld(ctx, v.school, toepassing, {
          regels: anders
            .filter(({ cel }) => cel.toepassing === toepassing)
            .flatMap(({ wijzigingen }) => wijzigingen),
        }),
      })),
    );
    return toon(v, { overzicht, vandaag, gevraagd: { was, is, voorbeelden }, bewaard: [], niets: false });
  });
}

export const matrixRoutes: readonly Route[] = [
  { methode: "GET", pad, toegang: "beheerder", antwoord: bekijk },
  { methode: "POST", pad, toegang: "beheerder", antwoord: post },
];
