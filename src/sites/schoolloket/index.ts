import { randomBytes } from "node:crypto";
import { Hono, type Context as HonoContext } from "hono";
import { bodyLimit } from "hono/body-limit";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { inSchool, type Context } from "#platform/context";
import { keyedHash, randomToken } from "#platform/crypto";
import { isUnavailable } from "#platform/database";
import { html, securityHeaders, staticAssets } from "#platform/html";
import { newReferentie } from "#platform/ids";
import { describeError } from "#platform/log";
import { relyingParty } from "#platform/relying-party";
import { eindeVan, onthoudMedewerker, rechtenVan } from "#modules/rechten";
import { importeerToepassing } from "#modules/toepassingen";
import type { Pagina, Route, SchoolVerzoek, Toegang, Verzoek } from "./contract.ts";
import { melding, schoolPagina } from "./frame.ts";
import { medewerkerVan } from "./rules.ts";
import { rechtVoorbij } from "./recht-voorbij.ts";
import { routes } from "./routes.ts";
import {
  deleteSessie,
  deleteSessiesVanSid,
  findSessie,
  insertSessie,
  kiesSchool,
  type Medewerker,
} from "./store.ts";

export { routes } from "./routes.ts";
export { ruimSessiesOp } from "./store.ts";

const clientId = "schoolloket";
/** Longest session: one working day. The upstream and ACM end it earlier by back-channel logout. */
const sessieduur = 8 * 3_600_000;
/** The largest form: a selection of some hundreds of pupils. */
const grootsteFormulier = 262_144;

type Urls = { readonly acm: string; readonly schoolloket: string; readonly leerlingloket: string };

const geheimVan = (ctx: Context): string =>
  keyedHash(ctx.keys.geheimen, `client ${clientId}`).toString("base64url");

/** Registers the loket at ACM like any other client, for staff (D8). */
export async function registreer(ctx: Context, urls: Urls): Promise<void> {
  await importeerToepassing(
    ctx,
    JSON.stringify({
      toepassing: "schoolloket",
      naam: "Schoolloket",
      omschrijving: "Accounts en toepassingen van je school",
      aanbieder: "Departement Onderwijs en Vorming",
      soort: "loket",
      start_url: `${urls.schoolloket}/`,
      tint: 5,
      initialen: "Sl",
      clients: [
        {
          client_id: clientId,
          naam: "Schoolloket",
          soort: "web",
          doelgroep: "medewerkers",
          client_secret: geheimVan(ctx),
          redirect_uris: [`${urls.schoolloket}/terug`],
          post_logout_redirect_uris: [`${urls.schoolloket}/afgemeld`],
          backchannel_logout_uri: `${urls.schoolloket}/backchannel-logout`,
          scope: "openid profile vo",
          id_token_signed_response_alg: "ES256",
        },
      ],
    }),
  );
}

