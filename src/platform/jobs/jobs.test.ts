import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { after, before, describe, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { inTransaction } from "#platform/context";
import { enqueue, startWorker, type Tasks } from "#platform/jobs";
import { migrate, openDatabase } from "#platform/database";
import { databaseOfBefore, testDatabase, type TestDatabase } from "#testing/database";
import { guardedLog } from "#testing/guarded-log";

let db: TestDatabase;
before(async () => {
  db = await testDatabase();
});
after(() => db.close());

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let n = 0; n < 400; n += 1) {
    if (await holds()) return;
    await wait(25);
  }
  assert.fail(`not in 10 s: ${what}`);
}
const waiting = async (): Promise<number> => {
  const [row] = await db.sql<{ n: number }[]>`select count(*)::int as n from jobs.job`;
  return row?.n ?? -1;
};

describe("jobs", () => {
  test("D13: a job exists when its transaction commits, and never when that is rolled back", async () => {
    const seen: unknown[] = [];
    const worker = await startWorker(db.ctx, {
      proef: async (_ctx, payload) => {
        seen.push(payload["nr"]);
      },
    });
    try {
      await assert.rejects(
        inTransaction(db.ctx, async (ctx) => {
          await enqueue(ctx, "proef", { nr: 1 });
          throw new Error("not this time");
        }),
      );
      await inTransaction(db.ctx, async (ctx) => {
        await enqueue(ctx, "proef", { nr: 2 });
        await wait(300);
        assert.deepEqual(seen, [], "not before the commit");
      });
      await until("the committed job ran", () => seen.length > 0);
      await enqueue(db.ctx, "proef", { nr: 3 });
      await until("the last job ran", () => seen.includes(3));
      assert.deepEqual(seen, [2, 3]);
      await until("nothing waits", async () => (await waiting()) === 0);
    } finally {
      await worker.stop();
    }
  });

  test("one effect per job with two workers; a key replaces what still waits", async () => {
    const seen: unknown[] = [];
    const taken: Tasks = {
      proef: async (_ctx, payload) => {
        seen.push(payload["nr"]);
        await wait(2);
      },
    };
    await enqueue(db.ctx, "proef", { nr: "oud" }, { sleutel: "een" });
    await enqueue(db.ctx, "proef", { nr: "nieuw" }, { sleutel: "een" });
    for (let nr = 0; nr < 100; nr += 1) await enqueue(db.ctx, "proef", { nr });
    const workers = await Promise.all([0, 1].map(() => startWorker(db.ctx, taken)));
    try {
      await until("all jobs ran", () => seen.length >= 101);
      await until("nothing waits", async () => (await waiting()) === 0);
      assert.equal(new Set(seen).size, 101);
      assert.equal(seen.length, 101);
      assert.ok(!seen.includes("oud"));
    } finally {
      await Promise.all(workers.map((one) => one.stop()));
    }
  });

  for (const signal of ["SIGKILL", "SIGSTOP"] as const)
    test(`a worker's job is taken by another after ${signal}, and a living one keeps its own`, async () => {
      const child = spawn(
        process.execPath,
        [
          "--input-type=module-typescript",
          "--eval",
          `import { testKeys } from "#testing/database";
         import { systemClock } from "#platform/clock";
         import { openDatabase } from "#platform/database";
         import { operationsLog } from "#platform/log";
         import { startWorker } from "#platform/jobs";
         const url = ${JSON.stringify(db.url)};
         const ctx = { sql: openDatabase({ url }), clock: systemClock(), keys: testKeys, log: operationsLog("silent") };
         await startWorker(ctx, { lang: async () => { console.log("bezig"); await new Promise(() => {}); } }, { hartslagMs: 200, tegelijk: 1 });`,
        ],
        {
          cwd: fileURLToPath(new URL("../../../", import.meta.url)),
          stdio: ["ignore", "pipe", "inherit"],
        },
      );
      let done = 0;
      try {
        await enqueue(db.ctx, "lang", { nr: 1 });
        await once(child.stdout, "data");
        const worker = await startWorker(
          db.ctx,
          {
            lang: async () => {
              done += 1;
            },
          },
          { hartslagMs: 200 },
        );
        try {
          await wait(2500); // longer than a job is taken for, and than the pause between two looks for work
          assert.equal(done, 0, "its worker lives");
          child.kill(signal);
          await until("somebody else did it", () => done === 1);
          await until("nothing waits", async () => (await waiting()) === 0);
          assert.equal(done, 1);
        } finally {
          await worker.stop();
        }
      } finally {
        child.kill("SIGKILL");
      }
    });

  test("a worker that stops waits five seconds for what is under way, then gives it back", async () => {
    const started = { n: 0 };
    const worker = await startWorker(db.ctx, {
      eindeloos: () => {
        started.n += 1;
        return new Promise(() => {});
      },
    });
    await enqueue(db.ctx, "eindeloos", { nr: 1 });
    await until("it began", () => started.n === 1);
    const begin = Date.now();
    await worker.stop();
    assert.ok(Date.now() - begin < 9000);
    const rows = await db.sql`delete from jobs.job returning taken_until <= now() as vrij`;
    assert.deepEqual(
      rows.map((row) => row["vrij"]),
      [true],
    );
  });

  test("a task that fails comes again; neither its error nor its payload holds personal data", async () => {
    let runs = 0;
    const worker = await startWorker(db.ctx, {
      stuk: async () => {
        runs += 1;
        if (runs === 1) throw new TypeError("Lotte Peeters bestaat al");
      },
    });
    try {
      await enqueue(db.ctx, "stuk", { account: "0f2d2c8e-6d0e-4f6e-9d44-7f8f3d8f7a11" });
      await until("it ran", () => runs === 1);
      const failed = async () =>
        (await db.sql<{ last_error: string | null }[]>`select last_error from jobs.job`)[0]?.last_error;
      await until("its failure is stored", async () => (await failed()) !== null);
      assert.equal(await failed(), "TypeError");
      await until("it came again", () => runs === 2);
      await until("nothing waits", async () => (await waiting()) === 0);
    } finally {
      await worker.stop();
    }
    await assert.rejects(enqueue(db.ctx, "stuk", { naam: "Lotte Peeters" }), /not an id/);
    await assert.rejects(enqueue(db.ctx, "stuk", { nr: "12345678901" }), /not an id/);
  });

  test("asked for again with its key while it runs, a job runs once more; a failed one makes room for the newer", async () => {
    const seen: unknown[] = [];
    const held: (() => void)[] = [];
    const worker = await startWorker(db.ctx, {
      proef: async (_ctx, payload) => {
        seen.push(payload["nr"]);
        await new Promise<void>((go) => held.push(go));
        if (payload["nr"] === 1) throw new Error("not this time");
      },
    });
    try {
      await enqueue(db.ctx, "proef", { nr: 1 }, { sleutel: "een" });
      await until("the first runs", () => seen.length === 1);
      await enqueue(db.ctx, "proef", { nr: 2 }, { sleutel: "een" });
      await until("the second runs beside it", () => seen.length === 2);
      await enqueue(db.ctx, "proef", { nr: 3 }, { sleutel: "een" });
      held[0]?.(); // the first fails while the third waits
      await until("the third runs", () => seen.length === 3);
      for (const go of held) go();
      await until("nothing waits", async () => (await waiting()) === 0);
      assert.deepEqual(seen, [1, 2, 3]);
    } finally {
      await worker.stop();
    }
  });

  test("work for which this program has no task is left to one that has; the last attempt is the last", async () => {
    const worker = await startWorker(db.ctx, {
      stuk: async () => {
        throw new RangeError();
      },
    });
    try {
      await enqueue(db.ctx, "van-later", { nr: 1 });
      await db.sql`insert into jobs.job (task, payload, attempts) values ('stuk', '{}', 24)`;
      await enqueue(db.ctx, "stuk", { nr: 1 });
      await until("the last attempt of one is over, and the first of the other", async () => {
        const rows = await db.sql<{ attempts: number }[]>`select attempts from jobs.job where task = 'stuk'`;
        return rows.length === 1 && rows[0]?.attempts === 1;
      });
      const left = await db.sql`delete from jobs.job returning task, attempts`;
      assert.deepEqual(left.map((row) => [row["task"], row["attempts"]]).toSorted(), [
        ["stuk", 1],
        ["van-later", 0],
      ]);
    } finally {
      await worker.stop();
    }
  });

  test("what waits in the queue of before comes along, and what an old server has under way stays with it", async () => {
    const fresh = await databaseOfBefore("0024");
    const owner = openDatabase({ url: fresh.url, max: 1, role: "eigenaar" });
    try {
      // As graphile-worker 0.18 had it, as far as it matters.
      await owner.unsafe(`
        create schema graphile_worker;
        create table graphile_worker._private_tasks (id integer, identifier text);
        create table graphile_worker._private_jobs (task_id integer, payload json, key text, run_at timestamptz, locked_by text);
        insert into graphile_worker._private_tasks values (1, 'sessies-beeindigen');
        insert into graphile_worker._private_jobs values (1, '{"account":"a"}', 'k', now(), null), (1, '{"account":"b"}', null, now(), 'oud')`);
      await migrate(fresh.url, guardedLog());
      const rows = await owner`select task, payload, key from jobs.job`;
      assert.deepEqual(
        rows.map((row) => ({ ...row })),
        [{ task: "sessies-beeindigen", payload: { account: "a" }, key: "k" }],
      );
      assert.equal((await owner`select from graphile_worker._private_jobs`).length, 1);
    } finally {
      await owner.end({ timeout: 5 });
      await fresh.close();
    }
  });
});
