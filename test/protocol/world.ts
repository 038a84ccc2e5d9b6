import { randomBytes, randomUUID } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, type CryptoKey } from "jose";
import { datumOn, type Clock } from "#platform/clock";
import type { Context } from "#platform/context";
import { newAccountUuid, newLeerIdUuid, type AccountUuid } from "#platform/ids";
import { importToepassing, saveKeuze, makeVisible } from "#modules/toepassingen";
import { makeHash } from "#modules/sleutels";
import { createAcm, type AcmSite, type SleutelOptions } from "#sites/acm";
import { testDatabase, type TestDatabase } from "#testing/database";
import { browser, type Answer, type Browser } from "./browser.ts";

export const secret = "een-geheim-van-minstens-32-tekens-lang";
export const password = "paard fiets lamp 7";
const school = "999001";

export type Pupil = { readonly accountUuid: AccountUuid; readonly gebruikersnaam: string };

/** A clock that runs with the machine's (the provider reads that one) and can be put forward. */
export type MovingClock = Clock & { advance(ms: number): void };

export type World = {
  readonly db: TestDatabase;
  readonly ctx: Context;
  readonly clock: MovingClock;
  readonly acm: AcmSite;
  readonly issuer: string;
  readonly origin: string;
  readonly apiUrl: string;
  readonly pupil: Pupil;
  /** Public and private key of the clients that sign their assertions. */
  readonly clientKey: CryptoKey;
  /** What came in at the applications' back-channel logout addresses. */
  readonly logoutTokens: { readonly client: string; readonly token: string }[];
  statements(work: () => Promise<unknown>): Promise<string[]>;
  addPupil(name: string, options?: { readonly first?: boolean; readonly password?: string }): Promise<Pupil>;
  close(): Promise<void>;
};

export const redirectUri = "https://bingel.example/terug";
/** One with a query, as `bingel-vraag` registered it. */
export const vraagUri = "https://bingel.example/terug?x=a%20b&y=%7e&z";

const agreement = (list: readonly { attribuut: string; tot?: string }[]) => JSON.stringify(list);
const everything = [
  "Naam",
  "Voornaam",
  "Gebruikersnaam",
  "Leer_id_uuid",
  "Account_uuid",
  "Historiek_account_uuid",
  "Instellingsnummer",
];

