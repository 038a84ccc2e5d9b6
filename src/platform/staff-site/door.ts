import { randomBytes } from "node:crypto";
import { Hono, type Context as HonoContext } from "hono";
import { bodyLimit } from "hono/body-limit";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import type { Context } from "#platform/context";
import { keyedHash, randomToken } from "#platform/crypto";
import { isUnavailable } from "#platform/database";
import { html, securityHeaders, staticAssets } from "#platform/html";
import { newReferentie } from "#platform/ids";
import { describeError, isHangUp } from "#platform/log";
import type { Problem } from "#platform/problem";
import { isAcmUnreachable, relyingParty, type RelyingParty } from "#platform/relying-party";
import { mount, type AnyRoute } from "#platform/route";
import { notice, noticeSheet, type Sheet } from "./page.ts";
import { medewerkerOf, type Medewerker } from "./staff.ts";

/** Where a site keeps its sessions; of a cookie only the hash. */
export type Sessies = {
  /** `duur` in milliseconds. */
  insert(
    sessie: Medewerker & {
      readonly id: string;
      readonly sid: string;
      readonly idToken: string;
      readonly duur: number;
    },
  ): Promise<void>;
  /** Ends one session; gives its ID token, which the sign-out at ACM shows. */
  delete(id: string): Promise<string | undefined>;
  /** Ends the sessions of one sign-in at ACM (back-channel logout). */
  deleteOfSid(sid: string): Promise<void>;
};

export type DoorOptions = {
  /** As ACM knows it, and the name of its cookie: `schoolloket`. */
  readonly clientId: string;
  /** As people know it: `het Schoolloket`. */
  readonly naam: string;
  /** Address of the site and of ACM, without a slash at the end. */
  readonly url: string;
  readonly acmUrl: string;
  /** Where this process finds ACM, when that is another address. */
  readonly acmBinnenUrl: string | undefined;
  readonly sessies: Sessies;
  /** A page for whoever is not known (yet). */
  sheet(blad: Sheet): string;
  /** Who helps when a sign-in does not work. */
  readonly wieHelpt: string;
  readonly bestaatNiet: Sheet;
  /** The largest form in bytes, and what to do with less. */
  readonly formulier: { readonly grootst: number; readonly kleiner: string };
  /** After a sign-in, before the first page. */
  onSignedIn?(wie: Medewerker): Promise<void>;
};

/** Longest session: one working day. The upstream and ACM end it earlier by back-channel logout. */
const sessieduur = 8 * 3_600_000;
const scope = "openid profile vo";

/** The client secret of one of our own sites follows from the main key: every node knows it, nobody configures it. */
const secretOf = (ctx: Context, clientId: string): string =>
  keyedHash(ctx.keys.geheimen, `client ${clientId}`).toString("base64url");

/** The site as an application with one client for staff: a file for `importToepassing`. */
export function staffClient(
  ctx: Context,
  site: {
    readonly clientId: string;
    readonly naam: string;
    readonly url: string;
    readonly omschrijving: string;
    readonly tint: number;
    readonly initialen: string;
  },
): string {
  return JSON.stringify({
    toepassing: site.clientId,
    naam: site.naam,
    omschrijving: site.omschrijving,
    aanbieder: "Departement Onderwijs en Vorming",
    soort: "loket",
    start_url: `${site.url}/`,
    tint: site.tint,
    initialen: site.initialen,
    clients: [
      {
        client_id: site.clientId,
        naam: site.naam,
        soort: "web",
        doelgroep: "medewerkers",
        client_secret: secretOf(ctx, site.clientId),
        redirect_uris: [`${site.url}/terug`],
        post_logout_redirect_uris: [`${site.url}/afgemeld`],
        backchannel_logout_uri: `${site.url}/backchannel-logout`,
        scope,
        id_token_signed_response_alg: "ES256",
      },
    ],
  });
}

/** How a handler of a site for staff answers; what else it knows is of the site. */
export type Answers<P extends Sheet = Sheet> = {
  readonly http: HonoContext;
  page(pagina: P): Response;
  /** 404 in the same words for what does not exist and for what belongs to somebody else. */
  notFound(): Response;
  redirect(path: string): Response;
};

