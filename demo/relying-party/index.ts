import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { rename, readFile, writeFile } from "node:fs/promises";
import { Hono, type Context } from "hono";
import { getCookie, setCookie } from "hono/cookie";
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
};

const style = readFileSync(new URL("style.css", import.meta.url), "utf8");
const dag = 86_400_000;
/** Sessions and started sign-ins are forgotten after this, and never more than so many are kept. */
const geduld = { sessie: 8 * 3_600_000, heenweg: 3_600_000, hoogste: 10_000 };

/** The application of a publisher: start page, sign-in, an exercise, sign-out. */
export async function createRelyingParty(options: RelyingPartyOptions): Promise<Hono> {
  const { stijl, klanten, now } = options;
  const leerid = oidc(options);
  const sessies = new Map<string, Sessie>();
  const heenwegen = new Map<string, WayOut & { readonly browser: string; readonly sinds: number }>();
  let accounts = await readAccounts(options.bestand);
  let schrijven: Promise<void> = Promise.resolve();
  const save = (nieuw: Accounts): Promise<void> => {
    accounts = nieuw;
    schrijven = schrijven.then(() => write(options.bestand, accounts));
    return schrijven;
  };

  // Everything of the demo stands on localhost, where sites on different ports share their cookies: a name of our own.
  const sessieCookie = `${options.clientId}-sessie`;
  const browserCookie = `${options.clientId}-browser`;
  const cookie = {
    path: "/",
    httpOnly: true,
    sameSite: "Lax",
    secure: options.url.startsWith("https:"),
  } as const;
  const sessieOf = (http: Context) => {
    const sessie = sessies.get(getCookie(http, sessieCookie) ?? "");
    return sessie && now() - sessie.sinds < geduld.sessie ? sessie : undefined;
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
    console.error(`${stijl.naam}: ${error.name}`); // never its text: it may hold a token
    return http.html(notice(stijl, "Er ging iets mis", "Probeer het straks opnieuw.", "Naar het begin"), 500);
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

  app.get("/aanmelden", async (http) => {
    const heenweg = await leerid.begin();
    const browser = getCookie(http, browserCookie) ?? randomBytes(16).toString("base64url");
    setCookie(http, browserCookie, browser, cookie);
    remember(heenwegen, heenweg.state, { ...heenweg, browser, sinds: now() }, geduld.heenweg, now());
    return http.redirect(heenweg.url);
  });

  app.get("/terug", async (http) => {
    const state = http.req.query("state") ?? "";
    const heenweg = heenwegen.get(state);
    if (heenweg === undefined || heenweg.browser !== getCookie(http, browserCookie)) {
      return http.html(
        notice(
          stijl,
          "Meld je opnieuw aan",
          "Je was te lang weg, of je keerde terug met een oude link.",
          "Opnieuw",
        ),
        400,
      );
    }
    heenwegen.delete(state);
    const fout = http.req.query("error");
    if (fout !== undefined) {
      return http.html(
        notice(
          stijl,
          "Je bent niet aangemeld",
          "LeerID liet je nu niet binnen. Vraag het aan je leerkracht.",
          "Opnieuw proberen",
        ),
        403,
      );
    }
    const { claims, idToken, sid } = await leerid.back(new URL(http.req.url).search, heenweg);
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
    return http.redirect(`${options.url}/`);
  });

  app.post("/oefening", async (http) => {
    const account = accounts[sessieOf(http)?.accountUuid ?? ""];
    if (!account) return http.redirect(`${options.url}/`, 303);
    const { antwoord } = await http.req.parseBody();
    const juist =
      typeof antwoord === "string" &&
      Number(antwoord.trim()) === exercise(options.oefening, account.punten).antwoord;
    if (juist && antwoord.trim() !== "")
      await save({ ...accounts, [account.account_uuid]: { ...account, punten: account.punten + 1 } });
    return http.redirect(`${options.url}/?uitslag=${juist ? "juist" : "fout"}`, 303);
  });

  app.post("/afmelden", async (http) => {
    const sessie = sessieOf(http);
    sessies.delete(getCookie(http, sessieCookie) ?? "");
    return http.redirect(sessie ? await leerid.abandon(sessie.idToken) : `${options.url}/`, 303);
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
