import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { systemClock } from "#platform/clock";
import { seal } from "#platform/crypto";
import { readLine, receive, replay } from "#modules/discimus";
import { verifyChain, zegel } from "#modules/privacylog";
import { testDatabase, type TestDatabase } from "#testing/database";
import { inschrijvingRegel, leerlingRegel, schoolRegel, testInsz } from "#testing/discimus";
import { mainKey, runLeerid, withFolder, type Outcome, type Settings } from "#testing/server";

let db: TestDatabase;
let settings: Settings;
before(async () => {
  db = await testDatabase();
  settings = { LEERID_DATABASE_URL: db.url, LEERID_HOOFDSLEUTEL: mainKey };
});
after(() => db?.close());

const run = (...args: string[]): Promise<Outcome> => runLeerid(["quarantaine", ...args], settings);
const insz = testInsz("170502");
const good = leerlingRegel("q1", { id: "eerst" });
const wrong = leerlingRegel("q1", { versie: 2, id: "fout" }, { insz, geboortedatum: "2017-02-30" });
const stranger = leerlingRegel("vreemd", { id: "vreemd" }, { naam: "Janssens", geboortedatum: "2017-02-31" });

/** What is in quarantine, with the open ones first told by the command. */
const open = () => db.sql<{ nr: number; code: string; levering_id: number }[]>`
  select nr, code, levering_id from discimus.quarantaine order by nr`;

/**
 * What a release with another rule refused, and this one would take: the line as it should be stands in quarantine, sealed as such.
 */
async function mend(nr: number, text: string): Promise<void> {
  const [row] = await db.sql<
    { id: string }[]
  >`select quarantaine_id as id from discimus.quarantaine where nr = ${nr}`;
  const sealed = seal(db.ctx.keys.geheimen, text, row?.id ?? "");
  await db.sql`update discimus.quarantaine set bericht_versleuteld = ${sealed} where nr = ${nr}`;
}