/** The school's site (R20): sign-in, the school one works for, and the access rule before every route. */
export function createSchoolloket(ctx: Context, urls: Urls): Hono {
  const veilig = urls.schoolloket.startsWith("https://");
  const acm = relyingParty({
    issuer: `${urls.acm}/op`,
    clientId,
    eigenUrl: urls.schoolloket,
    geheim: geheimVan(ctx),
    keys: ctx.keys,
    scope: "openid profile vo",
    lokaal: !veilig,
  });
  const cookie = { path: "/", httpOnly: true, secure: veilig, sameSite: "Lax" as const };
  const naam = veilig ? "__Host-schoolloket" : "schoolloket";
  const app = new Hono();
  app.route("/", staticAssets());
  app.use(securityHeaders({ formAction: [new URL(urls.acm).origin] }));

  const buiten = (http: HonoContext, pagina: Pagina) =>
    http.html(schoolPagina(undefined, pagina), pagina.status ?? 200);

  app.get("/aanmelden", async (http) => {
    const { url, begin } = await acm.start();
    setCookie(http, `${naam}-begin`, begin, { ...cookie, maxAge: 3600 });
    return http.redirect(url, 303);
  });

  app.get("/terug", async (http) => {
    const begin = getCookie(http, `${naam}-begin`);
    deleteCookie(http, `${naam}-begin`, cookie);
    let wie: Medewerker;
    const id = randomToken();
    try {
      const aangemeld = await acm.voltooi(new URL(http.req.url), begin);
      if (!aangemeld) return http.redirect("/aanmelden", 303);
      const { claims, sid, idToken } = aangemeld;
      wie = medewerkerVan(claims);
      await insertSessie(ctx, { ...wie, id, sid, idToken, duur: sessieduur });
    } catch (error) {
      ctx.log.warn(describeError(error), "aanmelding bij ACM niet voltooid");
      return buiten(http, nietAangemeld);
    }
    await onthoudMedewerker(ctx, wie);
    setCookie(http, naam, id, cookie);
    return http.redirect("/", 303);
  });

  app.get("/afgemeld", (http) => buiten(http, afgemeld));
  const kort = bodyLimit({
    maxSize: 16_384,
    onError: (http) => http.json({ error: "invalid_request" }, 413),
  });
  app.post("/backchannel-logout", kort, async (http) => {
    const sid = await acm.leesLogout(http.req.raw);
    if (sid === undefined) return http.json({ error: "invalid_request" }, 400);
    await deleteSessiesVanSid(ctx, sid);
    return http.body(null, 200);
  });

  // Everything below is a form or a page of somebody: only our own pages may post (and SameSite=Lax besides).
  app.use(
    bodyLimit({
      maxSize: grootsteFormulier,
      onError: (http) =>
        buiten(http, {
          titel: "Dit formulier is te groot",
          status: 413,
          inhoud: melding({
            titel: "Dit formulier is te groot",
            waarom: "Je stuurde meer dan we in één keer aannemen.",
            wie: "Kies minder leerlingen in één keer.",
          }),
        }),
    }),
  );
  app.use(async (http, next) => {
    const eigen = new URL(urls.schoolloket).origin;
    const van = http.req.header("origin");
    const vreemd =
      http.req.method === "POST" &&
      (van === undefined ? http.req.header("sec-fetch-site") !== "same-origin" : van !== eigen);
    if (!vreemd) return next();
    return buiten(http, {
      titel: "Dit formulier komt niet van ons",
      status: 403,
      inhoud: melding({
        titel: "Dit formulier komt niet van ons",
        waarom: "De vraag kwam van een andere website. Daarom doen we niets.",
        wie: "Begin opnieuw in het Schoolloket.",
      }),
    });
  });

  app.post("/afmelden", async (http) => {
    const id = getCookie(http, naam);
    const idToken = id === undefined ? undefined : await deleteSessie(ctx, id);
    deleteCookie(http, naam, cookie);
    return http.redirect(await acm.afmeldUrl(idToken), 303);
  });

  for (const route of routes) {
    app.on(route.methode, route.pad, (http) => antwoord(http, route));
  }

  /** The first wall: who is this, what may he today, in which school; before anything of the route runs. */
  async function antwoord(http: HonoContext, route: Route): Promise<Response> {
    const id = getCookie(http, naam);
    const sessie = id === undefined ? undefined : await findSessie(ctx, id);
    if (!sessie) return http.redirect("/aanmelden", 303);
    const rechten = await rechtenVan(ctx, sessie, ctx.clock.vandaag());
    // Along the line: a school that got a new number this night is still the one that was chosen (D3).
    const gekozen = rechten.find(({ school }) => school.lijn.includes(sessie.instellingsnummer ?? ""));
    const recht = gekozen ?? (sessie.instellingsnummer === null ? rechten[0] : undefined);
    const ik = { ...sessie, instellingsnummer: recht?.school.instellingsnummer ?? null, rechten };
    const pagina = (inhoud: Pagina) => http.html(schoolPagina(ik, inhoud), inhoud.status ?? 200);
    const verzoek: Verzoek = {
      ctx,
      http,
      leerlingloket: urls.leerlingloket,
      ik,
      param: (welke) => http.req.param(welke) ?? "",
      formulier: async () => new URLSearchParams(await http.req.text()),
      pagina,
      nietGevonden: () => pagina(bestaatNiet),
      naar: (pad) => http.redirect(pad, 303),
    };
    if (route.toegang === "aangemeld") return route.antwoord(verzoek);
    // A right that ended this night: the open tab says so, and nothing of the school is shown any more (D10).
    if (sessie.instellingsnummer !== null && !gekozen) {
      const nummer = sessie.instellingsnummer;
      return pagina(rechtVoorbij(nummer, await eindeVan(ctx, sessie, nummer, ctx.clock.vandaag()), rechten));
    }
    if (!recht) return http.redirect("/geen-recht", 303);
    if (sessie.instellingsnummer === null)
      await kiesSchool(ctx, sessie.sessie, recht.school.instellingsnummer);
    if (!mag(recht, route.toegang)) return pagina(nietVoorJou(route.toegang));
    const schoolVerzoek: SchoolVerzoek = {
      ...verzoek,
      recht,
      school: recht.school,
      inSchool: (work) => inSchool(ctx, recht.school.lijn, work),
    };
    return route.antwoord(schoolVerzoek);
  }

  app.notFound((http) => buiten(http, bestaatNiet));
  app.onError((error, http) => {
    const referentie = newReferentie(randomBytes);
    const straks = isUnavailable(error);
    ctx.log.error(
      { ...describeError(error), referentie, pad: http.req.routePath },
      straks ? "de databank kon nu niet" : "onverwachte fout in het schoolloket",
    );
    if (straks) http.header("retry-after", "5");
    const pagina: Pagina = {
      titel: "Dit lukt nu even niet",
      inhoud: melding({
        titel: "Dit lukt nu even niet",
        waarom: "Er ging iets mis bij LeerID. Er is niets half bewaard.",
        wie: "Probeer het straks opnieuw. Lukt het dan nog niet? Geef dit nummer aan de helpdesk.",
        referentie,
      }),
    };
    return http.html(schoolPagina(undefined, pagina), straks ? 503 : 500);
  });
  return app;
}

