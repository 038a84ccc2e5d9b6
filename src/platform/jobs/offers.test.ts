import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { z } from "zod";
import { fixedClock } from "#platform/clock";
import type { Context } from "#platform/context";
import { openDatabase } from "#platform/database";
import { collectJobs, job, startUpkeep, type Upkeep } from "#platform/jobs";
import { testKeys } from "#testing/database";
import { guardedLog } from "#testing/guarded-log";

const world = () => {
  const log = guardedLog();
  const ctx: Context = {
    sql: openDatabase({ url: process.env["LEERID_TEST_DATABASE_URL"] ?? "", max: 1 }),
    clock: fixedClock("2026-11-24T08:30:00Z"),
    keys: testKeys,
    log,
  };
  return { ctx, log };
};

describe("what rooms offer", () => {
  test("two rooms do not offer the same name", () => {
    const { ctx } = world();
    const one = job("proef", z.object({}), async () => {});
    assert.throws(() => collectJobs([one, one]), /two rooms offer proef/);
    const sweep: Upkeep = { name: "proef", everyMs: 1000, work: async () => {} };
    assert.throws(() => startUpkeep(ctx, [sweep, sweep]), /two rooms offer proef/);
    assert.deepEqual(Object.keys(collectJobs([one])), ["proef"]);
  });

  test("a job that is told something else than it declares does not begin", async () => {
    const { ctx } = world();
    const begun: string[] = [];
    const taken = collectJobs([
      job("proef", z.object({ batch: z.guid() }), async (_ctx, { batch }) => {
        begun.push(batch);
      }),
    ]);
    const batch = "0190aaaa-0000-4000-8000-000000000001";
    await assert.rejects(taken["proef"]?.(ctx, { batch: "undefined" }) ?? Promise.resolve(), z.ZodError);
    await taken["proef"]?.(ctx, { batch, more: 1 });
    assert.deepEqual(begun, [batch]);
  });

  test("upkeep that throws, at once or later, comes again and stops no other", async () => {
    const { ctx, log } = world();
    const turns = { good: 0, throws: 0, rejects: 0 };
    const upkeep = startUpkeep(ctx, [
      {
        name: "throws",
        everyMs: 10,
        work: () => {
          turns.throws += 1;
          throw new Error("at once");
        },
      },
      {
        name: "rejects",
        everyMs: 10,
        work: async () => {
          turns.rejects += 1;
          await wait(1);
          throw new Error("later");
        },
      },
      { name: "good", everyMs: 10, work: async () => (turns.good += 1) },
    ]);
    for (let n = 0; n < 500 && Math.min(...Object.values(turns)) < 3; n += 1) await wait(10);
    await upkeep.stop();
    assert.ok(Math.min(...Object.values(turns)) >= 3, JSON.stringify(turns));
    assert.ok(log.lines.some((line) => line.includes('"taak":"throws"')));
  });

  test("a turn that takes long is not joined by another, and stopping waits for it", async () => {
    const { ctx } = world();
    let begun = 0;
    let ended = 0;
    const upkeep = startUpkeep(ctx, [
      {
        name: "slow",
        everyMs: 5,
        work: async () => {
          begun += 1;
          await wait(100);
          ended += 1;
        },
      },
    ]);
    await wait(50);
    await upkeep.stop();
    assert.deepEqual({ begun, ended }, { begun: 1, ended: 1 });
  });
});
