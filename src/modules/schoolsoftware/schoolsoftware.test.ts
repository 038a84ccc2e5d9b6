import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Datum } from "#platform/clock";
import { pakketOf } from "#modules/schoolsoftware";
import { testDatabase, type TestDatabase } from "#testing/database";

let db: TestDatabase;
before(async () => {
  db = await testDatabase();
  await db.sql`insert into schoolsoftware.pakket (pakket, naam, levert_klasinformatie, gewijzigd_op)
    values ('wisa', 'Wisa', true, now()), ('broekx', 'Broekx', true, now())`;
  await db.sql`insert into schoolsoftware.gebruik (instellingsnummer, van, tot, pakket, gewijzigd_op)
    values ('999001', '2020-09-01', null, 'broekx', now()), ('999001', '2026-09-01', '2026-11-23', 'wisa', now())`;
});
after(() => db.close());

test("R21: the package of a school on a day: of periods that overlap the one that begins last, and none before the first", async () => {
  const pakketOn = async (datum: string, ...nummers: string[]) =>
    (await pakketOf(db.ctx, nummers, datum as Datum))?.naam;
  assert.equal(await pakketOn("2020-08-31", "999001"), undefined);
  assert.equal(await pakketOn("2026-08-31", "999001"), "Broekx");
  assert.equal(await pakketOn("2026-09-01", "999001"), "Wisa");
  assert.equal(await pakketOn("2026-11-23", "999001"), "Wisa");
  assert.equal(await pakketOn("2026-11-24", "999001"), "Broekx");
  assert.equal(await pakketOn("2026-11-24", "999002"), undefined);
  assert.equal(await pakketOn("2026-11-23", "999009", "999001"), "Wisa");
});
