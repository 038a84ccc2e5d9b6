import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { after, before, describe, test } from "node:test";
import { exportJWK, generateKeyPair } from "jose";
import { registerToepassing } from "#registration";
import { listClients, upsertClient } from "#modules/toepassingen";
import { createAcm } from "#sites/acm";
import { guardedLog } from "#testing/guarded-log";
import { toepassingText } from "#testing/toepassing";
import { assertion, authUrlOf, basic, call, codeOf, payloadOf, redeemOf, signIn, userinfo } from "./flow.ts";
import { browser, secret, world, type World } from "./world.ts";

let w: World;
before(async () => {
  w = await world();
});
after(() => w.close());

const client = (name: string, over: Record<string, unknown> = {}) => ({
  client_id: name,
  naam: name,
  soort: "web",
  client_secret: secret,
  redirect_uris: [`https://${name}.example/terug`],
  post_logout_redirect_uris: [`https://${name}.example/afgemeld`],
  ...over,
});
const register = (name: string, clients: readonly Record<string, unknown>[]) =>
  registerToepassing(w.ctx, toepassingText(name, { clients }), { production: true });

const until = async (done: () => Promise<boolean>) => {
  for (let turn = 0; turn < 200; turn += 1) {
    if (await done()) return;
    await wait(20);
  }
  assert.fail("it never came");
};
/** Waits until ACM knows what was registered: as long as this client has no form it is not there. */
const known = (name: string, expected = true) =>
  until(async () => ((await browser().get(authUrlOf(w, name))).status === 200) === expected);

test("a client that does not want to hear of a sign-out gets no sid, and its own sign-out ends the session", async () => {
  await register("derde", [client("derde")]);
  await until(async () => {
    const { visitor, answer } = await signIn(w, { url: authUrlOf(w, "derde") });
    const { body } = await redeemOf(w, "derde", codeOf(answer));
    const hint = String(body["id_token"]);
    if ("sid" in payloadOf(hint) && payloadOf(hint)["sid"] !== "") return false; // not taken yet
    assert.equal("sid" in payloadOf(hint), false, JSON.stringify(payloadOf(hint)));
    const to = { id_token_hint: hint, post_logout_redirect_uri: "https://derde.example/afgemeld" };
    const done = await visitor.get(`${w.issuer}/v1/logout?${new URLSearchParams(to)}`);
    assert.deepEqual([done.status, done.location], [303, to.post_logout_redirect_uri]);
    assert.equal((await visitor.get(authUrlOf(w, "derde"))).status, 200, "the form: nobody is signed in");
    return true;
  });
});

describe("a client that ends", () => {
  test("its tokens, codes and sessions end with it, also when the name comes back", async () => {
    const pupil = await w.addPupil("einde.client");
    const { visitor, answer } = await signIn(w, { pupil, url: authUrlOf(w, "vierde") });
    const { body } = await redeemOf(w, "vierde", codeOf(answer));
    assert.equal((await userinfo(w, body["access_token"])).status, 200);
    const code = codeOf(await visitor.get(authUrlOf(w, "vierde")));
    const { beeindigd } = await register("vierde", []);
    assert.deepEqual(beeindigd, ["vierde"]);
    await known("vierde", false);
    assert.equal((await redeemOf(w, "vierde", code)).body["error"], "invalid_client");
    assert.equal((await userinfo(w, body["access_token"])).status, 401);
    await register("vierde", [client("vierde")]);
    await known("vierde");
    assert.equal((await userinfo(w, body["access_token"])).status, 401);
    w.clock.advance(31_000); // a code carries itself, for as long as it lasts
    assert.equal((await redeemOf(w, "vierde", code)).body["error"], "invalid_grant");
    const [row] = await w.db.sql<{ clients: object }[]>`
      select clients from acm.sessie where account_uuid = ${pupil.accountUuid}`;
    assert.deepEqual(row?.clients, {}, "nobody is told");
  });

  test("a machine that no longer stands in its file gets no token", async () => {
    const machine = {
      client_id: "knecht",
      naam: "knecht",
      soort: "machine",
      client_secret: secret,
      scope: "discimus:schrijven",
    };
    await register("tweede", [client("tweede"), machine]);
    const ask = () =>
      call(w, "/v1/token", { grant_type: "client_credentials" }, basic("knecht")).then(
        ({ status }) => status,
      );
    await until(async () => (await ask()) === 200);
    const { beeindigd } = await register("tweede", [client("tweede")]);
    assert.deepEqual(beeindigd, ["knecht"]);
    await until(async () => (await ask()) === 401);
  });
});

