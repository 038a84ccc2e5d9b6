import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Datum } from "#platform/clock";
import { listKlassen } from "#modules/klassen";
import { inschrijvingRegel, leerlingRegel, testInsz } from "#testing/discimus";
import { shareKlassen, indelen, stop } from "#testing/klasinformatie";
import { schoolwereld, type SchoolWorld } from "#testing/schoolloket";

let w: SchoolWorld;
before(async () => {
  w = await schoolwereld();
  await w.deliver(
    leerlingRegel("a3"),
    inschrijvingRegel("a3", {}, { leerjaar: 3 }),
    leerlingRegel("weg"),
    inschrijvingRegel("weg", {}, { tot: "2026-11-23" }),
  );
});
after(() => w.close());

const lijn = ["999001"];
const klassen = async (op = "2026-11-24", nummers = lijn) =>
  (await w.inSchool(nummers[0] ?? "", (ctx) => listKlassen(ctx, nummers, op as Datum))).map(
    ({ klas, subklas, aantal, leerjaar }) => [klas, subklas, aantal, leerjaar],
  );

test("R55, R68: classes with the pupils of today, only while an akkoord stands, of this school only", async () => {
  const whoIs = async (stamnummer: string, school?: string) => w.accountOf(stamnummer, school);
  const [a1, a2, a3, weg, b1] = [
    await whoIs("a1"),
    await whoIs("a2"),
    await whoIs("a3"),
    await whoIs("weg"),
    await whoIs("b1", "999002"),
  ];
  await indelen(w, "999001", [
    [a1, "3A"],
    [a1, "3A", "Zwemmen"],
    [a1, "3A", "3Aa"],
    [a3, "3A", "3Aa"],
    [weg, "3A", "3Aa"],
    [a2, "4A"],
    [a2, "5A", null, "2027-09-01", "2028-08-31"],
  ]);
  await indelen(w, "999002", [[b1, "1Z"]]);
  assert.deepEqual(await klassen(), [], "no akkoord");
  await shareKlassen(w, "999001");
  assert.deepEqual(await klassen(), [
    ["3A", null, 2, 3],
    ["3A", "3Aa", 2, 3],
    ["3A", "Zwemmen", 1, 3],
    ["4A", null, 1, 4],
  ]);
  assert.deepEqual(await klassen("2027-08-31"), await klassen());
  assert.deepEqual(await klassen("2027-09-01"), [["5A", null, 1, 4]], "next year's class from 1 September");
  assert.deepEqual(await klassen("2026-11-24", ["999002"]), []);
  await stop(w, "999001");
  assert.deepEqual(await klassen(), []);
  const rows = await w.inSchool("999001", (ctx) => ctx.sql`select 1 from klassen.indeling`);
  assert.equal(rows.length, 0, "behind the wall nothing of a class can be read any more, erased or not");
});

test("R55, D2: a row that was delivered for an account he had before counts for the account that stands", async () => {
  await shareKlassen(w, "999001");
  const oud = await w.accountOf("a2");
  await w.deliver(leerlingRegel("a2", { versie: 2 }, { insz: testInsz("160502"), naam: "De Smet" }));
  assert.notEqual(await w.accountOf("a2"), oud);
  assert.deepEqual((await klassen()).at(-1), ["4A", null, 1, 4]);
});
