import { randomBytes } from "node:crypto";
import { Hono, type Context as HonoContext } from "hono";
import { bodyLimit } from "hono/body-limit";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import type { Context } from "#platform/context";
import { keyedHash, randomToken } from "#platform/crypto";
import { isUnavailable } from "#platform/database";
import { securityHeaders, staticAssets } from "#platform/html";
import { newReferentie } from "#platform/ids";
import { describeError, isHangUp } from "#platform/log";
import { isAcmUnreachable, relyingParty, type RelyingParty, type SignedIn } from "#platform/relying-party";
import { listRegelsOf } from "#modules/privacylog";
import { listPakketten } from "#modules/schoolsoftware";
import { importToepassing, listClients } from "#modules/toepassingen";
import {
  errorPage,
  mijnToepassingen,
  notSignedInPage,
  explanationPage,
  uitlegPaginas,
  footerOf,
  wieKreegMijnGegevens,
} from "./pages/index.ts";
import { klasOf, leerjaarInWords, schoolOf, tilesOf, vrijgavenOf } from "./rules.ts";
import { deleteSessie, deleteSessiesOfSid, findSessie, insertSessie, type Sessie } from "./store.ts";

export { upkeep } from "./jobs.ts";

/** Longest session of the loket: one school day. ACM's own session ends it earlier by back-channel logout. */
const sessieduur = 8 * 3_600_000;

const clientId = "leerlingloket";

type Urls = {
  readonly acm: string;
  /** Where this process finds ACM, when that is another address. */
  readonly acmBinnen?: string | undefined;
  readonly leerlingloket: string;
};

/** A site, and whether it found ACM, without which nobody gets in. */
type Site = { readonly app: Hono; readonly isAcmFound: RelyingParty["isFound"] };

