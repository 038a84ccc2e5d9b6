import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { testDatabase, type TestDatabase } from "#testing/database";
import { openDatabase, type Sql } from "./index.ts";

let db: TestDatabase;
let sql: Sql;
const sent: string[] = [];
before(async () => {
  db = await testDatabase();
  sql = openDatabase({ url: db.url, max: 1, role: "eigenaar", onStatement: (text) => sent.push(text) });
  await sql`create schema proef`;
  await sql`create table proef.rij (nummer integer, "een ""naam""" text, op timestamptz, bytes bytea, ja boolean)`;
});
after(async () => {
  await sql.end({ timeout: 1 });
  await db.close();
});

const only = async (statement: PromiseLike<readonly Record<string, unknown>[]>): Promise<unknown> =>
  (await statement)[0]?.["x"];

describe("values", () => {
  it("arrive as they were, whatever they are", async () => {
    const text = `'; drop table x; -- " \\ \n\t é 👦 $1 {"a":1}`;
    assert.equal(await only(sql`select ${text}::text as x`), text);
    assert.equal(await only(sql`select ${"" as string}::text as x`), "");
    assert.equal(await only(sql`select ${42}::int8 as x`), 42);
    assert.equal(await only(sql`select ${-1.5}::float8 as x`), -1.5);
    assert.equal(await only(sql`select ${9_007_199_254_740_991n} as x`), Number.MAX_SAFE_INTEGER);
    assert.equal(await only(sql`select ${null}::text as x`), null);
    assert.equal(await only(sql`select ${"2026-11-24"}::date as x`), "2026-11-24");
    assert.deepEqual(await only(sql`select ${[text, "", "NULL", null]}::text[] as x`), [
      text,
      "",
      "NULL",
      null,
    ]);
    assert.deepEqual(await only(sql`select ${[1, 2, null]}::int[] as x`), [1, 2, null]);
    assert.deepEqual(
      await only(
        sql`select ${[
          [1, 2],
          [3, 4],
        ]}::int8[] as x`,
      ),
      [
        [1, 2],
        [3, 4],
      ],
    );
    assert.deepEqual(await only(sql`select ${[] as string[]}::uuid[] as x`), []);
    assert.deepEqual(await only(sql`select ${JSON.stringify({ a: [text] })}::text::jsonb as x`), {
      a: [text],
    });
  });

  it("bring their type along when it is not one of the server's guesses", async () => {
    const now = new Date("2026-11-24T08:30:00.123Z");
    assert.deepEqual(await only(sql`select ${now} as x`), now);
    assert.deepEqual(
      await only(sql`select ${now} - interval '1 hour' as x`),
      new Date("2026-11-24T07:30:00.123Z"),
    );
    assert.equal(await only(sql`select ${true} as x`), true);
    assert.equal(await only(sql`select not ${true} as x`), false);
    const bytes = Buffer.from([0, 1, 92, 255]);
    assert.deepEqual(await only(sql`select ${bytes} as x`), bytes);
    assert.deepEqual(await only(sql`select ${new Uint8Array(bytes).subarray(1)} as x`), bytes.subarray(1));
  });

  it("that mean nothing in SQL are refused, also in a list, an insert or a part", async () => {
    const nothing = undefined as unknown as string;
    const refused = { name: "TypeError" };
    await assert.rejects(sql`select ${nothing}::text`, { code: "UNDEFINED_VALUE" });
    await assert.rejects(sql`select ${[nothing]}::text[]`, refused);
    await assert.rejects(sql`select 1 ${sql`where ${nothing} = 1`}`, { code: "UNDEFINED_VALUE" });
    await assert.rejects(
      sql`insert into proef.rij ${sql([{ nummer: 1 }, {} as { nummer: number }])}`,
      refused,
    );
    await assert.rejects(sql`select ${{ a: 1 } as unknown as string}::jsonb`, refused);
    await assert.rejects(sql`select ${[{ a: 1 }] as unknown as string[]}::jsonb[]`, refused);
    await assert.rejects(sql`select ${new Date(NaN)}`, RangeError);
    assert.equal((await sql`select 1`).length, 1);
  });

  it("come back with the types of the house", async () => {
    const [row] = await sql`
      select 1::int2 as klein, 2::int8 as groot, 1.50::numeric as juist, '2026-11-24'::date as dag, '{2026-11-24}'::date[] as dagen,
             array[2::int8] as getallen, '\\x00ff'::bytea as bytes, array[true, null] as vlaggen, '{"a": [1]}'::json as json,
             array['a"b'::name] as namen, array[gen_random_uuid()] is not null as uuid, null::int as niets, interval '1 day' as duur,
             array['2026-11-24T08:30Z'::timestamptz] as momenten`;
    assert.deepEqual(row, {
      klein: 1,
      groot: 2,
      juist: "1.50",
      dag: "2026-11-24",
      dagen: ["2026-11-24"],
      getallen: [2],
      bytes: Buffer.from([0, 255]),
      vlaggen: [true, null],
      json: { a: [1] },
      namen: ['a"b'],
      uuid: true,
      niets: null,
      duur: "1 day",
      momenten: [new Date("2026-11-24T08:30:00Z")],
    });
  });
});

