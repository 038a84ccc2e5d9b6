import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import fc from "fast-check";
import { divide, isLopend, isStraks, isVroeger, type Datum } from "#platform/clock";
import { testDatabase, type TestDatabase } from "#testing/database";

let db: TestDatabase;
before(async () => {
  db = await testDatabase();
});
after(() => db.close());

type Row = { readonly nr: number; readonly van: Datum | null; readonly tot: Datum | null };
const first = Date.parse("2028-02-20T12:00:00Z");
/** Three weeks around 29 February: days fall together often. */
const day = fc
  .integer({ min: 0, max: 20 })
  .map((n) => new Date(first + n * 86_400_000).toISOString().slice(0, 10) as Datum);
const open = fc.option(day, { freq: 4 });
const rows = fc.array(
  fc.tuple(open, open).filter(([van, tot]) => van === null || tot === null || van <= tot),
  { maxLength: 12 },
);

test("D3: by any day every row runs, is over or is to come, exactly one of the three, and SQL says the same", async () => {
  await fc.assert(
    fc.asyncProperty(day, day, rows, async (dag, other, periodes) => {
      const rijen = periodes.map(([van, tot], nr): Row => ({ nr, van, tot }));
      const { lopend, vroeger, straks } = divide(dag, rijen);
      const nrs = (some: readonly Row[]) => some.map(({ nr }) => nr).toSorted((a, b) => a - b);
      assert.deepEqual(nrs([...lopend, ...vroeger, ...straks]), nrs(rijen), "a partition");
      assert.deepEqual(
        lopend,
        rijen.filter(({ van, tot }) => (van === null || van <= dag) && (tot === null || tot >= dag)),
        "in their order",
      );
      assert.ok(vroeger.every(({ tot }) => tot !== null && tot < dag && isVroeger(dag, tot)));
      assert.ok(straks.every(({ van }) => van !== null && van > dag && isStraks(dag, van)));
      for (let nr = 1; nr < vroeger.length; nr++)
        assert.ok((vroeger[nr - 1]?.tot ?? "") <= (vroeger[nr]?.tot ?? ""), "who ended last stands last");
      for (let nr = 1; nr < straks.length; nr++)
        assert.ok((straks[nr - 1]?.van ?? "") <= (straks[nr]?.van ?? ""), "who begins first stands first");

      const [van, tot] = dag <= other ? [dag, other] : [other, dag];
      const inSql = await db.sql<{ nr: number; stand: string; erin: boolean }[]>`
        select r.nr, concat_ws(' ', case when kalender.is_lopend(${dag}::date, r.van, r.tot) then 'lopend' end,
                 case when kalender.is_vroeger(${dag}::date, r.tot) then 'vroeger' end,
                 case when kalender.is_straks(${dag}::date, r.van) then 'straks' end) as stand,
               kalender.is_lopend_in(${van}::date, ${tot}::date, r.van, r.tot) as erin
          from unnest(${rijen.map(({ nr }) => nr)}::int[], ${rijen.map((one) => one.van)}::date[],
                      ${rijen.map((one) => one.tot)}::date[]) as r(nr, van, tot)`;
      const sqlNrs = (stand: string) =>
        inSql
          .filter((row) => row.stand === stand)
          .map(({ nr }) => nr)
          .toSorted((a, b) => a - b);
      assert.deepEqual(
        [sqlNrs("lopend"), sqlNrs("vroeger"), sqlNrs("straks")],
        [lopend, vroeger, straks].map(nrs),
      );
      const days = Array.from({ length: 21 }, (_, n) =>
        new Date(first + n * 86_400_000).toISOString().slice(0, 10),
      ).filter((one) => van <= one && one <= tot) as Datum[];
      for (const { nr, erin } of inSql) {
        const row = rijen[nr];
        assert.equal(
          erin,
          row && days.some((one) => isLopend(one, row.van, row.tot)),
          "on some day of a period",
        );
      }
    }),
    { numRuns: 60 },
  );
});

test("PostgreSQL writes these functions out where they are called: no plan calls one", async () => {
  const functions = await db.sql<{ aanroep: string }[]>`
    select 'kalender.' || p.proname || '(' || string_agg(
             case when a.naam in ('p_van', 'p_tot') then substr(a.naam, 3) else '$1' end, ', ' order by a.nr) || ')' as aanroep
      from pg_proc p cross join lateral unnest(p.proargnames) with ordinality as a(naam, nr)
     where p.pronamespace = 'kalender'::regnamespace group by p.oid, p.proname order by 1`;
  assert.equal(functions.length, 4);
  await db.sql.begin(async (tx) => {
    await tx`set local plan_cache_mode = force_generic_plan`;
    for (const [nr, { aanroep }] of functions.entries()) {
      await tx.unsafe(
        `prepare plan_${nr}(date) as select from inschrijvingen.geldig where ${aanroep} and instellingsnummer = '999001'`,
      );
      const plan = await tx.unsafe<{ "QUERY PLAN": string }[]>(
        `explain (verbose) execute plan_${nr}('2026-11-24')`,
      );
      const text = plan.map((row) => row["QUERY PLAN"]).join("\n");
      assert.doesNotMatch(text, /kalender\./, aanroep);
      assert.match(text, /Index (?:Only )?Scan|Index Cond/, aanroep);
      assert.match(text, /\$1/, aanroep);
    }
  });
});
