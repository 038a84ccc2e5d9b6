import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { rename, readFile, writeFile } from "node:fs/promises";
import { Hono, type Context, type MiddlewareHandler } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { csrf } from "hono/csrf";
import { oidc, type WayOut, type OidcOptions } from "./oidc.ts";
import { behindTheScenes, noKlant, notice, practise, start, type HouseStyle } from "./pages.ts";
import { isCustomer, takeOver, exercise, eraseExpired, type Accounts } from "./rules.ts";

export type RelyingPartyOptions = OidcOptions & {
  readonly stijl: HouseStyle;
  readonly oefening: "plus" | "maal";
  /** Instellingsnummers of the schools that are customers (R30). */
  readonly klanten: readonly string[];
  /** JSON file with what the publisher keeps. */
  readonly bestand: string;
  readonly now: () => number;
};

type Sessie = {
  readonly accountUuid: string;
  readonly idToken: string;
  readonly sid: string | undefined;
  readonly meegekomen: number;
  readonly sinds: number;
  /** Signed out here: nobody is signed in with it, and a second click still finds whom to sign out at LeerID. */
  readonly afgemeld?: true;
};

/** A sign-in that began in some tab: where it must end, and whether it is the second try. */
type Heenweg = WayOut & { readonly naar: string; readonly tweede: boolean; readonly sinds: number };

const style = readFileSync(new URL("style.css", import.meta.url), "utf8");
const dag = 86_400_000;
/** Sessions and started sign-ins are forgotten after this, and never more than so many are kept. */
const geduld = { sessie: 8 * 3_600_000, heenweg: 3_600_000, hoogste: 10_000 };

