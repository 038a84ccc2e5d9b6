import { randomBytes } from "node:crypto";
import type { Context as HonoContext } from "hono";
import type { Context } from "#platform/context";
import { newReferentie } from "#platform/ids";
import { clientSecretOf, openDoor, type Door } from "#platform/relying-party";
import { listRegelsOf } from "#modules/privacylog";
import { listPakketten } from "#modules/schoolsoftware";
import { importToepassing, listClients } from "#modules/toepassingen";
import {
  askSignOutPage,
  errorPage,
  explanationPage,
  footerOf,
  mijnToepassingen,
  notSignedInPage,
  uitlegPaginas,
  wieKreegMijnGegevens,
  withoutCookiesPage,
} from "./pages/index.ts";
import { klasOf, leerjaarInWords, schoolOf, tilesOf, vrijgavenOf } from "./rules.ts";
import { findSessie, sessies } from "./store.ts";

export { upkeep } from "./jobs.ts";

const clientId = "leerlingloket";

type Urls = {
  readonly acm: string;
  /** Where this process finds ACM, when that is another address. */
  readonly acmBinnen?: string | undefined;
  readonly leerlingloket: string;
};

/** Registers the loket at ACM like any other client. */
export async function register(ctx: Context, urls: Urls): Promise<void> {
  await importToepassing(
    ctx,
    JSON.stringify({
      toepassing: "leerlingloket",
      naam: "Leerlingloket",
      omschrijving: "Al je toepassingen bij elkaar",
      aanbieder: "Departement Onderwijs en Vorming",
      soort: "loket",
      start_url: `${urls.leerlingloket}/`,
      tint: 1,
      initialen: "Le",
      clients: [
        {
          client_id: clientId,
          naam: "Leerlingloket",
          soort: "web",
          client_secret: clientSecretOf(ctx, clientId),
          redirect_uris: [`${urls.leerlingloket}/terug`],
          post_logout_redirect_uris: [`${urls.leerlingloket}/afgemeld`],
          backchannel_logout_uri: `${urls.leerlingloket}/backchannel-logout`,
          scope: "openid leerid",
          id_token_signed_response_alg: "ES256",
        },
      ],
    }),
  );
}

/** The site where a pupil finds the applications (R19). */
export function createLeerlingloket(ctx: Context, urls: Urls): Pick<Door, "app" | "isAcmFound"> {
  const voet = footerOf("");
  /** What is known of the pupil of a session; undefined when the next sign-in must find the account: merged with another, or gone. */
  const feitenOf = async (id: string | undefined) => {
    const sessie = id === undefined ? undefined : await findSessie(ctx, id, ctx.clock.vandaag());
    return sessie?.feiten && !sessie.feiten.account.vervangen ? sessie.feiten : undefined;
  };
  const { app, isAcmFound, idOf, signInAddress } = openDoor(ctx, {
    clientId,
    naam: "het leerlingloket",
    url: urls.leerlingloket,
    acmUrl: urls.acm,
    acmBinnenUrl: urls.acmBinnen,
    scope: "openid leerid",
    readWie: ({ sub }) => sub,
    sessies: { ...sessies(ctx), stands: async (id) => (await feitenOf(id)) !== undefined },
    pages: {
      signedOut: () => notSignedInPage({ aanmeldUrl: "/aanmelden", afgemeld: true, voet }),
      signOut: () => askSignOutPage({ actie: "/afmelden", voet }),
      notSignedIn: (opnieuw) => notSignedInPage({ aanmeldUrl: opnieuw, voet }),
      withoutCookies: (opnieuw) => withoutCookiesPage({ aanmeldUrl: opnieuw, voet }),
      notOurs: () =>
        errorPage({
          titel: "Dit komt niet van ons",
          waarom: "De vraag kwam van een andere website. Daarom doen we niets.",
          wie: "Ga terug naar je toepassingen en probeer het daar. Lukt het niet? Vraag het aan je leerkracht.",
          referentie: newReferentie(randomBytes),
        }),
      notFound: () =>
        errorPage({
          titel: "Deze pagina bestaat niet",
          waarom: "Misschien is het adres verkeerd getypt.",
          wie: "Ga terug naar je toepassingen. Lukt het niet? Vraag het aan je leerkracht.",
          referentie: newReferentie(randomBytes),
        }),
      notNow: (referentie) =>
        errorPage({
          titel: "Dit lukt nu even niet",
          waarom: "Er ging iets mis bij LeerID. Jij hebt niets fout gedaan.",
          wie: "Probeer het straks opnieuw. Lukt het dan nog niet? Geef dit nummer aan je leerkracht.",
          referentie,
          tijdstip: ctx.clock.now(),
        }),
    },
  });
  const toSignIn = (http: HonoContext) => http.redirect(signInAddress(http), 303);

  app.get("/", async (http) => {
    const feiten = await feitenOf(idOf(http));
    if (!feiten) return toSignIn(http);
    const { account } = feiten;
    const klas = klasOf(feiten);
    const leerjaar = leerjaarInWords(feiten);
    return http.html(
      mijnToepassingen({
        voornaam: account.voornaam,
        naam: account.naam,
        school: schoolOf(feiten) ?? "je school",
        ...(klas ? { klas } : {}),
        ...(leerjaar ? { leerjaar } : {}),
        toepassingen: tilesOf(feiten),
        afmeldenActie: "/afmelden",
        gegevensUrl: "/gegevens",
        voet,
      }),
    );
  });

  app.get("/gegevens", async (http) => {
    const feiten = await feitenOf(idOf(http));
    if (!feiten) return toSignIn(http);
    const { account } = feiten;
    const [regels, clients, pakketten] = await Promise.all([
      listRegelsOf(ctx, [account.account_uuid, ...account.historiek], 200),
      listClients(ctx),
      listPakketten(ctx),
    ]);
    return http.html(
      wieKreegMijnGegevens({
        voornaam: account.voornaam,
        school: schoolOf(feiten) ?? "je school",
        regels: vrijgavenOf(regels, clients, pakketten),
        nu: ctx.clock.now(),
        afmeldenActie: "/afmelden",
        voet,
      }),
    );
  });

  for (const [path, inhoud] of Object.entries(uitlegPaginas))
    app.get(path, (http) => http.html(explanationPage(inhoud, voet)));

  return { app, isAcmFound };
}
