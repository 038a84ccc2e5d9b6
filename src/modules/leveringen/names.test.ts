import assert from "node:assert/strict";
import { test } from "node:test";
import type { Datum } from "#platform/clock";
import { readName, nameOfOntvangst } from "#modules/leveringen";
import { admission } from "./names.ts";

test("D9: the name of a file says school, school year and moment", () => {
  assert.deepEqual(readName("klasinformatie_999001_2026-2027_20261121T000500Z.csv"), {
    instellingsnummer: "999001",
    schooljaar: "2026-2027",
    tijdstip: Date.UTC(2026, 10, 21, 0, 5),
    gz: false,
  });
  assert.equal(readName("klasinformatie_999001_2026-2027_20280229T235959Z.csv.gz")?.gz, true);
  assert.equal(nameOfOntvangst("a.csv"), "a.csv.ontvangst.json");
  for (const naam of [
    "",
    "klasinformatie_999001_2026-2027_20261121T000500Z.csv\n",
    "Klasinformatie_999001_2026-2027_20261121T000500Z.csv",
    "klasinformatie_99901_2026-2027_20261121T000500Z.csv",
    "klasinformatie_999001_2026-2028_20261121T000500Z.csv",
    "klasinformatie_999001_2027-2026_20261121T000500Z.csv",
    "klasinformatie_999001_2026-2027_20270229T000500Z.csv",
    "klasinformatie_999001_2026-2027_20261121T240000Z.csv",
    "klasinformatie_999001_2026-2027_20261121T000560Z.csv",
    "klasinformatie_999001_2026-2027_20261121T000500.csv",
    "klasinformatie_999001_2026-2027_20261121T000500Z.csv.GZ",
    "klasinformatie_999001_2026-2027_20261121T000500Z.csv.ontvangst.json",
    "../klasinformatie_999001_2026-2027_20261121T000500Z.csv",
    "klasinformatie_٩٩٩٠٠١_2026-2027_20261121T000500Z.csv",
  ])
    assert.equal(readName(naam), undefined, naam);
});

test("D9: the current school year, from 1 July also the next one; last year's is held", () => {
  const admissionsOn = (datum: string) =>
    ["2024-2025", "2025-2026", "2026-2027", "2027-2028", "2028-2029"].map((jaar) =>
      admission(jaar, datum as Datum),
    );
  assert.deepEqual(admissionsOn("2026-09-01"), ["nee", "vorig", "ja", "nee", "nee"]);
  assert.deepEqual(admissionsOn("2026-12-31"), ["nee", "vorig", "ja", "nee", "nee"]);
  assert.deepEqual(admissionsOn("2027-06-30"), ["nee", "vorig", "ja", "nee", "nee"]);
  assert.deepEqual(admissionsOn("2027-07-01"), ["nee", "vorig", "ja", "ja", "nee"]);
  assert.deepEqual(admissionsOn("2027-08-31"), ["nee", "vorig", "ja", "ja", "nee"]);
  assert.deepEqual(admissionsOn("2027-09-01"), ["nee", "nee", "vorig", "ja", "nee"]);
});
