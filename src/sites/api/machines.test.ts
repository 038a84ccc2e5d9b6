import assert from "node:assert/strict";
import { setTimeout as wait } from "node:timers/promises";
import { after, before, test } from "node:test";
import type { Hono } from "hono";
import { openKeyRing, readOndertekenaar, type Sign } from "#modules/tokens";
import { endOtherClients, upsertClient } from "#modules/toepassingen";
import { createApi, followMachines } from "#sites/api";
import { testDatabase, type TestDatabase } from "#testing/database";

const urls = { api: "http://api.example", acm: "http://acm.example" };
const scopes = "discimus:schrijven acm:datastore";
let db: TestDatabase;
let sign: Sign;
let machines: Awaited<ReturnType<typeof followMachines>>;
let api: Hono;
before(async () => {
  db = await testDatabase();
  await (await openKeyRing(db.ctx)).close(); // makes the keys
  sign = await readOndertekenaar(db.ctx);
  machines = await followMachines(db.ctx);
  api = createApi(db.ctx, urls, { machines });
});
after(async () => {
  await machines.close();
  await db.close();
});

const register = (scope: string) =>
  upsertClient(
    db.ctx,
    {
      client_id: "machine",
      naam: "Machine",
      omgeving: "test",
      soort: "machine",
      client_secret: "s".repeat(40),
      scope,
      token_endpoint_auth_method: "client_secret_basic",
    },
    "(test)",
  );

/** Asks with a token that ACM gave when the machine had both scopes; 415: it may, but brings no messages. */
async function ask(): Promise<number> {
  const now = Math.floor(db.clock.now() / 1000);
  const claims = { scope: scopes, client_id: "machine", sub: "machine", aud: urls.api, iat: now };
  const token = await sign("ES256", { ...claims, exp: now + 3600, iss: `${urls.acm}/op` }, "at+jwt");
  const headers = { authorization: `Bearer ${token}`, "content-type": "text/plain" };
  return (await api.request("/discimus/v1/berichten", { method: "POST", body: "{", headers })).status;
}
const until = async (status: number) => {
  for (let turn = 0; turn < 200 && (await ask()) !== status; turn += 1) await wait(10);
  assert.equal(await ask(), status);
};

test("a token of a machine ends with its registration, and a scope with the registration of the scope", async () => {
  assert.equal(await ask(), 401, "never registered");
  await register(scopes);
  assert.equal(await ask(), 415, "at once, also before the news arrives");
  await register("acm:datastore");
  await until(401);
  await register(scopes);
  assert.equal(await ask(), 415);
  await endOtherClients(db.ctx, "(test)", []);
  await until(401);
});
