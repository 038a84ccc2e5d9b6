import { randomBytes } from "node:crypto";
import { Hono, type Context as HonoContext, type MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { getCookie, setCookie } from "hono/cookie";
import type { Context } from "#platform/context";
import { keyedHash, randomToken } from "#platform/crypto";
import { isUnavailable } from "#platform/database";
import { postedFrom, securityHeaders, staticAssets } from "#platform/html";
import { newReferentie } from "#platform/ids";
import { describeError, isHangUp } from "#platform/log";
import { isUnreachable } from "#platform/outgoing";
import { begunSignIns, isSecondTry, localPath, newState } from "./begun.ts";
import { relyingParty, type RelyingParty, type SignedIn } from "./client.ts";

/** Where a site keeps its sessions; of a cookie only the hash. */
export type Sessies<Wie> = {
  /** `duur` in milliseconds. */
  insert(
    wie: Wie,
    sessie: {
      readonly id: string;
      readonly sid: string;
      readonly idToken: string;
      readonly duur: number;
    },
  ): Promise<void>;
  /** Is somebody signed in with this cookie? */
  stands(id: string): Promise<boolean>;
  /**
   * Ends one session, and gives its ID token, which the sign-out at ACM shows. Of a session that ended it is still given, until it is
   * swept: whoever clicks twice is signed out at ACM too.
   */
  end(id: string): Promise<string | undefined>;
  /** Removes the sessions of one sign-in at ACM (back-channel logout). */
  deleteOfSid(sid: string): Promise<void>;
};

/** The pages of the way in and out, in the words of the site. `opnieuw` is where a new sign-in begins. */
export type DoorPages = {
  signedOut(): string;
  /** Asks, with a button that posts to `/afmelden`: whoever comes here without our own form still gets out. */
  signOut(): string;
  notSignedIn(opnieuw: string): string;
  withoutCookies(opnieuw: string): string;
  /** A form of another website. */
  notOurs(): string;
  notFound(): string;
  notNow(referentie: string): string;
};

export type DoorOptions<Wie> = {
  /** As ACM knows the site, and the name of its cookie: `schoolloket`. */
  readonly clientId: string;
  /** In the log: `het Schoolloket`. */
  readonly naam: string;
  /** Address of the site and of ACM, without a slash at the end. */
  readonly url: string;
  readonly acmUrl: string;
  /** Where this process finds ACM, when that is another address. */
  readonly acmBinnenUrl: string | undefined;
  readonly scope: string;
  /** Who signed in. @throws when it is nobody that the site can let in */
  readWie(signedIn: SignedIn): Wie;
  readonly sessies: Sessies<Wie>;
  readonly pages: DoorPages;
};

export type Door = {
  /** The way in and out is on it; the routes of the site come behind, where only our own pages may post. */
  readonly app: Hono;
  /** Was ACM found: without it nobody gets in. */
  readonly isAcmFound: RelyingParty["isFound"];
  /** What the session cookie of a request holds. */
  idOf(http: HonoContext): string | undefined;
  /** To the sign-in, and after it back to the page that this request asks for. */
  signInAddress(http: HonoContext): string;
};

/** Longest session: one working day. The upstream and ACM end it earlier by back-channel logout. */
const sessieduur = 8 * 3_600_000;

/** The client secret of one of our own sites follows from the main key: every node knows it, nobody configures it. */
export const clientSecretOf = (ctx: Context, clientId: string): string =>
  keyedHash(ctx.keys.geheimen, `client ${clientId}`).toString("base64url");

const wayIn = "/aanmelden";
const ownPaths = [wayIn, "/terug", "/afmelden", "/afgemeld", "/backchannel-logout"];

/** Where a sign-in begins that ends on a page of this site. */
const signInTo = (naar: string): string =>
  naar === "/" ? wayIn : `${wayIn}?naar=${encodeURIComponent(naar)}`;

/** What only a GET may do: to HEAD, which mail filters and previews send ahead of a person, it does nothing. */
const notForHead: MiddlewareHandler = async (http, next) =>
  http.req.method === "HEAD" ? http.body(null, 405, { allow: "GET" }) : next();

/** The way into and out of one of our own sites, an ordinary client of ACM (D8), with nothing behind it yet. */
export function openDoor<Wie>(ctx: Context, options: DoorOptions<Wie>): Door {
  const { clientId, url, sessies, pages } = options;
  const veilig = url.startsWith("https://");
  const acm = relyingParty({
    acmUrl: options.acmUrl,
    acmBinnenUrl: options.acmBinnenUrl,
    log: ctx.log,
    clientId,
    eigenUrl: url,
    geheim: clientSecretOf(ctx, clientId),
    keys: ctx.keys,
    scope: options.scope,
    lokaal: !veilig,
  });
  const cookie = { path: "/", httpOnly: true, secure: veilig, sameSite: "Lax" as const };
  const name = veilig ? `__Host-${clientId}` : clientId;
  const begun = begunSignIns(ctx.keys, name, cookie);
  const idOf = (http: HonoContext) => getCookie(http, name);
  const formOf = (http: HonoContext) => postedFrom((header) => http.req.header(header), url);

  const app = new Hono();
  app.route("/", staticAssets());
  // Sign-out ends at ACM, which then comes back: the form must be allowed to go there.
  app.use(securityHeaders({ formAction: [new URL(options.acmUrl).origin] }));

  async function begin(http: HonoContext, naar: string, second = false): Promise<Response> {
    const state = newState(ctx.clock.now(), second);
    const acmUrl = await acm.startUrl(state);
    begun.remember(http, state, naar);
    return http.redirect(acmUrl, 303);
  }

  app.get(wayIn, notForHead, (http) => begin(http, localPath(http.req.query("naar"), url, ownPaths)));

  app.get("/terug", notForHead, async (http) => {
    const state = http.req.query("state") ?? "";
    const known = begun.find(http, state);
    const { naar, spent } = known ?? { naar: "/", spent: false };
    if (known && !spent) {
      const signedIn = await acm.complete(new URL(http.req.url).search, state).catch((error: unknown) => {
        if (isUnreachable(error)) throw error; // nothing is used up: loading the page again tries again
        ctx.log.warn(describeError(error), "aanmelding bij ACM niet voltooid");
        return undefined;
      });
      begun.spend(http, state, naar);
      if (signedIn) return letIn(http, signedIn, naar);
      if (http.req.query("error") !== undefined) return http.html(pages.notSignedIn(signInTo(naar)), 403);
    }
    // The button Back, a bookmark, the other one of two tabs: a right key gets in all the same.
    const id = idOf(http);
    if (id !== undefined && (await sessies.stands(id))) return http.redirect(naar, 303);
    if (spent || !isSecondTry(state)) return begin(http, naar, true);
    return known
      ? http.html(pages.notSignedIn(signInTo(naar)), 403)
      : http.html(pages.withoutCookies(wayIn), 400);
  });

  async function letIn(http: HonoContext, signedIn: SignedIn, naar: string): Promise<Response> {
    let wie: Wie;
    try {
      wie = options.readWie(signedIn);
    } catch (error) {
      ctx.log.warn(describeError(error), "aanmelding bij ACM niet voltooid");
      return http.html(pages.notSignedIn(signInTo(naar)), 403);
    }
    const id = randomToken();
    const { sid, idToken } = signedIn;
    await sessies.insert(wie, { id, sid, idToken, duur: sessieduur });
    setCookie(http, name, id, cookie);
    return http.redirect(naar, 303);
  }

  app.get("/afmelden", (http) => http.html(pages.signOut()));
  app.post("/afmelden", async (http) => {
    // Another website signs nobody out; but who really wants to leave finds the button for it.
    if (formOf(http) === "elsewhere") return http.html(pages.signOut(), 403);
    // The cookie stays: a second click must find the same session, and what it names has ended.
    const id = idOf(http);
    const idToken = id === undefined ? undefined : await sessies.end(id);
    return http.redirect(await acm.signOutUrl(idToken), 303);
  });
  app.get("/afgemeld", (http) => http.html(pages.signedOut()));

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
  app.use(async (http, next) =>
    http.req.method === "POST" && formOf(http) !== "own" ? http.html(pages.notOurs(), 403) : next(),
  );

  app.notFound((http) => http.html(pages.notFound(), 404));
  app.onError((error, http) => {
    if (isHangUp(error)) return http.body(null, 400);
    const referentie = newReferentie(randomBytes);
    // The database or ACM is away: the same page, but who watches us sees the difference.
    const acmAway = isUnreachable(error);
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
    return http.html(pages.notNow(referentie), straks ? 503 : 500);
  });

  return {
    app,
    isAcmFound: acm.isFound,
    idOf,
    signInAddress: (http) => {
      const { pathname, search } = new URL(http.req.url);
      return signInTo(localPath(`${pathname}${search}`, url, ownPaths));
    },
  };
}
