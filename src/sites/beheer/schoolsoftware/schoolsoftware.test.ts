import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Datum } from "#platform/clock";
import { receiveFile } from "#modules/leveringen";
import { listGebruik, pakketOf } from "#modules/schoolsoftware";
import { beheerwereld, dpo, medewerker, withScholen, type BeheerWorld } from "#testing/beheer";
import { shareKlassen } from "#testing/klasinformatie";

let w: BeheerWorld;
let cookie: string;
before(async () => {
  w = await beheerwereld();
  await withScholen(w);
  cookie = await w.sessieOf(medewerker);
});
after(() => w.close());

const textOf = async (path: string) => (await (await w.get(path, cookie)).text()).replaceAll(/\s+/g, " ");
const names = async (zoek: string) =>
  [
    ...(await textOf(`/schoolsoftware?${new URLSearchParams({ zoek })}`)).matchAll(
      /<a href="\/schoolsoftware\/(\d+)">([^<]+)/g,
    ),
  ].map(([, nummer, naam]) => `${naam} ${nummer}`);
const pakketOn = async (dag: string, ...nummers: string[]) =>
  (await pakketOf(w.ctx, nummers, dag as Datum))?.pakket;
const save = (nummer: string, velden: Record<string, string>) =>
  w.post(`/schoolsoftware/${nummer}/pakket`, cookie, { pakket: "", van: "", tot: "", ...velden });
const wijzigingen = async (nummer: string) =>
  w.sql<{ door: string; door_naam: string; voor: string | null; na: string }[]>`
    select door, door_naam, voor, na from beheer.wijziging where over = ${nummer} order by wijziging`;

describe("R21: finding a school", () => {
  test("R21: by number, its beginning, a part of the name without accents or capitals, and the town", async () => {
    assert.deepEqual(await names("999001"), ["De Regenboog 999001"]);
    assert.deepEqual(await names("99900"), [
      "Atheneum Ter Beuke 999003",
      "De Regenboog 999001",
      "Sint-Jozefscollege 999002",
    ]);
    assert.deepEqual(await names("sínt jozefscol"), ["Sint-Jozefscollege 999002"]);
    assert.deepEqual(await names("beuke niklaas"), ["Atheneum Ter Beuke 999003"]);
    assert.deepEqual(await names("%"), []);
    assert.match(await textOf("/schoolsoftware?zoek=bestaatniet"), /Geen school gevonden/);
  });

  test("R21: a former number leads to the school of today, with the package it had then", async () => {
    assert.deepEqual(await names("999012"), ["Sint-Jozefsinstituut 999002"]);
    assert.equal(
      (await w.get("/schoolsoftware/999012", cookie)).headers.get("location"),
      "/schoolsoftware/999002",
    );
    assert.match(await textOf("/schoolsoftware/999002"), /Informat[^]*als 999012/);
    assert.equal((await w.get("/schoolsoftware/999099", cookie)).status, 404);
    assert.equal((await w.get("/schoolsoftware/%27", cookie)).status, 404);
  });

  test("R21: how many schools use each package today", async () => {
    const aantallen = [
      ...(await textOf("/schoolsoftware")).matchAll(/<dt>(\w+)<\/dt>[^]*?class="figure">(\d+)</g),
    ].map(([, naam, aantal]) => `${naam} ${aantal}`);
    assert.deepEqual(aantallen, ["Broekx 0", "Informat 1", "Rekenmap 0", "Wisa 1"]);
  });
});