describe("leerid quarantaine", () => {
  it("lists counts, reasons and moments, and nothing of a pupil; by reason, by delivery, since a day", async () => {
    assert.match((await run("lijst")).stdout, /^Er staat niets in quarantaine\.$/m);
    await receive(db.ctx, [schoolRegel(), good], { bron: "http" });
    await withFolder(async (folder) => {
      const path = join(folder, "halve.ndjson");
      await writeFile(path, [good, wrong, stranger, "geen bericht van Peeters"].join("\n"));
      const imported = await runLeerid(["import", "discimus", path], settings);
      assert.equal(imported.code, 1);
      const [, look = ""] = /^Bekijk ze: {2}leerid quarantaine (.*)$/m.exec(imported.stderr) ?? [];
      const { code, stdout, stderr } = await run(...look.split(" "));
      assert.deepEqual([code, stderr], [0, ""]);
      assert.match(stdout, /^ {2}2 × datum-ongeldig \(gegevens\.geboortedatum\): .*\(regel 2, 3\)$/m);
      assert.match(stdout, /^ {2}1 × geen-json: .*\(regel 4\)$/m);
      assert.match(
        stdout,
        /^ +1 {2}\d{4}-\d\d-\d\d \d\d:\d\d +\d+ +2 {2}datum-ongeldig \(gegevens\.geboortedatum\)$/m,
      );
      assert.doesNotMatch(stdout, new RegExp(`Peeters|Janssens|Noor|vreemd|${insz}`));
    });
    assert.doesNotMatch((await run("lijst", "--code", "geen-json")).stdout, /datum-ongeldig/);
    assert.match((await run("lijst", "--sinds", "2000-01-01")).stdout, /geen-json/);
    assert.match((await run("lijst", "--sinds", "2199-01-01")).stdout, /niets in quarantaine/);
    assert.match((await run("lijst", "--levering", "999999")).stdout, /niets in quarantaine/);
    for (const [args, line] of [
      [["--code", "geenjson"], /^--code: kies uit geen-json, /],
      [["--sinds", "2026-02-30"], /^--sinds: geen bestaande datum/],
      [["--levering", "x"], /^--levering: een geheel getal/],
    ] as const) {
      const outcome = await run("lijst", ...args);
      assert.equal(outcome.code, 2);
      assert.match(outcome.stderr, line);
    }
  });

  it("shows a line with a reason only, as a look in the privacy log: about the pupil, by whom, in a chain that holds", async () => {
    const [{ nr: mine } = { nr: 0 }] = await open();
    const looks = () => db.sql<
      { account_uuid: string; soort: string; ontvanger: string; aanleiding: string }[]
    >`
      select account_uuid, soort, ontvanger, aanleiding from privacylog.regel order by nr`;
    for (const args of [[], ["--reden", "kort"], ["--reden", `nakijken voor ${insz} van de school`]]) {
      const outcome = await run("lees", String(mine), ...args);
      assert.deepEqual([outcome.code, outcome.stdout], [2, ""], args.join(" "));
      assert.match(outcome.stderr, /^--reden: zeg waarom/);
    }
    assert.deepEqual([...(await looks())], []);
    const reden = "melding 2026-118: welk veld is fout";
    const shown = await run("lees", String(mine), "--reden", reden);
    assert.deepEqual([shown.code, shown.stdout], [0, `${wrong}\n`]);
    const [pupil] = await db.sql<{ account_uuid: string }[]>`
      select account_uuid from leerlingen.registratie where stamnummer = 'q1'`;
    const [look] = await looks();
    assert.deepEqual(
      [look?.soort, look?.aanleiding, look?.account_uuid],
      ["inzage", "quarantaine-gelezen", pupil?.account_uuid],
    );
    assert.match(look?.ontvanger ?? "", /^uitbating:\S+$/);
    const [noted] = await db.sql`select quarantaine_nr, door, reden from discimus.inkijk`;
    assert.deepEqual({ ...noted }, { quarantaine_nr: mine, door: look?.ontvanger, reden });

    // Of a pupil whom nobody knows, and of what is no message: a look all the same.
    for (const { nr } of (await open()).slice(1))
      await readLine(db.ctx, { nr, door: "uitbating:jan", reden });
    assert.deepEqual(
      (await looks()).slice(1).map((row) => row.account_uuid),
      ["00000000-0000-0000-0000-000000000000", "00000000-0000-0000-0000-000000000000"],
    );
    const ctx = { ...db.ctx, clock: systemClock() };
    await zegel(ctx);
    assert.equal((await verifyChain(ctx, {})).inOrde, true);
    const gone = await run("lees", "4711", "--reden", reden);
    assert.equal(gone.code, 1);
    assert.match(gone.stderr, /^Deze regel staat niet, of niet meer, in quarantaine\.$/m);
  });

  it("writes out what would command a terminal", async () => {
    await receive(db.ctx, ["{\u001b[2Jweg", good], { bron: "http" });
    const nr = (await open()).at(-1)?.nr ?? 0;
    assert.equal(
      (await run("lees", String(nr), "--reden", "nakijken wat dit is")).stdout,
      "{\\u001b[2Jweg\n",
    );
  });

  it("replays: what is taken leaves with all that it said, the rest stays with its reason; again nothing changes", async () => {
    const before = await open();
    const all = await run("speel-af", "--alles");
    assert.equal(all.code, 1, all.stderr);
    assert.match(all.stdout, /^4 afgespeeld = 0 verwerkt \+ 0 ongewijzigd \+ 4 nog in quarantaine$/m);
    assert.match(all.stderr, /^ {2}2 × datum-ongeldig/m);
    assert.deepEqual([...(await open())], [...before]);
    assert.equal((await run("speel-af", "--alles", "--door")).code, 0);

    const [first, second] = before;
    await mend(first?.nr ?? 0, leerlingRegel("q1", { versie: 2 }, { insz, geboortedatum: "2017-05-02" }));
    await mend(second?.nr ?? 0, leerlingRegel("nieuw", {}, { naam: "Janssens" }));
    const one = await run("speel-af", String(first?.nr));
    assert.deepEqual([one.code, one.stderr], [0, ""]);
    assert.match(one.stdout, /^1 afgespeeld = 1 verwerkt \+ 0 ongewijzigd \+ 0 nog in quarantaine$/m);
    const [pupil] = await db.sql`
      select a.leer_id_uuid is not null as bekend from leerlingen.registratie r join leerlingen.account a using (account_uuid)
       where r.stamnummer = 'q1'`;
    assert.equal(pupil?.["bekend"], true, "the normal way: identified by the INSZ that was in the line");
    const again = await run("speel-af", String(first?.nr));
    assert.deepEqual(
      [again.code, again.stdout],
      [0, "0 afgespeeld = 0 verwerkt + 0 ongewijzigd + 0 nog in quarantaine\n"],
    );

    const some = await run("speel-af", "--code", "datum-ongeldig");
    assert.match(some.stdout, /^1 afgespeeld = 1 verwerkt /m);
    assert.deepEqual(
      (await open()).map((row) => row.code),
      ["geen-json", "geen-json"],
    );
    const [sums] = await db.sql`
      select sum(ontvangen)::int as ontvangen, sum(verwerkt)::int as verwerkt from discimus.levering where bestand = 'quarantaine'`;
    assert.deepEqual({ ...sums }, { ontvangen: 2, verwerkt: 2 });
  });

  it("replays thousands in steps, two at once, each line once", async () => {
    const lines = Array.from({ length: 500 }, (_, n) => [
      leerlingRegel(`v${n}`, {}, { geboortedatum: "2017-02-30" }),
      inschrijvingRegel(`v${n}`, {}, { van: "2026-02-30" }),
    ]).flat();
    const answer = await receive(db.ctx, lines, { bron: "http" });
    assert.equal(answer.quarantaine.length, 1000);
    const waiting = (await open()).filter(({ code }) => code === "datum-ongeldig");
    for (const [at, { nr }] of waiting.entries()) {
      const stem = `v${Math.floor(at / 2)}`;
      await mend(nr, at % 2 === 0 ? leerlingRegel(stem) : inschrijvingRegel(stem));
    }
    const both = await Promise.all([1, 2].map(() => replay(db.ctx, { code: "datum-ongeldig" }, 150)));
    assert.equal(
      both.reduce((sum, one) => sum + one.ontvangen, 0),
      1000,
    );
    assert.equal(
      both.reduce((sum, one) => sum + one.verwerkt, 0),
      1000,
    );
    const [pupils] =
      await db.sql`select count(*)::int as n from leerlingen.registratie where stamnummer ~ '^v[0-9]+$'`;
    assert.equal(pupils?.["n"], 500);
    assert.equal((await replay(db.ctx, { code: "datum-ongeldig" })).ontvangen, 0);
  });
});
