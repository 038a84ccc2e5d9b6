import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { jobs as offeredJobs, upkeep } from "#leerid";
import { testDatabase } from "#testing/database";
import { sourceFiles } from "./source.ts";

const production = sourceFiles("src").filter((file) => !file.test);
const jobs = offeredJobs({ urls: { acm: "https://acm.leerid.test" }, LEERID_PRODUCTIE: true });
const collected = [...jobs, ...upkeep({})].map(({ name }) => name);

/** Second arguments of `enqueue`, `enqueueing` and `enqueueingEach`, as they stand in the code. */
const askedIn = (text: string): string[] =>
  [...text.matchAll(/\benqueue(?:ing(?:Each)?)?\(\s*[\w.]+,\s*([^,]+),/g)].map(([, name = ""]) =>
    name.trim(),
  );

describe("rooms offer their work, leerid.ts collects it", () => {
  test("what a room offers is collected, once", () => {
    const offered = production
      .filter((file) => /^src\/(?:modules|sites)\/\w+\/jobs\.ts$/.test(file.path))
      .flatMap(({ text }) =>
        [...text.matchAll(/(?:\bname: |\bjob\(\s*)"([^"]+)"/g)].map(([, name = ""]) => name),
      );
    assert.ok(offered.length >= 20, `${offered.length} offers`);
    assert.deepEqual(collected.toSorted(), offered.toSorted());
    assert.equal(new Set(upkeep({}).map(({ name }) => name)).size, upkeep({}).length);
    assert.equal(new Set(jobs.map(({ name }) => name)).size, jobs.length);
  });

  test("what is asked for has a taker, and every job is asked for by somebody", async () => {
    const asked = production
      .filter((file) => !file.path.startsWith("src/platform/jobs/"))
      .flatMap((file) => askedIn(file.text));
    assert.deepEqual(askedIn('await enqueue(v.ctx, "een", {});\nenqueueing(ctx, twee, {})'), [
      '"een"',
      "twee",
    ]);
    // A name that is not written out where it is asked for cannot be held to anything here.
    assert.deepEqual(
      asked.filter((name) => !/^"[a-z-]+"$/.test(name)),
      [],
    );
    const db = await testDatabase();
    try {
      const functions = await db.sql<{ text: string }[]>`
        select p.prosrc as text from pg_proc p join pg_namespace n on n.oid = p.pronamespace
         where p.prosrc like '%jobs.enqueue(%'`;
      const inSql = functions.flatMap(({ text }) =>
        [...text.matchAll(/jobs\.enqueue\(\s*'([^']+)'/g)].map(([, name = ""]) => name),
      );
      assert.ok(inSql.length >= 2);
      const names = new Set([...asked.map((name) => name.slice(1, -1)), ...inSql]);
      assert.deepEqual([...names].toSorted(), jobs.map(({ name }) => name).toSorted());
    } finally {
      await db.close();
    }
  });
});
