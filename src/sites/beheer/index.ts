import { inBeheer, type Context } from "#platform/context";
import { html, postButton } from "#platform/html";
import { noticeSheet, openBy, staffClient, type Door } from "#platform/staff-site";
import type { Calls, PageContent } from "./contract.ts";
import { beheerPage } from "./frame.ts";
import { functies, functiesOf, may, taken, type Taak } from "./functies.ts";
import { upkeep } from "./jobs.ts";
import { findSessie, sessies } from "./store.ts";

export { functies, taken, upkeep };

/** Every route of the site. Loaded when it is served: a process that only does its upkeep holds no page of it. */
export const loadRoutes = async () => (await import("./routes.ts")).routes;

const clientId = "beheer";

type Urls = {
  readonly acm: string;
  /** Where this process finds ACM, when that is another address. */
  readonly acmBinnen?: string | undefined;
  readonly beheer: string;
  readonly schoolloket: string;
};

/** Beheer as a client of ACM like any other, for staff (D8): a file for `importToepassing`. */
export const clientFile = (ctx: Context, urls: Urls): string =>
  staffClient(ctx, {
    clientId,
    naam: "Beheer",
    url: urls.beheer,
    omschrijving: "LeerID beheren, voor het departement",
    tint: 8,
    initialen: "Be",
  });

/**
 * The department's site (R7): the function of whoever is signed in, and the access rule before every route.
 * @param options.dov organisation code of the department; undefined = nobody has a function
 */
export async function createBeheer(
  ctx: Context,
  { urls, dov }: { readonly urls: Urls; readonly dov: string | undefined },
): Promise<Pick<Door, "app" | "isAcmFound">> {
  const { app, isAcmFound, answers, mount } = openBy(ctx, {
    clientId,
    naam: "beheer",
    url: urls.beheer,
    acmUrl: urls.acm,
    acmBinnenUrl: urls.acmBinnen,
    sessies: sessies(ctx),
    sheet: (blad) => beheerPage(undefined, blad),
    wieHelpt: "Vraag het aan wie in het departement de toegang beheert.",
    bestaatNiet,
    formulier: { grootst: 16_384, kleiner: "Stuur het formulier opnieuw, met minder tekst." },
  });

  /** Who is this, what may he now. */
  mount<Calls>(await loadRoutes(), async (http, id, toegang) => {
    const sessie = await findSessie(ctx, id);
    if (!sessie) return undefined;
    const ik = { ...sessie, functies: functiesOf(sessie, dov) };
    const antwoorden = answers<PageContent>(http, (pagina) => beheerPage(ik, pagina));
    if (toegang !== "aangemeld") {
      if (ik.functies.length === 0) return antwoorden.page(noFunctie(urls));
      if (toegang !== "functie" && !may(ik.functies, toegang)) return antwoorden.page(notForYou(toegang));
    }
    return {
      ...antwoorden,
      clock: ctx.clock,
      ik,
      may: (taak) => may(ik.functies, taak),
      inBeheer: (work) => inBeheer(ctx, work),
    };
  });
  return { app, isAcmFound };
}

const bestaatNiet: PageContent = noticeSheet(404, {
  titel: "Deze pagina bestaat niet",
  waarom: "Het adres klopt niet, of wat je zoekt is er niet.",
  wie: "Ga terug en zoek opnieuw.",
});

const noFunctie = (urls: Urls): PageContent =>
  noticeSheet(403, {
    titel: "Beheer is voor het departement",
    waarom:
      "Alleen wie bij het Departement Onderwijs en Vorming werkt en daar een functie voor LeerID heeft, mag hier binnen. Bij jouw aanmelding kregen we zo’n functie niet mee.",
    wie: "Werk je bij het departement? Vraag je functie aan wie in ACM/IDM de rechten voor LeerID geeft, en meld je daarna opnieuw aan.",
    verder: html`<div class="row">
      <a class="button secondary" href="${urls.schoolloket}/">Ik werk in een school: naar het Schoolloket</a>
      ${postButton("/afmelden", html`<button class="button secondary">Afmelden</button>`)}
    </div>`,
  });

const notForYou = (taak: Taak): PageContent =>
  noticeSheet(403, {
    titel: "Dit hoort niet bij je functie",
    waarom: `Met jouw functie kun je dit niet: ${taken[taak]}.`,
    wie: `Een ${functies
      .filter((functie) => functie.taken.includes(taak))
      .map(({ naam }) => naam)
      .join(" of een ")} kan het wel.`,
  });