/** What a route asks of a right. */
function mag(recht: SchoolVerzoek["recht"], toegang: Exclude<Toegang, "aangemeld">): boolean {
  if (toegang === "beheerder") return recht.beheerder !== null;
  if (toegang === "databeheerder") return recht.databeheerder !== null;
  return recht.beheerder !== null || recht.databeheerder !== null;
}

const bestaatNiet: Pagina = {
  titel: "Deze pagina bestaat niet",
  status: 404,
  inhoud: melding({
    titel: "Deze pagina bestaat niet",
    waarom: "Het adres klopt niet, of wat je zoekt hoort niet bij je school.",
    wie: "Ga terug en zoek opnieuw.",
  }),
};

const nietAangemeld: Pagina = {
  titel: "Je bent niet aangemeld",
  status: 403,
  inhoud: melding({
    titel: "Je bent niet aangemeld",
    waarom: "Het aanmelden is niet afgemaakt, of het duurde te lang.",
    wie: "Probeer het opnieuw. Lukt het niet? Vraag het aan wie in je school de toegang beheert.",
    verder: html`<p><a class="button" href="/aanmelden">Opnieuw aanmelden</a></p>`,
  }),
};

const afgemeld: Pagina = {
  titel: "Je bent afgemeld",
  inhoud: html`<div class="page-head"><h1>Je bent afgemeld</h1></div>
    <section class="card stack">
      <p>Sluit de browser als anderen deze computer ook gebruiken.</p>
      <p><a class="button" href="/aanmelden">Aanmelden</a></p>
    </section>`,
};

const nietVoorJou = (toegang: Toegang): Pagina => ({
  titel: "Dit hoort niet bij je rechten",
  status: 403,
  inhoud: melding({
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
  }),
});