describe("a statement", () => {
  it("holds parts, lists of parts, names and rows", async () => {
    const bigger = (than: number) => sql`nummer > ${than}`;
    const rows = [1, 2, 3].map((nummer) => ({
      nummer,
      'een "naam"': `n${nummer}`,
      op: new Date(nummer),
      bytes: null,
      ja: true,
    }));
    assert.equal((await sql`insert into ${sql("proef.rij")} ${sql(rows)}`).count, 3);
    assert.equal(
      (await sql`insert into proef.rij ${sql({ nummer: 4, ja: false, bytes: Buffer.from("x") })}`).count,
      1,
    );
    const found = await sql`
      select ${sql('een "naam"')} as naam from proef.rij r
       where ${bigger(1)} ${[sql`and nummer < ${4}`, sql`and ja = ${true}`]} ${sql``} and nummer <> ${99} order by ${sql("r.nummer")}`;
    assert.deepEqual(found, [{ naam: "n2" }, { naam: "n3" }]);
    assert.equal((await sql`update proef.rij set ja = true where nummer = 1`).count, 1);
    assert.equal((await sql`delete from proef.rij`).count, 4);
    assert.throws(() => sql([]), TypeError);
  });

  it("is sent when somebody waits for it, once", async () => {
    const from = sent.length;
    const lazy = sql`select 'lui' as x`;
    await sql`select 'eerst' as x`;
    assert.deepEqual(await Promise.all([lazy, lazy.then((rows) => rows)]), [[{ x: "lui" }], [{ x: "lui" }]]);
    assert.deepEqual(sent.slice(from), ["select 'eerst' as x", "select 'lui' as x"]);
    const soon = sql`select 'gauw' as x`.execute();
    assert.equal(sent.at(-1), "select 'gauw' as x");
    assert.deepEqual(await soon, [{ x: "gauw" }]);
  });

  it("has one prepared name per text, and none when its rows vary in number", async () => {
    await sql.unsafe("deallocate all");
    const fresh = openDatabase({ url: db.url, max: 1, role: "eigenaar" });
    const prepared = async () =>
      (await fresh.unsafe("select statement from pg_prepared_statements order by 1")).map(
        (row) => row["statement"],
      );
    for (const nummer of [1, 2, 3]) {
      await fresh`insert into proef.rij ${fresh({ nummer })}`;
      await fresh`insert into proef.rij ${fresh(Array.from({ length: nummer + 1 }, () => ({ nummer })))}`;
      await fresh`select ${nummer}::int ${nummer > 2 ? fresh`where ${nummer} > 2` : fresh``}`;
    }
    assert.deepEqual(await prepared(), [
      'insert into proef.rij ("nummer") values ($1)',
      "select $1::int ",
      "select $1::int where $2 > 2",
    ]);
    await fresh.end({ timeout: 1 });
  });

  it("that fails says where it stands, without its values", async () => {
    const error = await sql`select ${"geheim"}::int`.then(
      () => assert.fail("it did not fail"),
      (thrown: unknown) => thrown as Error,
    );
    assert.match(error.stack ?? "", /statement\.test\.ts/);
    assert.equal(error.name, "PostgresError");
  });

  it("in a transaction knows no other one, and no end of the pool", async () => {
    await sql.begin(async (tx) => {
      assert.ok(tx.inTransaction && !sql.inTransaction);
      assert.throws(() => tx.begin(async () => 1));
      assert.throws(() => tx.end());
    });
  });
});

describe("a pool", () => {
  it("ends when all is answered, at most after its time, and says so to who comes later", async () => {
    const patient = openDatabase({ url: db.url, max: 1 });
    const asked = [patient`select pg_sleep(0.2)`.execute(), patient`select 2 as x`.execute()];
    await patient.end();
    assert.deepEqual(await asked[1], [{ x: 2 }]);
    await assert.rejects(patient`select 1`, { code: "CONNECTION_ENDED" });
    const hasty = openDatabase({ url: db.url, max: 1 });
    const long = [1, 2].map(() => assert.rejects(hasty`select pg_sleep(20)`));
    const start = performance.now();
    await hasty.end({ timeout: 0.3 });
    await Promise.all(long);
    assert.ok(performance.now() - start < 3000);
  });
});
