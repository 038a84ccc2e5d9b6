import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { receive } from "#modules/discimus";
import { testDatabase, type TestDatabase } from "#testing/database";
import { leerlingRegel, schoolRegel } from "#testing/discimus";
import { mainKey, runLeerid, withFolder, type Outcome, type Settings } from "#testing/server";
import { sshKeyPair } from "#testing/ssh-key";
import { toepassingText } from "#testing/toepassing";

let db: TestDatabase;
let settings: Settings;
before(async () => {
  db = await testDatabase();
  settings = { LEERID_DATABASE_URL: db.url, LEERID_HOOFDSLEUTEL: mainKey };
});
after(() => db?.close());

/** Writes a file and imports it. */
const importText = (kind: string, text: string, ...options: string[]): Promise<Outcome> =>
  withFolder(async (folder) => {
    const path = join(folder, `${kind}.json`);
    await writeFile(path, text);
    return runLeerid(["import", kind, path, ...options], settings);
  });
const tables = async (...names: string[]): Promise<string> =>
  JSON.stringify(
    await Promise.all(
      names.map((name) => db.sql`select to_jsonb(t)::text as r from ${db.sql(name)} t order by 1`),
    ),
  );

describe("leerid import discimus with lines that cannot be taken", () => {
  const half = [
    leerlingRegel("s1"),
    "geen bericht",
    leerlingRegel("s2", {}, { naam: "" }),
    leerlingRegel("s3"),
    "ook geen",
    leerlingRegel("s4", {}, { geboortedatum: "2017-02-30" }),
  ].join("\n");

  it("says how many, why, on which lines and where to look, and ends with 1; with --door with 0", async () => {
    for (const [options, code] of [
      [[], 1],
      [["--door"], 0],
    ] as const) {
      const outcome = await importText("discimus", half, ...options);
      assert.equal(outcome.code, code, outcome.stderr);
      assert.match(outcome.stdout, /^6 ontvangen = \d verwerkt \+ \d ongewijzigd \+ 4 in quarantaine$/m);
      assert.match(outcome.stderr, /^ {2}2 × geen-json: Deze regel is geen JSON-object\..* \(regel 2, 5\)$/m);
      assert.match(outcome.stderr, /^ {2}1 × datum-ongeldig \(gegevens\.geboortedatum\): .* \(regel 6\)$/m);
      assert.match(outcome.stderr, /^ {2}1 × veld-\w+ \(gegevens\.naam\): .* \(regel 3\)$/m);
      assert.match(outcome.stderr, /^Bekijk ze: {2}leerid quarantaine lijst --levering \d+$/m);
      assert.doesNotMatch(outcome.stderr, /Peeters|Noor|ook geen/);
    }
  });

  it("nothing in quarantine: no word about it", async () => {
    const outcome = await importText("discimus", leerlingRegel("s9"));
    assert.equal(outcome.code, 0);
    assert.doesNotMatch(outcome.stderr, /quarantaine/);
  });
});

describe("leerid import schoolsoftware", () => {
  const file = (scholen: readonly string[], over: Record<string, unknown> = {}) =>
    JSON.stringify({
      pakketten: [
        { pakket: "wisa", naam: "Wisa", levert_klasinformatie: true, publieke_sleutels: [], ...over },
      ],
      scholen: scholen.map((instellingsnummer) => ({ instellingsnummer, pakket: "wisa", van: "2026-09-01" })),
    });
  const ours = ["schoolsoftware.pakket", "schoolsoftware.sleutel", "schoolsoftware.gebruik"];

  it("refuses schools that nobody knows, a line per school; with --door it takes the others and names these", async () => {
    await receive(db.ctx, [schoolRegel({ school: "999001" })], { bron: "http" });
    const before = await tables(...ours);
    const text = file(["999001", "999008", "999009"]);
    const refused = await importText("schoolsoftware", text);
    assert.equal(refused.code, 1, refused.stdout);
    const lines = [
      "scholen.1.instellingsnummer: LeerID kent geen school 999008",
      "scholen.2.instellingsnummer: LeerID kent geen school 999009",
    ];
    for (const line of lines) assert.ok(refused.stderr.includes(`${line}\n`), refused.stderr);
    assert.match(refused.stderr, /Er is niets van ingevoerd/);
    assert.equal(await tables(...ours), before);
    const taken = await importText("schoolsoftware", text, "--door");
    assert.equal(taken.code, 0, taken.stderr);
    for (const line of lines) assert.ok(taken.stderr.includes(`${line}\n`), taken.stderr);
    assert.match(taken.stdout, /^Schoolsoftware ingevoerd: pakketten 1, periodes van scholen 1\.$/m);
  });

  it("--toon says what comes, changes and ends, and does nothing; the import says the same and does it", async () => {
    const [one, two] = [sshKeyPair().public, sshKeyPair().public];
    await importText("schoolsoftware", file(["999001"], { publieke_sleutels: [one] }));
    const before = await tables(...ours);
    const next = JSON.stringify({
      pakketten: [
        { pakket: "wisa", naam: "Wisa 2", levert_klasinformatie: true, publieke_sleutels: [two] },
        { pakket: "broekx", naam: "Broekx", levert_klasinformatie: true, publieke_sleutels: [] },
      ],
      scholen: [{ instellingsnummer: "999001", pakket: "broekx", van: "2026-11-01" }],
    });
    const shown = await importText("schoolsoftware", next, "--toon");
    assert.deepEqual([shown.code, shown.stderr], [0, ""]);
    const told = [
      /^nieuw {4}pakket broekx: Broekx$/m,
      /^nieuw {4}pakket wisa: sleutel SHA256:\S+$/m,
      /^eindigt {2}pakket wisa: sleutel SHA256:\S+$/m,
      /^anders {3}pakket wisa: Wisa → Wisa 2$/m,
      /^nieuw {4}school 999001, vanaf 2026-11-01: broekx, zonder einde$/m,
      /^anders {3}school 999001, vanaf 2026-09-01: wisa, zonder einde → wisa, tot en met 2026-10-31$/m,
    ];
    for (const line of told) assert.match(shown.stdout, line);
    assert.match(shown.stdout, /getoond, niet gedaan/);
    assert.equal(await tables(...ours), before);
    const done = await importText("schoolsoftware", next);
    for (const line of told) assert.match(done.stdout, line);
    assert.notEqual(await tables(...ours), before);
    assert.match((await importText("schoolsoftware", next, "--toon")).stdout, /^Er verandert niets: /m);
  });
});

