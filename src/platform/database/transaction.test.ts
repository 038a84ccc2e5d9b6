import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { testDatabase, type TestDatabase } from "#testing/database";
import { isUnavailable, openDatabase, transaction, type Sql } from "./index.ts";

let db: TestDatabase;
let admin: Sql;
before(async () => {
  db = await testDatabase();
  admin = openDatabase({ url: db.url, max: 1, role: "eigenaar" });
  await admin`create table public.proef (waarde integer)`;
  await admin`grant all on public.proef to leerid_app`;
});
after(async () => {
  await admin.end();
  await db.close();
});
beforeEach(() => admin`truncate public.proef`);

const lost = { code: "CONNECTION_CLOSED" };

async function cut(tx: Sql): Promise<void> {
  const [row] = await tx<{ pid: number }[]>`select pg_backend_pid() as pid`;
  await admin`select pg_terminate_backend(${row?.pid ?? 0})`;
  await wait(200); // the end of the connection arrives
}

/** The transaction fails at once; this also waits until its work has ended. */
async function lostTransaction(work: (tx: Sql) => Promise<unknown>, failure: object = lost): Promise<void> {
  const ended = Promise.withResolvers<void>();
  const run = transaction(db.sql, (tx) => work(tx).finally(() => ended.resolve()));
  await assert.rejects(run, failure);
  await ended.promise;
  await wait(50);
}

describe("a transaction whose connection is cut", () => {
  it("while it waits: no statement of it is sent any more, on whatever connection", async () => {
    let refused: unknown;
    await lostTransaction(async (tx) => {
      await tx`insert into public.proef values (1)`;
      await cut(tx);
      await Promise.all(Array.from({ length: 20 }, () => db.sql`select pg_sleep(0.02)`)); // its place is taken again
      try {
        await tx`insert into public.proef values (2)`;
      } catch (error) {
        refused = error;
      }
    });
    assert.equal((refused as { code?: unknown }).code, "CONNECTION_CLOSED");
    assert.deepEqual([...(await admin`select waarde from public.proef`)], []);
  });

  it("while a statement runs: it fails, and the process goes on", async () => {
    await lostTransaction(async (tx) => {
      await tx`insert into public.proef values (3)`;
      const [row] = await tx<{ pid: number }[]>`select pg_backend_pid() as pid`;
      setTimeout(() => void admin`select pg_terminate_backend(${row?.pid ?? 0})`.execute(), 100);
      await tx`select pg_sleep(20)`;
    }, Error);
    assert.equal((await db.sql`select 1`).length, 1);
  });

  it("while nothing is asked of it: work that ends well is not told as committed", async () => {
    await lostTransaction(async (tx) => {
      await tx`insert into public.proef values (4)`;
      await cut(tx);
      return "klaar";
    });
    assert.deepEqual([...(await admin`select waarde from public.proef`)], []);
  });

  it("leaves the other transactions alone, and the pool whole", async () => {
    await Promise.all(
      Array.from({ length: 40 }, async (_, n) => {
        const one = transaction(db.sql, async (tx) => {
          await tx`insert into public.proef values (${n})`;
          if (n % 4 === 0) await cut(tx);
          if (n % 4 === 1) throw new Error("changed my mind");
        });
        await (n % 4 < 2 ? assert.rejects(one) : one);
      }),
    );
    const rows = await admin<{ waarde: number }[]>`select waarde from public.proef order by 1`;
    assert.deepEqual(
      rows.map((row) => row.waarde),
      Array.from({ length: 40 }, (_, n) => n).filter((n) => n % 4 > 1),
    );
    const busy = await Promise.all(Array.from({ length: 30 }, () => db.sql`select pg_sleep(0.05)`));
    assert.equal(busy.length, 30);
  });

  it("by the server, because it asked nothing for too long: told as such, and others may go on", async () => {
    const sql = openDatabase({ url: db.url, max: 1, idleInTransaction: 300 });
    const hanging = transaction(sql, async (tx) => {
      await tx`insert into public.proef values (6)`;
      await wait(900);
      await tx`insert into public.proef values (7)`;
    });
    await assert.rejects(hanging, isUnavailable);
    assert.deepEqual(await admin`select waarde from public.proef`, []);
    assert.equal((await sql`select 1`).length, 1);
    await sql.end({ timeout: 1 });
  });
});