export type Door = {
  /** Sign-in and sign-out are on it; the routes of the site come behind. */
  readonly app: Hono;
  /** Was ACM found: without it nobody gets in. */
  readonly isAcmFound: RelyingParty["isFound"];
  /** The answers of a request, on pages in the frame of whoever asks. */
  answers<P extends Sheet>(http: HonoContext, frame: (pagina: P | Sheet) => string): Answers<P>;
  /**
   * Puts the routes of the site behind the door.
   * @param enter who has this session cookie and may he use a route with this access: what its handler knows, or the answer when not;
   * undefined when the session does not stand
   */
  mount<Calls extends Readonly<Record<keyof Calls, Answers>>>(
    routes: readonly AnyRoute<Calls>[],
    enter: (
      http: HonoContext,
      id: string,
      access: keyof Calls,
    ) => Promise<Calls[keyof Calls] | Response | undefined>,
  ): void;
};

/** A site for staff with its way in and out, and nothing behind it yet. */
export function openBy(ctx: Context, options: DoorOptions): Door {
  const { clientId, sessies } = options;
  const veilig = options.url.startsWith("https://");
  const acm = relyingParty({
    acmUrl: options.acmUrl,
    acmBinnenUrl: options.acmBinnenUrl,
    log: ctx.log,
    clientId,
    eigenUrl: options.url,
    geheim: secretOf(ctx, clientId),
    keys: ctx.keys,
    scope,
    lokaal: !veilig,
  });
  const cookie = { path: "/", httpOnly: true, secure: veilig, sameSite: "Lax" as const };
  const naam = veilig ? `__Host-${clientId}` : clientId;
  const app = new Hono();
  app.route("/", staticAssets());
  app.use(securityHeaders({ formAction: [new URL(options.acmUrl).origin] }));
  const outside = (http: HonoContext, blad: Sheet) => http.html(options.sheet(blad), blad.status ?? 200);

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
      const aangemeld = await acm.complete(new URL(http.req.url), begin);
      if (!aangemeld) return http.redirect("/aanmelden", 303);
      const { claims, sid, idToken } = aangemeld;
      wie = medewerkerOf(claims);
      await sessies.insert({ ...wie, id, sid, idToken, duur: sessieduur });
    } catch (error) {
      if (isAcmUnreachable(error) || isUnavailable(error)) throw error;
      ctx.log.warn(describeError(error), "aanmelding bij ACM niet voltooid");
      return outside(http, notSignedIn(options.wieHelpt));
    }
    await options.onSignedIn?.(wie);
    setCookie(http, naam, id, cookie);
    return http.redirect("/", 303);
  });

  app.get("/afgemeld", (http) => outside(http, afgemeld));
  const kort = bodyLimit({
    maxSize: 16_384,
    onError: (http) => http.json({ error: "invalid_request" }, 413),
  });
  app.post("/backchannel-logout", kort, async (http) => {
    const sid = await acm.readLogout(http.req.raw);
    if (sid === undefined) return http.json({ error: "invalid_request" }, 400);
    await sessies.deleteOfSid(sid);
    return http.body(null, 200);
  });

  // Everything below is a form or a page of somebody: only our own pages may post (and SameSite=Lax besides).
  app.use(async (http, next) => {
    const van = http.req.header("origin");
    const vreemd =
      http.req.method === "POST" &&
      (van === undefined
        ? http.req.header("sec-fetch-site") !== "same-origin"
        : van !== new URL(options.url).origin);
    return vreemd ? outside(http, notOurs(options.naam)) : next();
  });

  app.post("/afmelden", async (http) => {
    const id = getCookie(http, naam);
    const idToken = id === undefined ? undefined : await sessies.delete(id);
    deleteCookie(http, naam, cookie);
    return http.redirect(await acm.signOutUrl(idToken), 303);
  });

  app.notFound((http) => outside(http, options.bestaatNiet));
  app.onError((error, http) => {
    if (isHangUp(error)) return http.body(null, 400);
    const referentie = newReferentie(randomBytes);
    const acmAway = isAcmUnreachable(error);
    const straks = acmAway || isUnavailable(error);
    ctx.log.error(
      { ...describeError(error), referentie, pad: http.req.routePath },
      acmAway
        ? "ACM kon nu niet"
        : straks
          ? "de databank kon nu niet"
          : `onverwachte fout in ${options.naam}`,
    );
    if (straks) http.header("retry-after", "5");
    return http.html(options.sheet(notNow(referentie)), straks ? 503 : 500);
  });
  return {
    app,
    isAcmFound: acm.isFound,
    answers: (http, frame) => {
      const page = (blad: Parameters<typeof frame>[0]) => http.html(frame(blad), blad.status ?? 200);
      return {
        http,
        page,
        notFound: () => page(options.bestaatNiet),
        redirect: (path) => http.redirect(path, 303),
      };
    },
    mount: (routes, enter) =>
      mount(app, routes, {
        largest: options.formulier.grootst,
        enter: async (http, access) => {
          const id = getCookie(http, naam);
          return (
            (id === undefined ? undefined : await enter(http, id, access)) ?? http.redirect("/aanmelden", 303)
          );
        },
        refuse: (_, problem, call) =>
          problem.kind.status === 404
            ? call.notFound()
            : call.page(refused(problem, options.formulier.kleiner)),
      }),
  };
}

