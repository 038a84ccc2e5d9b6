import type { Hono } from "hono";
import { inSchool, type Context } from "#platform/context";
import { html } from "#platform/html";
import { meldingBlad, openDoor, staffClient } from "#platform/staff-site";
import { eindeVan, onthoudMedewerker, rechtenVan } from "#modules/rechten";
import { importeerToepassing } from "#modules/toepassingen";
import type { Calls, Pagina, SchoolVerzoek, Toegang, Verzoek } from "./contract.ts";
import { schoolPagina } from "./frame.ts";
import { rechtVoorbij } from "./recht-voorbij.ts";
import { routes } from "./routes.ts";
import { deleteSessie, deleteSessiesVanSid, findSessie, insertSessie, kiesSchool } from "./store.ts";

export { routes } from "./routes.ts";
export { upkeep } from "./jobs.ts";

const clientId = "schoolloket";
/** The largest form: a selection of some hundreds of pupils. */
const grootsteFormulier = 262_144;

type Urls = { readonly acm: string; readonly schoolloket: string; readonly leerlingloket: string };

/** Registers the loket at ACM like any other client, for staff (D8). */
export async function registreer(ctx: Context, urls: Urls): Promise<void> {
  await importeerToepassing(
    ctx,
    staffClient(ctx, {
      clientId,
      naam: "Schoolloket",
      url: urls.schoolloket,
      omschrijving: "Accounts en toepassingen van je school",
      tint: 5,
      initialen: "Sl",
    }),
  );
}

/** The school's site (R20): the school one works for, and the access rule before every route. */
export function createSchoolloket(ctx: Context, urls: Urls): Hono {
  const { app, answers, mount } = openDoor(ctx, {
    clientId,
    naam: "het Schoolloket",
    url: urls.schoolloket,
    acmUrl: urls.acm,
    sessies: {
      insert: (sessie) => insertSessie(ctx, sessie),
      delete: (id) => deleteSessie(ctx, id),
      deleteVanSid: (sid) => deleteSessiesVanSid(ctx, sid),
    },
    blad: (blad) => schoolPagina(undefined, blad),
    wieHelpt: "Vraag het aan wie in je school de toegang beheert.",
    bestaatNiet,
    formulier: { grootst: grootsteFormulier, kleiner: "Kies minder leerlingen in één keer." },
    aangemeld: (wie) => onthoudMedewerker(ctx, wie),
  });

  /** The first wall: who is this, what may he today, in which school. */
  mount<Calls>(routes, async (http, id, toegang) => {
    const sessie = await findSessie(ctx, id);
    if (!sessie) return undefined;
    const rechten = await rechtenVan(ctx, sessie, ctx.clock.vandaag());
    // Along the line: a school that got a new number this night is still the one that was chosen (D3).
    const gekozen = rechten.find(({ school }) => school.lijn.includes(sessie.instellingsnummer ?? ""));
    const recht = gekozen ?? (sessie.instellingsnummer === null ? rechten[0] : undefined);
    const ik = { ...sessie, instellingsnummer: recht?.school.instellingsnummer ?? null, rechten };
    const verzoek: Verzoek = {
      ...answers<Pagina>(http, (pagina) => schoolPagina(ik, pagina)),
      ctx,
      leerlingloket: urls.leerlingloket,
      ik,
    };
    if (toegang === "aangemeld") return verzoek;
    // A right that ended this night: the open tab says so, and nothing of the school is shown any more (D10).
    if (sessie.instellingsnummer !== null && !gekozen) {
      const nummer = sessie.instellingsnummer;
      const einde = await eindeVan(ctx, sessie, nummer, ctx.clock.vandaag());
      return verzoek.pagina(rechtVoorbij(nummer, einde, rechten));
    }
    if (!recht) return verzoek.naar("/geen-recht");
    if (sessie.instellingsnummer === null)
      await kiesSchool(ctx, sessie.sessie, recht.school.instellingsnummer);
    if (!mag(recht, toegang)) return verzoek.pagina(nietVoorJou(toegang));
    const { school } = recht;
    return { ...verzoek, recht, school, inSchool: (work) => inSchool(ctx, school.lijn, work) };
  });
  return app;
}

/** What a route asks of a right. */
function mag(recht: SchoolVerzoek["recht"], toegang: Exclude<Toegang, "aangemeld">): boolean {
  if (toegang === "beheerder") return recht.beheerder !== null;
  if (toegang === "databeheerder") return recht.databeheerder !== null;
  return recht.beheerder !== null || recht.databeheerder !== null;
}

const bestaatNiet: Pagina = meldingBlad(404, {
  titel: "Deze pagina bestaat niet",
  waarom: "Het adres klopt niet, of wat je zoekt hoort niet bij je school.",
  wie: "Ga terug en zoek opnieuw.",
});

const nietVoorJou = (toegang: Toegang): Pagina =>
  meldingBlad(403, {
    titel: "Dit hoort niet bij je rechten",
    waarom:
      toegang === "beheerder"
        ? "Alleen een LeerID-beheerder van de school kan dit."
        : "Alleen de databeheerder (de directeur) van de school kan dit.",
    wie:
      toegang === "beheerder"
        ? html`De directeur maakt iemand LeerID-beheerder, ook zichzelf, in
            <a href="/schoolinstellingen">Schoolinstellingen</a>.`
        : "De directeur met een lopende directeursopdracht voor deze school.",
  });
