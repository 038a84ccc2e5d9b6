import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { ClientCalls } from "#bench/client/main";
import type { Target } from "#bench/client/sign-in";
import type { Bench, Result, Size } from "#bench/contract";
import { clients, listNames, loadedWorld, password } from "#bench/load-world";
import { startProcess } from "#bench/processes";
import { median } from "#bench/rounds";
import { mainKey } from "#bench/world";

const bare = `require("node:http").createServer((q, r) => r.end("ok")).listen(0, "127.0.0.1", () => console.log("klaar"))`;
const resting = 3000;

/** Memory of `leerid serve` with all its sites, at rest and while 16 pupils at once sign in; beside an empty Node server. */
export async function footprint(bench: Bench): Promise<Result[]> {
  const results: Result[] = [];
  for (const size of bench.sizes) {
    const url = await bench.cluster.create("voetafdruk", await loadedWorld(bench, size));
    const names = await listNames(url, 5000);
    await serve(url, names); // the first start of a version makes the cache of its code
    const idle: number[] = [];
    const busy: number[] = [];
    const empty: number[] = [];
    try {
      for (let round = 0; round < Math.min(bench.rounds, 3); round++) {
        empty.push(await withServer(["-e", bare], {}, async (pid) => residentMb(pid)));
        const [atRest, underLoad] = await serve(url, names);
        idle.push(atRest);
        busy.push(underLoad);
      }
    } finally {
      await bench.cluster.drop("voetafdruk");
    }
    results.push(row(size, "in rust", idle, empty, { goal: 90, superb: 70 }));
    results.push(row(size, "onder last", busy, empty, { goal: 180, superb: 120 }));
  }
  return results;
}

function row(
  size: Size,
  when: string,
  product: readonly number[],
  anchor: readonly number[],
  { goal, superb }: { goal: number; superb: number },
): Result {
  const memory = median(product);
  return {
    benchmark: "footprint",
    size,
    unit: `MB, ${when}`,
    product: memory,
    anchor: median(anchor),
    anchor_name: "lege Node-server; het doel is in MB",
    ratio: memory / median(anchor),
    goal,
    superb,
    met: memory <= goal,
    superb_met: memory <= superb,
    memory_mb: memory,
  };
}

async function serve(url: string, names: readonly string[]): Promise<[number, number]> {
  const port = 20_000 + Math.floor(Math.random() * 20_000);
  const env = {
    LEERID_DATABASE_URL: url,
    LEERID_HOOFDSLEUTEL: Buffer.from(mainKey).toString("base64"),
    LEERID_PORT_BASE: String(port),
  };
  const program = fileURLToPath(new URL("../../bin/leerid.mjs", import.meta.url));
  return withServer([program, "serve"], env, async (launcher) => {
    await sleep(resting);
    const pid = await onlyChild(launcher);
    const idle = await residentMb(pid);
    const client = startProcess<ClientCalls>("client/main.ts");
    try {
      const target: Target = {
        port,
        authPath: "/op/v1/auth",
        tokenPath: "/op/v1/token",
        scope: "openid profile leerid",
        fields: { name: "gebruikersnaam", password: "wachtwoord" },
        clients,
      };
      await client.call("signIns", { target, names, password, concurrency: 16, warmupMs: 500, ms: 8000 });
    } finally {
      await client.stop();
    }
    return [idle, await residentMb(pid, "VmHWM")];
  });
}

/** Runs a Node program until its first line of output, then `work` with its process id. */
async function withServer<T>(
  args: readonly string[],
  env: Record<string, string>,
  work: (pid: number) => Promise<T>,
): Promise<T> {
  const child: ChildProcess = spawn(process.execPath, args, {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, ...env },
  });
  const gone = once(child, "exit");
  try {
    const started = await Promise.race([once(child.stdout ?? child, "data"), gone.then(() => undefined)]);
    if (!started || child.pid === undefined) throw new Error("the server did not start");
    child.stdout?.resume();
    return await work(child.pid);
  } finally {
    child.kill("SIGTERM");
    await gone;
  }
}

/** The command starts the server as a process of its own. */
async function onlyChild(pid: number): Promise<number> {
  const [child] = (await readFile(`/proc/${pid}/task/${pid}/children`, "utf8")).trim().split(" ");
  if (!child) throw new Error("the command has not started a server");
  return Number(child);
}

async function residentMb(pid: number, which: "VmRSS" | "VmHWM" = "VmRSS"): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(new RegExp(`${which}:\\s+(\\d+) kB`).exec(status)?.[1] ?? Number.NaN) / 1024;
}
