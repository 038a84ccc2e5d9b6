import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, test } from "node:test";
import * as fc from "fast-check";
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWTHeaderParameters } from "jose";
import { errors, Provider, type AdapterPayload } from "oidc-provider";
import { hash } from "#platform/crypto";
import type { ClientRecord } from "#modules/toepassingen";
import { runsOf } from "#testing/runs";
import { clientMetadata } from "./metadata.ts";
import { authenticateClient, challengeOf, type Asked } from "./authenticate-client.ts";
import { checkAssertionEnd } from "./client-assertion.ts";

// The library beside ours: the same clients, the same request. A request that it lets through ends at the code, which is none.

const secret = "een geheim van minstens 32 tekens: +%/=&~";
const now = () => Math.floor(Date.now() / 1000);
const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

let server: Server;
let issuer: string;
let acm: Parameters<typeof authenticateClient>[0];
const keys: Record<string, CryptoKey> = {};
/** What the library asked to keep of the last assertion. */
let kept: { id: string; expiresIn: number } | undefined;

function record(clientId: string, method: string, over: Record<string, unknown> = {}): ClientRecord {
  return {
    clientId,
    soort: "web",
    doelgroep: "leerlingen",
    naam: clientId,
    pkceVrij: false,
    ...(method !== "private_key_jwt" && { geheim: secret }),
    metadata: {
      redirect_uris: ["https://bingel.example/terug"],
      token_endpoint_auth_method: method,
      scope: "openid",
      ...over,
    },
  };
}

