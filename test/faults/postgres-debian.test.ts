import assert from "node:assert/strict";
import { it } from "node:test";
import { migrate, openDatabase } from "#platform/database";
import { startDebianPostgres } from "#testing/debian-postgres";
import { guardedLog } from "#testing/guarded-log";

it("the structure of the database is made, once, on the oldest PostgreSQL this machine has", async (t) => {
  const debian = await startDebianPostgres();
  if (!debian) return t.skip("no PostgreSQL 15 or newer on this machine, and none could be installed");
  const sql = openDatabase({ url: debian.url, max: 1, role: "eigenaar" });
  try {
    assert.ok((await migrate(debian.url, guardedLog())) > 0);
    assert.equal(await migrate(debian.url, guardedLog()), 0);
    const [row] = await sql<{ version: number; tables: number }[]>`
      select current_setting('server_version_num')::int as version,
             (select count(*)::int from pg_tables where schemaname not in ('pg_catalog', 'information_schema')) as tables`;
    t.diagnostic(`PostgreSQL ${Math.floor((row?.version ?? 0) / 10_000)}, ${row?.tables} tables`);
    assert.ok((row?.tables ?? 0) > 10);
  } finally {
    await sql.end({ timeout: 2 });
    await debian.stop();
  }
});
