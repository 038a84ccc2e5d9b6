import { readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import type { Log } from "./log.ts";
import { EmbeddedPostgresError } from "./problems.ts";

/** What `postmaster.pid` says of a server. */
export type Pidfile = { readonly pid: number; readonly port: number; readonly ready: boolean };

/** Reads `postmaster.pid`: process id, then start time, port and state on lines 1, 3, 4 and 8. */
export async function readPidfile(data: string): Promise<Pidfile | undefined> {
  const content = await readFile(join(data, "postmaster.pid"), "utf8").catch(() => undefined);
  if (content === undefined) return undefined;
  const lines = content.split("\n");
  return { pid: Number(lines[0]), port: Number(lines[3]), ready: lines[7]?.trim() === "ready" };
}

/**
 * Whether a process is a PostgreSQL at work in a data folder: it has that as its working folder, which no other process that
 * happens to carry an old process id can imitate by chance. Processes of other users are not seen, and not ours.
 */
export async function worksIn(data: string, pid: number): Promise<boolean> {
  const [here, cwd] = await Promise.all([
    stat(data).catch(() => undefined),
    stat(`/proc/${pid}/cwd`).catch(() => undefined),
  ]);
  if (!here || here.dev !== cwd?.dev || here.ino !== cwd.ino) return false;
  const command = await readFile(`/proc/${pid}/comm`, "utf8").catch(() => "");
  return command.trim() === "postgres";
}

/** The PostgreSQL processes at work in a data folder. */
export async function processesIn(data: string): Promise<number[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(pids.map(async (pid) => ((await worksIn(data, pid)) ? [pid] : [])));
  return found.flat();
}

/** After so many milliseconds: stop with a checkpoint, stop without one, and kill. */
const steps = [
  { after: 0, signal: "SIGINT", all: false },
  { after: 10_000, signal: "SIGQUIT", all: true },
  { after: 15_000, signal: "SIGKILL", all: true },
] as const;

/**
 * Clears what a killed LeerID left in a data folder this process holds: a server that is still running or stopping,
 * and a `postmaster.pid` whose process is gone. The file goes only when no process of that server is left: it is
 * PostgreSQL's own guard against two servers on the same files.
 * @throws EmbeddedPostgresError when the old server does not stop within 20 s
 */
export async function clearLeftovers(data: string, log: Log): Promise<void> {
  const pidfile = await readPidfile(data);
  if (!pidfile) return;
  const started = performance.now();
  let step = 0;
  for (let left = await processesIn(data); left.length > 0; left = await processesIn(data)) {
    const waited = performance.now() - started;
    const next = steps[step];
    if (next && waited >= next.after) {
      step += 1;
      log.info({ sein: next.signal, processen: left.length }, "een achtergebleven databank wordt gestopt");
      for (const pid of next.all ? left : left.filter((one) => one === pidfile.pid)) signal(pid, next.signal);
    }
    if (waited > 20_000) {
      throw new EmbeddedPostgresError(
        `Een databank van een vorige keer draait nog in ${data} en stopt niet (proces ${left.join(", ")}). Stop dat proces zelf en start opnieuw.`,
      );
    }
    await sleep(20);
  }
  await rm(join(data, "postmaster.pid"), { force: true });
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It ended between the look and the signal.
  }
}
