import { spawn } from "node:child_process";
import { chown, open, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Writable } from "node:stream";
import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import type { Log } from "./log.ts";
import { environment } from "./account.ts";
import { settings } from "./cluster.ts";
import { readPidfile } from "./leftovers.ts";
import type { Place } from "./place.ts";
import type { Programs } from "./programs.ts";
import { explain } from "./problems.ts";

export type Server = {
  readonly pid: number;
  /** Resolves when the server is gone, for whatever reason. */
  readonly gone: Promise<void>;
  stop(): Promise<void>;
};

/**
 * The server takes the shell's place (so its process id is the child's), after the shell has set a watcher apart that
 * waits on pipe 3. This process holds the other end: it closes however this process ends, and the watcher then stops
 * the server. A line on the pipe says instead that there is nothing left to stop. The watcher is nobody's child, for
 * PostgreSQL takes an unknown child that dies for a crash, and costs 1 MB.
 */
const script = `( (trap '' HUP INT TERM; read -r done <&3 || kill -INT $$) >/dev/null 2>&1 & ); exec "$@" 3<&-`;

const logFile = "postgres.log";
const logLimit = 1_000_000;

/**
 * Starts a server on a prepared cluster and waits until it accepts connections, which after a crash is as long as its
 * recovery takes. Resolves to "port taken" when somebody else has the port.
 * @throws EmbeddedPostgresError with what the server said
 */
export async function startServer(
  place: Place,
  programs: Programs,
  port: number,
  durable: boolean,
  log: Log,
): Promise<Server | "port taken"> {
  const path = join(place.folder, logFile);
  const before = await sizeOf(path);
  if (before > logLimit) await writeFile(path, "");
  const output = await open(path, "a", 0o600);
  if (process.getuid?.() === 0) await chown(path, place.owner.uid, place.owner.gid);
  const from = (await output.stat()).size;

  const flags = Object.entries(settings(port, durable)).flatMap(([key, value]) => ["-c", `${key}=${value}`]);
  const child = spawn(
    "/bin/sh",
    ["-c", script, "leerid-postgres", join(programs.bin, "postgres"), "-D", place.data, ...flags],
    {
      ...place.account,
      cwd: "/",
      env: environment,
      detached: true, // Ctrl-C goes to the whole process group: the database must outlive those who still use it
      stdio: ["ignore", output.fd, output.fd, "pipe"],
    },
  );
  const pipe = child.stdio[3] as (Writable & { unref?(): void }) | null | undefined;
  pipe?.on("error", () => {}); // the watcher is gone
  const state = { running: true };
  const gone = new Promise<void>((resolve) => {
    const end = () => {
      state.running = false;
      pipe?.end("klaar\n");
      resolve();
    };
    child.once("error", end);
    child.once("exit", end);
  });
  await output.close();

  const started = performance.now();
  for (let told = false; state.running; await sleep(10)) {
    const pidfile = await readPidfile(place.data);
    if (pidfile?.pid === child.pid && pidfile?.ready) break;
    if (!told && performance.now() - started > 3000) {
      log.info({}, "de databank herstelt zich na een harde stop; dit kan even duren");
      told = true;
    }
  }
  const { pid } = child;
  if (!state.running || pid === undefined) {
    const words = (await readFile(path, "utf8")).slice(from);
    if (/could not bind IPv4 address/.test(words)) return "port taken";
    throw explain(`De databank in ${place.folder} start niet`, words);
  }
  child.unref();
  pipe?.unref?.();
  return {
    pid,
    gone,
    async stop() {
      child.ref();
      for (const { signal, wait } of stops) {
        if (!state.running) break;
        child.kill(signal);
        await Promise.race([gone, sleep(wait, undefined, { ref: false })]);
      }
      await gone;
    },
  };
}

/** Stop in order, with a checkpoint; then at once, to recover at the next start; then without asking. */
const stops = [
  { signal: "SIGINT", wait: 30_000 },
  { signal: "SIGQUIT", wait: 5000 },
  { signal: "SIGKILL", wait: 0 },
] as const;

async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0;
}
