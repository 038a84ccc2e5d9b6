import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { systemClock } from "#platform/clock";
import type { Context } from "#platform/context";
import { deriveKeys } from "#platform/crypto";
import { newAccountUuid } from "#platform/ids";
import { openDatabase } from "#platform/database";
import { makePartitions, writeRegel, zegel } from "#modules/privacylog";
import { testDatabase, type TestDatabase } from "#testing/database";
import { startDebianPostgres } from "#testing/debian-postgres";
import { inschrijvingRegel, leerlingRegel, schoolRegel, testInsz } from "#testing/discimus";
import { makeMainKey } from "#testing/main-key";
import { freePortBase, mainKey, runLeerid, startServer, withFolder, type Settings } from "#testing/server";
import { asUser, makeDatabase, makeRoles, migrating, runProgram, serving } from "./setting.ts";

const otherKey = makeMainKey("een andere").toString("base64");
const world = new URL("../../demo/bestanden/", import.meta.url);

let db: TestDatabase;
let settings: Settings;
before(async () => {
  db = await testDatabase();
  settings = {
    LEERID_DATABASE_URL: db.url,
    LEERID_HOOFDSLEUTEL: mainKey,
    LEERID_LOG: "warn",
    LEERID_PORT_BASE: String(await freePortBase()),
  };
});
after(() => db?.close());

const feed = `${leerlingRegel("l-1", {}, { insz: testInsz("170502") })}\n`;

const replace = new URL("../../deploy/postgresql/hoofdsleutel-vervangen.sql", import.meta.url).pathname;

/** A release, as a line of the privacy log. */
const releaseAt = (tijdstip: number) =>
  ({
    tijdstip,
    soort: "verstrekking",
    accountUuid: newAccountUuid(),
    attributen: ["Naam"],
    ontvanger: "bingel",
    protocol: "bingel@1",
    aanleiding: "aanmelding",
  }) as const;

/** What a command with a wrong key would change. */
const counts = async () => {
  const [row] = await db.sql`
    select (select count(*)::int from leerlingen.insz) as insz, (select count(*)::int from privacylog.zegel) as zegels,
           (select count(*)::int from tokens.sleutel) as sleutels, (select count(*)::int from dropserver.hostsleutel) as hostsleutels,
           (select count(*)::int from toepassingen.toepassing) as toepassingen, (select count(*)::int from protocollen.protocol) as protocollen,
           (select count(*)::int from discimus.levering) as leveringen`;
  return row;
};

describe("the main key that a database was made with", () => {
  it("is known to the database from the first command that migrates, and only the owner can change that", async () => {
    const { code, stderr } = await runLeerid(["log", "verify"], settings);
    assert.deepEqual([code, stderr], [0, ""]);
    const rows = await db.sql<{ proef: Buffer }[]>`select proef from hoofdsleutel.proef`;
    assert.equal(rows.length, 1);
    assert.ok(!rows[0]?.proef.equals(Buffer.from(mainKey, "base64")));
    for (const change of [
      "update hoofdsleutel.proef set proef = proef",
      "delete from hoofdsleutel.proef",
      "insert into hoofdsleutel.proef (enig, proef) values (true, decode(repeat('00', 32), 'hex')) on conflict do nothing",
    ])
      await assert.rejects(db.sql.unsafe(change), { code: "42501" }, change);
  });

  it("is asked of every command before it does anything", () =>
    withFolder(async (folder) => {
      const path = join(folder, "levering.ndjson");
      await writeFile(path, feed);
      const loaded = await runLeerid(["import", "discimus", path], settings);
      assert.equal(loaded.code, 0, loaded.stderr);
      await writeRegel({ ...db.ctx, clock: systemClock() }, releaseAt(Date.now()));
      const before = await counts();
      assert.equal(before?.["insz"], 1);
      const file = (name: string) => new URL(name, world).pathname;
      for (const command of [
        ["serve"],
        ["serve", "--sites", "api,leerlingloket"],
        ["serve", "--sites", "schoolloket,beheer"],
        ["worker"],
        ["dropserver"],
        ["migrate"],
        ["import", "discimus", path],
        ["import", "protocol", file("protocol-bingel.json")],
        ["import", "toepassing", file("toepassing-bingel.json")],
        ["import", "schoolsoftware", file("protocol-bingel.json")],
        ["sleutels", "roteer"],
        ["log", "verify"],
      ]) {
        const { code, stdout, stderr } = await runLeerid(command, {
          ...settings,
          LEERID_HOOFDSLEUTEL: otherKey,
        });
        const said = `${command.join(" ")}: ${code} ${stdout}${stderr}`;
        assert.deepEqual([code, stdout], [1, ""], said);
        assert.match(
          stderr,
          /met een andere hoofdsleutel gemaakt\. Er is niets gelezen of geschreven\./,
          said,
        );
        assert.match(stderr, /Zet de LEERID_HOOFDSLEUTEL terug/, said);
        assert.ok(!stderr.includes(otherKey));
      }
      assert.deepEqual(await counts(), before);
    }));

  for (const [what, prepare] of [
    ["signing keys", ["sleutels", "roteer"]],
    ["a number in the vault", ["import", "discimus"]],
  ] as const)
    it(`of a database of before it was written down, is seen by ${what}`, () =>
      withFolder(async (folder) => {
        const older = await testDatabase();
        try {
          const path = join(folder, "levering.ndjson");
          await writeFile(path, feed);
          const there = { ...settings, LEERID_DATABASE_URL: older.url };
          const made = await runLeerid([...prepare, ...(prepare[0] === "import" ? [path] : [])], there);
          assert.equal(made.code, 0, made.stderr);
          await asUser(older.url, (sql) => sql`delete from hoofdsleutel.proef`);
          const wrong = await runLeerid(["migrate"], { ...there, LEERID_HOOFDSLEUTEL: otherKey });
          assert.equal(wrong.code, 1);
          assert.match(wrong.stderr, /andere hoofdsleutel/);
          assert.equal((await older.sql`select from hoofdsleutel.proef`).length, 0);
          assert.equal((await runLeerid(["migrate"], there)).code, 0);
          assert.equal((await older.sql`select from hoofdsleutel.proef`).length, 1);
        } finally {
          await older.close();
        }
      }));
});

