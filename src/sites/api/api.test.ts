import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import type { Hono } from "hono";
import { importJWK, SignJWT } from "jose";
import { openSleutelbos, type Sleutelbos } from "#modules/tokens";
import { importeerToepassing, kies, maakZichtbaar } from "#modules/toepassingen";
import { zoekAccountVanRegistratie } from "#modules/leerlingen";
import { zetEigenWachtwoord } from "#modules/sleutels";
import { createApi } from "#sites/api";
import { testDatabase, type TestDatabase } from "#testing/database";

const urls = { api: "http://api.example", acm: "http://acm.example" };
let db: TestDatabase;
let api: Hono;
let bos: Sleutelbos;
before(async () => {
  db = await testDatabase();
  bos = await openSleutelbos(db.ctx);
  api = createApi(db.ctx, urls);
});
after(async () => {
  await bos.sluit();
  await db.close();
});

type Over = {
  readonly audience?: string;
  readonly typ?: string;
  readonly sub?: string;
  readonly seconds?: number;
};
async function token(scope: string, over: Over = {}): Promise<string> {
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
  pad: string,
  body: string | Uint8Array<ArrayBuffer>,
  bearer: string | undefined,
  headers: Record<string, string> = {},
) {
  const antwoord = await api.request(pad, {
    method: "POST",
    body,
    headers: {
      "content-type": "application/json",
      ...(bearer ? { authorization: `Bearer ${bearer}` } : {}),
      ...headers,
    },
  });
  return {
    status: antwoord.status,
    headers: antwoord.headers,
    json: (await antwoord.json()) as Record<string, unknown>,
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
  const eerste = await post("/discimus/v1/berichten", regels, bearer, ndjson);
  assert.equal(eerste.status, 200);
  const { quarantaine, ...tellingen } = eerste.json as { quarantaine: Record<string, unknown>[] };
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
  const account = await zoekAccountVanRegistratie(db.ctx, leerling);
  assert.ok(account);
  await zetEigenWachtwoord(db.ctx, { accountUuid: account.account_uuid, wachtwoord: "drie rode vissen" });
  const vraag = (wachtwoord: string) =>
    post(
      "/datastore/v1/aanmelding",
      JSON.stringify({ gebruikersnaam: account.gebruikersnaam, wachtwoord }),
      bearer,
    );
  assert.deepEqual((await vraag("drie rode vissen")).json, {
    account_uuid: account.account_uuid,
    wachtwoord_kiezen: false,
  });
  const fout = await vraag("iets anders");
  assert.equal(fout.status, 401);
  assert.equal(fout.json["code"], "aanmelding-onjuist");
  for (let i = 0; i < 4; i++) await vraag("iets anders");
  const wachten = await vraag("drie rode vissen");
  assert.equal(wachten.status, 401);
  assert.equal(wachten.headers.get("retry-after"), "30");
});

test("R27, R29: the decision of D5 by account_uuid or leer_id_uuid, with one log record for each release and none for a refusal", async () => {
  const bearer = await token("acm:datastore");
  const account = await zoekAccountVanRegistratie(db.ctx, leerling);
  assert.ok(account);
  await importeerToepassing(
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
  const vraag = (over: Record<string, unknown>) =>
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

  const nee = await vraag({});
  assert.equal(nee.json["toegang"], false);
  assert.equal(nee.json["reden"], "niet-gekozen");
  assert.match(String(nee.json["wie"]), /LeerID-beheerder/);
  assert.equal(await records(), 0);

  await kies(db.ctx, { instellingsnummer: "999001", toepassing: "bingel", van: db.clock.vandaag() });
  await maakZichtbaar(db.ctx, {
    instellingsnummer: "999001",
    toepassing: "bingel",
    soort: "leerjaar",
    niveau: "lager",
    leerjaar: 3,
  });
  const ja = await vraag({});
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
  const nieuw = await zoekAccountVanRegistratie(db.ctx, leerling);
  assert.ok(nieuw?.leer_id_uuid, "identified");
  const viaLeerId = await vraag({ account_uuid: undefined, leer_id_uuid: nieuw.leer_id_uuid });
  assert.deepEqual((viaLeerId.json["claims"] as Record<string, unknown>)["leer_id_uuid"], nieuw.leer_id_uuid);
  assert.equal(
    (await vraag({})).json["reden"],
    "account-vervangen",
    "the temporary account opens nothing any more",
  );
  assert.equal((await vraag({ leer_id_uuid: nieuw.leer_id_uuid })).status, 400, "one of the two");
});

test("only a valid machine token with the right scope opens an endpoint; refusals are RFC 9457", async () => {
  const vraag = (bearer?: string) =>
    post("/datastore/v1/aanmelding", JSON.stringify({ gebruikersnaam: "x", wachtwoord: "y" }), bearer);
  const geval = async (status: number, code: string, bearer?: string) => {
    const antwoord = await vraag(bearer);
    assert.equal(antwoord.status, status);
    assert.match(antwoord.headers.get("content-type") ?? "", /^application\/problem\+json/);
    assert.match(antwoord.headers.get("www-authenticate") ?? "", /^Bearer/);
    assert.equal(antwoord.json["code"], code);
    for (const veld of ["type", "title", "status", "detail", "herstel"]) assert.ok(antwoord.json[veld], veld);
  };
  await geval(401, "geen-token");
  await geval(401, "geen-token", "x.y.z");
  await geval(401, "geen-token", await token("acm:datastore", { audience: "http://ander.example" }));
  await geval(401, "geen-token", await token("acm:datastore", { typ: "JWT" }));
  await geval(401, "geen-token", await token("acm:datastore", { sub: randomUUID() }));
  await geval(401, "geen-token", await token("acm:datastore", { seconds: -60 }));
  await geval(403, "geen-recht", await token("discimus:schrijven"));
});

test("what cannot be read is refused whole, and nothing of it is done", async () => {
  const bearer = await token("discimus:schrijven acm:datastore");
  const code = async (
    pad: string,
    body: string | Uint8Array<ArrayBuffer>,
    headers: Record<string, string> = {},
  ) => {
    const antwoord = await post(pad, body, bearer, headers);
    return `${antwoord.status} ${String(antwoord.json["code"])}`;
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
