import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { findKlasbron, eraseExpired } from "#modules/leveringen";
import { testDatabase, type TestDatabase } from "#testing/database";
import { kop, deliverFile, makeSchool, fileNameOf, type Pupil } from "#testing/levering";

let db: TestDatabase;
let leerlingen: Pupil[];
before(async () => {
  db = await testDatabase();
  db.clock.set("2026-08-20T08:30:00Z");
  leerlingen = await makeSchool(db.ctx, "999001", { leerlingen: 3 });
});
after(() => db.close());

const list = (klas: string) => [kop, ...leerlingen.map(({ leerId }) => `${leerId};;${klas};;;`)].join("\n");
const deliver = async (at: string, schooljaar: string, klas = "1A") => {
  db.clock.set(at);
  const { status } = await deliverFile(db.ctx, fileNameOf("999001", at, { schooljaar }), list(klas));
  assert.equal(status, "verwerkt");
};
/** Where the classes come from, on the day of this moment. */
const source = async (at: string) => {
  db.clock.set(at);
  const bron = await findKlasbron(db.ctx, ["999001"], db.clock.vandaag());
  return (
    bron && [bron.pakket, bron.verwerktOp === undefined ? null : new Date(bron.verwerktOp).toISOString()]
  );
};

test("R67: the classes of today come from the last delivery of this school year, whatever retention looked at since", async () => {
  assert.deepEqual(await source("2026-08-20T08:30:00Z"), ["wisa", null], "nothing was delivered yet");
  const summer = "2026-08-25T02:00:00.000Z";
  await deliver(summer, "2026-2027");
  assert.deepEqual(await source("2026-08-31T21:59:59Z"), ["wisa", null], "those are classes of next year");
  for (const day of ["2026-09-01T08:00:00Z", "2026-11-24T08:30:00Z", "2026-12-31T08:30:00Z"])
    assert.deepEqual(await source(day), ["wisa", summer], day);

  const autumn = "2026-11-24T03:00:00.000Z";
  await deliver(autumn, "2026-2027", "1B");
  db.clock.set("2026-11-26T03:00:00Z");
  await eraseExpired(db.ctx);
  assert.deepEqual(await source("2026-11-26T08:30:00Z"), ["wisa", autumn], "the sweep is no delivery");
  const same = "2026-12-01T02:00:00.000Z";
  await deliver(same, "2026-2027", "1B");
  assert.deepEqual(await source("2026-12-01T08:30:00Z"), ["wisa", same], "nor is it old when it came again");

  await deliver("2027-07-10T02:00:00.000Z", "2027-2028", "2B");
  assert.deepEqual(
    await source("2027-07-15T08:30:00Z"),
    ["wisa", same],
    "next year's list changes nothing yet",
  );
  assert.deepEqual(await source("2027-09-01T08:30:00Z"), ["wisa", "2027-07-10T02:00:00.000Z"]);
});