describe("a main key that is lost, or known to others", () => {
  it("is replaced with deploy/postgresql/hoofdsleutel-vervangen.sql: accounts and log stay, the rest is made again", async (t) => {
    const cluster = await startDebianPostgres();
    if (!cluster) return t.skip("no PostgreSQL 15 or newer of Debian on this machine");
    try {
      await withFolder(async (folder) => {
        await makeRoles(cluster);
        const at = await makeDatabase(cluster, "productie");
        const feedFile = join(folder, "levering.ndjson");
        const messages = [schoolRegel(), feed.trim(), inschrijvingRegel("l-1"), leerlingRegel("l-2")];
        await writeFile(feedFile, `${messages.join("\n")}\n`);
        const run = async (command: readonly string[], given: Settings) => {
          const outcome = await runLeerid(command, given);
          assert.equal(outcome.code, 0, `${command.join(" ")}: ${outcome.stdout}${outcome.stderr}`);
          return outcome.stdout;
        };
        const load = async (given: Settings) => run(["import", "discimus", feedFile], given);
        const look = () =>
          asUser(at.admin, async (sql) => ({
            accounts: (
              await sql`select account_uuid::text, leer_id_uuid::text, gebruikersnaam_basis, gebruikersnaam_nr from leerlingen.account order by 1`
            ).map((row) => ({ ...row })),
            insz: (await sql`select account_uuid::text from leerlingen.insz`).map((row) => ({ ...row })),
            enrolments: (await sql`select from inschrijvingen.inschrijving`).length,
          }));

        await run(["migrate"], migrating(at));
        assert.match(await load(serving(at)), /4 ontvangen = 4 verwerkt/);
        await run(["sleutels", "roteer"], serving(at));
        const application = join(folder, "toepassing.json");
        const form = await readFile(new URL("toepassing-bingel.json", world), "utf8");
        await writeFile(
          application,
          form.replaceAll("{{url}}", "https://bingel.example").replaceAll("{{geheim}}", "g".repeat(32)),
        );
        await run(["import", "toepassing", application], serving(at));
        const asServer = async (work: (ctx: Context) => Promise<unknown>, keys = db.ctx.keys) => {
          const sql = openDatabase({ url: at.server, max: 1 });
          await work({ ...db.ctx, sql, keys, clock: systemClock() }).finally(() => sql.end({ timeout: 5 }));
        };
        await asServer(async (ctx) => {
          await makePartitions(ctx);
          await writeRegel(ctx, releaseAt(ctx.clock.now()));
          await zegel(ctx);
        });
        const before = await look();
        assert.equal(before.insz.length, 1);

        await runProgram(cluster, "psql", "-d", at.eigenaar, "-f", replace);
        const fresh = { LEERID_HOOFDSLEUTEL: otherKey };
        assert.equal((await runLeerid(["worker"], { ...serving(at), ...fresh })).code, 1, "before migrate");
        await run(["migrate"], { ...migrating(at), ...fresh });
        assert.match(await load({ ...serving(at), ...fresh }), /4 ontvangen = 4 verwerkt/);
        assert.match(await load({ ...serving(at), ...fresh }), /\+ 4 ongewijzigd/);
        assert.deepEqual(await look(), before);
        await run(["sleutels", "roteer"], { ...serving(at), ...fresh });
        await run(["import", "toepassing", application], { ...serving(at), ...fresh });
        const node = await startServer({ ...serving(at), ...fresh });
        try {
          for (const site of [node.acm, node.api])
            assert.equal((await fetch(`${site}/readyz`)).status, 200, node.output());
        } finally {
          await node.end();
        }
        const verify = () => run(["log", "verify"], { ...serving(at), ...fresh });
        await asServer((ctx) => zegel(ctx), deriveKeys(Buffer.from(otherKey, "base64")));
        assert.match(await verify(), /^1 regels, 1 zegels, 0 regels wachten/);
        const formerKey = await runLeerid(["log", "verify"], serving(at));
        assert.match(formerKey.stderr, /andere hoofdsleutel/);
      });
    } finally {
      await cluster.stop();
    }
  });
});
