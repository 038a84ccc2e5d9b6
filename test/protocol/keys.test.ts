import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { after, before, test } from "node:test";
import { createRemoteJWKSet, jwtVerify } from "jose";
import { openDatabase } from "#platform/database";
import { rotate } from "#modules/tokens";
import { upsertClient } from "#modules/toepassingen";
import { createAcm } from "#sites/acm";
import { authUrl, basic, call, codeOf, redeem, signIn } from "./flow.ts";
import { browser, redirectUri, secret, typePassword, world, type World } from "./world.ts";

let w: World;
before(async () => {
  w = await world();
});
after(() => w.close());

const kidsAt = async (issuer: string) =>
  ((await (await fetch(`${issuer}/v1/keys`)).json()) as { keys: { kid: string }[] }).keys.map(
    ({ kid }) => kid,
  );
const headerOf = (jwt: unknown) =>
  JSON.parse(Buffer.from(String(jwt).split(".")[0] ?? "", "base64url").toString()) as {
    kid: string;
    alg: string;
  };
const until = async (done: () => Promise<boolean>) => {
  for (let turn = 0; turn < 100 && !(await done()); turn += 1) await wait(20);
  assert.ok(await done());
};

test("rotation under load: 200 sign-ins on two nodes, every token verifies with the published keys", async () => {
  const server = createServer((req, res) => other.handler(req, res));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const other = await createAcm({
    ctx: w.ctx,
    acmUrl: w.origin,
    apiUrl: w.apiUrl,
    loketUrl: "https://loket.example",
  });
  const second: World = { ...w, issuer: `${url}/op` };
  try {
    const ahead = await kidsAt(w.issuer);
    const { visitor } = await signIn(w);
    const seen = new Set<string>();
    const tokens: string[] = [];
    let made = 0;
    const worker = async (node: World) => {
      while (made < 200) {
        made += 1;
        const code = codeOf(await visitor.get(authUrl(node)));
        const { status, body } = await redeem(node, code);
        assert.equal(status, 200, JSON.stringify(body));
        tokens.push(String(body["id_token"]));
        seen.add(headerOf(body["id_token"]).kid);
      }
    };
    await Promise.all([
      worker(w),
      worker(second),
      worker(w),
      worker(second),
      (async () => {
        await wait(150);
        await rotate(w.ctx);
      })(),
    ]);
    assert.equal(seen.size, 2, "before and after");
    for (const kid of seen) assert.ok(ahead.includes(kid), "the new key was published before it signed");
    await until(
      async () => (await kidsAt(w.issuer)).length === 6 && (await kidsAt(second.issuer)).length === 6,
    );
    const keys = createRemoteJWKSet(new URL(`${w.issuer}/v1/keys`));
    for (const token of tokens) await jwtVerify(token, keys, { issuer: w.issuer, audience: "bingel" });
  } finally {
    server.closeAllConnections();
    server.close();
    await other.close();
  }
});

test("a key leaves 48 hours after it stopped signing", async () => {
  const before = await kidsAt(w.issuer);
  w.clock.advance(49 * 3_600_000);
  await rotate(w.ctx);
  await until(async () => {
    const now = await kidsAt(w.issuer);
    return now.length === 6 && now.filter((kid) => before.includes(kid)).length === 4;
  });
  w.clock.advance(-49 * 3_600_000);
});

test("many nodes starting at once agree on the keys", async () => {
  await w.db.sql`delete from tokens.sleutel`;
  const nodes = await Promise.all(
    [1, 2, 3].map(() =>
      createAcm({ ctx: w.ctx, acmUrl: w.origin, apiUrl: w.apiUrl, loketUrl: "https://loket.example" }),
    ),
  );
  const [row] = await w.db.sql`select count(*) as aantal from tokens.sleutel`;
  assert.equal(row?.["aantal"], 4);
  await Promise.all(nodes.map((node) => node.close()));
});

