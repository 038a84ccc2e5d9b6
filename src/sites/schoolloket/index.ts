import { inSchool, type Context } from "#platform/context";
import { html } from "#platform/html";
import { noticeSheet, openBy, staffClient, type Door } from "#platform/staff-site";
import { endOf, rememberMedewerker, rechtenOf } from "#modules/rechten";
import { importToepassing } from "#modules/toepassingen";
import type { Calls, PageContent, SchoolRequest, Toegang, PageRequest } from "./contract.ts";
import { schoolPage } from "./frame.ts";
import { rightExpiredPage } from "./right-expired.ts";
import { chooseSchool, findSessie, sessies } from "./store.ts";

export { upkeep } from "./jobs.ts";

const clientId = "schoolloket";
/** The largest form: a selection of some hundreds of pupils. */
const grootsteFormulier = 262_144;

type Urls = {
  readonly acm: string;
  /** Where this process finds ACM, when that is another address. */
  readonly acmBinnen?: string | undefined;
  readonly schoolloket: string;
  readonly leerlingloket: string;
};

/** Registers the loket at ACM like any other client, for staff (D8). */
export async function register(ctx: Context, urls: Urls): Promise<void> {
  await importToepassing(
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

/** Every route of the site. Loaded when it is served: a process that only does its upkeep holds no page of it. */
export const loadRoutes = async () => (await import("./routes.ts")).routes;

/** The school's site (R20): the school one works for, and the access rule before every route. */
export async function createSchoolloket(ctx: Context, urls: Urls): Promise<Pick<Door, "app" | "isAcmFound">> {
  const { app, isAcmFound, answers, mount } = openBy(ctx, {
    clientId,
    naam: "het Schoolloket",
    url: urls.schoolloket,
    acmUrl: urls.acm,
    acmBinnenUrl: urls.acmBinnen,
    sessies: sessies(ctx),
    sheet: (blad) => schoolPage(undefined, blad),
    wieHelpt: "Vraag het aan wie in je school de toegang beheert.",
    bestaatNiet,
    formulier: { grootst: grootsteFormulier, kleiner: "Kies minder leerlingen in één keer." },
    onSignedIn: (wie) => rememberMedewerker(ctx, wie),
  });

  /** The first wall: who is this, what may he today, in which school. */
  mount<Calls>(await loadRoutes(), async (http, id, toegang) => {
    const sessie = await findSessie(ctx, id);
    if (!sessie) return undefined;
    const rechten = await rechtenOf(ctx, sessie, ctx.clock.vandaag());
    // Along the line: a school that got a new number this night is still the one that was chosen (D3).
    const gekozen = rechten.find(({ school }) => school.lijn.includes(sessie.instellingsnummer ?? ""));
    const recht = gekozen ?? (sessie.instellingsnummer === null ? rechten[0] : undefined);
    const ik = { ...sessie, instellingsnummer: recht?.school.instellingsnummer ?? null, rechten };
    const verzoek: PageRequest = {
      ...answers<PageContent>(http, (pagina) => schoolPage(ik, pagina)),
      ctx,
      leerlingloket: urls.leerlingloket,
      ik,
    };
    if (toegang === "aangemeld") return verzoek;
    // A right that ended this night: the open tab says so, and nothing of the school is shown any more (D10).
    if (sessie.instellingsnummer !== null && !gekozen) {
      const nummer = sessie.instellingsnummer;
      const einde = await endOf(ctx, sessie, nummer, ctx.clock.vandaag());
      return verzoek.page(rightExpiredPage(nummer, einde, rechten));
    }
    if (!recht) return verzoek.redirect("/geen-recht");
    if (sessie.instellingsnummer === null)
      await chooseSchool(ctx, sessie.sessie, recht.school.instellingsnummer);
    if (!may(recht, toegang)) return verzoek.page(notForYou(toegang));
    const { school } = recht;
    return { ...verzoek, recht, school, inSchool: (work) => inSchool(ctx, school.lijn, work) };
  });
  return { app, isAcmFound };
}

/** What a route asks of a right. */
function may(recht: SchoolRequest["recht"], toegang: Exclude<Toegang, "aangemeld">): boolean {
  if (toegang === "beheerder") return recht.beheerder !== null;
  if (toegang === "databeheerder") return recht.databeheerder !== null;
  return recht.beheerder !== null || recht.databeheerder !== null;
}

const bestaatNiet: PageContent = noticeSheet(404, {
  titel: "Deze pagina bestaat niet",
  waarom: "Het adres klopt niet, of wat je zoekt hoort niet bij je school.",
  wie: "Ga terug en zoek opnieuw.",
});

const notForYou = (toegang: Toegang): PageContent =>
  noticeSheet(403, {
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
