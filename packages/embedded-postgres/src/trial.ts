import assert from "node:assert/strict";
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { chmod, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { createInterface } from "node:readline";
import { after, before } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import pg from "pg";
import { startEmbeddedPostgres } from "./index.ts";
import { silent } from "./log.ts";

export const run = promisify(execFile);

export const start = (folder: string, options: { port?: number } = {}) =>
  startEmbeddedPostgres({ folder, log: silent, ...options });

/** What the tests of one file share: folders and processes that are gone when the file ends. */
export function postgresTrial() {
  const folders: string[] = [];
  const children: ChildProcess[] = [];
  let ready = "";
  before(async () => {
    ready = await temporaryFolder();
    await (await start(ready)).stop();
  });
  after(async () => {
    for (const child of children) child.kill("SIGKILL");
    for (const folder of folders) {
      await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
    }
  });

  async function temporaryFolder(mode = 0o711): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), "leerid-proef-"));
    await chmod(folder, mode);
    folders.push(folder);
    return folder;
  }

  /** A folder with a cluster that was stopped in order: a copy, which takes a tenth of the time of a new one. */
  async function folderWithCluster(): Promise<string> {
    const folder = await temporaryFolder();
    await run("cp", ["-a", `${ready}/.`, folder]);
    return folder;
  }

  /** Another process that has the database; resolves when it runs or has refused. */
  async function startHolder(folder: string, uid?: number) {
    const program = fileURLToPath(new URL("holder.ts", import.meta.url));
    const child = spawn(process.execPath, [program, folder], {
      stdio: ["ignore", "pipe", "inherit"],
      env: {},
      ...(uid === undefined ? {} : { uid, gid: uid }),
    });
    children.push(child);
    for await (const line of createInterface({ input: child.stdout })) {
      const said = JSON.parse(line) as { url?: string; pid?: number; error?: string };
      return { child, ...said, url: said.url ?? "", pid: said.pid ?? 0 };
    }
    throw new Error("the other process ended without a word");
  }

  return { folders, children, temporaryFolder, folderWithCluster, startHolder };
}

type Query = (text: string) => Promise<Record<string, unknown>[]>;

export async function query<T>(url: string, act: (query: Query) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => {}); // told by the query that it breaks
  await client.connect();
  try {
    return await act(async (text) => (await client.query<Record<string, unknown>>(text)).rows);
  } finally {
    await client.end();
  }
}

/** Commits a value; `remembered` returns all that were. */
export const remember = (url: string, value: number) =>
  query(url, async (ask) => {
    await ask("create table if not exists proef (waarde integer)");
    await ask(`insert into proef values (${value})`);
  });

export const remembered = (url: string) =>
  query(url, async (ask) => (await ask("select waarde from proef order by 1")).map((row) => row["waarde"]));

/** Alive and not merely waiting to be reaped. */
export async function isRunning(pid: number): Promise<boolean> {
  const line = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  return line !== "" && !/\) Z /.test(line);
}

export async function secondsUntilGone(pid: number): Promise<number> {
  const started = performance.now();
  while ((await isRunning(pid)) && performance.now() - started < 30_000) await sleep(20);
  return (performance.now() - started) / 1000;
}

/** The shell that waits to stop the server of a folder. */
export async function watcherOf(folder: string): Promise<number> {
  const found: number[] = [];
  for (const name of await readdir("/proc")) {
    const command = await readFile(`/proc/${name}/cmdline`, "utf8").catch(() => "");
    if (command.startsWith("/bin/sh\0") && command.includes(`\0${folder}/data\0`)) found.push(Number(name));
  }
  assert.equal(found.length, 1, "exactly one watcher");
  return found[0] ?? 0;
}