/** The application of a publisher: start page, sign-in, an exercise, sign-out. */
export async function createRelyingParty(options: RelyingPartyOptions): Promise<Hono> {
  const { stijl, klanten, now } = options;
  const leerid = oidc(options);
  const sessies = new Map<string, Sessie>();
  const heenwegen = new Map<string, Heenweg>();
  let accounts = await readAccounts(options.bestand);
  let schrijven: Promise<void> = Promise.resolve();
  const save = (nieuw: Accounts): Promise<void> => {
    accounts = nieuw;
    schrijven = schrijven.then(() => write(options.bestand, accounts));
    return schrijven;
  };

  // Everything of the demo stands on localhost, where sites on different ports share their cookies: a name of our own.
  const sessieCookie = `${options.clientId}-sessie`;
  // One for each sign-in under way, named after its state: several tabs may end in any order, and only this browser can end them.
  const tabCookie = (state: string) => `${options.clientId}-tab-${state}`;
  const cookie = {
    path: "/",
    httpOnly: true,
    sameSite: "Lax",
    secure: options.url.startsWith("https:"),
  } as const;
  const sessieOf = (http: Context) => {
    const sessie = sessies.get(getCookie(http, sessieCookie) ?? "");
    return sessie && !sessie.afgemeld && now() - sessie.sinds < geduld.sessie ? sessie : undefined;
  };

  const app = new Hono();
  const leeridOrigin = new URL(options.issuer).origin;
  app.use(async (http, next) => {
    await next();
    http.header(
      "content-security-policy",
      `default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self' ${leeridOrigin}`,
    );
    http.header("x-content-type-options", "nosniff");
    http.header("referrer-policy", "same-origin");
    if (!http.res.headers.has("cache-control")) http.header("cache-control", "no-store");
  });
  const eigenFormulier = csrf();
  app.use((http, next) => (http.req.path === "/backchannel-logout" ? next() : eigenFormulier(http, next)));
  app.onError((error, http) => {
    console.error(`${stijl.naam}: ${causesOf(error)}`); // never its text: it may hold a token
    if (!isAway(error))
      return http.html(
        notice(stijl, "Er ging iets mis", "Probeer het straks opnieuw.", "Naar het begin"),
        500,
      );
    http.header("retry-after", "5");
    return http.html(
      notice(
        stijl,
        "LeerID antwoordt nu niet",
        "Jij hebt niets fout gedaan. Probeer het straks opnieuw.",
        "Naar het begin",
      ),
      503,
    );
  });

  app.get("/stijl.css", (http) =>
    http.body(style, 200, { "content-type": "text/css; charset=utf-8", "cache-control": "max-age=60" }),
  );

  app.get("/", (http) => {
    const sessie = sessieOf(http);
    const account = sessie && accounts[sessie.accountUuid];
    if (!sessie || !account) return http.html(start(stijl));
    const { vraag } = exercise(options.oefening, account.punten);
    return http.html(
      practise(stijl, { account, vraag, meegekomen: sessie.meegekomen, uitslag: http.req.query("uitslag") }),
    );
  });

  /** Off to LeerID, to come back on a page of ours. */
  async function leave(http: Context, naar: string, tweede = false): Promise<Response> {
    const heenweg = await leerid.begin();
    remember(heenwegen, heenweg.state, { ...heenweg, naar, tweede, sinds: now() }, geduld.heenweg, now());
    // A browser sends its oldest cookies first: so many tabs at once are enough.
    const tabs = Object.keys(getCookie(http)).filter((name) => name.startsWith(tabCookie("")));
    for (const old of tabs.slice(0, Math.max(0, tabs.length - 7))) deleteCookie(http, old, cookie);
    setCookie(http, tabCookie(heenweg.state), "1", { ...cookie, maxAge: geduld.heenweg / 1000 });
    return http.redirect(heenweg.url);
  }
  const forgetTab = (http: Context, state: string) => {
    heenwegen.delete(state);
    deleteCookie(http, tabCookie(state), cookie);
  };
  const tryAgain = (naar: string) =>
    naar === "/" ? "/aanmelden" : `/aanmelden?naar=${encodeURIComponent(naar)}`;

  app.get("/aanmelden", onlyGet, (http) => leave(http, localPath(http.req.query("naar"))));

  app.get("/terug", onlyGet, async (http) => {
    const state = http.req.query("state") ?? "";
    const heenweg = heenwegen.get(state);
    // Used up, the button Back, a bookmark: who is signed in goes on, anybody else signs in anew, with LeerID's own session at once.
    if (heenweg === undefined || getCookie(http, tabCookie(state)) === undefined) {
      if (sessieOf(http)) return http.redirect(`${options.url}/`);
      if (heenweg?.tweede !== true) return leave(http, heenweg?.naar ?? "/", true);
      return http.html(
        notice(
          stijl,
          "Je browser bewaart geen cookies",
          "Zonder cookies kunnen we niet onthouden wie je bent. Vraag je leerkracht om ze toe te staan voor deze website.",
          "Opnieuw proberen",
          tryAgain("/"),
        ),
        400,
      );
    }
    const { naar } = heenweg;
    if (http.req.query("error") !== undefined) {
      forgetTab(http, state);
      return http.html(
        notice(
          stijl,
          "Je bent niet aangemeld",
          "LeerID liet je nu niet binnen. Vraag het aan je leerkracht.",
          "Opnieuw proberen",
          tryAgain(naar),
        ),
        403,
      );
    }
    const aanmelding = await leerid.back(new URL(http.req.url).search, heenweg).catch((error: unknown) => {
      if (isAway(error)) throw error; // nothing is used up: loading the page again tries again
      console.error(`${stijl.naam}: ${causesOf(error)}`);
      return undefined;
    });
    forgetTab(http, state);
    if (!aanmelding) {
      if (!heenweg.tweede) return leave(http, naar, true); // a code that came too late
      return http.html(
        notice(
          stijl,
          "Je bent niet aangemeld",
          "Het aanmelden lukte niet.",
          "Opnieuw proberen",
          tryAgain(naar),
        ),
        403,
      );
    }
    const { claims, idToken, sid } = aanmelding;
    if (!isCustomer(claims, klanten)) return http.html(noKlant(stijl), 403); // R30; and nothing is kept
    const { accounts: nieuw, account, meegekomen } = takeOver(accounts, claims, now());
    await save(nieuw);
    const id = randomBytes(32).toString("base64url"); // a new one at every sign-in
    sessies.delete(getCookie(http, sessieCookie) ?? "");
    remember(
      sessies,
      id,
      { accountUuid: account.account_uuid, idToken, sid, meegekomen, sinds: now() },
      geduld.sessie,
      now(),
    );
    setCookie(http, sessieCookie, id, cookie);
    return http.redirect(`${options.url}${naar}`);
  });

  app.post("/oefening", async (http) => {
    const account = accounts[sessieOf(http)?.accountUuid ?? ""];
    if (!account) return http.redirect(`${options.url}/`, 303);
    const { antwoord, nummer } = await http.req.parseBody();
    // The second click of an impatient hand: this one counted already, and is no answer to the next.
    if (integerOf(nummer) !== account.punten) return http.redirect(`${options.url}/`, 303);
    const juist =
      typeof antwoord === "string" &&
      antwoord.trim() !== "" &&
      Number(antwoord.trim()) === exercise(options.oefening, account.punten).antwoord;
    if (juist)
      await save({ ...accounts, [account.account_uuid]: { ...account, punten: account.punten + 1 } });
    return http.redirect(`${options.url}/?uitslag=${juist ? "juist" : "fout"}`, 303);
  });

  app.post("/afmelden", async (http) => {
    const id = getCookie(http, sessieCookie) ?? "";
    const sessie = sessies.get(id);
    if (sessie) sessies.set(id, { ...sessie, afgemeld: true });
    // Also without one, which LeerID may have ended a moment ago: whoever clicks here wants to be signed out there.
    return http.redirect(await leerid.abandon(sessie?.idToken), 303);
  });
  app.get("/afgemeld", (http) =>
    http.html(
      notice(
        stijl,
        "Je bent afgemeld",
        "Ook bij LeerID. Een ander kan nu veilig op deze computer werken.",
        "Naar het begin",
      ),
    ),
  );

  app.post("/backchannel-logout", async (http) => {
    const { logout_token: token } = await http.req.parseBody();
    try {
      const { sid, sub } = await leerid.sessieEinde(typeof token === "string" ? token : "");
      for (const [id, sessie] of sessies) {
        if (sid === undefined ? sessie.accountUuid === sub : sessie.sid === sid) sessies.delete(id);
      }
      return http.body(null, 200);
    } catch {
      return http.json({ error: "invalid_request" }, 400);
    }
  });

  app.get("/achter-de-schermen", (http) =>
    http.html(
      behindTheScenes(stijl, {
        accounts: Object.values(accounts),
        klanten,
        gewist: integerOf(http.req.query("gewist")),
      }),
    ),
  );
  app.post("/achter-de-schermen/wis", async (http) => {
    const { vooruit } = await http.req.parseBody();
    const dagen = Math.max(0, Math.min(10_000, integerOf(vooruit) ?? 0));
    const { accounts: nieuw, gewist } = eraseExpired(accounts, now() + dagen * dag);
    await save(nieuw);
    return http.redirect(`${options.url}/achter-de-schermen?gewist=${gewist}`, 303);
  });
  return app;
}

