import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import type { Hono } from "hono";
import { importJWK, SignJWT } from "jose";
import { openKeyRing, type KeyRing } from "#modules/tokens";
import { importToepassing, saveKeuze, makeVisible } from "#modules/toepassingen";
import { findAccountOfRegistratie } from "#modules/leerlingen";
import { setOwnWachtwoord } from "#modules/sleutels";
import { createApi } from "#sites/api";
import { testDatabase, type TestDatabase } from "#testing/database";

const urls = { api: "http://api.example", acm: "http://acm.example" };
let db: TestDatabase;
let api: Hono;
let bos: KeyRing;
before(async () => {
  db = await testDatabase();
  bos = await openKeyRing(db.ctx);
  api = createApi(db.ctx, urls);
});
after(async () => {
  await bos.close();
  await db.close();
});

type About = {
  readonly audience?: string;
  readonly typ?: string;
  readonly sub?: string;
  readonly seconds?: number;
};
async function token(scope: string, over: About = {}): Promise<string> {
  const sleutel = bos
    .sleutels()
    .find((kandidaat) => kandidaat.alg === "ES256" && kandidaat.status === "actief");
  assert.ok(sleutel);
  const nu = Math.floor(db.clock.now() / 1000);
  return new SignJWT({ scope, client_id: "machine", jti: randomUUID() })
    .setProtectedHeader({ alg: "ES256", typ: over.typ ?? "at+jwt", kid: sleutel.kid })
    .setIssuer(`${urls.acm}/op`)
    .setAudience(over.audience ?? urls.api)
    .setSubject(over.sub ?? "machine")
    .setIssuedAt(nu)
    .setExpirationTime(nu + (over.seconds ?? 3600))
    .sign(await importJWK(sleutel.prive, "ES256"));
}

async function post(
  path: string,
  body: string | Uint8Array<ArrayBuffer>,
  bearer: string | undefined,
  headers: Record<string, string> = {},
) {
  const answer = await api.request(path, {
    method: "POST",
    body,
    headers: {
      "content-type": "application/json",
      ...(bearer ? { authorization: `Bearer ${bearer}` } : {}),
      ...headers,
    },
  });
  return {
    status: answer.status,
    headers: answer.headers,
    json: (await answer.json()) as Record<string, unknown>,
  };
}

const ndjson = { "content-type": "application/x-ndjson" };
const bericht = (
  soort: string,
  sleutel: Record<string, string>,
  gegevens: Record<string, unknown>,
  versie = 1,
) =>
  JSON.stringify({
    id: randomUUID(),
    volgnummer: 1,
    tijdstip: "2026-09-01T07:12:33Z",
    soort,
    versie,
    sleutel,
    gegevens,
  });
const leerling = { instellingsnummer: "999001", stamnummer: "2024-0113" };
const berichten = [
  bericht(
    "school",
    { instellingsnummer: "999001" },
    { naam: "De Regenboog", gemeente: "Gent", niveaus: ["lager"], van: "2000-09-01", vestigingen: [] },
  ),
  bericht("leerling", leerling, {
    naam: "Peeters",
    voornaam: "Noor",
    insz: null,
    geboortedatum: "2017-05-02",
  }),
  bericht("inschrijving", leerling, {
    inschrijving: "I1",
    vestiging: "1",
    niveau: "lager",
    leerjaar: 3,
    van: "2026-09-01",
    status: "gerealiseerd",
  }),
];

test("R15, R16: messages of Discimus are answered after the commit, counted line by line; again: unchanged", async () => {
  const bearer = await token("discimus:schrijven");
  const regels = [...berichten, "geen json", ""].join("\n");
  const first = await post("/discimus/v1/berichten", regels, bearer, ndjson);
  assert.equal(first.status, 200);
  const { quarantaine, ...tellingen } = first.json as { quarantaine: Record<string, unknown>[] };
  assert.deepEqual(tellingen, { ontvangen: 4, verwerkt: 3, ongewijzigd: 0 });
  assert.equal(quarantaine.length, 1);
  assert.deepEqual(Object.keys(quarantaine[0] ?? {}).toSorted(), ["code", "id", "melding", "regel", "veld"]);
  assert.equal(quarantaine[0]?.["regel"], 4);
  const opnieuw = await post(
    "/discimus/v1/berichten",
    gzipSync(berichten.join("\n")) as Uint8Array<ArrayBuffer>,
    bearer,
    { ...ndjson, "content-encoding": "gzip" },
  );
  assert.deepEqual(opnieuw.json, { ontvangen: 3, verwerkt: 0, ongewijzigd: 3, quarantaine: [] });
});

