import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { inSchool } from "#platform/context";
import { isUnavailable, openDatabase, type Sql } from "#platform/database";
import { Problem } from "#platform/problem";
import { receive } from "#modules/discimus";
import { saveRegels, importToepassing } from "#modules/toepassingen";
import { testDatabase, type TestDatabase } from "#testing/database";
import { schoolRegel } from "#testing/discimus";
import { toepassingText } from "#testing/toepassing";

const school = { instellingsnummer: "999301", lijn: ["999301"] };
let db: TestDatabase;
let owner: Sql;
before(async () => {
  db = await testDatabase();
  owner = openDatabase({ url: db.url, max: 1, role: "eigenaar" });
  await importToepassing(db.ctx, toepassingText("bingel"));
  await receive(db.ctx, [schoolRegel({ school: "999301" })], { bron: "http" });
});
after(async () => {
  await owner.end();
  await db.close();
});

/** The first `times` writes of a rule are undone by PostgreSQL, as in a deadlock. */
const plantFault = (times: number) =>
  owner.unsafe(`
    drop trigger if exists planted on toepassingen.zichtbaarheid; drop function if exists toepassingen.planted(); drop sequence if exists toepassingen.planted_nr;
    create sequence toepassingen.planted_nr;
    create function toepassingen.planted() returns trigger language plpgsql security definer as $$ begin
      if nextval('toepassingen.planted_nr') <= ${times} then raise exception using errcode = '40P01'; end if; return new; end $$;
    create trigger planted before insert on toepassingen.zichtbaarheid for each row execute function toepassingen.planted()`);
const keep = () =>
  inSchool(db.ctx, school.lijn, (ctx) =>
    saveRegels(ctx, {
      school,
      door: "vo-1",
      wijzigingen: [
        { toepassing: "bingel", soort: "nieuw", regel: { doel: { soort: "school" }, van: null, tot: null } },
      ],
    }),
  );

test("a deadlock is no rule that exists: it runs again, and when that never helps the school hears 'later'", async () => {
  await plantFault(1_000_000);
  await assert.rejects(keep(), (error) => !(error instanceof Problem) && isUnavailable(error));
  await plantFault(2);
  await keep();
  const rows = await db.sql`select 1 from toepassingen.zichtbaarheid`;
  const changes = await db.sql`select 1 from toepassingen.wijziging`;
  assert.deepEqual([rows.length, changes.length], [1, 1]);
});
