import assert from "node:assert/strict";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { testDatabase, type TestDatabase } from "#testing/database";
import {
  mainKey,
  outcomeOf,
  runLeerid,
  spawnLeerid,
  withFolder,
  type Outcome,
  type Settings,
} from "#testing/server";

let db: TestDatabase;
let settings: Settings;
before(async () => {
  db = await testDatabase();
  settings = { LEERID_DATABASE_URL: db.url, LEERID_HOOFDSLEUTEL: mainKey };
});
after(() => db?.close());

const load = (path: string) => runLeerid(["import", "discimus", path], settings);

/** Messages about pupils of one school, two for each. */
function* messages(stem: string, pupils: number): Generator<string> {
  for (let n = 0; n < pupils; n += 1) {
    const begin = `{"id":"${stem}-${n}","tijdstip":"2026-09-01T07:12:33Z","soort":`;
    const key = `"versie":1,"sleutel":{"instellingsnummer":"999001","stamnummer":"${stem}-${n}"},"gegevens":`;
    yield `${begin}"leerling",${key}{"naam":"Peeters","voornaam":"Noor","insz":null,"geboortedatum":"2017-05-02"}}`;
    yield `${begin}"inschrijving",${key}{"inschrijving":"I-1","vestiging":"1","niveau":"lager","leerjaar":3,"van":"2026-09-01","status":"gerealiseerd"}}`;
  }
}
const text = (stem: string, pupils: number) => `${[...messages(stem, pupils)].join("\n")}\n`;

const pupilsCalled = async (stem: string): Promise<number> =>
  Number(
    (
      await db.sql`select count(*) as n from leerlingen.registratie where stamnummer like ${`${stem}-%`}`
    )[0]?.["n"],
  );

function checkTotals(outcome: Outcome, totals: string): void {
  assert.equal(outcome.code, totals.endsWith(" 0 in quarantaine") ? 0 : 1, outcome.stderr);
  assert.equal(outcome.stdout.trim(), totals);
}
const totals = (ontvangen: number, verwerkt: number, ongewijzigd: number, quarantaine = 0) =>
  `${ontvangen} ontvangen = ${verwerkt} verwerkt + ${ongewijzigd} ongewijzigd + ${quarantaine} in quarantaine`;

describe("leerid import discimus", () => {
  it("takes a file, packed or not, and tells its counts; again: unchanged", () =>
    withFolder(async (folder) => {
      const content = `${text("klein", 20)}dit is geen bericht\n\n`;
      const [plain, packed, empty] = ["a.ndjson", "b.ndjson.gz", "leeg.ndjson"].map((name) =>
        join(folder, name),
      );
      assert.ok(plain && packed && empty);
      await writeFile(plain, content);
      await writeFile(packed, gzipSync(content));
      await writeFile(empty, "");
      checkTotals(await load(plain), totals(41, 40, 0, 1));
      checkTotals(await load(plain), totals(41, 0, 40, 1));
      checkTotals(await load(packed), totals(41, 0, 40, 1));
      checkTotals(await load(empty), totals(0, 0, 0));
      assert.equal(await pupilsCalled("klein"), 20);
    }));

  it("refuses what is no file or broken, and goes on with the whole one afterwards", () =>
    withFolder(async (folder) => {
      const at = (name: string) => join(folder, name);
      const packed = gzipSync(text("heel", 500));
      await mkdir(at("map.ndjson"));
      await writeFile(at("tekst.ndjson.gz"), text("tekst", 5));
      await writeFile(at("half.ndjson.gz"), packed.subarray(0, packed.length - 200));
      await writeFile(at("heel.ndjson.gz"), packed);
      for (const [name, reason] of [
        ["bestaat-niet.ndjson", /kan niet gelezen worden \(ENOENT\)/],
        ["map.ndjson", /kan niet gelezen worden \(EISDIR\)/],
        ["tekst.ndjson.gz", /Het bestand kan niet gelezen worden\.\nOorzaak: Z_/],
        ["half.ndjson.gz", /Het bestand kan niet gelezen worden\.\nOorzaak: Z_/],
      ] as const) {
        const outcome = await load(at(name));
        assert.equal(outcome.code, 1, `${name}: ${outcome.stdout}${outcome.stderr}`);
        assert.match(outcome.stderr, reason, name);
        assert.doesNotMatch(outcome.stderr, /\n\s+at |\b(the|unexpected|error)\b/i, name);
      }
      assert.equal(await pupilsCalled("tekst"), 0);
      const outcome = await load(at("heel.ndjson.gz"));
      assert.equal(outcome.code, 0, outcome.stderr);
      assert.match(outcome.stdout, /^1000 ontvangen = /);
      assert.equal(await pupilsCalled("heel"), 500);
    }));

  it("goes on where it was killed or stopped, counting every message once", async (t) => {
    await withFolder(async (folder) => {
      const pupils = 70_000;
      const path = join(folder, "groot.ndjson");
      await writeFile(path, text("groot", pupils));
      const begun = async () => {
        const [row] = await db.sql<{ regels: number; levering_id: number }[]>`
          select regels, levering_id from discimus.invoer where not klaar order by levering_id desc limit 1`;
        return row?.levering_id === before ? 0 : (row?.regels ?? 0);
      };
      const [old] = await db.sql<
        { nr: number | null }[]
      >`select max(levering_id) as nr from discimus.invoer where not klaar`;
      const before = old?.nr ?? -1;
      const reach = async (lines: number, signal: NodeJS.Signals) => {
        const child = spawnLeerid(["import", "discimus", path], settings);
        const outcome = outcomeOf(child);
        const running = () => child.exitCode === null && child.signalCode === null;
        while (running() && (await begun()) < lines) await sleep(10);
        child.kill(signal);
        return outcome;
      };

      const killed = await reach(20_000, "SIGKILL");
      assert.equal(killed.signal, "SIGKILL", killed.stderr);
      const afterKill = await begun();
      assert.ok(afterKill >= 20_000 && afterKill < 2 * pupils);

      const stopped = await reach(afterKill + 1, "SIGTERM");
      assert.equal(stopped.code, 1, stopped.stdout + stopped.stderr);
      assert.match(stopped.stderr, /Gestopt\. Geef dezelfde opdracht opnieuw om verder te gaan\./);
      const afterStop = await begun();
      t.diagnostic(`killed after ${afterKill} lines, stopped after ${afterStop} of ${2 * pupils}`);
      assert.equal(stopped.stdout.trim(), totals(afterStop, afterStop, 0));
      assert.ok(afterStop < 2 * pupils);

      checkTotals(await load(path), totals(2 * pupils, 2 * pupils, 0));
      assert.equal(await pupilsCalled("groot"), pupils);
      const [delivery] = await db.sql`
        select ontvangen, verwerkt, klaar_op is not null as klaar, (select count(*) from discimus.invoer where not klaar and levering_id > ${before}) as open
          from discimus.levering order by levering_id desc limit 1`;
      assert.deepEqual(
        { ...delivery },
        { ontvangen: 2 * pupils, verwerkt: 2 * pupils, klaar: true, open: 0 },
      );
      checkTotals(await load(path), totals(2 * pupils, 0, 2 * pupils));
      await rm(path);
    });
  });
});
