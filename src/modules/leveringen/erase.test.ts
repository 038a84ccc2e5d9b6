import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import {
  findOntvangst,
  resumeLeveringen,
  receiveFile,
  processLevering,
  eraseAllStopped,
  eraseExpired,
} from "#modules/leveringen";
import { testDatabase, type TestDatabase } from "#testing/database";
import {
  giveTestAkkoord,
  kop,
  deliverFile,
  makeSchool,
  fileNameOf,
  stopTestAkkoord,
  type Pupil,
} from "#testing/levering";

let db: TestDatabase;
let leerlingen: Pupil[];
before(async () => {
  db = await testDatabase();
  leerlingen = await makeSchool(db.ctx, "999001", { leerlingen: 12 });
});
after(() => db.close());
beforeEach(() => db.clock.set("2026-11-24T08:30:00Z"));

const list = (klas = "1A") => [kop, ...leerlingen.map(({ leerId }) => `${leerId};;${klas};;;`)].join("\n");
let minuut = 0;
const naam = (schooljaar = "2026-2027") =>
  fileNameOf("999001", new Date(Date.UTC(2026, 10, 1, 0, ++minuut)).toISOString(), { schooljaar });
const take = (file: string, inhoud: string) =>
  receiveFile(db.ctx, { pakket: "wisa", naam: file, inhoud: Buffer.from(inhoud), kanaal: "sftp" });
const countOf = async (tabel: "klassen.indeling" | "leveringen.stand" | "leveringen.levering") => {
  const waar = tabel === "leveringen.levering" ? db.sql`where inhoud is not null` : db.sql``;
  const [row] = await db.sql<{ n: number }[]>`select count(*) as n from ${db.sql(tabel)} ${waar}`;
  return row?.n;
};
const proofs = async () => {
  const rows = await db.sql`
    select instellingsnummer, regel, rijen, bestanden from leveringen.wissing order by wissing`;
  return rows.map((row) => Object.values(row));
};
const reason = async (file: string) => {
  const ontvangst = await findOntvangst(db.ctx, "wisa", file);
  return typeof ontvangst === "object" ? ontvangst.reden?.code : ontvangst;
};

describe("erasing class information", () => {
  test("R68, D9: after a stop classes and files go, with a proof; what waited counts for no later akkoord", async () => {
    assert.equal((await deliverFile(db.ctx, naam(), list())).status, "verwerkt");
    const held = naam();
    assert.equal((await deliverFile(db.ctx, held, kop)).status, "aangehouden");
    const wachtend = naam();
    const { levering } = await take(wachtend, list("1B"));
    assert.deepEqual([await countOf("klassen.indeling"), await countOf("leveringen.levering")], [12, 2]);
    await stopTestAkkoord(db.ctx, "999001");
    assert.equal((await take(naam(), list())).ontvangst?.reden?.code, "geen-akkoord");
    // The school starts again before anything was erased: nothing of before comes back or is added to.
    await giveTestAkkoord(db.ctx, "999001");
    const opnieuw = naam();
    const nieuw = await take(opnieuw, list());
    assert.equal(nieuw.status, "wacht", "what stood is not what stands now");
    await processLevering(db.ctx, levering);
    assert.equal(await reason(wachtend), "gestopt");
    await processLevering(db.ctx, nieuw.levering);
    const na = await findOntvangst(db.ctx, "wisa", opnieuw);
    assert.deepEqual(typeof na === "object" && na.gewijzigd, { nieuw: 12, anders: 0, weg: 0 });
    assert.equal(await reason(held), "gestopt");
    assert.deepEqual(await proofs(), [["999001", "gestopt", 12, 1]]);
    await stopTestAkkoord(db.ctx, "999001");
    await Promise.all([eraseAllStopped(db.ctx), eraseAllStopped(db.ctx), eraseAllStopped(db.ctx)]);
    assert.deepEqual(await proofs(), [
      ["999001", "gestopt", 12, 1],
      ["999001", "gestopt", 12, 0],
    ]);
    assert.deepEqual(
      [
        await countOf("klassen.indeling"),
        await countOf("leveringen.stand"),
        await countOf("leveringen.levering"),
      ],
      [0, 0, 0],
    );
    const [open] = await db.sql`select from akkoorden.akkoord where gewist_op is null`;
    assert.equal(open, undefined);
  });

  test("R76: a year after the enrolment in the school ended, and a year after the school year", async () => {
    const voor = (await proofs()).length;
    await giveTestAkkoord(db.ctx, "999001");
    assert.equal((await deliverFile(db.ctx, naam(), list())).status, "verwerkt");
    await db.sql`update inschrijvingen.inschrijving set tot = '2026-12-31' where instellingsnummer = '999001' and stamnummer = 's0'`;
    await db.sql`update inschrijvingen.inschrijving set geannuleerd = true where instellingsnummer = '999001' and stamnummer = 's1'`;
    await eraseExpired(db.ctx);
    assert.equal(await countOf("klassen.indeling"), 12, "once a day");
    db.clock.set("2027-12-31T12:00:00Z");
    await eraseExpired(db.ctx);
    assert.equal(await countOf("klassen.indeling"), 11);
    db.clock.set("2028-01-01T12:00:00Z");
    await Promise.all([eraseExpired(db.ctx), eraseExpired(db.ctx)]);
    assert.equal(await countOf("klassen.indeling"), 10);
    db.clock.set("2028-08-31T12:00:00Z");
    await eraseExpired(db.ctx);
    assert.equal(await countOf("klassen.indeling"), 10);
    db.clock.set("2028-09-01T12:00:00Z");
    await eraseExpired(db.ctx);
    assert.deepEqual([await countOf("klassen.indeling"), await countOf("leveringen.stand")], [0, 0]);
    assert.deepEqual((await proofs()).slice(voor), [
      ["999001", "uitgeschreven", 1, 0],
      [null, "ontvangst-verlopen", 0, 6], // of November 2026: 403 days
      ["999001", "uitgeschreven", 1, 0],
      ["999001", "schooljaar-voorbij", 10, 0],
    ]);
  });

  test("D9: nobody decides in seven days: the file is gone, the receipt says why, and its counts stay", async () => {
    const held = naam();
    await deliverFile(db.ctx, held, kop);
    db.clock.advance(7 * 86_400_000);
    await eraseExpired(db.ctx);
    assert.equal(await countOf("leveringen.levering"), 1);
    db.clock.advance(1);
    await eraseExpired(db.ctx);
    assert.equal(await reason(held), "niet-bevestigd");
    assert.equal(await countOf("leveringen.levering"), 0);
  });

  test("a file that waits for ten minutes is asked for again, once", async () => {
    await take(naam(), list());
    const jobs = async () => {
      const [row] = await db.sql<{ n: number }[]>`select count(*) as n from jobs.job`;
      return row?.n;
    };
    await db.sql`delete from jobs.job`;
    await resumeLeveringen(db.ctx);
    assert.equal(await jobs(), 0);
    db.clock.advance(601_000);
    await resumeLeveringen(db.ctx);
    await resumeLeveringen(db.ctx);
    assert.equal(await jobs(), 1);
  });
});