test("a stored client that the library refuses is left out and named in the log; the others are served", async () => {
  await upsertClient(
    w.ctx,
    {
      client_id: "scheef",
      naam: "scheef",
      omgeving: "test",
      soort: "web",
      jwks: { keys: [{ kty: "oct", k: "c2xldXRlbA" }] },
      redirect_uris: ["https://scheef.example/terug"],
      post_logout_redirect_uris: [],
      doelgroep: "leerlingen",
      scope: "openid",
      token_endpoint_auth_method: "private_key_jwt",
      id_token_signed_response_alg: "RS256",
      pkce: "verplicht",
    },
    "tweede",
  );
  const log = guardedLog();
  const site = await createAcm({
    ctx: { ...w.ctx, log },
    acmUrl: w.origin,
    apiUrl: w.apiUrl,
    loketUrl: "https://loket.leerid.example",
    allowPrivateNetwork: true,
  });
  await site.close();
  assert.deepEqual(
    log.lines.map((line) => line.replace(/ \{/, "\n{").split("\n")),
    [
      [
        "a client is not served: the OpenID library refuses its registration",
        '{"client":"scheef","reden":"client JSON Web Key Set is invalid"}',
      ],
    ],
  );
  assert.equal((await browser().get(authUrlOf(w, "scheef", { scope: "openid" }))).status, 400);
  assert.equal((await browser().get(authUrlOf(w, "tweede"))).status, 200);
});

test("a client that is free of PKCE says so where it is shown", async () => {
  const free = await register("klas", [client("klas", { pkce: "vrij" })]);
  assert.ok(
    free.changes.some(({ sort, text }) => sort === "nieuw" && text === "client klas: pkce: vrij"),
    JSON.stringify(free.changes),
  );
  const isFree = async () =>
    (await listClients(w.ctx)).some(({ clientId, pkceVrij }) => clientId === "klas" && pkceVrij);
  assert.equal(await isFree(), true);
  const back = await register("klas", [client("klas")]);
  assert.deepEqual(back.changes, [{ sort: "eindigt", text: "client klas: pkce" }]);
  assert.equal(await isFree(), false);
});

describe("a client that keeps its keys at an address of its own", () => {
  const scope = "discimus:schrijven";
  let server: Server;
  let served: { readonly keys: object[] };
  let asked = 0;
  before(async () => {
    server = createServer((_req, res) => {
      asked += 1;
      res.writeHead(200, { "cache-control": "max-age=31536000" }).end(JSON.stringify(served));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  after(() => server.close());

  test("is known by them at the endpoints of the library too, and a key that it takes away ends", async () => {
    const made = await generateKeyPair("ES256", { extractable: true });
    const key = made.privateKey;
    served = { keys: [{ ...(await exportJWK(made.publicKey)), kid: "rp-1" }] };
    const jwksUri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/sleutels`;
    const machine = {
      ...{ client_id: "ver", naam: "ver", omgeving: "test", soort: "machine" as const, scope },
      ...{ token_endpoint_auth_method: "private_key_jwt" as const, jwks_uri: jwksUri },
    };
    await upsertClient(w.ctx, machine, "tweede");
    const ask = async (path = "/v1/token", by = key) => {
      const proof = await assertion(w, "ver", { key: by });
      return call(w, path, { grant_type: "client_credentials", ...proof, token: "x" });
    };
    await until(async () => (await ask()).status === 200);
    assert.equal((await ask("/v1/introspect")).status, 200);
    assert.equal((await ask("/v1/token", w.clientKey)).status, 401);
    assert.equal(asked, 1, "one reading for all of it");
    served = { keys: [] };
    assert.equal((await ask()).status, 200);
    w.clock.advance(601_000);
    assert.equal((await ask()).status, 401);
    assert.equal((await ask("/v1/introspect")).status, 401);
    assert.equal(asked, 2);
    w.clock.advance(-601_000);
  });
});
