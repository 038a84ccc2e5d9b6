import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { openDatabase } from "#platform/database";
import { follow, followState } from "#platform/follow";
import { testDatabase, type TestDatabase } from "#testing/database";

let db: TestDatabase;
before(async () => {
  db = await testDatabase();
});
after(() => db.close());

const tell = (channel: string) => db.sql`select pg_notify(${channel}, '')`;

async function until(what: string, holds: () => boolean): Promise<void> {
  for (let n = 0; n < 400; n += 1) {
    if (holds()) return;
    await wait(10);
  }
  assert.fail(`not in 4 s: ${what}`);
}

/** Work of which each turn ends when the test says so. */
function heldWork() {
  const turns: { end(error?: Error): void }[] = [];
  const work = () =>
    new Promise<void>((resolve, reject) => {
      turns.push({ end: (error) => (error ? reject(error) : resolve()) });
    });
  return { turns, work };
}

describe("follow", () => {
  test("one turn at a time: what is told during a turn, however often, is one turn after it", async () => {
    const { turns, work } = heldWork();
    const follower = await follow(db.ctx, { channel: "proef_een", name: "proef", work });
    await until("the first turn", () => turns.length === 1);
    for (let n = 0; n < 5; n += 1) await tell("proef_een");
    await wait(100);
    assert.equal(turns.length, 1);
    turns[0]?.end();
    await until("the turn after it", () => turns.length === 2);
    turns[1]?.end();
    await wait(100);
    assert.equal(turns.length, 2, "nothing was told since");
    await follower.stop();
  });

  test("a turn that fails is tried again by itself, later each time, and told once", async () => {
    const times: number[] = [];
    const log = db.ctx.log as typeof db.ctx.log & { lines: string[] };
    const before = log.lines.length;
    const follower = await follow(db.ctx, {
      channel: "proef_fout",
      name: "proef",
      work: async () => {
        times.push(Date.now());
        if (times.length < 4) throw new TypeError("Lotte Peeters");
      },
    });
    await until("the turn that goes well", () => times.length === 4);
    const gaps = times.slice(1).map((time, n) => time - (times[n] ?? 0));
    assert.ok((gaps[0] ?? 0) >= 240 && (gaps[2] ?? 0) >= 990, gaps.join());
    await wait(50);
    const told = log.lines.slice(before);
    assert.equal(told.length, 2, told.join("\n"));
    assert.doesNotMatch(told.join(), /Lotte/);
    await follower.stop();
  });

  test("what nobody was told of is found now and then", async () => {
    let turns = 0;
    const follower = await follow(db.ctx, {
      channel: "proef_stil",
      name: "proef",
      every: 100,
      work: async () => {
        turns += 1;
      },
    });
    await until("three turns", () => turns >= 3);
    await follower.stop();
    const then = turns;
    await wait(250);
    assert.equal(turns, then, "none after the stop");
  });

  test("after a connection that was cut the turn comes at once, and stopping waits for the turn under way", async () => {
    const { turns, work } = heldWork();
    const follower = await follow(db.ctx, { channel: "proef_weg", name: "proef", work });
    await until("the first turn", () => turns.length === 1);
    turns[0]?.end();
    const owner = openDatabase({ url: db.url, max: 1, role: "eigenaar" });
    const cut = await owner`
      select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and query ilike 'listen%proef_weg%'`;
    await owner.end({ timeout: 5 });
    assert.equal(cut.length, 1);
    await until("a turn after it", () => turns.length === 2);
    let stopped = false;
    const stopping = (async () => {
      await follower.stop();
      stopped = true;
    })();
    await wait(50);
    assert.equal(stopped, false);
    turns[1]?.end();
    await stopping;
  });
});

describe("followState", () => {
  test("a read that is delivered late never stands over a newer one: a withdrawn address stays withdrawn", async () => {
    const state = { address: "https://oud.example" };
    const taken: string[] = [];
    const deliveries: (() => void)[] = [];
    const following = followState(db.ctx, {
      channel: "proef_laat",
      name: "proef",
      patience: 300,
      read: async () => {
        const read = { ...state };
        await new Promise<void>((go) => deliveries.push(go));
        return read;
      },
      take: ({ address }) => taken.push(address),
    });
    await until("the first read", () => deliveries.length === 1);
    deliveries[0]?.();
    const follower = await following;
    await tell("proef_laat");
    await until("a read of what stood", () => deliveries.length === 2); // its answer hangs somewhere
    state.address = "https://nieuw.example";
    await tell("proef_laat");
    await until("it is given up, and read again", () => deliveries.length === 3);
    deliveries[2]?.();
    await until("the newest is taken", () => taken.at(-1) === "https://nieuw.example");
    deliveries[1]?.(); // now it comes after all
    await wait(100);
    assert.deepEqual(taken, ["https://oud.example", "https://nieuw.example"]);
    const stopping = follower.stop();
    for (const go of deliveries) go();
    await stopping;
  });

  test("the first read is the caller's: when it fails there is nothing to follow", async () => {
    const read = async () => {
      throw new RangeError();
    };
    await assert.rejects(
      followState(db.ctx, { channel: "proef_nooit", name: "proef", read, take: () => {} }),
      RangeError,
    );
  });
});
