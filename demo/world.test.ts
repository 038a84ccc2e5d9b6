import assert from "node:assert/strict";
import { test } from "node:test";
import { readInsz } from "#modules/leerlingen";
import { gevallen } from "./contract.ts";
import { isInvented } from "./insz.ts";
import { personas } from "./upstream/personas.ts";
import { registraties, schooljaarOf, world } from "./world.ts";

const optie = { schooljaar: 2026 };

test("the same options make the same world, and every case is in it once", () => {
  const first = [...world(optie)].map((bericht) => JSON.stringify(bericht));
  assert.deepEqual(
    first,
    [...world(optie)].map((bericht) => JSON.stringify(bericht)),
  );
  const found = [...registraties(optie)].flatMap(({ geval }) => geval ?? []);
  assert.deepEqual(found.toSorted(), Object.keys(gevallen).toSorted());
  assert.equal(new Set(first.map((regel) => JSON.parse(regel).id)).size, first.length);
});

test("every INSZ is invented, accepted by the product, and of one person", () => {
  const vanWie = new Map<string, string>();
  for (const { leerling, inszLater } of registraties({ ...optie, leerlingen: 20_000 })) {
    const insz = inszLater ?? leerling.insz;
    if (insz === null) continue;
    assert.ok(isInvented(insz) && readInsz(insz));
    const wie = `${leerling.voornaam} ${leerling.naam} ${leerling.geboortedatum}`;
    assert.equal(vanWie.get(insz) ?? wie, wie);
    vanWie.set(insz, wie);
  }
  assert.ok(vanWie.size > 5000);
});

test("a world for benchmarks gives everybody a number of his own", () => {
  const gezien = new Set<string>();
  let aantal = 0;
  for (const { leerling, inszLater } of registraties({
    ...optie,
    leerlingen: 60_000,
    allowAnySequence: true,
  })) {
    aantal += 1;
    const insz = inszLater ?? leerling.insz;
    if (insz !== null) gezien.add(insz);
  }
  assert.ok(aantal >= 60_000);
  assert.ok(gezien.size > aantal * 0.95);
});

test("stamnummers are unique within a school", () => {
  const sleutels = [...registraties({ ...optie, leerlingen: 5000 })].map(
    (r) => `${r.instellingsnummer}/${r.stamnummer}`,
  );
  assert.equal(new Set(sleutels).size, sleutels.length);
});

test("a bigger world begins with the smaller one", () => {
  const klein = [...world(optie)].map((bericht) => JSON.stringify(bericht));
  const groot = world({ ...optie, leerlingen: 5000 });
  assert.deepEqual(
    klein,
    Array.from(groot.take(klein.length), (bericht) => JSON.stringify(bericht)),
  );
});

test("the school year starts on 1 September", () => {
  assert.equal(schooljaarOf("2026-08-31"), 2025);
  assert.equal(schooljaarOf("2026-09-01"), 2026);
  assert.equal(schooljaarOf("2027-01-01"), 2026);
});

test("every persona of the contract is there once, and each director has the assignment that his case says", () => {
  const gevraagd = [
    "directeur",
    "beheerder",
    "oud-directeur",
    "tijdelijk-directeur",
    "directeur-andere-school",
    "dov-medewerker",
    "dov-dpo",
    "dienstenleverancier",
  ];
  assert.deepEqual(
    personas.map(({ geval }) => geval),
    gevraagd,
  );
  assert.equal(new Set(personas.map(({ login }) => login)).size, personas.length);
  assert.equal(new Set(personas.map(({ claims }) => claims.vo_id)).size, personas.length);
  const opdrachten = [...world(optie)].flatMap((bericht) =>
    bericht.soort === "directeursopdracht" ? [bericht] : [],
  );
  const personaOf = (geval: string) => {
    const persona = personas.find((one) => one.geval === geval);
    const bericht = opdrachten.find(({ gegevens }) => gegevens.persoon.vo_id === persona?.claims.vo_id);
    if (bericht)
      assert.deepEqual(
        [bericht.gegevens.persoon.naam, bericht.gegevens.persoon.voornaam, bericht.sleutel.instellingsnummer],
        [persona?.naam, persona?.voornaam, persona?.claims.vo_orgcode[0]],
      );
    return bericht?.gegevens;
  };
  assert.deepEqual([personaOf("directeur")?.vastbenoemd, personaOf("directeur")?.tot], [true, undefined]);
  assert.ok((personaOf("tijdelijk-directeur")?.tot ?? "") > "2026-11-22");
  assert.ok((personaOf("oud-directeur")?.tot ?? "9") < "2026-09-01");
  assert.equal(personaOf("directeur-andere-school")?.vastbenoemd, true);
  for (const geval of ["beheerder", "dov-medewerker", "dov-dpo", "dienstenleverancier"])
    assert.equal(personaOf(geval), undefined);
});
