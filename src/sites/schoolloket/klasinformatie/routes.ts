import { z } from "zod";
import { uuid } from "#platform/route";
import { findAkkoord, findOvereenkomst, geefAkkoord, listAkkoorden, stopDelen } from "#modules/akkoorden";
import { wisGestopte } from "#modules/leveringen";
import { pakketVan } from "#modules/schoolsoftware";
import { route, type SchoolVerzoek } from "../contract.ts";
import {
  delenPad,
  delenPagina,
  protocolPad,
  protocolPagina,
  stoppenPad,
  stoppenPagina,
  type Delen,
} from "./page.ts";

const klaar = (wat: string): string => `/schoolinstellingen?klaar=${wat}`;

/** What the page of sharing shows; inside the wall of the school. */
export async function delenVan(v: SchoolVerzoek, ctx: SchoolVerzoek["ctx"]): Promise<Delen> {
  const { school } = v;
  const [pakket, akkoorden] = await Promise.all([
    pakketVan(ctx, school.lijn, ctx.clock.vandaag()),
    listAkkoorden(ctx, school.lijn),
  ]);
  return {
    school,
    mag: v.recht.databeheerder !== null,
    pakket,
    akkoord: akkoorden.find(({ gestoptOp }) => gestoptOp === null),
    vroeger: akkoorden.filter(({ gestoptOp }) => gestoptOp !== null),
  };
}

const wieVan = ({ ik }: SchoolVerzoek) => ({ voId: ik.voId, naam: `${ik.voornaam} ${ik.naam}` });

/** Starting and stopping (R48-R53): a databeheerder of today only, which the access rule of each route says. */
export const klasinformatieRoutes = [
  route({
    method: "get",
    path: delenPad,
    access: "databeheerder",
    summary: "het protocol, om er akkoord mee te gaan",
    async handle(v) {
      const { akkoord, pakket } = await v.inSchool((ctx) => delenVan(v, ctx));
      if (akkoord) return v.naar(klaar("deelt-al"));
      return pakket?.levertKlasinformatie ? v.pagina(delenPagina(v.school)) : v.naar(klaar("geen-pakket"));
    },
  }),
  route({
    method: "post",
    path: delenPad,
    access: "databeheerder",
    summary: "het akkoord van de school om klasinformatie te delen",
    form: {
      versie: z
        .string()
        .regex(/^\d{1,9}$/)
        .transform(Number),
    },
    async handle(v) {
      const { versie } = v.form;
      // Who starts again right after a stop does not bring back what stood before it (D9).
      await wisGestopte(v.ctx);
      const uit = await v.inSchool((ctx) => geefAkkoord(ctx, { school: v.school, wie: wieVan(v), versie }));
      const woord = { gegeven: "gedeeld", "loopt-al": "deelt-al" } as const;
      return v.naar(klaar(uit === "gegeven" || uit === "loopt-al" ? woord[uit] : uit));
    },
  }),
  route({
    method: "get",
    path: stoppenPad,
    access: "databeheerder",
    summary: "wat er gebeurt als de school stopt met delen",
    async handle(v) {
      const akkoord = await v.inSchool((ctx) => findAkkoord(ctx, v.school.lijn));
      return akkoord ? v.pagina(stoppenPagina(v.school)) : v.naar(klaar("deelt-niet"));
    },
  }),
  route({
    method: "post",
    path: stoppenPad,
    access: "databeheerder",
    summary: "het einde van het delen",
    async handle(v) {
      const gestopt = await v.inSchool((ctx) => stopDelen(ctx, { lijn: v.school.lijn, wie: wieVan(v) }));
      return v.naar(klaar(gestopt ? "gestopt" : "deelt-niet"));
    },
  }),
  route({
    method: "get",
    path: `${protocolPad}/:akkoord`,
    access: "school",
    summary: "het protocol waar de school akkoord mee ging",
    params: { akkoord: uuid },
    async handle(v) {
      const { akkoord: welk } = v.params;
      const gevonden = await v.inSchool(async (ctx) => {
        const akkoord = (await listAkkoorden(ctx, v.school.lijn)).find((een) => een.akkoord === welk);
        const overeenkomst = akkoord && (await findOvereenkomst(ctx, akkoord.versie));
        return akkoord && overeenkomst && { akkoord, overeenkomst };
      });
      if (!gevonden) return v.nietGevonden();
      const { akkoord, overeenkomst } = gevonden;
      // The school as it was called when it agreed.
      const partij = {
        naam: akkoord.schoolNaam ?? v.school.naam,
        instellingsnummer: akkoord.instellingsnummer,
      };
      return v.pagina(protocolPagina(akkoord, overeenkomst, partij));
    },
  }),
];
