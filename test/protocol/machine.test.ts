import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import * as oidc from "openid-client";
import { createRemoteJWKSet, generateKeyPair, importJWK, jwtVerify, SignJWT } from "jose";
import { makeTokenWatch, openKeyRing, verifyMachineToken } from "#modules/tokens";
import { assertion, authUrl, basic, call, codeOf, redeem, signIn, userinfo } from "./flow.ts";
import { secret, world, type World } from "./world.ts";

let w: World;
before(async () => {
  w = await world();
});
after(() => w.close());

const ask = (form: Record<string, string> = {}, headers = basic("machine")) =>
  call(w, "/v1/token", { grant_type: "client_credentials", ...form }, headers);

test("a machine gets a JWT for the API (RFC 9068), one hour, and the API knows it", async () => {
  const rp = await oidc.discovery(new URL(w.issuer), "machine", {}, oidc.ClientSecretBasic(secret), {
    execute: [oidc.allowInsecureRequests],
  });
  const tokens = await oidc.clientCredentialsGrant(rp, { scope: "discimus:schrijven" });
  assert.equal(tokens.scope, "discimus:schrijven");
  assert.equal(tokens.refresh_token, undefined);
  const { payload, protectedHeader } = await jwtVerify(
    tokens.access_token,
    createRemoteJWKSet(new URL(`${w.issuer}/v1/keys`)),
    { issuer: w.issuer, audience: w.apiUrl, typ: "at+jwt" },
  );
  assert.equal(protectedHeader.alg, "ES256");
  assert.deepEqual(
    [payload.sub, payload["client_id"], payload["scope"]],
    ["machine", "machine", "discimus:schrijven"],
  );
  assert.equal((payload.exp ?? 0) - (payload.iat ?? 0), 3600);
  const wacht = makeTokenWatch(w.ctx);
  for (const check of [wacht, wacht, (token: string, aud: string) => verifyMachineToken(w.ctx, token, aud)]) {
    assert.deepEqual(await check(tokens.access_token, w.apiUrl), {
      clientId: "machine",
      scopes: ["discimus:schrijven"],
    });
  }
  assert.equal(await wacht(tokens.access_token, "https://anders.example"), undefined);
  w.clock.advance(3_601_000);
  assert.equal(await wacht(tokens.access_token, w.apiUrl), undefined);
  w.clock.advance(-3_601_000);
});

test("private_key_jwt; without a scope: what is registered", async () => {
  const signed = await ask((await assertion(w, "machine-jwt")) as Record<string, string>, {});
  assert.equal(signed.status, 200, JSON.stringify(signed.body));
  assert.equal(signed.body["scope"], "discimus:schrijven");
  assert.equal((await ask()).body["scope"], "discimus:schrijven acm:datastore");
  const proof = (await assertion(w, "machine-jwt", { jti: "vast" })) as Record<string, string>;
  const both = await Promise.all([ask(proof, {}), ask(proof, {})]);
  assert.deepEqual(both.map(({ status }) => status).toSorted(), [200, 401]);
});

test("an assertion that is good for more than an hour is refused (RFC 7523 3)", async () => {
  for (const [until, status] of [
    ["1h", 200],
    ["61m", 401],
    ["1y", 401],
  ] as const) {
    const said = await ask((await assertion(w, "machine-jwt", { until })) as Record<string, string>, {});
    assert.equal(said.status, status, until);
  }
});

test("scopes of others, of pupils, and unknown ones are refused", async () => {
  for (const scope of [
    "dropserver:schrijven",
    "openid",
    "profile",
    "discimus:schrijven kwaad",
    "kwaad",
    "discimus:schrijven openid",
  ]) {
    const { status, body } = await ask({ scope });
    assert.deepEqual([status, body["error"]], [400, "invalid_scope"], scope);
  }
  for (const resource of ["https://anders.example", "kapot", w.issuer]) {
    assert.equal((await ask({ resource })).body["error"], "invalid_target", resource);
  }
  assert.equal((await ask({ resource: w.apiUrl })).status, 200);
});

test("a pupil's application gets no machine token, a machine no pupil", async () => {
  for (const scope of ["openid", "discimus:schrijven", undefined]) {
    const { status } = await ask(scope === undefined ? {} : { scope }, basic("bingel"));
    assert.equal(status, 400);
  }
  const machine = await ask({ scope: "discimus:schrijven" });
  assert.equal((await userinfo(w, machine.body["access_token"])).status, 401);
  const { body } = await redeem(w, codeOf((await signIn(w, { url: authUrl(w) })).answer));
  for (const token of [body["access_token"], body["id_token"]]) {
    assert.equal(await verifyMachineToken(w.ctx, String(token), w.apiUrl), undefined);
    assert.equal(await verifyMachineToken(w.ctx, String(token), "bingel"), undefined);
  }
});

test("tokens that are none", async () => {
  const { privateKey } = await generateKeyPair("ES256");
  const { privateKey: hmac } = { privateKey: new Uint8Array(32) };
  const claims = { client_id: "machine", scope: "discimus:schrijven" };
  const [row] = await w.db.sql<
    { kid: string }[]
  >`select kid from tokens.sleutel where alg = 'ES256' and status = 'actief'`;
  const make = (alg: string, key: Parameters<SignJWT["sign"]>[0], typ = "at+jwt") =>
    new SignJWT(claims)
      .setProtectedHeader({ alg, typ, kid: row?.kid ?? "" })
      .setSubject("machine")
      .setAudience(w.apiUrl)
      .setIssuer(w.issuer)
      .setExpirationTime("1h")
      .sign(key);
  const bos = await openKeyRing(w.ctx);
  const own = bos.sleutels().find(({ kid }) => kid === row?.kid);
  assert.ok(own);
  const ownKey = await importJWK(own.prive, "ES256");
  await bos.close();
  assert.ok(await verifyMachineToken(w.ctx, await make("ES256", ownKey), w.apiUrl));
  const bad = [
    await make("ES256", ownKey, "JWT"), // what an ID token or a logout token would look like
    await make("ES256", ownKey, "logout+jwt"),
    "",
    "a.b.c",
    "x".repeat(5000),
    await make("ES256", privateKey),
    await make("HS256", hmac),
    `${Buffer.from('{"alg":"none","typ":"at+jwt"}').toString("base64url")}.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.`,
  ];
  for (const token of bad)
    assert.equal(await verifyMachineToken(w.ctx, token, w.apiUrl), undefined, token.slice(0, 40));
});
