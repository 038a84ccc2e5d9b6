import { createHash, randomBytes } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { fixedClock } from "#platform/clock";
import type { Context } from "#platform/context";
import { deriveKeys, type Keys } from "#platform/crypto";
import { migrate, openDatabase, type Sql } from "#platform/database";
import { pinnedMoment } from "#testing/days";
import { guardedLog } from "#testing/guarded-log";
import { mainKeyBytes } from "#testing/main-key";

export type TestDatabase = {
  readonly ctx: Context;
  readonly clock: ReturnType<typeof fixedClock>;
  readonly sql: Sql;
  readonly url: string;
  /** Statements sent since the start, in order. */
  readonly statements: string[];
  close(): Promise<void>;
};

/** What `leerid serve` has with the main key of #testing/server: argon2id at the full cost of D7. */
export const servedKeys: Keys = deriveKeys(mainKeyBytes);

/**
 * Any main key will do in a test, as long as it is always the same one. Hashing a password costs next to nothing here; a test
 * that is about what it costs takes `servedKeys`.
 */
export const testKeys: Keys = {
  ...servedKeys,
  argon2: { memoryCost: 8, timeCost: 1, parallelism: 1 },
};

/**
 * A fresh database, cloned from a migrated template, on the cluster of LEERID_TEST_DATABASE_URL.
 * The clock stands at the pinned moment: Tuesday 24 November 2026, 09:30 in Brussels, unless test/days says another day.
 */
export async function testDatabase(): Promise<TestDatabase> {
  const server = process.env["LEERID_TEST_DATABASE_URL"];
  if (!server) throw new Error("LEERID_TEST_DATABASE_URL is not set: run the tests with npm test");
  const admin = openDatabase({ url: server, max: 1, role: "eigenaar" });
  const name = `test_${randomBytes(6).toString("hex")}`;
  const log = guardedLog();
  try {
    // Test processes run beside each other: the first one makes the template, the others wait for it.
    await admin`select pg_advisory_lock(7106)`;
    const version = await templateVersion();
    const template = `sjabloon_${version}`;
    const [there] = await admin`select 1 from pg_database where datname = ${template} and datistemplate`;
    if (!there) {
      await admin.unsafe(`drop database if exists ${template}`);
      await admin.unsafe(`create database ${template} encoding 'UTF8' template template0`);
      await migrate(withDatabase(server, template), log);
      await admin.unsafe(`alter database ${template} is_template true`);
    }
    await admin.unsafe(`create database ${name} template ${template} strategy file_copy`);
  } finally {
    await admin.end();
  }
  const url = withDatabase(server, name);
  const statements: string[] = [];
  const sql = openDatabase({ url, onStatement: (text) => statements.push(text) });
  const clock = fixedClock(pinnedMoment());
  return {
    ctx: { sql, clock, keys: testKeys, log },
    clock,
    sql,
    url,
    statements,
    async close() {
      await sql.end({ timeout: 5 });
      const cleaner = openDatabase({ url: server, max: 1, role: "eigenaar" });
      await cleaner.unsafe(`drop database if exists ${name} with (force)`);
      await cleaner.end();
    },
  };
}

/** An empty database as it was before a migration: with all that come before it, as an older release left them. */
export async function databaseOfBefore(
  migration: string,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = process.env["LEERID_TEST_DATABASE_URL"] ?? "";
  const admin = openDatabase({ url: server, max: 1, role: "eigenaar" });
  const name = `test_${randomBytes(6).toString("hex")}`;
  await admin.unsafe(`create database ${name} encoding 'UTF8' template template0`);
  const url = withDatabase(server, name);
  const sql = openDatabase({ url, max: 1, role: "eigenaar" });
  await sql.unsafe(
    `create table public.migratie (bestand text primary key, hash text not null, uitgevoerd_op timestamptz not null default now())`,
  );
  for (const file of await migrationFiles()) {
    if (file.name >= migration) break;
    await sql.unsafe(file.text);
    await sql`insert into public.migratie (bestand, hash) values (${file.name}, ${createHash("sha256").update(file.text).digest("hex")})`;
  }
  await sql.end();
  return {
    url,
    async close() {
      await admin.unsafe(`drop database if exists ${name} with (force)`);
      await admin.end();
    },
  };
}

function withDatabase(url: string, name: string): string {
  const target = new URL(url);
  target.pathname = `/${name}`;
  return target.href;
}

async function templateVersion(): Promise<string> {
  const digest = createHash("sha256");
  for (const { text } of await migrationFiles()) digest.update(text);
  return digest.digest("hex").slice(0, 12);
}

async function migrationFiles(): Promise<{ readonly name: string; readonly text: string }[]> {
  const folder = new URL("../../migrations/", import.meta.url).pathname;
  const names = (await readdir(folder)).filter((name) => name.endsWith(".sql")).toSorted();
  return Promise.all(names.map(async (name) => ({ name, text: await readFile(`${folder}${name}`, "utf8") })));
}
