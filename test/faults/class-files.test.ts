import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { after, before, describe, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { systemClock } from "#platform/clock";
import type { Context } from "#platform/context";
import { migrate, openDatabase } from "#platform/database";
import { schooljaarOn } from "#platform/schooljaar";
import { stopSharing } from "#modules/akkoorden";
import { findOntvangst, receiveFile, processLevering, eraseAllStopped } from "#modules/leveringen";
import { getFeiten } from "#modules/verstrekking";
import { testDatabase, testKeys } from "#testing/database";
import { guardedLog } from "#testing/guarded-log";
import { giveTestAkkoord, klassenOf, kop, makeSchool, fileNameOf, type Pupil } from "#testing/levering";
import { drawsOf, times, whole } from "#testing/runs";
import { mainKey, spawnLeerid } from "#testing/server";
import { killablePostgres, type KillablePostgres } from "./killable-postgres.ts";

const random = drawsOf(3);
const clock = systemClock();
const schooljaar = schooljaarOn(clock.vandaag());
const yesterday = clock.now() - 86_400_000;
const nameOf = (school: string, nr: number) =>
  fileNameOf(school, new Date(yesterday + nr * 1000).toISOString(), { schooljaar });
/** In file `nr` pupil n is in a class of that file when n = nr: a small change each time, never enough for the brake. */
const listOf = (pupils: readonly Pupil[], nr: number) =>
  [kop, ...pupils.map(({ leerId }, n) => `${leerId};;${n === nr % pupils.length ? `Z${nr}` : "1A"};;;`)].join(
    "\n",
  );

describe("class files when a worker or PostgreSQL is killed", () => {
  const schools = ["999001", "999002", "999003", "999004", "999005", "999006"];
  const files = times(12, 8);
  let pg: KillablePostgres;
  let ctx: Context;
  const pupils = new Map<string, Pupil[]>();
  let worker: ChildProcess | undefined;

  const startWorker = () => {
    worker = spawnLeerid(["worker"], { LEERID_DATABASE_URL: pg.url, LEERID_HOOFDSLEUTEL: mainKey });
  };
  const killWorker = async () => {
    const gone =
      worker && worker.exitCode === null && worker.signalCode === null ? once(worker, "exit") : undefined;
    worker?.kill("SIGKILL");
    await gone;
  };

  before(async () => {
    pg = await killablePostgres();
    await migrate(pg.url, guardedLog());
    ctx = { sql: openDatabase({ url: pg.url, max: 4 }), clock, keys: testKeys, log: guardedLog() };
    for (const school of schools) pupils.set(school, await makeSchool(ctx, school, { leerlingen: 30 }));
    // Every end of a file is noted beside it, in the commit that ends it.
    const owner = openDatabase({ url: pg.url, max: 1, role: "eigenaar" });
    await owner.unsafe(`
      create table public.einde (levering uuid not null, status text not null);
      create function public.noteer_einde() returns trigger language plpgsql as $$
      begin insert into public.einde values (new.levering, new.status); return null; end $$;
      create trigger noteer_einde after update of status on leveringen.levering
        for each row execute function public.noteer_einde();
      grant insert, select on public.einde to leerid_app`);
    await owner.end();
  });
  after(async () => {
    await killWorker();
    await ctx.sql.end({ timeout: 5 });
    await pg.stop();
  });

  /** Delivers until there is an answer: who hears nothing sends the same again. */
  async function send(school: string, nr: number): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      try {
        await receiveFile(ctx, {
          pakket: "wisa",
          naam: nameOf(school, nr),
          inhoud: Buffer.from(listOf(pupils.get(school) ?? [], nr)),
          kanaal: "sftp",
        });
        return;
      } catch (error) {
        if (attempt > 600) throw error;
        await wait(50);
      }
    }
  }

  test("D9: every file is handled exactly once, and the classes are those of the newest", async () => {
    const queue = schools.flatMap((school) => Array.from({ length: files }, (_, nr) => ({ school, nr })));
    for (let turn = queue.length - 1; turn > 0; turn--) {
      const other = random.below(turn + 1);
      [queue[turn], queue[other]] = [
        queue[other] as (typeof queue)[number],
        queue[turn] as (typeof queue)[number],
      ];
    }
    const all = queue.length;
    const senders = [0, 1].map(async () => {
      for (let one = queue.shift(); one; one = queue.shift()) {
        await send(one.school, one.nr);
        await wait(random.below(60));
      }
    });
    const open = async () => {
      const [row] = await ctx.sql<
        { n: number }[]
      >`select count(*) as n from leveringen.levering where status = 'wacht'`.catch(() => []);
      return row?.n;
    };
    const ended = async () => {
      const rows = await ctx.sql<{ n: number }[]>`select count(*) as n from public.einde`.catch(() => []);
      return rows[0]?.n ?? -1;
    };
    const atKill: number[] = [];
    for (let round = 0; round < times(12, 3) && ((await open()) !== 0 || queue.length > 0); round++) {
      startWorker();
      const before = await ended();
      for (let waited = 0; waited < 400 && (await ended()) <= before; waited++) await wait(25);
      await wait(random.below(150));
      if (round % 3 === 2) {
        await pg.kill();
        await pg.restart();
      }
      await killWorker();
      atKill.push(await ended());
    }
    assert.ok(
      atKill.some((n) => n > 0 && n < all),
      `no blow fell in the middle: ${atKill.join()} of ${all}`,
    );
    await Promise.all(senders);
    startWorker();
    for (let waited = 0; waited < 1200 && (await open()) !== 0; waited++) await wait(50);
    assert.equal(await open(), 0, "every file has its end");
    const [count] = await ctx.sql`select count(*) as n from leveringen.levering`;
    assert.equal(count?.["n"], all);
    const twice = await ctx.sql`select levering from public.einde group by 1 having count(*) > 1`;
    assert.equal(twice.length, 0, "none was ended twice");
    for (const school of schools) {
      const statuses = await Promise.all(
        Array.from({ length: files }, async (_, nr) => {
          const receipt = await findOntvangst(ctx, "wisa", nameOf(school, nr));
          assert.ok(typeof receipt === "object");
          assert.ok(receipt.status === "verwerkt" || receipt.reden?.code === "verouderd");
          return receipt.status;
        }),
      );
      assert.equal(statuses.at(-1), "verwerkt");
      const moved = (await klassenOf(ctx, school)).filter(({ klas }) => klas !== "1A");
      assert.deepEqual(
        moved.map(({ klas, account }) => [klas, account]),
        [[`Z${files - 1}`, pupils.get(school)?.[files - 1]?.account]],
      );
    }
    const [kept] = await ctx.sql`select count(inhoud) as n from leveringen.levering`;
    assert.equal(kept?.["n"], 0, "nothing of a file is kept");
  });
});

