import assert from "node:assert/strict";
import { test } from "node:test";
import { leveringstatussen } from "#modules/leveringen";
import { testDatabase } from "#testing/database";

test("the states of a delivery are the same in code and database", async (t) => {
  const { sql, close } = await testDatabase();
  t.after(close);
  const [row] = await sql<{ regel: string }[]>`
    select pg_get_constraintdef(oid) as regel from pg_constraint
     where conrelid = 'leveringen.levering'::regclass and conname = 'levering_status_check'`;
  assert.deepEqual(
    [...(row?.regel ?? "").matchAll(/'([a-z]+)'/g)].map(([, naam]) => naam),
    [...leveringstatussen],
  );
});