/** To HEAD, which filters and previews send ahead of a person, an address that does something does nothing. */
const onlyGet: MiddlewareHandler = async (http, next) =>
  http.req.method === "HEAD" ? http.body(null, 405, { allow: "GET" }) : next();

/** A page of this site that was asked for; the start page for anything else. */
function localPath(asked: string | undefined): string {
  const here = "http://hier.invalid";
  if (asked === undefined || !URL.canParse(asked, here)) return "/";
  const { origin, pathname, search } = new URL(asked, here);
  return origin === here && !pathname.startsWith("//") ? `${pathname}${search}` : "/";
}

/** Class and code of a fault and of what stands behind it: `ECONNREFUSED`, a certificate, a timeout. */
function causesOf(error: unknown): string {
  const parts: string[] = [];
  for (let one = error; one instanceof Error && parts.length < 5; one = one.cause) {
    const { code } = one as { code?: unknown };
    parts.push(typeof code === "string" ? `${one.name} ${code}` : one.name);
  }
  return parts.join(" < ");
}

/** Did LeerID give no answer, or say that it cannot now? Later is better then, and another sign-in is no help. */
function isAway(error: unknown): boolean {
  for (let one = error; one instanceof Error; one = one.cause) {
    const { status, cause } = one as { status?: unknown; cause?: unknown };
    if (Number(status) >= 500 || (cause instanceof Response && cause.status >= 500)) return true;
  }
  return /TimeoutError|OAUTH_TIMEOUT|UND_ERR|E(CONN|HOST|NET|NOTFOUND|AI_)|CERT/.test(causesOf(error));
}

const integerOf = (text: unknown): number | undefined =>
  typeof text === "string" && /^\d{1,6}$/.test(text) ? Number(text) : undefined;

function remember<T extends { readonly sinds: number }>(
  waar: Map<string, T>,
  sleutel: string,
  wat: T,
  duur: number,
  nu: number,
): void {
  for (const [oud, { sinds }] of waar) {
    if (nu - sinds < duur && waar.size < geduld.hoogste) break; // a map keeps the order of entry: the oldest are first
    waar.delete(oud);
  }
  waar.set(sleutel, wat);
}

async function readAccounts(file: string): Promise<Accounts> {
  const text = await readFile(file, "utf8").catch(() => "{}");
  return JSON.parse(text) as Accounts;
}

async function write(file: string, accounts: Accounts): Promise<void> {
  await writeFile(`${file}.nieuw`, JSON.stringify(accounts), { mode: 0o600 });
  await rename(`${file}.nieuw`, file);
}