test("R68: a stop on another node during a running import: nothing is applied or released after its commit, and all of it is erased", async () => {
  const db = await testDatabase();
  const one: Context = { ...db.ctx, clock };
  const other: Context = { ...one, sql: openDatabase({ url: db.url, max: 2 }) };
  const school = "999001";
  try {
    const pupils = await makeSchool(one, school, { leerlingen: 200, akkoord: false });
    const rounds = times(30, 3);
    let before = 0;
    let after = 0;
    for (let round = 0; round < rounds; round++) {
      await giveTestAkkoord(one, school);
      const taken: string[] = [];
      for (let nr = 0; nr < 6; nr++) {
        const { levering } = await receiveFile(one, {
          pakket: "wisa",
          naam: nameOf(school, round * 10 + nr),
          inhoud: Buffer.from(listOf(pupils, nr)),
          kanaal: "sftp",
        });
        taken.push(levering);
      }
      const running = Promise.all([
        (async () => {
          for (const levering of taken) await processLevering(one, levering);
        })(),
        (async () => {
          for (const levering of taken.toReversed()) await processLevering(other, levering);
        })(),
      ]);
      await wait(random.below(120));
      assert.equal(await stopSharing(other, { lijn: [school], wie: { voId: "vo-1", naam: "An" } }), true);
      const applied = async () => {
        const [row] = await other.sql<{ n: number }[]>`
          select count(*) as n from leveringen.levering where levering = any (${taken}) and status = 'verwerkt'`;
        return row?.n ?? -1;
      };
      const atStop = await applied();
      const release = async () =>
        (await getFeiten(one, pupils[0]?.account as Pupil["account"], null, clock.vandaag()))?.klassen;
      assert.deepEqual(await release(), []);
      await running;
      assert.equal(await applied(), atStop, "nothing was applied after the commit of the stop");
      assert.deepEqual(await release(), []);
      before += atStop;
      after += taken.length - atStop;
      await Promise.all([eraseAllStopped(one), eraseAllStopped(other)]);
      assert.equal((await klassenOf(one, school)).length, 0);
      const [kept] = await one.sql`select count(inhoud) as n from leveringen.levering`;
      assert.equal(kept?.["n"], 0);
    }
    const [proof] = await one.sql`select count(*) as n from leveringen.wissing where regel = 'gestopt'`;
    assert.equal(proof?.["n"], rounds);
    if (whole)
      assert.ok(before > 0 && after > 0, `the stop fell in the middle: ${before} before, ${after} after`);
  } finally {
    await other.sql.end({ timeout: 5 });
    await db.close();
  }
});
