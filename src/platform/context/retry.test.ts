import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { inTransaction, sweepEach, type Context } from "#platform/context";
import { isDuplicate, isUnavailable, openDatabase } from "#platform/database";
import { testDatabase, type TestDatabase } from "#testing/database";

let db: TestDatabase;
before(async () => {
  db = await testDatabase();
  const owner = openDatabase({ url: db.url, max: 1, role: "eigenaar" });
  await owner.unsafe(
    "create table public.teller (naam text primary key, n int not null default 0); grant all on public.teller to leerid_app; insert into public.teller values ('a'), ('b')",
  );
  await owner.end();
});
after(() => db.close());

const add = (ctx: Context, naam: string) =>
  ctx.sql`update public.teller set n = n + 1 where naam = ${naam} and pg_sleep(0.05) is not null`;

test("two transactions in each other's way both end well: the one that PostgreSQL undid runs again", async () => {
  let turns = 0;
  const both = (first: string, second: string) =>
    inTransaction(db.ctx, async (tx) => {
      turns += 1;
      await add(tx, first);
      await add(tx, second);
    });
  await Promise.all([both("a", "b"), both("b", "a")]);
  assert.ok(turns > 2, "there was a deadlock");
  const rows = await db.sql<{ n: number }[]>`select n from public.teller order by naam`;
  assert.deepEqual(
    rows.map(({ n }) => n),
    [2, 2],
  );
});

test("six times at most, and then it is a matter of later", async () => {
  for (const code of ["40001", "40P01"]) {
    let turns = 0;
    const always = inTransaction(db.ctx, async (tx) => {
      turns += 1;
      await tx.sql.unsafe(`do $$ begin raise exception using errcode = '${code}'; end $$`);
    });
    await assert.rejects(always, (error) => isUnavailable(error) && !isDuplicate(error));
    assert.equal(turns, 6);
  }
});

test("what exists already exists already: that does not run again", async () => {
  let turns = 0;
  const twice = inTransaction(db.ctx, async (tx) => {
    turns += 1;
    await tx.sql`insert into public.teller (naam) values ('a')`;
  });
  await assert.rejects(twice, (error) => isDuplicate(error) && !isUnavailable(error));
  assert.equal(turns, 1);
});

test("a sweep gives everybody a turn, tells of the first failure at the end, and stops when the database is away", async () => {
  const seen: number[] = [];
  const sweep = (fails: (n: number) => Error | undefined) =>
    sweepEach(db.ctx, "proef", [1, 2, 3, 4], async (n) => {
      seen.push(n);
      const error = fails(n);
      if (error) throw error;
    });
  await assert.rejects(
    sweep((n) => (n % 2 === 1 ? new Error(`poison ${n}`) : undefined)),
    /poison 1/,
  );
  assert.deepEqual(seen, [1, 2, 3, 4]);
  seen.length = 0;
  await assert.rejects(sweep(() => Object.assign(new Error("away"), { code: "57P01" })));
  assert.deepEqual(seen, [1]);
});
