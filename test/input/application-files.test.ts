import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Problem } from "#platform/problem";
import { registerToepassing } from "#registration";
import { importToepassing, upsertClient } from "#modules/toepassingen";
import { testDatabase, type TestDatabase } from "#testing/database";
import { mainKey, runLeerid, withFolder } from "#testing/server";
import { toepassingText } from "#testing/toepassing";

let db: TestDatabase;
before(async () => {
  db = await testDatabase();
});
after(() => db?.close());

const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });
const jwk = ec.publicKey.export({ format: "jwk" });
const short = generateKeyPairSync("rsa", { modulusLength: 1024 }).publicKey.export({ format: "jwk" });

const secret = "s".repeat(40);
const address = "https://rekenen.example/terug";
const web = (over: Record<string, unknown> = {}) => ({
  client_id: "rekenen",
  naam: "Rekenen",
  soort: "web",
  client_secret: secret,
  redirect_uris: [address],
  ...over,
});
const machine = (over: Record<string, unknown> = {}) => ({
  client_id: "knecht",
  naam: "Knecht",
  soort: "machine",
  client_secret: secret,
  scope: "discimus:schrijven",
  ...over,
});
const withKeys = (...keys: readonly object[]) =>
  web({ client_secret: undefined, token_endpoint_auth_method: "private_key_jwt", jwks: { keys } });

const textOf = (...clients: readonly object[]) =>
  toepassingText("rekenen", { start_url: "https://rekenen.example/", clients });
const register = (text: string, production = true) => registerToepassing(db.ctx, text, { production });
const rows = async () =>
  JSON.stringify([
    await db.sql`select * from toepassingen.toepassing order by 1`,
    await db.sql`select * from toepassingen.client order by 1`,
  ]);

/** The file is refused with exactly these lines, and nothing of it was stored. */
async function refused(text: string, lines: readonly string[], code = "bestand-ongeldig"): Promise<void> {
  const before = await rows();
  await assert.rejects(register(text), (error: unknown) => {
    assert.ok(error instanceof Problem, String(error));
    assert.deepEqual([error.kind.code, error.detail?.split("\n")], [code, lines]);
    return true;
  });
  assert.equal(await rows(), before);
}