before(async () => {
  const made = await Promise.all(
    (
      [
        ["es", "ES256"],
        ["rs", "RS256"],
        ["ander", "ES256"],
      ] as const
    ).map(async ([name, alg]) => {
      const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
      keys[name] = privateKey;
      return [name, await exportJWK(publicKey)] as const;
    }),
  );
  const [es, rs, ander] = made.map(([, jwk]) => jwk);
  const set = (...list: readonly object[]) => ({ jwks: { keys: list } });
  const jwt = (name: string, over: Record<string, unknown>) => record(name, "private_key_jwt", over);
  const clients = [
    record("basic", "client_secret_basic"),
    record("a b:c", "client_secret_basic"),
    record("post", "client_secret_post"),
    jwt("jwt", set({ ...es, kid: "een", alg: "ES256", use: "sig" }, { ...rs, kid: "twee" })),
    jwt("jwt-los", set({ ...ander }, { ...es })),
    jwt("jwt-rs", { ...set({ ...es }, { ...rs }), token_endpoint_auth_signing_alg: "RS256" }),
    jwt("jwt-enc", set({ ...es, kid: "een", use: "enc" }, { ...rs, key_ops: ["encrypt"] })),
  ];
  server = createServer((req, res) => listener(req, res));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}/op`;
  const listener = library(clients);
  acm = {
    issuer,
    allowPrivateNetwork: true,
    ctx: { clock: { now: Date.now } } as Parameters<typeof authenticateClient>[0]["ctx"],
    clients: () => new Map(clients.map((client) => [client.clientId, client])),
  };
});
after(() => {
  server.closeAllConnections();
  server.close();
});

function library(clients: readonly ClientRecord[]) {
  const provider = new Provider(issuer, {
    clients: clients.map(clientMetadata),
    clientAuthMethods: ["client_secret_basic", "client_secret_post", "private_key_jwt"],
    enabledJWA: { clientAuthSigningAlgValues: ["RS256", "ES256"] },
    routes: { token: "/v1/token" },
    scopes: ["openid"],
    features: { devInteractions: { enabled: false }, dPoP: { enabled: false } },
    clockTolerance: 15,
    assertJwtClientAuthClaimsAndHeader: (_koa, { exp }) => checkAssertionEnd(exp),
    adapter: (name) => ({
      upsert: async (id: string, _payload: AdapterPayload, expiresIn = 0) => {
        if (name === "ReplayDetection") kept = { id, expiresIn };
      },
      find: async () => undefined,
      findByUserCode: async () => undefined,
      findByUid: async () => undefined,
      consume: async () => {},
      destroy: async () => {},
      revokeByGrantId: async () => {},
    }),
  });
  const callback = provider.callback();
  return (req: Parameters<typeof callback>[0], res: Parameters<typeof callback>[1]) => {
    req.url = req.url?.replace(/^\/op/, "");
    Object.assign(req, { originalUrl: `/op${req.url}` });
    return callback(req, res);
  };
}

type Sent = Asked & { readonly params: Readonly<Record<string, string | readonly string[] | undefined>> };
type Said = { readonly status: number; readonly error: string; readonly challenge: string | null };
const good: Said = { status: 200, error: "", challenge: null };

async function askLibrary({ authorization, params }: Sent): Promise<Said> {
  const body = new URLSearchParams({ grant_type: "authorization_code", code: "geen", redirect_uri: "x" });
  for (const [name, value] of Object.entries(params))
    for (const one of [value ?? []].flat()) body.append(name, one);
  const response = await fetch(`${issuer}/v1/token`, {
    method: "POST",
    body,
    headers: authorization === undefined ? {} : { authorization },
  });
  const { error } = (await response.json()) as { error: string };
  if (error === "invalid_grant") return good;
  return { status: response.status, error, challenge: response.headers.get("www-authenticate") };
}

async function askUs(sent: Sent): Promise<Said> {
  try {
    const { client, assertie } = await authenticateClient(acm, sent);
    assert.equal(assertie !== undefined, client.clientId.startsWith("jwt"));
    if (assertie && kept) {
      assert.deepEqual(assertie.idHash, hash(kept.id), "one name for one assertion, at every endpoint");
      const left = (assertie.verlooptOp.getTime() - Date.now()) / 1000;
      assert.ok(Math.abs(left - kept.expiresIn) <= 2, `${left} ${kept.expiresIn}`);
    }
    return good;
  } catch (error) {
    if (!(error instanceof errors.OIDCProviderError)) throw error;
    return { status: error.statusCode, error: error.error, challenge: challengeOf(acm, sent, error) ?? null };
  }
}

async function alike(sent: Sent): Promise<Said> {
  kept = undefined;
  const theirs = await askLibrary(sent);
  assert.deepEqual(await askUs(sent), theirs, JSON.stringify(sent));
  return theirs;
}

const basic = (id: string, shown: string) => `Basic ${Buffer.from(`${id}:${shown}`).toString("base64")}`;
const encoded = (text: string) => new URLSearchParams([["", text]]).toString().slice(1);

type Making = {
  readonly claims?: Record<string, unknown>;
  readonly header?: JWTHeaderParameters;
  readonly key?: string;
};
let nr = 0;
function sign(client: string, { claims = {}, header = { alg: "ES256" }, key = "es" }: Making = {}) {
  const own = { iss: client, sub: client, aud: issuer, jti: `nr-${nr++}`, exp: now() + 60, ...claims };
  return new SignJWT(own).setProtectedHeader(header).sign(keys[key] as CryptoKey);
}
const proof = (jwt: string, more: Sent["params"] = {}): Sent => ({
  authorization: undefined,
  params: { client_assertion: jwt, client_assertion_type: assertionType, ...more },
});

describe("a client is known here by the same as it is at the library", () => {
  test("a secret, by Basic or in the form", async () => {
    const form = (id: string, shown: string) => ({
      authorization: undefined,
      params: { client_id: id, client_secret: shown },
    });
    for (const id of ["basic", "post", "a b:c"]) {
      const header = basic(encoded(id), encoded(secret));
      assert.deepEqual(await alike({ authorization: header, params: {} }), good);
      assert.deepEqual(await alike({ authorization: header, params: { client_id: id } }), good);
      assert.deepEqual(await alike(form(id, secret)), good);
      for (const wrong of [`${secret}x`, secret.slice(1), "fout", " "]) {
        assert.equal((await alike(form(id, wrong))).status, 401);
        assert.equal(
          (await alike({ authorization: basic(encoded(id), encoded(wrong)), params: {} })).status,
          401,
        );
      }
    }
  });

  test("headers that say nothing, and proofs that come two at once or not at all", async () => {
    const right = basic("basic", encoded(secret));
    for (const authorization of [
      "",
      "Basic",
      "Basic ",
      "Basic  eDp5",
      "Bearer eDp5",
      "Basic ====",
      "Basic eDp5=",
      "Basic eDp5e",
      "Basic eDp5eDp",
      "Basic eA==",
      basic("basic", ""),
      basic("", encoded(secret)),
      basic("basic", secret),
      basic("basic", "%zz"),
      basic("basic", "%00"),
      basic("basic", "%C3%A9"),
      basic("onbekend", "x"),
      basic("jwt", "x"),
      right.replace("Basic", "bAsIc"),
    ])
      await alike({ authorization, params: {} });
    for (const params of [
      {},
      { client_id: "" },
      { client_id: "basic" },
      { client_id: "jwt" },
      { client_id: "onbekend" },
      { client_id: ["basic", "basic"], client_secret: secret },
      { client_id: "basic", client_secret: [secret, secret], client_assertion: ["a", "b"] },
      { client_secret: secret },
      { client_id: "basic", client_secret: secret, client_assertion: "x" },
      { client_id: "basic", client_secret: "" },
    ])
      for (const authorization of [undefined, "", right]) await alike({ authorization, params });
  });

  test("an assertion, by each key that is of the client and for signing", async () => {
    const [es, rs] = [{ alg: "ES256" }, { alg: "RS256" }];
    const cases: readonly (readonly [client: string, making: Making, status: number])[] = [
      ["jwt", {}, 200],
      ["jwt", { header: { ...es, kid: "een" } }, 200],
      ["jwt", { header: { ...es, kid: "twee" } }, 401],
      ["jwt", { header: rs, key: "rs" }, 200],
      ["jwt", { header: { ...rs, kid: "onbekend" }, key: "rs" }, 401],
      ["jwt", { key: "ander" }, 401],
      ["jwt-los", {}, 200],
      ["jwt-los", { key: "ander" }, 200],
      ["jwt-rs", { header: rs, key: "rs" }, 200],
      ["jwt-rs", {}, 401],
      ["jwt-enc", { header: { ...es, kid: "een" } }, 401],
      ["jwt-enc", { header: rs, key: "rs" }, 401],
      ["basic", {}, 401],
      ["onbekend", {}, 401],
    ];
    for (const [client, making, status] of cases) {
      const said = await alike(proof(await sign(client, making)));
      assert.equal(said.status, status, JSON.stringify([client, making]));
    }
  });

  test("claims of an assertion: each of them missing, wrong, at its edge", async () => {
    const edge = 3600 + 15;
    const cases: readonly (readonly [claims: Record<string, unknown>, status: number])[] = [
      ...["iss", "sub", "aud", "jti", "exp"]
        .flatMap((name) =>
          [undefined, null, "", 0, "x", 5, ["x"], {}].map((value) => [{ [name]: value }, 401] as const),
        )
        .filter(([claims]) => claims["jti"] !== "x"),
      [{ jti: "x" }, 200],
      [{ aud: [issuer] }, 200],
      [{ aud: ["https://anders.example", `${issuer}/v1/token`] }, 200],
      [{ aud: [issuer, 5] }, 401],
      [{ aud: `${issuer}/` }, 401],
      [{ aud: "https://anders.example" }, 401],
      [{ exp: now() - 10 }, 200],
      [{ exp: now() - 20 }, 401],
      [{ exp: now() + edge - 5 }, 200],
      [{ exp: now() + edge + 5 }, 401],
      [{ exp: now() + 365 * 86_400 }, 401],
      [{ nbf: now() + 10 }, 200],
      [{ nbf: now() + 25 }, 401],
      [{ nbf: "straks" }, 401],
      [{ iat: now() + 500 }, 200],
      [{ iat: "nu" }, 401],
      [{ iss: "basic" }, 401],
      [{ sub: "basic" }, 401],
    ];
    for (const [claims, status] of cases)
      assert.equal(
        (await alike(proof(await sign("jwt", { claims })))).status,
        status,
        JSON.stringify(claims),
      );
  });

  test("what is no assertion, or says what it is in other words", async () => {
    const jwt = await sign("jwt");
    const [header = "", payload = "", signature = ""] = jwt.split(".");
    const none = Buffer.from('{"alg":"none"}').toString("base64url");
    const unknown = Buffer.from('{"alg":"ES256","crit":["x"],"x":1}').toString("base64url");
    for (const one of ["x", "a.b.c", `${header}.${payload}`, `${header}.${payload}.`, `${none}.${payload}.`])
      await alike(proof(one));
    for (const one of [`${unknown}.${payload}.${signature}`, `x.${payload}.${signature}`, `${jwt}x`])
      await alike(proof(one));
    for (const type of [undefined, "", "x", [assertionType, assertionType]])
      await alike(proof(jwt, { client_assertion_type: type }));
    assert.equal((await alike(proof(jwt, { client_id: "jwt" }))).status, 200);
    assert.equal((await alike(proof(jwt, { client_id: "basic" }))).status, 400);
    assert.equal((await alike({ ...proof(jwt), authorization: basic("jwt", "x") })).status, 400);
  });
});

const ids = ["basic", "post", "a b:c", "jwt", "jwt-los", "jwt-rs", "jwt-enc", "onbekend", ""];
const text = fc.oneof(
  fc.constantFrom(secret, encoded(secret), ...ids, ...ids.map(encoded), "%", "%00", "+", ":"),
  // The library compares secrets padded with NUL, so that one with a NUL behind it is right there; here it is wrong.
  fc.string({ maxLength: 12 }).map((value) => value.toWellFormed().replaceAll("\0", "")),
);
/** Mostly as it should be. */
const mostly = <T>(right: fc.Arbitrary<T>, other: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 4, arbitrary: right }, { weight: 1, arbitrary: other });
const known = fc.constantFrom(...ids);
const shown = mostly(fc.constant(secret), text);
const byHeader = fc.tuple(mostly(known, text), shown, fc.boolean()).map(([id, own, plain]): Sent => ({
  authorization: plain ? basic(id, own) : basic(encoded(id), encoded(own)),
  params: {},
}));
const byForm = fc
  .tuple(mostly(known, text), shown)
  .map(([id, own]): Sent => ({ authorization: undefined, params: { client_id: id, client_secret: own } }));
const claims = fc.record(
  {
    iss: known,
    sub: fc.oneof<fc.Arbitrary<unknown>[]>(known, fc.constantFrom(5, null)),
    aud: fc.constantFrom<unknown>("x", ["x"], []),
    jti: fc.constantFrom<unknown>("", 5, "vast"),
    exp: fc.integer({ min: -60, max: 7200 }).map((seconds) => now() + seconds),
    nbf: fc.integer({ min: -60, max: 60 }).map((seconds) => now() + seconds),
  },
  { requiredKeys: [] },
);
const keyName = fc.constantFrom("es", "rs", "ander");
const byAssertion = fc
  .tuple(known, mostly(fc.constant({}), claims), keyName, fc.boolean())
  .map(async ([client, changed, key, kid]): Promise<Sent> => {
    const alg = key === "rs" ? "RS256" : "ES256";
    const header = { alg, ...(kid && { kid: "een" }) };
    return proof(await sign(client, { claims: changed, key, header }));
  });
const parameter = fc.oneof(text, fc.tuple(text, text));
const added = fc.record<Sent["params"]>(
  { client_id: mostly<string | readonly string[]>(known, parameter), client_secret: parameter },
  { requiredKeys: [] },
);
const noise = fc.string({ unit: "grapheme-ascii", maxLength: 20 }).map((value) => value.trim());

test("random proofs: the same answer from both", async () => {
  const tally = { right: 0, wrong: 0 };
  await fc.assert(
    fc.asyncProperty(
      fc.oneof<fc.Arbitrary<Sent | Promise<Sent>>[]>(byHeader, byForm, byAssertion),
      mostly<Sent["params"]>(fc.constant({}), added),
      mostly<string | undefined>(fc.constant(undefined), noise),
      async (making, more, authorization) => {
        const sent = await making;
        const said = await alike({
          authorization: authorization ?? sent.authorization,
          params: { ...sent.params, ...more },
        });
        tally[said.status === 200 ? "right" : "wrong"] += 1;
      },
    ),
    runsOf(2000),
  );
  assert.ok(tally.right > 10 && tally.wrong > 10, JSON.stringify(tally));
});
