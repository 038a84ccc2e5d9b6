import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { systemClock } from "#platform/clock";
import type { Context } from "#platform/context";
import { migrate, openDatabase } from "#platform/database";
import { enqueue, startWorker, type Worker } from "#platform/jobs";
import { testKeys } from "#testing/database";
import { guardedLog } from "#testing/guarded-log";
import { killablePostgres, type KillablePostgres } from "./killable-postgres.ts";

let pg: KillablePostgres;
let ctx: Context;
let worker: Worker;
const begun: unknown[] = [];
const done: unknown[] = [];
let hold: Promise<void> | undefined;

before(async () => {
  pg = await killablePostgres();
  await migrate(pg.url, guardedLog());
  ctx = { sql: openDatabase({ url: pg.url }), clock: systemClock(), keys: testKeys, log: guardedLog() };
  worker = await startWorker(
    ctx,
    {
      proef: async (_ctx, payload) => {
        begun.push(payload["nr"]);
        await hold;
        done.push(payload["nr"]);
      },
    },
    { hartslagMs: 200 },
  );
});
after(async () => {
  await worker.stop();
  await ctx.sql.end({ timeout: 5 });
  await pg.stop();
});

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let n = 0; n < 600; n += 1) {
    if (await holds()) return;
    await wait(50);
  }
  assert.fail(`not in 30 s: ${what}`);
}

describe("jobs when PostgreSQL is killed", () => {
  test("D13: what was enqueued survives, the same worker goes on when the database is back", async () => {
    await enqueue(ctx, "proef", { nr: 1 });
    await until("the first job", () => done.includes(1));
    let go = () => {};
    hold = new Promise((resolve) => {
      go = resolve;
    });
    await enqueue(ctx, "proef", { nr: 2 }); // under way while the server dies
    await until("it is taken", async () => {
      const [row] = await ctx.sql`select from jobs.job where worker is not null`;
      return row !== undefined;
    });
    await pg.kill();
    await wait(500);
    await pg.restart();
    await until("a connection", async () =>
      ctx.sql`select 1`.then(
        () => true,
        () => false,
      ),
    );
    await wait(1500); // longer than a job is taken for: it is not begun again beside itself
    assert.deepEqual(begun, [1, 2]);
    hold = undefined;
    go();
    await enqueue(ctx, "proef", { nr: 3 });
    await until("both are done", () => done.includes(2) && done.includes(3));
    await until("nothing waits", async () => {
      const rows = await ctx.sql`select from jobs.job`;
      return rows.length === 0;
    });
  });

  test("a worker that stops leaves nothing locked behind", async () => {
    await worker.stop();
    const rows = await ctx.sql`select from jobs.job where taken_until > now()`;
    assert.equal(rows.length, 0);
    worker = { ...worker, stop: async () => {} };
  });
});