/** One school, some applications with every kind of client, and ACM on a real port. */
export async function world({
  sleutel,
  proxies = 0,
}: {
  /** How many proxies of ours stand before it. */
  readonly proxies?: number;
  /** The key of adults, for this address of ACM. */
  readonly sleutel?: (origin: string) => Promise<SleutelOptions>;
} = {}): Promise<World> {
  const db = await testDatabase();
  let shift = 0;
  const now = () => Date.now() + shift;
  const clock: MovingClock = { now, vandaag: () => datumOn(now()), advance: (ms) => void (shift += ms) };
  const ctx: Context = { ...db.ctx, clock };
  const { sql } = db;

  const logoutTokens: { client: string; token: string }[] = [];
  const relyingParty = createServer((req, res) => {
    let body = "";
    req.on("data", (part: Buffer) => (body += part.toString()));
    req.on("end", () => {
      const client = new URL(req.url ?? "/", "http://localhost").pathname.slice(1);
      logoutTokens.push({ client, token: new URLSearchParams(body).get("logout_token") ?? "" });
      if (client === "traag") return; // never answers
      res.writeHead(client === "kapot" ? 500 : 200).end();
    });
  });
  const rpUrl = await listen(relyingParty);

  const clientKeys = await generateKeyPair("ES256", { extractable: true });
  const jwks = {
    keys: [{ ...(await exportJWK(clientKeys.publicKey)), kid: "rp-1", alg: "ES256", use: "sig" }],
  };
  const today = clock.vandaag();
  await sql`insert into scholen.school (instellingsnummer, naam, gemeente, niveaus, van, versie, inhoud, gewijzigd_op)
    values (${school}, 'De Regenboog', 'Gent', '{lager}', '2000-09-01', 1, 0, now())`;

  const application = async (
    name: string,
    attributes: readonly string[] | null,
    clients: Record<string, unknown>[],
    integreert = false,
  ) => {
    await importToepassing(
      ctx,
      JSON.stringify({
        toepassing: name,
        naam: name.charAt(0).toUpperCase() + name.slice(1),
        omschrijving: "Oefenen",
        aanbieder: "Uitgever",
        soort: attributes === null ? "loket" : "doeltoepassing",
        start_url: `https://${name}.example/`,
        tint: 3,
        initialen: "Bi",
        integreert_klasinformatie: integreert,
        clients: clients.map((client) => ({
          client_id: name,
          naam: name,
          soort: "web",
          client_secret: secret,
          redirect_uris: [`https://${name}.example/terug`],
          post_logout_redirect_uris: [`https://${name}.example/afgemeld`],
          backchannel_logout_uri: `${rpUrl}/${String(client["client_id"] ?? name)}`,
          ...client,
        })),
      }),
    );
    if (attributes === null) return;
    await sql`insert into protocollen.protocol (protocol, versie, toepassing, van, tot, attributen, inhoud, ingevoerd_op)
      values (${name}, 1, ${name}, '2020-01-01', null, ${agreement(attributes.map((attribuut) => ({ attribuut })))}, '{}', now())`;
    await saveKeuze(ctx, { instellingsnummer: school, toepassing: name, van: today });
    await makeVisible(ctx, { instellingsnummer: school, toepassing: name, soort: "school" });
  };
  await application("bingel", everything, [
    {},
    { client_id: "bingel-post", token_endpoint_auth_method: "client_secret_post" },
    { client_id: "bingel-es", id_token_signed_response_alg: "ES256" },
    {
      client_id: "bingel-jwt",
      client_secret: undefined,
      jwks,
      token_endpoint_auth_method: "private_key_jwt",
    },
    { client_id: "bingel-klein", scope: "openid profile" },
    { client_id: "bingel-vraag", redirect_uris: [vraagUri, "https://bingel.example/?"] },
    { client_id: "bingel-stil", backchannel_logout_uri: undefined },
    { client_id: "stichting", redirect_uris: [redirectUri, vraagUri] },
    { client_id: "stichting-vrij", redirect_uris: [redirectUri, vraagUri], pkce: "vrij" },
  ]);
  await application("tweede", ["Voornaam"], [{}]);
  await application("derde", everything, [{}]);
  await application("vierde", everything, [{}]);
  await application("kapot", everything, [{}]);
  await application("traag", everything, [{}]);
  // Class information: integrated or not, in the agreement or not.
  const metKlas = [{ scope: "openid profile leerid klasinformatie" }];
  await application("klas", [...everything, "Klasinformatie"], metKlas, true);
  await application("klas-los", [...everything, "Klasinformatie"], metKlas);
  await application("klas-niet", everything, metKlas, true);
  await application("loket", null, [{ scope: "openid" }]);
  const adults = { doelgroep: "medewerkers", scope: "openid profile vo" };
  await application("schoolloket", null, [adults]);
  await application("beheer", null, [
    adults,
    { ...adults, client_id: "beheer-naam", scope: "openid profile" },
  ]);
  await importToepassing(
    ctx,
    JSON.stringify({
      toepassing: "pakket",
      naam: "Pakket",
      omschrijving: "Machine",
      aanbieder: "Pakket",
      start_url: "https://pakket.example/",
      tint: 1,
      initialen: "Pa",
      clients: [
        {
          client_id: "machine",
          naam: "machine",
          soort: "machine",
          client_secret: secret,
          scope: "discimus:schrijven acm:datastore",
        },
        {
          client_id: "machine-jwt",
          naam: "machine",
          soort: "machine",
          jwks,
          token_endpoint_auth_method: "private_key_jwt",
          scope: "discimus:schrijven",
        },
      ],
    }),
  );

  const hashes = new Map<string, Promise<string>>();
  const addPupil: World["addPupil"] = async (name, { first = false, password: own = password } = {}) => {
    const accountUuid = newAccountUuid();
    const stamnummer = randomBytes(6).toString("hex");
    const hash = hashes.get(own) ?? makeHash(ctx.keys, own);
    hashes.set(own, hash);
    await sql`insert into leerlingen.account (account_uuid, leer_id_uuid, naam, voornaam, gebruikersnaam_basis, gebruikersnaam_nr, aangemaakt_op, gewijzigd_op)
      values (${accountUuid}, ${newLeerIdUuid()}, 'Vermeulen', 'Noor', ${name}, 1, now(), now())`;
    await sql`insert into leerlingen.registratie (instellingsnummer, stamnummer, account_uuid, naam, voornaam, zoek, geboortedatum, versie, tijdstip, inhoud)
      values (${school}, ${stamnummer}, ${accountUuid}, 'Vermeulen', 'Noor', 'vermeulen noor', '2016-05-02', 1, now(), 0)`;
    await sql`insert into inschrijvingen.inschrijving (instellingsnummer, stamnummer, inschrijving, vestiging, niveau, leerjaar, van, geannuleerd, versie, inhoud, gewijzigd_op)
      values (${school}, ${stamnummer}, ${randomUUID()}, '1', 'lager', 3, ${today}::date - 30, false, 1, 0, now())`;
    await sql`insert into sleutels.sleutel (account_uuid, soort, hash, peper, gewijzigd_op)
      values (${accountUuid}, ${first ? "eerste" : "eigen"}, ${await hash}, ${ctx.keys.peperId}, now())`;
    return { accountUuid, gebruikersnaam: name };
  };
  const pupil = await addPupil("noor.vermeulen");

  const server = createServer((req, res) => acm.handler(req, res));
  const origin = await listen(server);
  const apiUrl = "https://api.leerid.example";
  const acm = await createAcm({
    ctx,
    acmUrl: origin,
    apiUrl,
    loketUrl: "https://loket.leerid.example",
    medewerkers: await sleutel?.(origin),
    allowPrivateNetwork: true,
    proxies,
  });
  return {
    db,
    ctx,
    clock,
    acm,
    issuer: acm.issuer,
    origin,
    apiUrl,
    pupil,
    clientKey: clientKeys.privateKey,
    logoutTokens,
    addPupil,
    async statements(work) {
      const before = db.statements.length;
      await work();
      return db.statements.slice(before);
    },
    async close() {
      for (const one of [server, relyingParty]) {
        one.closeAllConnections();
        one.close();
      }
      await acm.close();
      await db.close();
    },
  };
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Types name and password in the form of this page. */
export function typePassword(visitor: Browser, page: Answer, pupil: Pupil, own = password): Promise<Answer> {
  if (page.action === undefined) throw new Error(`no form on this page: ${page.status}`);
  return visitor.post(page.action, { gebruikersnaam: pupil.gebruikersnaam, wachtwoord: own });
}

export { browser };
