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
  /** CPU that PostgreSQL has used since it started, in milliseconds: every process of it, those that ended too. */
  cpuMs(): Promise<number>;
  /** How many transactions have written something since the cluster was made: each took a number. */
  written(): Promise<number>;
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
    cpuMs: async () => {
      const [pid = ""] = (await readFile(join(folder, "pg", "data", "postmaster.pid"), "utf8")).split("\n");
      return cpuOfTree(pid);
    },
    written: async () => {
      const [row] = await admin<{ next: number }[]>`
        select pg_snapshot_xmax(pg_current_snapshot())::text::bigint as next`;
      return row?.next ?? Number.NaN;
    },
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

/** A process and its children in milliseconds: what runs, and of what ended what was waited for. */
async function cpuOfTree(pid: string): Promise<number> {
  const children = (await readFile(`/proc/${pid}/task/${pid}/children`, "utf8")).trim().split(" ");
  // Of the children first: one that ends in between is then counted twice for a moment, and never forgotten.
  const ticks = await Promise.all([...children.filter(Boolean), pid].map(ticksOf));
  return ticks.reduce((sum, one) => sum + one, 0) * msPerTick;
}

/** Linux counts in hundredths of a second. */
const msPerTick = 10;

async function ticksOf(pid: string): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  // The name, in brackets, may hold blanks; utime, stime, cutime and cstime are fields 14 to 17.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields.slice(11, 15).reduce((sum, one) => sum + Number(one), 0);
}

/** A name that changes with the structure of the database, so that a kept world is never an old one. */
export async function structureVersion(): Promise<string> {
  const folder = new URL("../migrations/", import.meta.url).pathname;
  const digest = createHash("sha256");
  for (const file of (await readdir(folder)).toSorted()) digest.update(await readFile(join(folder, file)));
  return digest.digest("hex").slice(0, 8);
}