describe("leerid import toepassing", () => {
  const client = (client_id: string, redirect_uris: readonly string[], secret = "s") => ({
    client_id,
    naam: client_id,
    soort: "web",
    client_secret: secret.repeat(40),
    redirect_uris,
  });
  const [a, b, c] = ["a", "b", "c"].map((name) => `https://app.example/${name}`);
  const ours = ["toepassingen.toepassing", "toepassingen.client"];

  it("--toon says what comes, changes and ends, never a secret, and does nothing; what no longer stands in the file ends", async () => {
    await importText(
      "toepassing",
      toepassingText("rekenen", {
        clients: [client("rekenen", [a ?? "", b ?? ""]), client("rekenen-test", [a ?? ""])],
      }),
    );
    const before = await tables(...ours);
    const next = toepassingText("rekenen", {
      naam: "Rekenen 2",
      clients: [client("rekenen", [b ?? "", c ?? ""], "t"), client("rekenen-nieuw", [c ?? ""])],
    });
    const shown = await importText("toepassing", next, "--toon");
    assert.deepEqual([shown.code, shown.stderr], [0, ""]);
    const told = [
      /^anders {3}toepassing rekenen: naam: rekenen → Rekenen 2$/m,
      /^anders {3}client rekenen: client_secret$/m,
      /^nieuw {4}client rekenen: redirect_uris https:\/\/app\.example\/c$/m,
      /^eindigt {2}client rekenen: redirect_uris https:\/\/app\.example\/a$/m,
      /^nieuw {4}client rekenen-nieuw: web, leerlingen$/m,
      /^eindigt {2}client rekenen-test$/m,
    ];
    for (const line of told) assert.match(shown.stdout, line);
    assert.doesNotMatch(shown.stdout, /sss|ttt/);
    assert.equal(await tables(...ours), before);
    const done = await importText("toepassing", next);
    for (const line of told) assert.match(done.stdout, line);
    const left = await db.sql<{ client_id: string }[]>`
      select client_id from toepassingen.client where toepassing = 'rekenen' order by 1`;
    assert.deepEqual(
      left.map((row) => row.client_id),
      ["rekenen", "rekenen-nieuw"],
    );
  });
});

describe("leerid import protocol", () => {
  it("before its application is refused, with what to import first", async () => {
    const text = await readFile(
      new URL("../../demo/bestanden/protocol-bingel.json", import.meta.url),
      "utf8",
    );
    const refused = await importText("protocol", text);
    assert.equal(refused.code, 1, refused.stdout);
    assert.match(refused.stderr, /^toepassing: bingel is niet ingevoerd\.$/m);
    assert.match(refused.stderr, /^Voer eerst de toepassing in, met {2}leerid import toepassing BESTAND/m);
    assert.equal(await tables("protocollen.protocol"), "[[]]");
    await importText("toepassing", toepassingText("bingel"));
    const first = await importText("protocol", text);
    assert.equal(first.code, 0, first.stderr);
    assert.match(first.stdout, /^Protocol bingel, versie 2, ingevoerd\.$/m);
  });

  it("--toon says what the next version gives more and no longer, and does nothing", async () => {
    const path = new URL("../../demo/bestanden/protocol-bingel.json", import.meta.url);
    const text = await readFile(path, "utf8");
    await importText("toepassing", toepassingText("bingel"));
    await importText("protocol", text);
    const same = await importText("protocol", text, "--toon");
    assert.match(same.stdout, /^Er verandert niets: /m);
    const file = JSON.parse(text) as { attributen: { attribuut: string; tot?: string }[] };
    const [, second, third] = file.attributen;
    const fewer = [...file.attributen.slice(2), { ...second, tot: "2027-06-30" }];
    const next = JSON.stringify({ ...file, versie: 3, tot: "2028-08-31", attributen: fewer });
    const before = await tables("protocollen.protocol");
    const shown = await importText("protocol", next, "--toon");
    assert.deepEqual([shown.code, shown.stderr], [0, ""]);
    const told = [
      /^anders {3}protocol bingel: versie: 2 → 3$/m,
      /^anders {3}protocol bingel: tot en met: zonder einde → 2028-08-31$/m,
      new RegExp(`^anders {3}protocol bingel: ${second?.attribuut}:.* → tot en met 2027-06-30$`, "m"),
      new RegExp(`^eindigt {2}protocol bingel: ${file.attributen[0]?.attribuut}$`, "m"),
    ];
    for (const line of told) assert.match(shown.stdout, line);
    assert.doesNotMatch(shown.stdout, new RegExp(`${third?.attribuut}$`, "m"));
    assert.match(shown.stdout, /getoond, niet gedaan/);
    assert.equal(await tables("protocollen.protocol"), before);
    const done = await importText("protocol", next);
    for (const line of told) assert.match(done.stdout, line);
    assert.notEqual(await tables("protocollen.protocol"), before);
  });
});