/** The client secret of the loket follows from the main key: every node knows it, nobody configures it. */
const secretOf = (ctx: Context): string =>
  keyedHash(ctx.keys.geheimen, "client leerlingloket").toString("base64url");

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
          client_secret: secretOf(ctx),
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
export function createLeerlingloket(ctx: Context, urls: Urls): Site {
  const veilig = urls.leerlingloket.startsWith("https://");
  const acm = relyingParty({
    acmUrl: urls.acm,
    acmBinnenUrl: urls.acmBinnen,
    log: ctx.log,
    clientId,
    eigenUrl: urls.leerlingloket,
    geheim: secretOf(ctx),
    keys: ctx.keys,
    scope: "openid leerid",
    lokaal: !veilig,
  });
  const cookie = { path: "/", httpOnly: true, secure: veilig, sameSite: "Lax" as const };
  const naam = veilig ? "__Host-leerlingloket" : "leerlingloket";
  const voet = footerOf("");
  const app = new Hono();
  app.route("/", staticAssets());
  // Sign-out ends at ACM, which then comes back: the form must be allowed to go there.
  app.use(securityHeaders({ formAction: [new URL(urls.acm).origin] }));

  const sessie = async (http: HonoContext): Promise<Sessie | undefined> => {
    const id = getCookie(http, naam);
    return id === undefined ? undefined : findSessie(ctx, id, ctx.clock.vandaag());
  };

  app.get("/", async (http) => {
    const wie = await sessie(http);
    if (!wie) return http.redirect("/aanmelden", 303);
    // Merged with another account or gone since the sign-in: the next one finds the current account.
    if (!wie.feiten || wie.feiten.account.vervangen) return http.redirect("/aanmelden", 303);
    const { account } = wie.feiten;
    const klas = klasOf(wie.feiten);
    const leerjaar = leerjaarInWords(wie.feiten);
    return http.html(
      mijnToepassingen({
        voornaam: account.voornaam,
        naam: account.naam,
        school: schoolOf(wie.feiten) ?? "je school",
        ...(klas ? { klas } : {}),
        ...(leerjaar ? { leerjaar } : {}),
        toepassingen: tilesOf(wie.feiten),
        afmeldenActie: "/afmelden",
        gegevensUrl: "/gegevens",
        voet,
      }),
    );
  });

  app.get("/gegevens", async (http) => {
    const wie = await sessie(http);
    if (!wie?.feiten) return http.redirect("/aanmelden", 303);
    const { account } = wie.feiten;
    const [regels, clients, pakketten] = await Promise.all([
      listRegelsOf(ctx, [account.account_uuid, ...account.historiek], 200),
      listClients(ctx),
      listPakketten(ctx),
    ]);
    return http.html(
      wieKreegMijnGegevens({
        voornaam: account.voornaam,
        school: schoolOf(wie.feiten) ?? "je school",
        regels: vrijgavenOf(regels, clients, pakketten),
        nu: ctx.clock.now(),
        afmeldenActie: "/afmelden",
        voet,
      }),
    );
  });

  app.get("/aanmelden", async (http) => {
    const { url, begin } = await acm.start();
    setCookie(http, `${naam}-begin`, begin, { ...cookie, maxAge: 3600 });
    return http.redirect(url, 303);
  });

  app.get("/terug", async (http) => {
    const begin = getCookie(http, `${naam}-begin`);
    deleteCookie(http, `${naam}-begin`, cookie);
    if (http.req.query("error") !== undefined)
      return http.html(notSignedInPage({ aanmeldUrl: "/aanmelden", voet }), 403);
    let wie: SignedIn | undefined;
    try {
      wie = await acm.complete(new URL(http.req.url), begin);
    } catch (error) {
      if (isAcmUnreachable(error)) throw error;
      ctx.log.warn(describeError(error), "aanmelding bij ACM niet voltooid");
      return http.html(notSignedInPage({ aanmeldUrl: "/aanmelden", voet }), 400);
    }
    if (!wie) return http.redirect("/aanmelden", 303);
    const id = randomToken();
    await insertSessie(ctx, {
      id,
      sid: wie.sid,
      accountUuid: wie.sub,
      idToken: wie.idToken,
      duur: sessieduur,
    });
    setCookie(http, naam, id, cookie);
    return http.redirect("/", 303);
  });

  app.post("/afmelden", async (http) => {
    const id = getCookie(http, naam);
    const idToken = id === undefined ? undefined : await deleteSessie(ctx, id);
    deleteCookie(http, naam, cookie);
    return http.redirect(await acm.signOutUrl(idToken), 303);
  });
  app.get("/afgemeld", (http) =>
    http.html(notSignedInPage({ aanmeldUrl: "/aanmelden", afgemeld: true, voet })),
  );

  const kort = bodyLimit({
    maxSize: 16_384,
    onError: (http) => http.json({ error: "invalid_request" }, 413),
  });
  app.post("/backchannel-logout", kort, async (http) => {
    const sid = await acm.readLogout(http.req.raw);
    if (sid === undefined) return http.json({ error: "invalid_request" }, 400);
    await deleteSessiesOfSid(ctx, sid);
    return http.body(null, 200);
  });

  for (const [path, inhoud] of Object.entries(uitlegPaginas))
    app.get(path, (http) => http.html(explanationPage(inhoud, voet)));

  app.notFound((http) =>
    http.html(
      errorPage({
        titel: "Deze pagina bestaat niet",
        waarom: "Misschien is het adres verkeerd getypt.",
        wie: "Ga terug naar je toepassingen. Lukt het niet? Vraag het aan je leerkracht.",
        referentie: newReferentie(randomBytes),
      }),
      404,
    ),
  );
  app.onError((error, http) => {
    if (isHangUp(error)) return http.body(null, 400);
    const referentie = newReferentie(randomBytes);
    // The database or ACM is away: the same page, but who watches us sees the difference.
    const acmAway = isAcmUnreachable(error);
    const straks = acmAway || isUnavailable(error);
    ctx.log.error(
      { ...describeError(error), referentie, pad: http.req.routePath },
      acmAway
        ? "ACM kon nu niet"
        : straks
          ? "de databank kon nu niet"
          : "onverwachte fout in het leerlingloket",
    );
    if (straks) http.header("retry-after", "5");
    return http.html(
      errorPage({
        titel: "Dit lukt nu even niet",
        waarom: "Er ging iets mis bij LeerID. Jij hebt niets fout gedaan.",
        wie: "Probeer het straks opnieuw. Lukt het dan nog niet? Geef dit nummer aan je leerkracht.",
        referentie,
        tijdstip: ctx.clock.now(),
      }),
      straks ? 503 : 500,
    );
  });
  return { app, isAcmFound: acm.isFound };
}
