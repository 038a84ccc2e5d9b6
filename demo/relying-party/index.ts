import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { rename, readFile, writeFile } from "node:fs/promises";
import { Hono, type Context } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { csrf } from "hono/csrf";
import { oidc, type Heenweg, type OidcOptions } from "./oidc.ts";
import { achterDeSchermen, geenKlant, melding, oefenen, start, type Huisstijl } from "./pages.ts";
import { isKlant, neemOver, opgave, wisVerlopen, type Accounts } from "./rules.ts";

export type RelyingPartyOptions = OidcOptions & {
  readonly stijl: Huisstijl;
  readonly oefening: "plus" | "maal";
  /** Instellingsnummers of the schools that are customers (R30). */
  readonly klanten: readonly string[];
  /** JSON file with what the publisher keeps. */
  readonly bestand: string;
  readonly nu: () => number;
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
  const { stijl, klanten, nu } = options;
  const leerid = oidc(options);
  const sessies = new Map<string, Sessie>();
  const heenwegen = new Map<string, Heenweg & { readonly browser: string; readonly sinds: number }>();
  let accounts = await leesAccounts(options.bestand);
  let schrijven: Promise<void> = Promise.resolve();
  const bewaar = (nieuw: Accounts): Promise<void> => {
    accounts = nieuw;
    schrijven = schrijven.then(() => schrijf(options.bestand, accounts));
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
  const sessieVan = (http: Context) => {
    const sessie = sessies.get(getCookie(http, sessieCookie) ?? "");
    return sessie && nu() - sessie.sinds < geduld.sessie ? sessie : undefined;
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
    return http.html(
      melding(stijl, "Er ging iets mis", "Probeer het straks opnieuw.", "Naar het begin"),
      500,
    );
  });

  app.get("/stijl.css", (http) =>
    http.body(style, 200, { "content-type": "text/css; charset=utf-8", "cache-control": "max-age=60" }),
  );

  app.get("/", (http) => {
    const sessie = sessieVan(http);
    const account = sessie && accounts[sessie.accountUuid];
    if (!sessie || !account) return http.html(start(stijl));
    const { vraag } = opgave(options.oefening, account.punten);
    return http.html(
      oefenen(stijl, { account, vraag, meegekomen: sessie.meegekomen, uitslag: http.req.query("uitslag") }),
    );
  });

  app.get("/aanmelden", async (http) => {
    const heenweg = await leerid.heen();
    const browser = getCookie(http, browserCookie) ?? randomBytes(16).toString("base64url");
    setCookie(http, browserCookie, browser, cookie);
    onthoud(heenwegen, heenweg.state, { ...heenweg, browser, sinds: nu() }, geduld.heenweg, nu());
    return http.redirect(heenweg.url);
  });

  app.get("/terug", async (http) => {
    const state = http.req.query("state") ?? "";
    const heenweg = heenwegen.get(state);
    if (heenweg === undefined || heenweg.browser !== getCookie(http, browserCookie)) {
      return http.html(
        melding(
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
        melding(
          stijl,
          "Je bent niet aangemeld",
          "LeerID liet je nu niet binnen. Vraag het aan je leerkracht.",
          "Opnieuw proberen",
        ),
        403,
      );
    }
    const { claims, idToken, sid } = await leerid.terug(new URL(http.req.url).search, heenweg);
    if (!isKlant(claims, klanten)) return http.html(geenKlant(stijl), 403); // R30; and nothing is kept
    const { accounts: nieuw, account, meegekomen } = neemOver(accounts, claims, nu());
    await bewaar(nieuw);
    const id = randomBytes(32).toString("base64url"); // a new one at every sign-in
    sessies.delete(getCookie(http, sessieCookie) ?? "");
    onthoud(
      sessies,
      id,
      { accountUuid: account.account_uuid, idToken, sid, meegekomen, sinds: nu() },
      geduld.sessie,
      nu(),
    );
    setCookie(http, sessieCookie, id, cookie);
    return http.redirect(`${options.url}/`);
  });

  app.post("/oefening", async (http) => {
    const account = accounts[sessieVan(http)?.accountUuid ?? ""];
    if (!account) return http.redirect(`${options.url}/`, 303);
    const { antwoord } = await http.req.parseBody();
    const juist =
      typeof antwoord === "string" &&
      Number(antwoord.trim()) === opgave(options.oefening, account.punten).antwoord;
    if (juist && antwoord.trim() !== "")
      await bewaar({ ...accounts, [account.account_uuid]: { ...account, punten: account.punten + 1 } });
    return http.redirect(`${options.url}/?uitslag=${juist ? "juist" : "fout"}`, 303);
  });

  app.post("/afmelden", async (http) => {
    const sessie = sessieVan(http);
    sessies.delete(getCookie(http, sessieCookie) ?? "");
    return http.redirect(sessie ? await leerid.weg(sessie.idToken) : `${options.url}/`, 303);
  });
  app.get("/afgemeld", (http) =>
    http.html(
      melding(
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
      achterDeSchermen(stijl, {
        accounts: Object.values(accounts),
        klanten,
        gewist: getal(http.req.query("gewist")),
      }),
    ),
  );
  app.post("/achter-de-schermen/wis", async (http) => {
    const { vooruit } = await http.req.parseBody();
    const dagen = Math.max(0, Math.min(10_000, getal(vooruit) ?? 0));
    const { accounts: nieuw, gewist } = wisVerlopen(accounts, nu() + dagen * dag);
    await bewaar(nieuw);
    return http.redirect(`${options.url}/achter-de-schermen?gewist=${gewist}`, 303);
  });
  return app;
}

const getal = (tekst: unknown): number | undefined =>
  typeof tekst === "string" && /^\d{1,6}$/.test(tekst) ? Number(tekst) : undefined;

function onthoud<T extends { readonly sinds: number }>(
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

async function leesAccounts(bestand: string): Promise<Accounts> {
  const tekst = await readFile(bestand, "utf8").catch(() => "{}");
  return JSON.parse(tekst) as Accounts;
}

async function schrijf(bestand: string, accounts: Accounts): Promise<void> {
  await writeFile(`${bestand}.nieuw`, JSON.stringify(accounts), { mode: 0o600 });
  await rename(`${bestand}.nieuw`, bestand);
}