describe("R21: changing the package of a school", () => {
  test("R21: what is wrong stands beside its field, in Dutch, and nothing is kept", async () => {
    const expectError = async (velden: Record<string, string>, ...verwacht: RegExp[]) => {
      const answer = await save("999001", velden);
      assert.equal(answer.status, 422);
      const pagina = await answer.text();
      for (const one of verwacht) assert.match(pagina, one);
      assert.match(pagina, /<title>Fout: /);
    };
    await expectError({}, /Kies een pakket uit de lijst/, /Vul de eerste dag in/);
    await expectError(
      { pakket: "excel", van: "2026-02-30" },
      /Kies een pakket/,
      /Vul een bestaande datum in/,
    );
    await expectError({ pakket: "broekx", van: "2031-01-01" }, /Kies een dag van/);
    await expectError(
      { pakket: "broekx", van: "2026-12-01", tot: "2026-11-30" },
      /De laatste dag ligt voor de eerste/,
    );
    await expectError(
      { pakket: "wisa", van: "2026-12-01" },
      /werkt op die dag al met Wisa/,
      /value="2026-12-01"/,
    );
    assert.equal((await wijzigingen("999001")).length, 0);
    assert.equal(await pakketOn("2027-01-01", "999001"), "wisa");
  });

  test("R21: from its first day the new package counts and the former may not deliver any more; who did it is noted", async () => {
    const answer = await save("999001", { pakket: "broekx", van: "2026-12-01" });
    assert.deepEqual(
      [answer.status, answer.headers.get("location")],
      [303, "/schoolsoftware/999001?klaar=pakket"],
    );
    assert.deepEqual(
      [await pakketOn("2026-11-30", "999001"), await pakketOn("2026-12-01", "999001")],
      ["wisa", "broekx"],
    );
    const [wijziging] = await wijzigingen("999001");
    assert.deepEqual([wijziging?.door, wijziging?.door_naam], ["vo-dov", "Sofie Maes"]);
    assert.deepEqual(JSON.parse(wijziging?.voor ?? ""), { pakket: "wisa", van: "2020-09-01", tot: null });
    assert.deepEqual(JSON.parse(wijziging?.na ?? ""), { pakket: "broekx", van: "2026-12-01", tot: null });
    assert.match(
      await textOf("/schoolsoftware/999001"),
      /Broekx vanaf 1 december 2026[^]*door Sofie Maes[^]*Daarvoor: Wisa vanaf 1 september 2020/,
    );

    await shareKlassen(w, "999001");
    const deliver = async (pakket: string, tijd: string) => {
      w.clock.set(tijd);
      const naam = `klasinformatie_999001_2026-2027_${tijd.replaceAll(/[-:]/g, "")}.csv`;
      const inhoud = Buffer.from("leer_id_uuid;account_uuid;klas;subklas;van;tot\n");
      return (await receiveFile(w.ctx, { pakket, naam, inhoud, kanaal: "sftp" })).status;
    };
    try {
      assert.equal(await deliver("wisa", "2026-11-30T22:59:00Z"), "wacht", "the last minute of its last day");
      assert.equal(await deliver("wisa", "2026-11-30T23:00:00Z"), "geweigerd", "midnight in Brussels");
      assert.equal(await deliver("broekx", "2026-11-30T23:01:00Z"), "wacht");
    } finally {
      w.clock.set("2026-11-24T08:30:00Z");
    }
  });

  test("R21: a period before one that stands ends where that begins, also without a last day", async () => {
    const laat = await save("999001", { pakket: "informat", van: "2026-11-25", tot: "2026-12-05" });
    assert.equal(laat.status, 422);
    assert.match(await laat.text(), /Vanaf 1 december 2026 staat al Broekx in de lijst/);
    assert.equal((await save("999001", { pakket: "informat", van: "2026-11-25" })).status, 303);
    const periodes = await listGebruik(w.ctx, ["999001"]);
    assert.deepEqual(
      periodes.map(({ pakket, van, tot }) => [pakket, van, tot]),
      [
        ["broekx", "2026-12-01", null],
        ["informat", "2026-11-25", "2026-11-30"],
        ["wisa", "2020-09-01", "2026-11-24"],
      ],
    );
  });

  test("R21: a package under a former number ends too, and does not come back", async () => {
    assert.equal(await pakketOn("2026-11-24", "999002", "999012"), "informat");
    assert.equal(
      (await save("999002", { pakket: "wisa", van: "2026-11-24", tot: "2026-11-30" })).status,
      303,
    );
    assert.equal(await pakketOn("2026-11-24", "999002", "999012"), "wisa");
    assert.equal(await pakketOn("2026-12-01", "999002", "999012"), undefined);
  });

  test("R21: the last day of a package: it counts, the day after not", async () => {
    const endGebruik = (velden: Record<string, string>, nummer = "999002") =>
      w.post(`/schoolsoftware/${nummer}/einde`, cookie, {
        nummer: "999002",
        periode: "2026-11-24",
        ...velden,
      });
    for (const [tot, melding] of Object.entries({
      "": /Vul de laatste dag in/,
      morgen: /bestaande datum/,
      "2026-11-23": /Kies een dag vanaf 24 november 2026/,
    })) {
      const answer = await endGebruik({ tot });
      assert.equal(answer.status, 422);
      assert.match(await answer.text(), melding);
    }
    assert.equal((await endGebruik({ tot: "2026-11-26" })).status, 303);
    assert.deepEqual(
      [await pakketOn("2026-11-26", "999002", "999012"), await pakketOn("2026-11-27", "999002", "999012")],
      ["wisa", undefined],
    );
    assert.equal((await wijzigingen("999002")).length, 2);
    assert.equal((await endGebruik({ tot: "2026-12-01", periode: "2001-01-01" })).status, 404);
    assert.equal(
      (await endGebruik({ tot: "2026-12-01" }, "999001")).status,
      404,
      "a period of another school",
    );
  });

  test("R7: a DPO reads it and finds no form; a form of another site does nothing", async () => {
    const kijkt = await w.get("/schoolsoftware/999001", await w.sessieOf(dpo));
    const pagina = await kijkt.text();
    assert.match(pagina, /Je kunt hier alles lezen/);
    assert.doesNotMatch(pagina, /action="\/schoolsoftware/);
    const elders = await w.post(
      "/schoolsoftware/999003/pakket",
      cookie,
      { pakket: "wisa", van: "2026-11-24" },
      { origin: "https://elders.example" },
    );
    assert.equal(elders.status, 403);
    assert.equal(await pakketOn("2026-11-24", "999003"), undefined);
  });
});
