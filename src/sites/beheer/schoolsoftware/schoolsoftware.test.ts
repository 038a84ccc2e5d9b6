import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Datum } from "#platform/clock";
import { ontvangBestand } from "#modules/leveringen";
import { listGebruik, pakketVan } from "#modules/schoolsoftware";
import { beheerwereld, dpo, medewerker, metScholen, type Beheerwereld } from "#testing/beheer";
import { deel } from "#testing/klasinformatie";

let w: Beheerwereld;
let cookie: string;
before(async () => {
  w = await beheerwereld();
  await metScholen(w);
  cookie = await w.sessieVan(medewerker);
});
after(() => w.close());

const tekst = async (pad: string) => (await (await w.get(pad, cookie)).text()).replaceAll(/\s+/g, " ");
const namen = async (zoek: string) =>
  [
    ...(await tekst(`/schoolsoftware?${new URLSearchParams({ zoek })}`)).matchAll(
      /<a href="\/schoolsoftware\/(\d+)">([^<]+)/g,
    ),
  ].map(([, nummer, naam]) => `${naam} ${nummer}`);
const op = async (dag: string, ...nummers: string[]) =>
  (await pakketVan(w.ctx, nummers, dag as Datum))?.pakket;
const bewaar = (nummer: string, velden: Record<string, string>) =>
  w.post(`/schoolsoftware/${nummer}/pakket`, cookie, { pakket: "", van: "", tot: "", ...velden });
const wijzigingen = async (nummer: string) =>
  w.sql<{ door: string; door_naam: string; voor: string | null; na: string }[]>`
    select door, door_naam, voor, na from beheer.wijziging where over = ${nummer} order by wijziging`;

describe("R21: finding a school", () => {
  test("R21: by number, its beginning, a part of the name without accents or capitals, and the town", async () => {
    assert.deepEqual(await namen("999001"), ["De Regenboog 999001"]);
    assert.deepEqual(await namen("99900"), [
      "Atheneum Ter Beuke 999003",
      "De Regenboog 999001",
      "Sint-Jozefscollege 999002",
    ]);
    assert.deepEqual(await namen("sínt jozefscol"), ["Sint-Jozefscollege 999002"]);
    assert.deepEqual(await namen("beuke niklaas"), ["Atheneum Ter Beuke 999003"]);
    assert.deepEqual(await namen("%"), []);
    assert.match(await tekst("/schoolsoftware?zoek=bestaatniet"), /Geen school gevonden/);
  });

  test("R21: a former number leads to the school of today, with the package it had then", async () => {
    assert.deepEqual(await namen("999012"), ["Sint-Jozefsinstituut 999002"]);
    assert.equal(
      (await w.get("/schoolsoftware/999012", cookie)).headers.get("location"),
      "/schoolsoftware/999002",
    );
    assert.match(await tekst("/schoolsoftware/999002"), /Informat[^]*als 999012/);
    assert.equal((await w.get("/schoolsoftware/999099", cookie)).status, 404);
    assert.equal((await w.get("/schoolsoftware/%27", cookie)).status, 404);
  });

  test("R21: how many schools use each package today", async () => {
    const aantallen = [
      ...(await tekst("/schoolsoftware")).matchAll(/<dt>(\w+)<\/dt>[^]*?class="figure">(\d+)</g),
    ].map(([, naam, aantal]) => `${naam} ${aantal}`);
    assert.deepEqual(aantallen, ["Broekx 0", "Informat 1", "Rekenmap 0", "Wisa 1"]);
  });
});

