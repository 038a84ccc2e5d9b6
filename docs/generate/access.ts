import { fixedClock } from "#platform/clock";
import { deriveKeys } from "#platform/crypto";
import { openDatabase } from "#platform/database";
import { operationsLog } from "#platform/log";
import { makeGate } from "#modules/aanmelding";
import { endpoints } from "#sites/api";
import { functies, loadRoutes as loadBeheerRoutes, taken } from "#sites/beheer";
import { loadRoutes as loadSchoolRoutes } from "#sites/schoolloket";
import { createLeerlingloket } from "#sites/leerlingloket";
import { code, page, table } from "./page.ts";

type Rule = { readonly who: string; readonly sees: string };

/** Paths of ACM below /op. The provider has them in its configuration; a test compares. */
const acmRules: Readonly<Record<string, Rule>> = {
  "GET /static/:hash/:file (niet onder /op)": { who: "iedereen", sees: "vaste bestanden" },
  "GET POST /v1/auth": {
    who: "iedereen, namens een geregistreerde client met een geregistreerd terugadres",
    sees: "het aanmeldformulier, of (met sessie) een code voor deze client als het besluit ja is",
  },
  "GET POST /v1/aanmelden/:uid": {
    who: "de browser die dit formulier opende (cookie op dit adres); een andere gaat naar het startadres van de toepassing",
    sees: "het formulier opnieuw, het scherm om een eigen wachtwoord te kiezen, de code, of het startadres",
  },
  "GET POST /v1/aanmelden/:uid/wachtwoord": {
    who: "dezelfde browser, na een juist eerste wachtwoord dat nog niet vervangen is",
    sees: "de code, met een eigen wachtwoord",
  },
  "GET POST /v1/aanmelden/:uid/badge": {
    who: "dezelfde browser",
    sees: "het vak voor de code van een badge, de negen plaatjes (ook bij een badge die niet bestaat), of de code voor de client",
  },
  "POST /v1/aanmelden/:uid/wissel": {
    who: "dezelfde browser",
    sees: "het einde van de sessie en een leeg formulier",
  },
  "POST /v1/token": {
    who: "de client, met haar geheim of sleutel, en de code die zij kreeg; of een machineclient",
    sees: "tokens voor deze client",
  },
  "GET POST /v1/userinfo": {
    who: "wie een geldig toegangstoken heeft",
    sees: "de claims van dat token, na een nieuw besluit",
  },
  "POST /v1/introspect": { who: "de client, voor haar eigen tokens", sees: "of haar token nog geldt" },
  "POST /v1/revoke": { who: "de client, voor haar eigen tokens", sees: "niets" },
  "GET POST /v1/logout": { who: "iedereen", sees: "de vraag om af te melden, of het terugadres" },
  "POST /v1/logout/confirm": {
    who: "de browser met de sessie, van een bladzijde van ons",
    sees: "het einde van zijn eigen sessie",
  },
  "GET /v1/logout/success": { who: "iedereen", sees: "een vaste pagina" },
  "GET /v1/keys": { who: "iedereen", sees: "de publieke sleutels" },
  "GET /v1/medewerker/terug": {
    who: "wie bij de sleutel van medewerkers was",
    sees: "het adres van de vraag die in zijn browser wacht",
  },
  "GET /v1/aanmelden/:uid/medewerker": {
    who: "de browser waarin die vraag wacht (verzegelde cookie op dit adres)",
    sees: "de code, of het startadres van de toepassing",
  },
  "GET /.well-known/openid-configuration": { who: "iedereen", sees: "de beschrijving van ACM" },
  "GET /.well-known/oauth-authorization-server": { who: "iedereen", sees: "dezelfde (RFC 8414)" },
};

/** Routes of the leerlingloket. A route without a rule here stops the generation. */
const loketRules: Readonly<Record<string, Rule>> = {
  "GET /static/:hash/:file": { who: "iedereen", sees: "vaste bestanden" },
  "GET /wat-is-leerid": { who: "iedereen", sees: "een vaste pagina" },
  "GET /privacy": { who: "iedereen", sees: "een vaste pagina" },
  "GET /toegankelijkheid": { who: "iedereen", sees: "een vaste pagina" },
  "GET /": {
    who: "de leerling met een sessie; anders naar de aanmelding",
    sees: "zijn eigen toepassingen van vandaag",
  },
  "GET /gegevens": {
    who: "de leerling met een sessie; anders naar de aanmelding",
    sees: "de vrijgaven van zijn eigen account en de vroegere",
  },
  "GET /aanmelden": { who: "iedereen", sees: "de weg naar ACM" },
  "GET /terug": {
    who: "de browser die de aanmelding begon (verzegelde cookie voor deze `state`); elke andere begint een nieuwe",
    sees: "zijn eigen nieuwe sessie, en de pagina die gevraagd was",
  },
  "GET /afmelden": { who: "iedereen", sees: "een vaste pagina met de knop om af te melden" },
  "POST /afmelden": {
    who: "de browser met de sessie; van een andere website: de pagina met de knop",
    sees: "het einde van zijn eigen sessie",
  },
  "GET /afgemeld": { who: "iedereen", sees: "een vaste pagina" },
  "POST /backchannel-logout": {
    who: "ACM, met een ondertekend logout-token",
    sees: "niets; de genoemde sessie eindigt",
  },
};

const apiRules: readonly (readonly [string, Rule])[] = [
  ["GET /openapi.json", { who: "iedereen", sees: "de beschrijving van de API" }],
  ["GET /docs", { who: "iedereen", sees: "dezelfde beschrijving, leesbaar" }],
];

