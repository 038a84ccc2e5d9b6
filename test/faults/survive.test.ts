import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { after, before, describe, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { systemClock } from "#platform/clock";
import type { Context } from "#platform/context";
import { migrate, openDatabase } from "#platform/database";
import { enqueue } from "#platform/jobs";
import { receiveFile } from "#modules/leveringen";
import { testKeys } from "#testing/database";
import { guardedLog } from "#testing/guarded-log";
import { kop, makeSchool, fileNameOf, type Pupil } from "#testing/levering";
import { freePortBase, mainKey, spawnLeerid, startServer, type ServerNode } from "#testing/server";
import { killablePostgres, type KillablePostgres } from "./killable-postgres.ts";

const clock = systemClock();
const year = Number(clock.vandaag().slice(0, 4)) - (clock.vandaag().slice(5) < "09-01" ? 1 : 0);
const schooljaar = `${year}-${year + 1}`;
const schools = ["999001", "999002", "999003"];

let pg: KillablePostgres;
let ctx: Context;
let serve: ServerNode;
/** The other two commands that run for months. */
let others: { readonly name: string; readonly child: ReturnType<typeof spawnLeerid> }[] = [];
const pupils = new Map<string, Pupil[]>();

before(async () => {
  pg = await killablePostgres();
  await migrate(pg.url, guardedLog());
  ctx = { sql: openDatabase({ url: pg.url, max: 4 }), clock, keys: testKeys, log: guardedLog() };
  for (const school of schools) pupils.set(school, await makeSchool(ctx, school, { leerlingen: 20 }));
  const settings = { LEERID_DATABASE_URL: pg.url, LEERID_HOOFDSLEUTEL: mainKey, LEERID_LOG: "warn" };
  serve = await startServer(settings);
  const base = await freePortBase();
  others = ["worker", "dropserver"].map((name) => ({
    name,
    child: spawnLeerid([name], { ...settings, LEERID_PORT_BASE: String(base) }),
  }));
  await until("the dropserver listens", async () => (await healthOf(base + 98))?.ok === true);
  // A worker has no port: it serves from when it hears of jobs, beside the server.
  const owner = openDatabase({ url: pg.url, max: 1, role: "eigenaar" });
  await until("two hear of jobs", async () => {
    const ears = await owner`select 1 from pg_stat_activity where query = 'listen "leerid_jobs"'`;
    return ears.length === 2;
  });
  await owner.end();
});
after(async () => {
  await serve?.end();
  for (const { child } of others) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill("SIGKILL");
    await once(child, "exit");
  }
  await ctx?.sql.end({ timeout: 5 });
  await pg?.stop();
});

const healthOf = (port: number, path = "healthz") =>
  fetch(`http://127.0.0.1:${port}/${path}`).catch(() => undefined);

async function until(what: string, holds: () => Promise<boolean> | boolean): Promise<void> {
  for (let n = 0; n < 400; n += 1) {
    if (await holds()) return;
    await wait(50);
  }
  assert.fail(`not in 20 s: ${what}; ${serve?.output().slice(-2000)}`);
}

describe("the commands that serve, when PostgreSQL is killed", () => {
  test("D9, D13: with every kind of job under way, at whatever moment the blow falls, nobody ends and all work is done", async () => {
    for (const [round, delay] of [0, 15, 30, 60].entries()) {
      for (const [n, school] of schools.entries()) {
        const tijdstip = new Date(clock.now() - 86_400_000 + (round * 10 + n) * 1000).toISOString();
        const rows = (pupils.get(school) ?? []).map(({ leerId }) => `${leerId};;${round + 1}A;;;`);
        await receiveFile(ctx, {
          pakket: "wisa",
          naam: fileNameOf(school, tijdstip, { schooljaar }),
          inhoud: Buffer.from([kop, ...rows].join("\n")),
          kanaal: "sftp",
        });
      }
      const account = pupils.get("999001")?.[round]?.account ?? "";
      await enqueue(ctx, "sessies-beeindigen", { account });
      await enqueue(ctx, "uitreiking-batch", { batch: randomUUID() });
      await enqueue(ctx, "klasinformatie-wissen", { akkoord: randomUUID() });
      await enqueue(ctx, "klasinformatie-levering", { levering: randomUUID() });
      await wait(delay);
      await pg.kill();
      await wait(1500);
      for (const { name, child } of others) assert.equal(child.exitCode, null, `${name} ended`);
      assert.ok(serve.running(), `serve ended: ${serve.output()}`);
      await pg.restart();
      await until(
        "serve is ready again",
        async () => (await healthOf(serve.base + 99, "readyz"))?.status === 200,
      );
    }
    const open = async () => {
      const rows = await ctx.sql<{ n: number }[]>`
        select count(*)::int as n from leveringen.levering where status = 'wacht'`.catch(() => []);
      return rows[0]?.n;
    };
    await until("every class file has its end", async () => (await open()) === 0);
    for (const { name, child } of others) assert.equal(child.exitCode, null, `${name} ended`);
    assert.ok(serve.running());
  });
});