/** A refusal as a page. Of what could not be read, the field and never the value. */
function refused({ kind, detail }: Problem, kleiner: string): Sheet {
  if (kind.code === "te-groot") return tooLarge(kleiner);
  if (kind.code !== "ongeldige-invoer" && kind.code !== "verkeerd-formaat")
    return noticeSheet(kind.status, {
      titel: kind.titel.replace(/\.$/, ""),
      waarom: kind.titel,
      wie: kind.herstel,
    });
  return noticeSheet(kind.status, {
    titel: "Dit kunnen we niet lezen",
    waarom: html`Wat je stuurde, past niet bij deze pagina. Daarom doen we er niets mee.
    ${detail !== undefined && html`(${detail})`}`,
    wie: "Ga terug, laad de pagina opnieuw en probeer nog eens. Lukt het dan nog niet? Geef dit door aan de helpdesk, met het adres van de pagina.",
  });
}

const opnieuw = html`<p><a class="button" href="/aanmelden">Opnieuw aanmelden</a></p>`;

const notSignedIn = (wieHelpt: string): Sheet =>
  noticeSheet(403, {
    titel: "Je bent niet aangemeld",
    waarom: "Het aanmelden is niet afgemaakt, of het duurde te lang.",
    wie: `Probeer het opnieuw. Lukt het niet? ${wieHelpt}`,
    verder: opnieuw,
  });

const afgemeld: Sheet = {
  titel: "Je bent afgemeld",
  inhoud: html`<div class="page-head"><h1>Je bent afgemeld</h1></div>
    <section class="card stack">
      <p>Sluit de browser als anderen deze computer ook gebruiken.</p>
      <p><a class="button" href="/aanmelden">Aanmelden</a></p>
    </section>`,
};

const tooLarge = (kleiner: string): Sheet =>
  noticeSheet(413, {
    titel: "Dit formulier is te groot",
    waarom: "Je stuurde meer dan we in één keer aannemen.",
    wie: kleiner,
  });

const notOurs = (naam: string): Sheet =>
  noticeSheet(403, {
    titel: "Dit formulier komt niet van ons",
    waarom: "De vraag kwam van een andere website. Daarom doen we niets.",
    wie: `Begin opnieuw in ${naam}.`,
  });

const notNow = (referentie: string): Sheet => ({
  titel: "Dit lukt nu even niet",
  inhoud: notice({
    titel: "Dit lukt nu even niet",
    waarom: "Er ging iets mis bij LeerID. Er is niets half bewaard.",
    wie: "Probeer het straks opnieuw. Lukt het dan nog niet? Geef dit nummer aan de helpdesk.",
    referentie,
  }),
});
