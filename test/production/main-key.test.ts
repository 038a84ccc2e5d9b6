import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { systemClock } from "#platform/clock";
import { newAccountUuid } from "#platform/ids";
import { writeRegel } from "#modules/privacylog";
import { testDatabase, type TestDatabase } from "#testing/database";
import { leerlingRegel, testInsz } from "#testing/discimus";
import { makeMainKey } from "#testing/main-key";
import { freePortBase, mainKey, runLeerid, withFolder, type Settings } from "#testing/server";
import { asUser } from "./setting.ts";

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
      await writeRegel(
        { ...db.ctx, clock: systemClock() },
        {
          tijdstip: Date.now(),
          soort: "verstrekking",
          accountUuid: newAccountUuid(),
          attributen: ["Naam"],
          ontvanger: "bingel",
          protocol: "bingel@1",
          aanleiding: "aanmelding",
        },
      );
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