test("a new client works at once, on a request that is on its way as well", async () => {
  const visitor = browser();
  const page = await visitor.get(authUrl(w));
  await upsertClient(
    w.ctx,
    {
      client_id: "nieuw",
      naam: "nieuw",
      omgeving: "test",
      soort: "web",
      client_secret: secret,
      redirect_uris: [redirectUri],
      post_logout_redirect_uris: [],
      doelgroep: "leerlingen",
      scope: "openid",
      token_endpoint_auth_method: "client_secret_basic",
      id_token_signed_response_alg: "RS256",
      pkce: "verplicht",
    },
    "bingel",
  );
  await until(
    async () => (await browser().get(authUrl(w, { client_id: "nieuw", scope: "openid" }))).status === 200,
  );
  assert.ok(codeOf(await typePassword(visitor, page, w.pupil)));
});

test("a redirect address that is withdrawn while a node cannot read the clients: it tries again by itself, told or not", async () => {
  const owner = openDatabase({ url: w.db.url, max: 1, role: "eigenaar" });
  const asked = () => browser().get(authUrl(w, { client_id: "nieuw", scope: "openid" }));
  try {
    assert.equal((await asked()).status, 200);
    await owner`revoke select on toepassingen.client from leerid_app`;
    await owner`
      update toepassingen.client set metadata = replace(metadata, ${redirectUri}, 'https://ander.example/terug') where client_id = 'nieuw'`;
    await owner`select pg_notify('leerid_clients', '')`;
    await wait(300);
    assert.equal((await asked()).status, 200, "what it read before stands");
    await owner`grant select on toepassingen.client to leerid_app`; // nobody is told
    await until(async () => (await asked()).status === 400);
  } finally {
    await owner`grant select on toepassingen.client to leerid_app`;
    await owner.end({ timeout: 5 });
  }
});

test("the private keys are not in the database in clear", async () => {
  const rows = await w.db.sql<{ publiek: string; prive: string }[]>`
    select publiek, encode(prive_versleuteld, 'escape') as prive from tokens.sleutel`;
  for (const { publiek, prive } of rows) {
    assert.doesNotMatch(prive, /kty/);
    assert.equal((JSON.parse(publiek) as { d?: string }).d, undefined);
  }
});

test("behind https the cookies are bound to this host, and addresses stay those of the issuer", async () => {
  const acm = await createAcm({
    ctx: w.ctx,
    acmUrl: "https://acm.leerid.example",
    apiUrl: w.apiUrl,
    loketUrl: "https://loket.leerid.example",
  });
  const server = createServer((req, res) => acm.handler(req, res));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const inside = { ...w, issuer: `http://127.0.0.1:${(server.address() as AddressInfo).port}/op` };
  try {
    const visitor = browser();
    const page = await visitor.get(authUrl(inside));
    assert.equal(page.status, 200);
    for (const cookie of page.headers.getSetCookie()) assert.match(cookie, /^__Secure-[^;]+;.*secure/i);
    const answer = await visitor.post(page.action ?? "", {
      gebruikersnaam: w.pupil.gebruikersnaam,
      wachtwoord: "paard fiets lamp 7",
    });
    assert.equal(answer.status, 303, answer.text);
    const cookies = answer.headers.getSetCookie().filter((cookie) => cookie.startsWith("__Host-leerid"));
    assert.equal(cookies.length, 1);
    for (const cookie of cookies) {
      assert.match(cookie, /; path=\/;/);
      assert.match(cookie, /; secure/i);
      assert.doesNotMatch(cookie, /domain|expires/i);
    }
    assert.equal(new URL(answer.location ?? "").searchParams.get("iss"), "https://acm.leerid.example/op");
    const { body } = await call(inside, "/v1/token", { grant_type: "client_credentials" }, basic("machine"));
    assert.ok(body["access_token"]);
  } finally {
    server.closeAllConnections();
    server.close();
    await acm.close();
  }
});