test("R17, R26: an external ACM asks who it is and whether the password is right", async () => {
  const bearer = await token("acm:datastore");
  const account = await findAccountOfRegistratie(db.ctx, leerling);
  assert.ok(account);
  await setOwnWachtwoord(db.ctx, { accountUuid: account.account_uuid, wachtwoord: "drie rode vissen" });
  const request = (wachtwoord: string, gebruikersnaam = account.gebruikersnaam) =>
    post("/datastore/v1/aanmelding", JSON.stringify({ gebruikersnaam, wachtwoord }), bearer);
  const blank = account.gebruikersnaam?.replace(".", ".\u00A0 ");
  assert.equal((await request("drie rode vissen", `${blank} `)).status, 200, "as a tablet writes it");
  assert.deepEqual((await request("drie rode vissen")).json, {
    account_uuid: account.account_uuid,
    wachtwoord_kiezen: false,
  });
  const fout = await request("iets anders");
  assert.equal(fout.status, 401);
  assert.equal(fout.json["code"], "aanmelding-onjuist");
  for (let i = 0; i < 4; i++) await request("iets anders");
  const wachten = await request("drie rode vissen");
  assert.equal(wachten.status, 401);
  assert.equal(wachten.headers.get("retry-after"), "30");
});

test("R27, R29: the decision of D5 by account_uuid or leer_id_uuid, with one log record for each release and none for a refusal", async () => {
  const bearer = await token("acm:datastore");
  const account = await findAccountOfRegistratie(db.ctx, leerling);
  assert.ok(account);
  await importToepassing(
    db.ctx,
    JSON.stringify({
      toepassing: "bingel",
      naam: "Bingel",
      omschrijving: "Oefenen",
      aanbieder: "Van In",
      start_url: "https://bingel.example/",
      tint: 1,
      initialen: "Bi",
      clients: [
        {
          client_id: "bingel",
          naam: "bingel",
          soort: "web",
          client_secret: "s".repeat(40),
          redirect_uris: ["https://bingel.example/terug"],
        },
      ],
    }),
  );
  await db.sql`insert into protocollen.protocol (protocol, versie, toepassing, van, tot, attributen, inhoud, ingevoerd_op)
    values ('bingel', 1, 'bingel', '2024-07-10', null, '[{"attribuut":"Voornaam"},{"attribuut":"Account_uuid"},{"attribuut":"Leer_id_uuid"}]', '{}', now())`;
  const request = (over: Record<string, unknown>) =>
    post(
      "/datastore/v1/verstrekking",
      JSON.stringify({
        account_uuid: account.account_uuid,
        client_id: "bingel",
        scope: "openid profile leerid",
        ...over,
      }),
      bearer,
    );
  const records = async () =>
    (await db.sql<{ n: number }[]>`select count(*) as n from privacylog.regel`)[0]?.n;

  const no = await request({});
  assert.equal(no.json["toegang"], false);
  assert.equal(no.json["reden"], "niet-gekozen");
  assert.match(String(no.json["wie"]), /LeerID-beheerder/);
  assert.equal(await records(), 0);

  await saveKeuze(db.ctx, { instellingsnummer: "999001", toepassing: "bingel", van: db.clock.vandaag() });
  await makeVisible(db.ctx, {
    instellingsnummer: "999001",
    toepassing: "bingel",
    soort: "leerjaar",
    niveau: "lager",
    leerjaar: 3,
  });
  const ja = await request({});
  assert.deepEqual(ja.json, {
    toegang: true,
    sub: account.account_uuid,
    claims: { given_name: "Noor", account_uuid: account.account_uuid },
    protocol: "bingel@1",
    via: ["999001"],
  });
  assert.equal(await records(), 1);

  // Identified since: also found by leer_id_uuid, which is then released.
  await post(
    "/discimus/v1/berichten",
    bericht(
      "leerling",
      leerling,
      { naam: "Peeters", voornaam: "Noor", insz: "17050299941", geboortedatum: "2017-05-02" },
      2,
    ),
    await token("discimus:schrijven"),
    ndjson,
  );
  const nieuw = await findAccountOfRegistratie(db.ctx, leerling);
  assert.ok(nieuw?.leer_id_uuid, "identified");
  const viaLeerId = await request({ account_uuid: undefined, leer_id_uuid: nieuw.leer_id_uuid });
  assert.deepEqual((viaLeerId.json["claims"] as Record<string, unknown>)["leer_id_uuid"], nieuw.leer_id_uuid);
  assert.equal(
    (await request({})).json["reden"],
    "account-vervangen",
    "the temporary account opens nothing any more",
  );
  assert.equal((await request({ leer_id_uuid: nieuw.leer_id_uuid })).status, 400, "one of the two");
});

