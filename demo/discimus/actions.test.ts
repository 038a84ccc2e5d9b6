import assert from "node:assert/strict";
import { test } from "node:test";
import { registraties } from "#demo/world";
import {
  answer,
  beginStand,
  returnToSchool,
  readInsz,
  enrol,
  sleutelOf,
  moveLeerling,
  leave,
  freeInsz,
  change,
} from "./actions.ts";

const nu = Date.parse("2026-11-24T09:00:00Z");
const begin = () => beginStand(2026, registraties({ schooljaar: 2026 }), nu - 1);
const nieuw = {
  instellingsnummer: "999001",
  naam: "Zając",
  voornaam: "Aniela",
  insz: null,
  geboortedatum: "2017-05-02",
  niveau: "lager",
  leerjaar: 3,
  vestiging: "1",
  van: "2026-11-24",
} as const;

test("an enrolment tells of the pupil and then of the enrolment, with rising numbers and times", () => {
  const { stand, leerling } = enrol(begin(), nieuw, nu);
  assert.equal(leerling.stamnummer, "2026-5001");
  assert.deepEqual(
    stand.verzonden.map(({ bericht, antwoord }) => [bericht.soort, bericht.versie, antwoord]),
    [
      ["leerling", 1, "onderweg"],
      ["inschrijving", 1, "onderweg"],
    ],
  );
  const [one, two] = stand.verzonden.map(({ bericht }) => bericht);
  assert.ok(one && two && one.volgnummer < two.volgnummer && one.tijdstip < two.tijdstip);
  assert.equal(enrol(stand, nieuw, nu).leerling.stamnummer, "2026-5002");
});

test("a change is the next version of the same pupil", () => {
  const { stand, leerling } = enrol(begin(), nieuw, nu);
  const insz = freeInsz(stand, nieuw.geboortedatum);
  assert.ok(insz);
  const daarna = change(stand, leerling, { insz }, nu);
  assert.equal(daarna.leerling.versie, 2);
  assert.deepEqual(daarna.stand.verzonden.at(-1)?.bericht.gegevens, { ...leerling.gegevens, insz });
  assert.notEqual(freeInsz(daarna.stand, nieuw.geboortedatum), insz);
});

test("a move ends the enrolment here on the day before and takes the person along", () => {
  const stand = begin();
  const noor = stand.leerlingen["999001/2025-0001"] ?? assert.fail();
  const weg = moveLeerling(
    stand,
    noor,
    { instellingsnummer: "999004", niveau: "lager", leerjaar: 3, vestiging: "1", van: "2026-11-24" },
    nu,
  );
  assert.equal(weg.stand.leerlingen[sleutelOf(noor)]?.inschrijvingen[0]?.gegevens.tot, "2026-11-23");
  assert.equal(weg.leerling.instellingsnummer, "999004");
  assert.deepEqual(weg.leerling.gegevens, noor.gegevens);
  assert.deepEqual(
    weg.stand.verzonden.map(({ bericht }) => bericht.soort),
    ["inschrijving", "leerling", "inschrijving"],
  );
});

test("who leaves before the first day was never there; who comes back gets a new enrolment", () => {
  const { stand, leerling } = enrol(begin(), nieuw, nu);
  const weg = leave(stand, leerling, "2026-11-23", nu);
  assert.equal(weg.leerling.inschrijvingen[0]?.gegevens.status, "geannuleerd");
  const terug = returnToSchool(weg.stand, weg.leerling, nieuw, nu);
  assert.deepEqual(
    terug.leerling.inschrijvingen.map(({ gegevens }) => gegevens.inschrijving),
    ["999001/2026-5001/1", "999001/2026-5001/2"],
  );
});

test("an answer stands with the message it is about", () => {
  const { stand } = enrol(begin(), nieuw, nu);
  const ids = stand.verzonden.map(({ bericht }) => bericht.id);
  const fout = { code: "insz-ongeldig", veld: "gegevens.insz", melding: "x" };
  const na = answer(stand, new Set(ids), new Map([[ids[0] ?? "", fout]]));
  assert.deepEqual(
    na.verzonden.map(({ antwoord }) => antwoord),
    [fout, "aanvaard"],
  );
});

test("only invented numbers are taken; a typing error in the last digits is left to LeerID", () => {
  assert.deepEqual(readInsz("18.01.01-999.65"), { insz: "18010199965" });
  assert.ok("fout" in readInsz("18010112345"));
  assert.ok("fout" in readInsz("123"));
});