describe("the file of an application is refused, a line per problem,", () => {
  const hidden =
    "is een geheime sleutel; zet hier alleen de publieke, en maak een nieuw paar: deze is niet meer geheim";

  test("with a private or symmetric key in jwks", async () => {
    const rsa = { kty: "RSA", n: "AQAB", e: "AQAB", d: "AQAB" };
    const secrets = [
      ec.privateKey.export({ format: "jwk" }),
      { kty: "oct", k: "c2xldXRlbA" },
      { kty: "oct" },
      { ...jwk, k: "c2xldXRlbA" },
      rsa,
      { kty: "OKP", crv: "Ed25519", x: "AQAB", d: "AQAB" },
    ];
    for (const key of secrets)
      await refused(textOf(withKeys(jwk, key)), [`clients.0.jwks.keys.1: ${hidden}`]);
    await refused(
      textOf(withKeys(...secrets, jwk)),
      [0, 1, 2, 3, 4, 5].map((nr) => `clients.0.jwks.keys.${nr}: ${hidden}`),
    );
  });

  test("with keys that prove nothing", async () => {
    const unreadable = "is geen publieke sleutel die we kunnen lezen";
    await refused(textOf(withKeys(jwk, { ...jwk, x: "AQAB" })), [`clients.0.jwks.keys.1: ${unreadable}`]);
    await refused(textOf(withKeys(jwk, { kty: "RSA" })), [`clients.0.jwks.keys.1: ${unreadable}`]);
    await refused(textOf(withKeys(jwk, short)), [
      "clients.0.jwks.keys.1: is te kort: een RSA-sleutel heeft minstens 2048 bits",
    ]);
    for (const key of [
      { ...jwk, use: "enc" },
      { kty: "OKP", crv: "Ed25519", x: "AQAB" },
    ])
      await refused(textOf(withKeys(key)), ["clients.0.jwks: er staat geen sleutel in voor RS256 of ES256"]);
  });

  test("with a proof that is none, or one too many", async () => {
    const ascii = "heeft niet de juiste vorm";
    for (const wrong of ["é", "\n", "\u007f", "😀"]) {
      await assert.rejects(
        register(textOf(web({ client_secret: `${secret}${wrong}` }))),
        (error: unknown) => {
          assert.ok(error instanceof Problem);
          assert.match(error.detail ?? "", new RegExp(`^clients\\.0\\.client_secret: ${ascii}`));
          return true;
        },
      );
    }
    const jwt = { token_endpoint_auth_method: "private_key_jwt" };
    await refused(textOf(web({ ...jwt, jwks: { keys: [jwk] } })), [
      "clients.0.client_secret: hoort niet bij private_key_jwt",
    ]);
    const one = "clients.0.jwks: private_key_jwt vraagt jwks of jwks_uri, een van beide";
    const own = "https://rekenen.example/sleutels";
    await refused(textOf(web({ ...jwt, client_secret: undefined })), [one]);
    await refused(textOf({ ...withKeys(jwk), jwks_uri: own }), [one]);
    await refused(textOf(web({ client_secret: undefined })), [
      "clients.0.client_secret: ontbreekt voor client_secret_basic",
    ]);
    await refused(textOf(web({ jwks_uri: own })), ["clients.0.jwks_uri: hoort niet bij client_secret_basic"]);
  });

  test("with the same client twice, or one of another file", async () => {
    await refused(textOf(web(), machine(), web({ naam: "Nog eens" })), [
      "clients.2.client_id: staat er twee keer",
    ]);
    await importToepassing(
      db.ctx,
      toepassingText("ander", { clients: [web({ client_id: "van-ander" }), machine()] }),
    );
    await refused(
      textOf(machine(), web({ client_id: "van-ander" })),
      ["client knecht: staat al in een ander bestand", "client van-ander: staat al in een ander bestand"],
      "client-van-ander",
    );
  });

  test("with an address that others can read, in production; on this machine it may be", async () => {
    const plain = (host: string) =>
      toepassingText("rekenen", {
        start_url: `http://${host}/`,
        clients: [
          web({
            redirect_uris: [address, `http://${host}/terug`],
            post_logout_redirect_uris: [`http://${host}/weg`],
            backchannel_logout_uri: `http://${host}/afmelden`,
          }),
        ],
      });
    await refused(
      plain("rekenen.example"),
      [
        "start_url",
        "clients.0.redirect_uris.1",
        "clients.0.post_logout_redirect_uris.0",
        "clients.0.backchannel_logout_uri",
      ].map((field) => `${field}: in productie met https`),
    );
    await register(plain("rekenen.example"), false);
    for (const host of ["localhost:4410", "127.0.0.1:4410", "[::1]:4410"]) await register(plain(host));
  });

  test("with a fragment in an address, or plain http for keys", async () => {
    const fragment = `${address}#deel`;
    await refused(
      textOf(web({ redirect_uris: [fragment], post_logout_redirect_uris: [address, fragment] })),
      [
        "clients.0.redirect_uris.0: een adres zonder #",
        "clients.0.post_logout_redirect_uris.1: een adres zonder #",
      ],
    );
    await refused(textOf({ ...withKeys(), jwks: undefined, jwks_uri: "http://rekenen.example/s" }), [
      "clients.0.jwks_uri: heeft niet de juiste vorm (url)",
    ]);
  });

  test("with what only the OpenID library knows to be wrong", async () => {
    await refused(
      textOf(web({ client_id: "goed" }), withKeys({ ...jwk, kid: 5 })),
      ["client rekenen: client JSON Web Key Set is invalid"],
      "client-geweigerd",
    );
  });

  test("with PKCE left free for a machine, which has none", async () => {
    await refused(textOf(machine({ pkce: "vrij" })), ['clients.0: onbekend veld "pkce"']);
  });
});

test("a machine whose file nobody knows is of the file that names it", async () => {
  await upsertClient(
    db.ctx,
    {
      ...machine({ client_id: "oud" }),
      omgeving: "x",
      token_endpoint_auth_method: "client_secret_basic",
    } as never,
    "(demo)",
  );
  await refused(
    textOf(machine({ client_id: "oud" })),
    ["client oud: staat al in een ander bestand"],
    "client-van-ander",
  );
  await db.sql`update toepassingen.client set herkomst = null where client_id = 'oud'`;
  await register(textOf(machine({ client_id: "oud" })));
  const { beeindigd } = await register(textOf());
  assert.deepEqual(beeindigd, ["oud"]);
});

test("the command ends with 1 and says who can mend it; a good file after it is taken", async () => {
  const run = (text: string) =>
    withFolder(async (folder) => {
      const path = join(folder, "toepassing.json");
      await writeFile(path, text);
      const settings = { LEERID_DATABASE_URL: db.url, LEERID_HOOFDSLEUTEL: mainKey };
      return runLeerid(["import", "toepassing", path], settings);
    });
  const no = await run(textOf(web(), web(), withKeys({ kty: "oct" })));
  assert.equal(no.code, 1);
  assert.match(no.stderr, /^clients\.2\.jwks\.keys\.0: is een geheime sleutel/m);
  assert.match(no.stderr, /^Wie het bestand maakte, verbetert/m);
  assert.equal(no.stdout, "");
  const yes = await run(textOf(web(), machine({ client_id: "knecht-2" })));
  assert.deepEqual([yes.code, yes.stderr], [0, ""]);
  assert.match(yes.stdout, /^Toepassing rekenen ingevoerd, met 2 clients\.$/m);
});
