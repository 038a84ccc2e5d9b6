import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openDatabase, type Sql } from "#platform/database";
import { eraseAllStopped, eraseExpired } from "#modules/leveringen";
import { testDatabase, type TestDatabase } from "#testing/database";
import { onOtherDay } from "#testing/days";
import { klassenOf, kop, deliverFile, makeSchool, fileNameOf, stopTestAkkoord } from "#testing/levering";

let db: TestDatabase;
let owner: Sql;
const poison = "999001";
const schools = [poison, "999002", "999003"];
before(async () => {
  db = await testDatabase();
  owner = openDatabase({ url: db.url, max: 1, role: "eigenaar" });
});
after(async () => {
  await owner.end();
  await db.close();
});

const classesOf = async () =>
  Promise.all(schools.map(async (school) => (await klassenOf(db.ctx, school)).length));
/** Rows of one school cannot be deleted, whatever is tried. */
const plantFault = () =>
  owner.unsafe(`
    create function klassen.planted() returns trigger language plpgsql as $$ begin
      if old.instellingsnummer = '${poison}' then raise exception 'planted'; end if; return old; end $$;
    create trigger planted before delete on klassen.indeling for each row execute function klassen.planted()`);
const mend = () => owner.unsafe("drop trigger planted on klassen.indeling; drop function klassen.planted()");

test(
  "R68, R76: a school whose classes cannot be erased does not keep those of the others, neither after a stop nor by retention",
  { skip: onOtherDay() },
  async () => {
    for (const school of schools) {
      const pupils = await makeSchool(db.ctx, school, { leerlingen: 2 });
      const list = [kop, ...pupils.map(({ leerId }) => `${leerId};;1A;;;`)].join("\n");
      assert.equal(
        (await deliverFile(db.ctx, fileNameOf(school, "2026-11-01T00:01:00Z"), list)).status,
        "verwerkt",
      );
    }
    assert.deepEqual(await classesOf(), [2, 2, 2]);
    for (const school of schools.slice(0, 2)) await stopTestAkkoord(db.ctx, school);
    await plantFault();
    await assert.rejects(eraseAllStopped(db.ctx), "told at the end, so that it is tried again");
    assert.deepEqual(await classesOf(), [2, 0, 2]);
    db.clock.set("2028-09-02T08:30:00Z"); // a year after the school year ended
    await assert.rejects(eraseExpired(db.ctx));
    assert.deepEqual(await classesOf(), [2, 0, 0]);
    await mend();
    await eraseAllStopped(db.ctx);
    assert.deepEqual(await classesOf(), [0, 0, 0]);
  },
);