/** The routes that the leerlingloket really has. Nothing connects: a pool makes its first connection at its first query. */
async function loketRoutes(): Promise<string[]> {
  const sql = openDatabase({ url: "postgres://nergens:5432/leerid" });
  try {
    const { app } = createLeerlingloket(
      {
        sql,
        clock: fixedClock("2026-11-24T08:30:00Z"),
        keys: deriveKeys(new Uint8Array(32)),
        log: operationsLog("silent"),
      },
      { acm: "https://acm.leerid.example", leerlingloket: "https://mijn.leerid.example" },
    );
    const routes = app.routes
      .filter(({ method, path }) => method !== "ALL" || !path.endsWith("*"))
      .map(({ method, path }) => `${method} ${path}`);
    return [...new Set(routes)];
  } finally {
    await sql.end({ timeout: 0 });
  }
}

const rows = (rules: readonly (readonly [string, Rule])[]) =>
  table(
    ["vraag", "wie mag", "en krijgt"],
    rules.map(([route, { who, sees }]) => [code(route), who, sees]),
  );

/** Routes as they are declared: the same data that mounts them. */
const declaredRows = <Access>(
  routes: readonly {
    readonly method: string;
    readonly path: string;
    readonly access: Access;
    readonly summary: string;
  }[],
  who: (access: Access) => string,
) =>
  rows(
    routes.map(({ method, path, access, summary }) => [
      `${method.toUpperCase()} ${path}`,
      { who: who(access), sees: summary },
    ]),
  );

/** The access matrix: every route and who may. */
export async function accessPage(): Promise<string> {
  const found = await loketRoutes();
  const missing = found.filter((route) => !(route in loketRules));
  const gone = Object.keys(loketRules).filter((route) => !found.includes(route));
  if (missing.length > 0 || gone.length > 0)
    throw new Error(
      `docs/generate/access.ts: no rule for ${missing.join(", ") || "–"}; no route for ${gone.join(", ") || "–"}`,
    );
  const declared = endpoints(makeGate(), "");
  const scopes = [...new Set(declared.map((one) => one.access))].filter((access) => access !== "open");
  return page(
    "Wie mag wat",
    "de endpoints van de API, de routes van het leerlingloket, van beheer en van het Schoolloket, en `docs/generate/access.ts`",
    [
      "Wat hier niet staat, bestaat niet of is een 404. Een endpoint van de API zonder toegangsregel compileert niet; een route van het leerlingloket zonder regel stopt het maken van deze pagina.",
      "## API",
      "Een machine toont een token van ACM (client credentials, RFC 9068) voor het adres van de API. ✓ = mag; al het andere is 401 (geen geldig token) of 403 (scope ontbreekt). Een token van een leerling is hier niets waard.",
      table(
        ["vraag", "zonder token", ...scopes.map(code)],
        declared.map((one) => [
          code(`${one.method.toUpperCase()} ${one.path}`),
          one.access === "open" ? "✓" : "401",
          ...scopes.map((scope) => (one.access === "open" || one.access === scope ? "✓" : "403")),
        ]),
      ),
      rows(apiRules),
      "## ACM (onder `/op`)",
      rows(Object.entries(acmRules)),
      "## Leerlingloket",
      "De leerling komt altijd uit de eigen sessie: geen enkel adres of veld noemt een account, dus er is geen vreemd nummer om in te vullen.",
      rows(Object.entries(loketRules)),
      "## Beheer",
      "Een functie komt uit `leerid_rol_3d` en telt alleen voor wie van de overheid is (`GID`) en bij het departement werkt (`LEERID_DOV_ORGANISATIE`); ze wordt bij elke vraag nagekeken. De pagina's lezen de databank als `leerid_beheer`, een rol zonder recht op een tabel met leerlingen (migratie 0021).",
      table(
        ["taak", ...functies.map(({ rol }) => code(rol))],
        Object.entries(taken).map(([taak, text]) => [
          text,
          ...functies.map((functie) => ((functie.taken as readonly string[]).includes(taak) ? "✓" : "403")),
        ]),
      ),
      declaredRows(await loadBeheerRoutes(), (access) =>
        access === "aangemeld"
          ? "wie aangemeld is"
          : access === "functie"
            ? "wie een functie heeft"
            : `wie een functie heeft met de taak: ${taken[access]}`,
      ),
      "## Schoolloket",
      "De school komt uit de sessie: een nummer van een andere school, in een adres of een formulier, is een 404. Rechten worden bij elke vraag nagekeken, en de pagina's lezen de databank als `leerid_school`, een rol die alleen de rijen van deze school ziet (migratie 0014).",
      declaredRows(
        await loadSchoolRoutes(),
        (access) =>
          ({
            beheerder: "een LeerID-beheerder van de school",
            databeheerder: "een databeheerder (directeur) van de school",
            school: "wie een recht heeft in de school",
            aangemeld: "wie aangemeld is",
          })[access],
      ),
      "## Elke site",
      rows([
        ["GET /healthz", { who: "iedereen", sees: "of het proces leeft" }],
        ["GET /readyz", { who: "iedereen", sees: "of de databank er is en de structuur klopt" }],
      ]),
      "## Metingen (eigen poort, niet naar buiten)",
      rows([["GET /metrics", { who: "wie bij de poort kan", sees: "tellingen zonder persoonsgegevens" }]]),
    ],
  );
}
