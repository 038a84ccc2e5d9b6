import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Datum } from "#platform/clock";
import { daysOfSchooljaar, schooljaarOn, shiftSchooljaar } from "#platform/schooljaar";
import { testDatabase, type TestDatabase } from "#testing/database";

let db: TestDatabase;
before(async () => {
  db = await testDatabase();
});
after(() => db.close());

test("the school year of every day of eight years, as PostgreSQL counts eight months back; the day lies in it and in no other", async () => {
  const days = await db.sql<{ dag: Datum; jaar: number }[]>`
    select d::date as dag, extract(year from d - interval '8 months')::int as jaar
      from generate_series('2024-01-01'::timestamp, '2031-12-31', '1 day') d`;
  assert.equal(days.length, 2922);
  for (const { dag, jaar } of days) {
    const schooljaar = schooljaarOn(dag);
    assert.equal(schooljaar, `${jaar}-${jaar + 1}`, dag);
    for (const shift of [-1, 0, 1]) {
      const { van, tot } = daysOfSchooljaar(shiftSchooljaar(schooljaar, shift));
      assert.equal(van <= dag && dag <= tot, shift === 0, `${dag} ${shift}`);
    }
  }
});

test("a school year ends on the day before the next begins", () => {
  assert.deepEqual(daysOfSchooljaar("2026-2027"), { van: "2026-09-01", tot: "2027-08-31" });
  assert.equal(shiftSchooljaar("2026-2027", 1), "2027-2028");
  assert.equal(shiftSchooljaar("2099-2100", 0), "2099-2100");
});
