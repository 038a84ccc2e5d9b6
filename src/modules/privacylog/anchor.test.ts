import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { appendFile, mkdir, mkdtemp, readFile, rename, rm, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { openAnchor, verifyChain, writeRegel, zegel } from "#modules/privacylog";
import { openDatabase, type Sql } from "#platform/database";
import { testDatabase, type TestDatabase } from "#testing/database";

describe("D11: the anchor file", () => {
  let db: TestDatabase;
  let eigenaar: Sql;
  let folder: string;
  let file: string;
  before(async () => {
    db = await testDatabase();
    eigenaar = openDatabase({ url: db.url, max: 1, role: "eigenaar" });
  });
  after(async () => {
    await eigenaar.end();
    await db.close();
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "anker-"));
    file = join(folder, "zegels");
    await eigenaar.unsafe(
      "set session_replication_role = replica; truncate privacylog.regel, privacylog.wachtrij, privacylog.zegel, privacylog.kop; set session_replication_role = origin",
    );
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** Makes one seal over so many new records. */
  async function seal(aantal: number): Promise<void> {
    for (let i = 0; i < aantal; i++)
      await writeRegel(db.ctx, {
        tijdstip: db.clock.now(),
        soort: "verstrekking",
        accountUuid: randomUUID(),
        attributen: ["Naam"],
        ontvanger: "bingel",
        protocol: "bingel@1",
        aanleiding: "aanmelding",
      });
    assert.equal(await zegel(db.ctx), aantal);
  }
  /** Number and count of each line. */
  const lines = async () =>
    (await readFile(file, "utf8"))
      .split("\n")
      .map((line) => line.replace(/ [0-9a-f]{64}$/, ""))
      .join(", ");
  const found = async () => (await verifyChain(db.ctx, { anker: file })).fouten.join("\n");

  test("begins with the newest seal, and has each that comes after it, whoever made it, once", async () => {
    await openAnchor(file).follow(db.ctx); // nothing is sealed yet
    for (const aantal of [2, 3]) await seal(aantal);
    const anchor = openAnchor(file);
    await anchor.follow(db.ctx);
    await anchor.follow(db.ctx);
    for (const aantal of [1, 4]) await seal(aantal);
    await anchor.follow(db.ctx);
    await openAnchor(file).follow(db.ctx);
    assert.equal(await lines(), "2 5, 3 6, 4 10, ");
    assert.equal(await found(), "");
  });

  test("holds each seal when several processes of a machine keep it, though one may stand there more than once", async () => {
    const anchors = Array.from({ length: 4 }, () => openAnchor(file));
    for (let n = 0; n < 10; n++) {
      await seal(1);
      await Promise.all(anchors.map((anchor) => anchor.follow(db.ctx)));
    }
    const held = (await lines()).split(", ");
    assert.deepEqual(
      [...new Set(held)],
      [...Array.from({ length: 10 }, (_, at) => `${at + 1} ${at + 1}`), ""],
    );
    assert.equal(await found(), "");
  });

  test("has what could not be written as soon as that goes again, also when the process ended meanwhile", async () => {
    await seal(1);
    await openAnchor(file).follow(db.ctx);
    await rename(folder, `${folder}-weg`);
    const anchor = openAnchor(file);
    for (const waiting of [1, 2]) {
      await seal(1);
      await assert.rejects(anchor.follow(db.ctx), { code: "ENOENT" });
      assert.deepEqual([anchor.failures(), anchor.waiting()], [waiting, waiting]);
    }
    await rename(`${folder}-weg`, folder);
    const next = openAnchor(file);
    await next.follow(db.ctx);
    assert.deepEqual([next.failures(), next.waiting()], [0, 0]);
    assert.equal(await lines(), "1 1, 2 2, 3 3, ");
    await anchor.follow(db.ctx);
    assert.deepEqual([anchor.failures(), anchor.waiting()], [2, 0]);
    assert.equal(await lines(), "1 1, 2 2, 3 3, ");
  });

  test("goes on after a line that was broken off when the disk was full", async () => {
    for (const aantal of [2, 3]) {
      await seal(aantal);
      await openAnchor(file).follow(db.ctx);
    }
    for (const left of [60, 3, 1]) {
      const [first = ""] = (await readFile(file, "utf8")).split("\n");
      await truncate(file, first.length + 1 + left);
      await openAnchor(file).follow(db.ctx);
      assert.match((await readFile(file, "utf8")).slice(first.length + 1 + left), /^\n2 5 [0-9a-f]{64}\n$/);
      assert.equal(await found(), "");
    }
  });

  test("shows a database that was put back, then and when it has gone on", async () => {
    for (const aantal of [2, 3]) {
      await seal(aantal);
      await openAnchor(file).follow(db.ctx);
    }
    await eigenaar.unsafe(
      `set session_replication_role = replica; delete from privacylog.zegel where nr = 2; delete from privacylog.regel where nr > 2;
       update privacylog.kop set nr = 1, aantal = 2; set session_replication_role = origin`,
    );
    assert.match(await found(), /ankerbestand kent zegel 2/);
    const anchor = openAnchor(file);
    await assert.rejects(anchor.follow(db.ctx), { code: "ANDERE_KETEN" });
    assert.deepEqual([anchor.failures(), anchor.waiting()], [1, 0]);
    for (const aantal of [1, 1]) {
      await seal(aantal);
      await assert.rejects(anchor.follow(db.ctx), { code: "ANDERE_KETEN" });
    }
    assert.equal(await lines(), "1 2, 2 5, ");
    assert.match(await found(), /Zegel 2 verschilt van het ankerbestand/);
    await appendFile(file, (await readFile(file, "utf8")).replaceAll(/[0-9a-f]{64}/g, "0".repeat(64)));
    assert.doesNotMatch(await found(), /Zegel 1 verschilt/, "what stands there first counts");
    await rename(file, `${file}-voor-terugzetten`);
    await openAnchor(file).follow(db.ctx);
    assert.equal(await lines(), "3 4, ");
    assert.doesNotMatch(await found(), /anker/);
  });

  test("that holds no seal compares nothing, and that is said", async () => {
    await seal(1);
    await mkdir(join(folder, "map"));
    for (const [name, text] of [
      ["leeg", ""],
      ["ander", "geen zegel\n1 1 abc\n"],
    ] as const) {
      file = join(folder, name);
      await appendFile(file, text);
      assert.match(await found(), /bevat geen zegels: er is niets mee vergeleken/);
    }
    file = join(folder, "map");
    assert.match(await found(), /kan niet gelezen worden/);
    await assert.rejects(openAnchor(file).follow(db.ctx), { code: "EISDIR" });
  });
});
