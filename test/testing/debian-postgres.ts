import { execFile } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { startEmbeddedPostgres } from "#embedded-postgres";
import { guardedLog } from "#testing/guarded-log";

/** A throw-away cluster, and the folder of Debian's programs beside it: psql, pg_dump, pg_restore. */
export type Cluster = {
  readonly url: string;
  readonly pid: number;
  readonly programs: string;
  stop(): Promise<void>;
};

/**
 * A throw-away cluster on the machine's own PostgreSQL (Debian's, ≥ 15), to prove that the product does not lean on the
 * one that comes along. Null when there is none and it cannot be installed: skip the test, saying so.
 */
export async function startDebianPostgres(): Promise<Cluster | null> {
  const programs = findPrograms() ?? (await installPrograms());
  return programs ? startCluster(programs, { programs }) : null;
}

/** The same on the PostgreSQL that comes along, with the programs of Debian beside it. Null as above. */
export async function startEmbeddedBesideDebian(): Promise<Cluster | null> {
  const programs = findPrograms() ?? (await installPrograms());
  return programs ? startCluster(programs, {}) : null;
}

async function startCluster(programs: string, choice: { readonly programs?: string }): Promise<Cluster> {
  const folder = await mkdtemp(join(tmpdir(), "leerid-debian-"));
  await chmod(folder, 0o711);
  const postgres = await startEmbeddedPostgres({ folder, ...choice, durable: false, log: guardedLog() });
  return {
    url: postgres.url,
    pid: postgres.pid,
    programs,
    async stop() {
      await postgres.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The oldest one from 15 on: that is where the product would break first. */
function findPrograms(): string | undefined {
  const base = "/usr/lib/postgresql";
  const versions = existsSync(base) ? readdirSync(base).map(Number) : [];
  return versions
    .filter((version) => version >= 15)
    .toSorted((a, b) => a - b)
    .map((version) => join(base, String(version), "bin"))
    .find((bin) => existsSync(join(bin, "initdb")) && existsSync(join(bin, "postgres")));
}

async function installPrograms(): Promise<string | undefined> {
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) return undefined;
  const apt = (...args: string[]) =>
    promisify(execFile)("apt-get", ["-o", "DPkg::Lock::Timeout=300", ...args], {
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    });
  try {
    await apt("update");
    await apt("install", "-y", "--no-install-recommends", "postgresql-common");
    // Only the programs: Debian would also start a cluster of its own on port 5432.
    await writeFile("/etc/postgresql-common/createcluster.conf", "create_main_cluster = false\n");
    await apt("install", "-y", "--no-install-recommends", "postgresql");
  } catch {
    return undefined; // no network, or no such package here
  }
  return findPrograms();
}
