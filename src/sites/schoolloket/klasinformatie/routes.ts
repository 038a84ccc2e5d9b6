import { z } from "zod";
import { uuid } from "#platform/route";
import { findAkkoord, findOvereenkomst, giveAkkoord, listAkkoorden, stopSharing } from "#modules/akkoorden";
import { eraseAllStopped } from "#modules/leveringen";
import { listDeliveringPakketten, pakketOf } from "#modules/schoolsoftware";
import { route, type SchoolRequest } from "../contract.ts";
import {
  delenPad,
  sharingPage,
  protocolPad,
  protocolPage,
  stoppenPad,
  stopPage,
  type Sharing,
} from "./page.ts";

const doneUrl = (wat: string): string => `/schoolinstellingen?klaar=${wat}`;

/** What the page of sharing shows; inside the wall of the school. */
export async function sharingOf(v: SchoolRequest, ctx: SchoolRequest["ctx"]): Promise<Sharing> {
  const { school } = v;
  const [pakket, delivering, akkoorden] = await Promise.all([
    pakketOf(ctx, school.lijn, ctx.clock.vandaag()),
    listDeliveringPakketten(ctx),
    listAkkoorden(ctx, school.lijn),
  ]);
  return {
    school,
    mag: v.recht.databeheerder !== null,
    pakket,
    delivering: delivering.map(({ naam }) => naam),
    akkoord: akkoorden.find(({ gestoptOp }) => gestoptOp === null),
    vroeger: akkoorden.filter(({ gestoptOp }) => gestoptOp !== null),
  };
}

const whoOf = ({ ik }: SchoolRequest) => ({ voId: ik.voId, naam: `${ik.voornaam} ${ik.naam}` });

/** Starting and stopping (R48-R53): a databeheerder of today only, which the access rule of each route says. */
export const klasinformatieRoutes = [
  route({
    method: "get",
    path: delenPad,
    access: "databeheerder",
    summary: "het protocol, om er akkoord mee te gaan",
    async handle(v) {
      const { akkoord, pakket } = await v.inSchool((ctx) => sharingOf(v, ctx));
      if (akkoord) return v.redirect(doneUrl("deelt-al"));
      return pakket?.levertKlasinformatie
        ? v.page(sharingPage(v.school))
        : v.redirect(doneUrl("geen-pakket"));
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
      await eraseAllStopped(v.ctx);
      const uit = await v.inSchool((ctx) => giveAkkoord(ctx, { school: v.school, wie: whoOf(v), versie }));
      const woord = { gegeven: "gedeeld", "loopt-al": "deelt-al" } as const;
      return v.redirect(doneUrl(uit === "gegeven" || uit === "loopt-al" ? woord[uit] : uit));
    },
  }),
  route({
    method: "get",
    path: stoppenPad,
    access: "databeheerder",
    summary: "wat er gebeurt als de school stopt met delen",
    async handle(v) {
      const akkoord = await v.inSchool((ctx) => findAkkoord(ctx, v.school.lijn));
      return akkoord ? v.page(stopPage(v.school)) : v.redirect(doneUrl("deelt-niet"));
    },
  }),
  route({
    method: "post",
    path: stoppenPad,
    access: "databeheerder",
    summary: "het einde van het delen",
    async handle(v) {
      const gestopt = await v.inSchool((ctx) => stopSharing(ctx, { lijn: v.school.lijn, wie: whoOf(v) }));
      return v.redirect(doneUrl(gestopt ? "gestopt" : "deelt-niet"));
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
      const found = await v.inSchool(async (ctx) => {
        const akkoord = (await listAkkoorden(ctx, v.school.lijn)).find((one) => one.akkoord === welk);
        const overeenkomst = akkoord && (await findOvereenkomst(ctx, akkoord.versie));
        return akkoord && overeenkomst && { akkoord, overeenkomst };
      });
      if (!found) return v.notFound();
      const { akkoord, overeenkomst } = found;
      // The school as it was called when it agreed.
      const partij = {
        naam: akkoord.schoolNaam ?? v.school.naam,
        instellingsnummer: akkoord.instellingsnummer,
      };
      return v.page(protocolPage(akkoord, overeenkomst, partij));
    },
  }),
];
