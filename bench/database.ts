import { createHash } from "node:crypto";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase } from "#platform/database";
import { operationsLog } from "#platform/log";
import { startEmbeddedPostgres } from "#embedded-postgres";

/** A PostgreSQL of the benchmarks' own, as durable as production: every commit is on disk before it is answered. */
export type Cluster = {
  /** Where the worlds and files of this run live. */
  readonly folder: string;
  /** A fresh database, a copy of `template` when given; its address as superuser. */
  create(name: string, template?: string): Promise<string>;
  drop(name: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  has(name: string): Promise<boolean>;
  url(name: string): string;
  /** Writes out what is dirty, so that one contestant does not pay for the other's pages. */
  settle(): Promise<void>;
  stop(): Promise<void>;
};

/**
 * Starts it in a temporary folder that goes away afterwards; with LEERID_BENCH_MAP in that folder, which keeps the loaded
 * worlds for the next time.
 */
export async function startCluster(): Promise<Cluster> {
  const kept = process.env["LEERID_BENCH_MAP"];
  const folder = kept ?? (await mkdtemp(join(tmpdir(), "leerid-bench-")));
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o711);
  const server = await startEmbeddedPostgres({ folder: join(folder, "pg"), log: operationsLog("silent") });
  const admin = openDatabase({ url: server.url, max: 1, role: "eigenaar" });
  const url = (name: string) => {
    const address = new URL(server.url);
    address.pathname = `/${name}`;
    return address.href;
  };
  return {
    folder,
    url,
    async create(name, template = "template0") {
      await admin.unsafe(`drop database if exists ${name} with (force)`);
      await admin.unsafe(`create database ${name} template ${template} strategy file_copy`);
      return url(name);
    },
    async drop(name) {
      await admin.unsafe(`drop database if exists ${name} with (force)`);
    },
    async rename(from, to) {
      await admin.unsafe(`alter database ${from} rename to ${to}`);
    },
    has: async (name) => (await admin`select 1 from pg_database where datname = ${name}`).length === 1,
    settle: async () => {
      await admin`checkpoint`;
    },
    async stop() {
      await admin.end({ timeout: 5 });
      await server.stop();
      if (kept === undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A name that changes with the structure of the database, so that a kept world is never an old one. */
export async function structureVersion(): Promise<string> {
  const folder = new URL("../migrations/", import.meta.url).pathname;
  const digest = createHash("sha256");
  for (const file of (await readdir(folder)).toSorted()) digest.update(await readFile(join(folder, file)));
  return digest.digest("hex").slice(0, 8);
}
