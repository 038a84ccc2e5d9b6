import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { chmod, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { openDatabase, type Sql } from "#platform/database";
import { isAtLeast, version } from "#platform/version";
import { testDatabase, type TestDatabase } from "#testing/database";
import { freePortBase, mainKey, outcomeOf, runLeerid, startServer, withFolder } from "#testing/server";
import { copyProgram } from "./program-copy.ts";

let db: TestDatabase;
let owner: Sql;
before(async () => {
  db = await testDatabase();
  owner = openDatabase({ url: db.url, max: 1, role: "eigenaar" });
});
after(async () => {
  await owner?.end();
  await db?.close();
});

const settings = () => ({ LEERID_DATABASE_URL: db.url, LEERID_HOOFDSLEUTEL: mainKey });
const file = "9999_van_later.sql";

/** What a newer program leaves in the database: a migration, and what it says of older programs. */
async function withNewer(oldest: string | null, work: () => Promise<void>): Promise<void> {
  await owner`insert into public.migratie (bestand, hash, oudste_programma) values (${file}, 'x', ${oldest})`;
  try {
    await work();
  } finally {
    await owner`delete from public.migratie where bestand = ${file}`;
  }
}

const readyAt = (port: number) => fetch(`http://127.0.0.1:${port}/readyz`).then(({ status }) => status);

/** On a busy machine one look may come too late. */
async function becomes(port: number, status: number, what: string): Promise<void> {
  for (let n = 0; n < 20 && (await readyAt(port)) !== status; n += 1) await wait(100);
  assert.equal(await readyAt(port), status, what);
}

describe("an older program on a newer structure", () => {
  it("does not start, and says what to do; with any command, and also with the right to migrate", () =>
    withNewer(null, async () => {
      for (const args of [["serve"], ["worker"], ["migrate"], ["log", "verify"]]) {
        const { code, stderr } = await runLeerid(args, settings());
        assert.equal(code, 1, args.join(" "));
        assert.match(
          stderr,
          /is nieuwer dan dit programma .*migratie 9999_van_later\.sql.*Start dat programma/,
        );
      }
    }));

  it("does not start when a version is asked that it has not reached, which is named", () =>
    withNewer("99.1.0", async () => {
      const { code, stderr } = await runLeerid(["serve"], settings());
      assert.equal(code, 1);
      assert.match(stderr, /pas vanaf versie 99\.1\.0/);
    }));

  it("starts, and goes on, when that structure says that it may; and is not ready when it may not", async () => {
    const node = await startServer(settings());
    try {
      await withNewer(version, async () => {
        await becomes(node.base, 200, "one that runs goes on");
        const second = await startServer(settings());
        await becomes(second.base, 200, "another one starts");
        await second.end();
      });
      await withNewer(null, () => becomes(node.base, 503, "it may not"));
      await becomes(node.base, 200, "it may again");
    } finally {
      await node.end();
    }
  });

  it("versions are compared by number", () => {
    assert.ok(
      isAtLeast("0.9.0", "0.10.0") &&
        isAtLeast("1.2.3", "1.2.3") &&
        isAtLeast("0.2.0", "1.0.0") &&
        isAtLeast("0.3.0", "0.3.0~rc1"),
    );
    assert.ok(!isAtLeast("0.10.0", "0.9.9") && !isAtLeast("1.0.1", "1.0.0") && !isAtLeast("nieuw", "9.9.9"));
  });
});

it("a migration that says from which program on it can be worked with is stored with it", async () => {
  const [row] =
    await owner`select oudste_programma from public.migratie where bestand = '0031_toepassingen_adressen.sql'`;
  assert.equal(row?.["oudste_programma"], "0.1.0");
});

it("a migration laid beside a program that runs is not of that program: it stays ready", () =>
  withFolder(async (above) => {
    await chmod(above, 0o755);
    const folder = join(above, "leerid");
    await mkdir(folder);
    await copyProgram(folder, "production");
    const base = await freePortBase();
    const child = spawn(process.execPath, [join(folder, "src", "main.ts"), "serve", "--sites", "api"], {
      env: {
        PATH: process.env["PATH"],
        ...settings(),
        LEERID_PORT_BASE: String(base),
        LEERID_AFBOUWTIJD: "0",
      },
      stdio: ["ignore", "pipe", "pipe", "pipe"],
    });
    const ended = outcomeOf(child);
    try {
      for (let n = 0; n < 400 && (await readyAt(base + 4).catch(() => 0)) !== 200; n += 1) await wait(50);
      const laid = join(folder, "migrations", file);
      await writeFile(laid, "select 1;");
      assert.equal(await readyAt(base + 4), 200);
      await rm(laid);
      child.kill("SIGTERM");
      assert.equal((await ended).code, 0);
    } finally {
      child.kill("SIGKILL");
    }
  }));
