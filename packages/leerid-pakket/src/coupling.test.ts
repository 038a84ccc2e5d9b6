import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { couple, type Nummers } from "./coupling.ts";
import { makeDropFile } from "./drop-file.ts";
import type { Regel } from "./mapping.ts";
import { moment, planningText } from "./planning.ts";
import { makeReport, textOf, exitCodeOf } from "./report.ts";

const regel = (stamnummer: string, anders: Partial<Regel> = {}): Regel => ({
  rij: 2,
  stamnummer,
  klas: "3A",
  subklas: null,
  van: null,
  tot: null,
  ...anders,
});
const leerling = (stamnummer: string, identiteit = true): Nummers => ({
  stamnummer,
  leer_id_uuid: identiteit ? `leer-${stamnummer}` : null,
  account_uuid: `account-${stamnummer}`,
});
const jaar = "2026-2027";

test("R65: a row is coupled by its stamnummer; who is not identified has an account only (R22)", () => {
  const { rijen, nietGekoppeld, zonderKlas } = couple(
    [regel("a"), regel("b", { subklas: "rood" }), regel("x", { rij: 9 })],
    [leerling("a"), leerling("b", false), leerling("c")],
    jaar,
  );
  assert.deepEqual(
    rijen.map((one) => [one.leer_id_uuid, one.account_uuid, one.klas, one.subklas]),
    [
      ["leer-a", "account-a", "3A", ""],
      ["", "account-b", "3A", "rood"],
    ],
  );
  assert.deepEqual(
    nietGekoppeld.map((one) => [one.rij, one.stamnummer]),
    [[9, "x"]],
  );
  assert.deepEqual(zonderKlas, ["c"]);
});

test("a stamnummer is compared letter by letter: 0001 is not 1", () => {
  assert.equal(couple([regel("1")], [leerling("0001")], jaar).rijen.length, 0);
});

test("a period is cut at the school year, and one outside it is not sent", () => {
  const coupledBetween = (begin: string | null, einde: string | null) => {
    const { rijen, andereJaren } = couple([regel("a", { van: begin, tot: einde })], [leerling("a")], jaar);
    return [rijen[0]?.van, rijen[0]?.tot, andereJaren];
  };
  assert.deepEqual(coupledBetween("2026-09-01", "2027-08-31"), ["", "", 0]);
  assert.deepEqual(coupledBetween("2024-09-01", "2099-12-31"), ["", "", 0]);
  assert.deepEqual(coupledBetween("2026-10-15", "2027-01-31"), ["2026-10-15", "2027-01-31", 0]);
  assert.deepEqual(coupledBetween("2025-09-01", "2026-08-31"), [undefined, undefined, 1]);
  assert.deepEqual(coupledBetween("2027-09-01", null), [undefined, undefined, 1]);
});

test("the same row twice is sent once, two classes of one pupil are two rows", () => {
  const { rijen, dubbel } = couple(
    [regel("a"), regel("a"), regel("a", { klas: "3B" })],
    [leerling("a")],
    jaar,
  );
  assert.deepEqual([rijen.length, dubbel], [2, 1]);
});

test("every row of the export ends up in exactly one place, in whatever order it comes", () => {
  const one = fc.record({
    stamnummer: fc.constantFrom("a", "b", "c", "onbekend"),
    klas: fc.constantFrom("1A", "1B"),
    van: fc.constantFrom(null, "2025-09-01", "2026-10-01", "2028-01-01"),
  });
  fc.assert(
    fc.property(fc.array(one, { maxLength: 30 }), (delen) => {
      const regels = delen.map((part, nr) => regel(part.stamnummer, { ...part, rij: nr + 2 }));
      const nummers = ["a", "b", "c"].map((naam) => leerling(naam));
      const uit = couple(regels, nummers, jaar);
      assert.equal(uit.rijen.length + uit.dubbel + uit.andereJaren + uit.nietGekoppeld.length, regels.length);
      const withoutRow = ({ rij: _, ...rest }: (typeof uit.rijen)[number]) => rest;
      assert.deepEqual(
        couple(regels.toReversed(), nummers, jaar).rijen.map(withoutRow),
        uit.rijen.map(withoutRow),
      );
    }),
  );
});

test("the drop file has the name, the columns and the quotes of the contract (D9)", () => {
  const { rijen } = couple([regel("a", { klas: 'A;"x"', subklas: "é" })], [leerling("a")], jaar);
  const file = makeDropFile(rijen, {
    instellingsnummer: "999001",
    schooljaar: jaar,
    moment: Date.parse("2026-11-21T00:05:00.750Z"),
  });
  assert.equal(file.naam, "klasinformatie_999001_2026-2027_20261121T000500Z.csv");
  assert.equal(
    file.inhoud.toString("utf8"),
    'leer_id_uuid;account_uuid;klas;subklas;van;tot\nleer-a;account-a;"A;""x""";é;;\n',
  );
  assert.match(file.sha256, /^[0-9a-f]{64}$/);
});

test("the report names the pupil of a row in quarantine, and the exit code says whether somebody must look", () => {
  const koppeling = couple(
    [regel("a", { rij: 12, klas: "9Z" }), regel("b", { rij: 4 }), regel("x", { rij: 5 })],
    [leerling("a"), leerling("b")],
    jaar,
  );
  const gedaan = {
    opdracht: "verstuur",
    instellingsnummer: "999001",
    schooljaar: jaar,
    moment: 0,
    gelezen: { regels: [], fouten: [], overgeslagen: 0 },
    koppeling,
    bestand: "f.csv",
  } as const;
  const verslag = makeReport(gedaan, {
    status: "deels",
    ontvangen: 2,
    aanvaard: 1,
    quarantaine: [{ regel: 3, veld: "klas", code: "x", melding: "Deze klas mag niet." }],
  });
  assert.deepEqual(verslag.quarantaine, [{ rij: 12, stamnummer: "a", melding: "Deze klas mag niet." }]);
  assert.equal(exitCodeOf(verslag), 0);
  const text = textOf(verslag);
  assert.match(text, /rij 12, stamnummer a: Deze klas mag niet\./);
  assert.match(text, /rij 5, stamnummer x: LeerID kent/);
  const reden = {
    code: "geen-akkoord",
    melding: "De school deelt niet.",
    herstel: "De directeur kan delen.",
  };
  const geweigerd = makeReport(gedaan, {
    status: "geweigerd",
    ontvangen: 0,
    aanvaard: 0,
    quarantaine: [],
    reden,
  });
  assert.match(geweigerd.melding, /geweigerd.*De school deelt niet\. De directeur kan delen\./);
  assert.equal(exitCodeOf(geweigerd), 1);
});

test("R74: the advised moment lies in the night, is always the same, and differs between schools", () => {
  const momenten = Array.from({ length: 3000 }, (_, nr) => moment(String(100_000 + nr)));
  assert.ok(momenten.every(({ uur, minuut }) => uur * 60 + minuut >= 30 && uur * 60 + minuut < 510));
  assert.equal(new Set(momenten.map(({ uur, minuut }) => uur * 60 + minuut)).size, 480);
  assert.match(planningText("999001", 'node "x.mjs"', "c.json"), /schtasks .*\/st \d\d:\d\d/);
});