describe("R21: changing the package of a school", () => {
  test("R21: what is wrong stands beside its field, in Dutch, and nothing is kept", async () => {
    const fout = async (velden: Record<string, string>, ...verwacht: RegExp[]) => {
      const antwoord = await bewaar("999001", velden);
      assert.equal(antwoord.status, 422);
      const pagina = await antwoord.text();
      for (const een of verwacht) assert.match(pagina, een);
      assert.match(pagina, /<title>Fout: /);
    };
    await fout({}, /Kies een pakket uit de lijst/, /Vul de eerste dag in/);
    await fout({ pakket: "excel", van: "2026-02-30" }, /Kies een pakket/, /Vul een bestaande datum in/);
    await fout({ pakket: "broekx", van: "2031-01-01" }, /Kies een dag van/);
    await fout(
      { pakket: "broekx", van: "2026-12-01", tot: "2026-11-30" },
      /De laatste dag ligt voor de eerste/,
    );
    await fout({ pakket: "wisa", van: "2026-12-01" }, /werkt op die dag al met Wisa/, /value="2026-12-01"/);
    assert.equal((await wijzigingen("999001")).length, 0);
    assert.equal(await op("2027-01-01", "999001"), "wisa");
  });

  test("R21: from its first day the new package counts and the former may not deliver any more; who did it is noted", async () => {
    const antwoord = await bewaar("999001", { pakket: "broekx", van: "2026-12-01" });
    assert.deepEqual(
      [antwoord.status, antwoord.headers.get("location")],
      [303, "/schoolsoftware/999001?klaar=pakket"],
    );
    assert.deepEqual(
      [await op("2026-11-30", "999001"), await op("2026-12-01", "999001")],
      ["wisa", "broekx"],
    );
    const [wijziging] = await wijzigingen("999001");
    assert.deepEqual([wijziging?.door, wijziging?.door_naam], ["vo-dov", "Sofie Maes"]);
    assert.deepEqual(JSON.parse(wijziging?.voor ?? ""), { pakket: "wisa", van: "2020-09-01", tot: null });
    assert.deepEqual(JSON.parse(wijziging?.na ?? ""), { pakket: "broekx", van: "2026-12-01", tot: null });
    assert.match(
      await tekst("/schoolsoftware/999001"),
      /Broekx vanaf 1 december 2026[^]*door Sofie Maes[^]*Daarvoor: Wisa vanaf 1 september 2020/,
    );

    await deel(w, "999001");
    const lever = async (pakket: string, tijd: string) => {
      w.clock.set(tijd);
      const naam = `klasinformatie_999001_2026-2027_${tijd.replaceAll(/[-:]/g, "")}.csv`;
      const inhoud = Buffer.from("leer_id_uuid;account_uuid;klas;subklas;van;tot\n");
      return (await ontvangBestand(w.ctx, { pakket, naam, inhoud, kanaal: "sftp" })).status;
    };
    try {
      assert.equal(await lever("wisa", "2026-11-30T22:59:00Z"), "wacht", "the last minute of its last day");
      assert.equal(await lever("wisa", "2026-11-30T23:00:00Z"), "geweigerd", "midnight in Brussels");
      assert.equal(await lever("broekx", "2026-11-30T23:01:00Z"), "wacht");
    } finally {
      w.clock.set("2026-11-24T08:30:00Z");
    }
  });

  test("R21: a period before one that stands ends where that begins, also without a last day", async () => {
    const laat = await bewaar("999001", { pakket: "informat", van: "2026-11-25", tot: "2026-12-05" });
    assert.equal(laat.status, 422);
    assert.match(await laat.text(), /Vanaf 1 december 2026 staat al Broekx in de lijst/);
    assert.equal((await bewaar("999001", { pakket: "informat", van: "2026-11-25" })).status, 303);
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
    assert.equal(await op("2026-11-24", "999002", "999012"), "informat");
    assert.equal(
      (await bewaar("999002", { pakket: "wisa", van: "2026-11-24", tot: "2026-11-30" })).status,
      303,
    );
    assert.equal(await op("2026-11-24", "999002", "999012"), "wisa");
    assert.equal(await op("2026-12-01", "999002", "999012"), undefined);
  });

  test("R21: the last day of a package: it counts, the day after not", async () => {
    const einde = (velden: Record<string, string>, nummer = "999002") =>
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
      const antwoord = await einde({ tot });
      assert.equal(antwoord.status, 422);
      assert.match(await antwoord.text(), melding);
    }
    assert.equal((await einde({ tot: "2026-11-26" })).status, 303);
    assert.deepEqual(
      [await op("2026-11-26", "999002", "999012"), await op("2026-11-27", "999002", "999012")],
      ["wisa", undefined],
    );
    assert.equal((await wijzigingen("999002")).length, 2);
    assert.equal((await einde({ tot: "2026-12-01", periode: "2001-01-01" })).status, 404);
    assert.equal((await einde({ tot: "2026-12-01" }, "999001")).status, 404, "a period of another school");
  });

  test("R7: a DPO reads it and finds no form; a form of another site does nothing", async () => {
    const kijkt = await w.get("/schoolsoftware/999001", await w.sessieVan(dpo));
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
    assert.equal(await op("2026-11-24", "999003"), undefined);
  });
});
