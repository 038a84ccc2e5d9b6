import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startLeerId, type LeerId } from "#leerid";
import { systemClock } from "#platform/clock";
import { readConfig } from "#platform/config";
import type { Context } from "#platform/context";
import { openDatabase } from "#platform/database";
import { testDatabase, type TestDatabase } from "#testing/database";
import { freePortBase, mainKey } from "#testing/server";
import { application, fillSchool, type Pupil } from "./school.ts";
import { authorize, redeem, signIn, type Visitor } from "./sign-in-client.ts";

const bingel = application("bingel");
const other = application("tweede");
const pages = 4;

let db: TestDatabase;
let ctx: Context;
let running: LeerId;
let origin: string;
let pupils: Pupil[];

before(async () => {
  db = await testDatabase();
  const base = await freePortBase();
  ctx = { ...db.ctx, clock: systemClock(), sql: openDatabase({ url: db.url, max: pages }) };
  pupils = await fillSchool(ctx, {
    pupils: 3,
    applications: [bingel, other],
    attributes: [{ attribuut: "Account_uuid" }],
  });
  const config = readConfig({
    LEERID_DATABASE_URL: db.url,
    LEERID_HOOFDSLEUTEL: mainKey,
    LEERID_PORT_BASE: String(base),
    LEERID_SITES: "acm,leerlingloket",
    LEERID_ACM_URL: "http://acm.leerid.test",
  });
  running = await startLeerId(config, ctx);
  origin = `http://127.0.0.1:${base}`;
});
after(async () => {
  await running?.close();
  await ctx?.sql.end({ timeout: 2 });
  await db?.close();
});

test("while slow pages hold every connection of the other sites, a sign-in and a hop are as quick as ever", async () => {
  const [pupil] = pupils;
  assert.ok(pupil);
  const visitor: Visitor = new Map();
  await signIn(origin, bingel, pupil, visitor);
  const slow = Array.from({ length: 2 * pages }, () => ctx.sql`select pg_sleep(6)`.execute());
  let over = false;
  const ended = Promise.all(slow).then(() => (over = true));
  // Every one of them is held, and others wait.
  assert.equal(await Promise.race([ctx.sql`select 1`.then(() => "free"), soon("held")]), "held");

  await redeem(origin, other, pupil, await authorize(origin, other, pupil, visitor));
  const [, second] = pupils;
  assert.ok(second);
  await signIn(origin, bingel, second);
  assert.equal((await fetch(`${origin}/readyz`)).status, 200, "and it says that it is ready");
  assert.equal(over, false, "the pages were still held");
  await ended;
});

const soon = <T>(value: T): Promise<T> => new Promise((resolve) => setTimeout(resolve, 200, value));