test("only a valid machine token with the right scope opens an endpoint; refusals are RFC 9457", async () => {
  const request = (bearer?: string) =>
    post("/datastore/v1/aanmelding", JSON.stringify({ gebruikersnaam: "x", wachtwoord: "y" }), bearer);
  const caseOf = async (status: number, code: string, bearer?: string) => {
    const answer = await request(bearer);
    assert.equal(answer.status, status);
    assert.match(answer.headers.get("content-type") ?? "", /^application\/problem\+json/);
    assert.match(answer.headers.get("www-authenticate") ?? "", /^Bearer/);
    assert.equal(answer.json["code"], code);
    for (const veld of ["type", "title", "status", "detail", "herstel"]) assert.ok(answer.json[veld], veld);
  };
  await caseOf(401, "geen-token");
  await caseOf(401, "geen-token", "x.y.z");
  await caseOf(401, "geen-token", await token("acm:datastore", { audience: "http://ander.example" }));
  await caseOf(401, "geen-token", await token("acm:datastore", { typ: "JWT" }));
  await caseOf(401, "geen-token", await token("acm:datastore", { sub: randomUUID() }));
  await caseOf(401, "geen-token", await token("acm:datastore", { seconds: -60 }));
  await caseOf(403, "geen-recht", await token("discimus:schrijven"));
});

test("what cannot be read is refused whole, and nothing of it is done", async () => {
  const bearer = await token("discimus:schrijven acm:datastore");
  const code = async (
    path: string,
    body: string | Uint8Array<ArrayBuffer>,
    headers: Record<string, string> = {},
  ) => {
    const answer = await post(path, body, bearer, headers);
    return `${answer.status} ${String(answer.json["code"])}`;
  };
  const feed = "/discimus/v1/berichten";
  assert.equal(await code(feed, berichten.join("\n")), "415 verkeerd-formaat");
  assert.equal(await code(feed, "x", { ...ndjson, "content-encoding": "br" }), "415 verkeerd-formaat");
  assert.equal(
    await code(feed, "geen gzip", { ...ndjson, "content-encoding": "gzip" }),
    "400 ongeldige-invoer",
  );
  assert.equal(
    await code(feed, gzipSync(berichten.join("\n")).subarray(0, 60) as Uint8Array<ArrayBuffer>, {
      ...ndjson,
      "content-encoding": "gzip",
    }),
    "400 ongeldige-invoer",
  );
  assert.equal(await code(feed, "{}\n".repeat(20_001), ndjson), "413 te-groot");
  // 60 MB of blanks in 60 kB: stopped while unpacking.
  assert.equal(
    await code(feed, gzipSync(Buffer.alloc(60_000_000, 32)) as Uint8Array<ArrayBuffer>, {
      ...ndjson,
      "content-encoding": "gzip",
    }),
    "413 te-groot",
  );
  assert.equal(await code("/datastore/v1/aanmelding", "{"), "400 ongeldige-invoer");
  assert.equal(
    await code(
      "/datastore/v1/aanmelding",
      JSON.stringify({ gebruikersnaam: "x", wachtwoord: "y", rol: "beheerder" }),
    ),
    "400 ongeldige-invoer",
  );
  assert.equal(
    await code("/datastore/v1/aanmelding", JSON.stringify({ gebruikersnaam: ["x"], wachtwoord: "y" })),
    "400 ongeldige-invoer",
  );
  assert.equal(await code("/datastore/v1/aanmelding", `"${"x".repeat(70_000)}"`), "413 te-groot");
  assert.equal(await code("/bestaat/niet", "{}"), "404 niet-gevonden");
});

test("the API describes itself in OpenAPI 3.1, with the scope that each endpoint asks", async () => {
  const beschrijving = (await (await api.request("/openapi.json")).json()) as {
    openapi: string;
    paths: Record<string, Record<string, { security: unknown; responses: object }>>;
  };
  assert.equal(beschrijving.openapi, "3.1.0");
  assert.deepEqual(beschrijving.paths["/discimus/v1/berichten"]?.["post"]?.security, [
    { machine: ["discimus:schrijven"] },
  ]);
  assert.deepEqual(Object.keys(beschrijving.paths["/datastore/v1/verstrekking"]?.["post"]?.responses ?? {}), [
    "200",
    "400",
    "401",
    "403",
  ]);
  assert.equal((await api.request("/docs")).status, 200);
});
