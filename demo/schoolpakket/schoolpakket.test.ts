import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { beginStand } from "#demo/discimus/actions";
import { createSchoolpakket, type Schoolpakket } from "#demo/schoolpakket/index";
import { registraties } from "#demo/world";

const origin = "http://pakket.test";
let pakket: Schoolpakket;
let map = "";
before(async () => {
  map = await mkdtemp(join(tmpdir(), "leerid-schoolpakket-"));
  const wereld = Object.values(beginStand(2026, registraties({ schooljaar: 2026 }), 0).leerlingen);
  pakket = await createSchoolpakket({
    map,
    now: () => Date.parse("2026-11-24T08:30:00Z"),
    vandaag: () => "2026-11-24",
    leerlingen: async () => wereld,
    connection: () => assert.fail("nothing is sent here"),
  });
});
after(async () => {
  await pakket.stop();
  await rm(map, { recursive: true });
});

const textOf = async (path: string): Promise<string> => {
  const answer = await pakket.app.request(`${origin}${path}`);
  assert.equal(answer.status, 200, path);
  return (await answer.text()).replaceAll(/\s+/g, " ").replaceAll(/> | </g, (naast) => naast.trim());
};
const bytes = async (path: string) =>
  Buffer.from(await (await pakket.app.request(`${origin}${path}`)).arrayBuffer());
const post = (path: string, velden: Readonly<Record<string, string>>) =>
  pakket.app.request(`${origin}${path}`, {
    method: "POST",
    headers: { origin, "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams(velden).toString(),
  });
const location = async (answer: Response | Promise<Response>): Promise<string> => {
  const { status, headers } = await answer;
  assert.equal(status, 303);
  return headers.get("location") ?? "";
};

describe("R25b: a class that is changed in the package stands in its export, in its own layout", () => {
  test("Wisa", async () => {
    await location(post("/wisa/leerlingen/2025-0001", { klas: "3C", subklas: "Vélo" }));
    const regels = new TextDecoder("windows-1252").decode(await bytes("/wisa/export/wisa.csv")).split("\r\n");
    assert.equal(regels[0], "INSTELLING;STAMNR;NAAM;VOORNAAM;KLAS;KLASGROEP;VAN;TOT;STATUS");
    assert.ok(regels.includes("999001;2025-0001;Peeters;Noor;3C;Vélo;01/09/2026;;I"));
    assert.ok(
      regels.some((regel) => regel.includes(";Van den Broeck;Lotte;") && regel.endsWith(";30/06/2026;U")),
    );
    assert.match(await textOf("/wisa/leerlingen?klas=3C"), /Peeters, Noor/);
  });
  test("Informat", async () => {
    await location(post("/informat/leerlingen/2026-0101", { klas: "1C", subklas: "" }));
    const inhoud = await bytes("/informat/export/informat.txt");
    assert.equal(inhoud.subarray(0, 2).toString("hex"), "fffe");
    assert.match(inhoud.toString("utf16le"), /\r\n2026-0101\t[^\r]*\t1\tC\t\t2026-09-01\t\tregelmatig\r\n/);
  });
  test("Broekx", async () => {
    await location(post("/broekx/leerlingen/2025-0010", { klas: "1A", subklas: "LAT" }));
    const inhoud = new TextDecoder("iso-8859-15").decode(await bytes("/broekx/export/broekx.csv"));
    assert.match(inhoud, /^"2025-0010","O'Brien","Søren","1A\/LAT","20260901",""$/m);
  });
  test("what no class is called there is refused, with how it is", async () => {
    const answer = await post("/informat/leerlingen/2026-0102", { klas: "klas 1", subklas: "" });
    assert.equal(answer.status, 422);
    assert.match(await answer.text(), /leerjaar en een of meer\s+hoofdletters/);
    assert.equal((await post("/broekx/leerlingen/2025-0010", { klas: "1A/LAT" })).status, 422);
  });
});

describe("R69, R71, R72, R73: Wisa as the manual shows it", () => {
  test("the tick on the fiche: without it nothing can be sent", async () => {
    const fiche = await textOf("/wisa/instellingen/999001/extra");
    assert.match(fiche, /Allerlei[\s\S]*checked[^>]*>Synchroniseren met Leerid/);
    await location(post("/wisa/instellingen/999001/extra", {}));
    const uit = await textOf("/wisa/versturen");
    assert.ok(!uit.includes("Nu versturen"));
    assert.match(uit, /Fiche › Extra › Allerlei/);
    await location(post("/wisa/versturen", { opdracht: "verstuur" })); // would fail loudly in this test
    await location(post("/wisa/instellingen/999001/extra", { synchroniseren: "ja" }));
    assert.match(await textOf("/wisa/versturen"), /Nu versturen/);
  });

  test("Invoegen, Leerid synchronisatie, Tijdstip instellen, OK, Bewaren", async () => {
    const row = await location(post("/wisa/scheduling/invoegen", {}));
    const vers = await textOf(row);
    assert.match(vers, /Scheduler[\s\S]*Job type[\s\S]*Omschrijving/);
    assert.match(vers, /Eenmalig, op 1899-12-30 00:00/);
    const velden = { type: "Leerid synchronisatie", omschrijving: "'s nachts" };
    const tijdstip = await location(post(row, { ...velden, knop: "tijdstip" }));
    assert.match(await textOf(tijdstip), /Frequentie voor achtergrond taak/);
    assert.equal((await post(tijdstip, { soort: "dagelijks", dagelijks_om: "25:00" })).status, 422);
    assert.equal(await location(post(tijdstip, { soort: "dagelijks", dagelijks_om: "0:05" })), row);
    assert.match(await textOf(row), /nog niet bewaard/);
    await location(post(row, { ...velden, knop: "bewaren" }));
    const list = await textOf("/wisa/scheduling");
    assert.match(list, /Dagelijks, om 00:05 uur[\s\S]*Leerid synchronisatie[\s\S]*nachts/);
    assert.ok(!list.includes("nog niet bewaard"));
  });

  test("a row that is saved without a moment never runs; every frequency can be chosen; a row can go", async () => {
    const row = await location(post("/wisa/scheduling/invoegen", {}));
    assert.equal((await post(row, { type: "", knop: "bewaren" })).status, 422);
    await location(post(row, { type: "Leerid synchronisatie", knop: "bewaren" }));
    assert.match(await textOf("/wisa/scheduling"), /1899-12-30 00:00[\s\S]*Volgende beurt">geen/);
    for (const [velden, woorden] of [
      [{ soort: "eenmalig", datum: "2026-12-24", eenmalig_om: "06:30" }, "Eenmalig, op 2026-12-24 06:30"],
      [{ soort: "elk-uur", minuut: "5" }, "Elk uur, op minuut 05"],
      [{ soort: "elke-n-minuten", n: "15" }, "Elke 15 minuten"],
    ] as const) {
      await location(post(`${row}/tijdstip`, velden));
      await location(post(row, { type: "Leerid synchronisatie", inactief: "ja", knop: "bewaren" }));
      assert.ok((await textOf("/wisa/scheduling")).includes(woorden), woorden);
    }
    assert.match(await textOf("/wisa/scheduling"), /Tijdelijk niet actief/);
    await location(post(row, { knop: "verwijderen" }));
    assert.equal((await pakket.app.request(`${origin}${row}`)).status, 404);
  });
});

test("other packages are not there", async () => {
  for (const path of [
    "/constructor/leerlingen",
    "/smartschool/leerlingen",
    "/informat/scheduling",
    "/wisa/leerlingen/weg",
  ])
    assert.equal((await pakket.app.request(`${origin}${path}`)).status, 404, path);
});
