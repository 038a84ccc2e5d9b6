import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { mainKeyBytes } from "#testing/main-key";

/** The main key that `testKeys` of #testing/database are derived from, as a setting. */
export const mainKey = mainKeyBytes.toString("base64");

/** Settings of a command, without what the test run itself was started with. */
export type Settings = Readonly<Record<string, string>>;

const program = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const preload = new URL("../../bin/follow-parent.mjs", import.meta.url);
preload.searchParams.set("parent", String(process.pid));

/** Starts `leerid <args>` as a process of its own, which ends when this one does, however that happens. */
export function spawnLeerid(args: readonly string[], settings: Settings): ChildProcess {
  return spawn(process.execPath, ["--import", preload.href, program, ...args], {
    env: {
      PATH: process.env["PATH"],
      TZ: process.env["TZ"],
      NODE_COMPILE_CACHE: join(tmpdir(), "node-compile-cache"), // halves what each of some sixty starts costs
      LEERID_AFBOUWTIJD: "0", // no proxy stands before it
      ...settings,
    },
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
}

export type Outcome = {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
};

/** Follows a process to its end. */
export function outcomeOf(child: ChildProcess): Promise<Outcome> {
  const said = listen(child);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ code, signal, stdout: said.out, stderr: said.err }));
    // The pipe that tells the child about us must not keep it from being seen as closed.
    child.once("exit", () => (child.stdio[3] as Writable | null)?.destroy());
  });
}

/** Runs `leerid <args>` to its end. One that should have been refused and serves instead is ended, by a signal, after four minutes. */
export async function runLeerid(args: readonly string[], settings: Settings): Promise<Outcome> {
  const child = spawnLeerid(args, settings);
  const limit = setTimeout(() => child.kill("SIGKILL"), 240_000);
  return outcomeOf(child).finally(() => clearTimeout(limit));
}

function listen(child: ChildProcess): { out: string; err: string } {
  const said = { out: "", err: "" };
  child.stdout?.setEncoding("utf8").on("data", (part: string) => (said.out += part));
  child.stderr?.setEncoding("utf8").on("data", (part: string) => (said.err += part));
  return said;
}

/** One running `leerid serve`. */
export type ServerNode = {
  readonly base: number;
  readonly acm: string;
  readonly loket: string;
  readonly api: string;
  readonly metrics: string;
  readonly pid: number;
  /** Log and errors until now. */
  output(): string;
  running(): boolean;
  /** Sends a signal and waits for the end. */
  end(signal?: NodeJS.Signals): Promise<number | null>;
};

/** Starts `leerid serve` and waits until its sites answer. */
export async function startServer(settings: Settings, givenBase?: number): Promise<ServerNode> {
  const base = givenBase ?? (await freePortBase());
  const child = spawnLeerid(["serve"], {
    LEERID_HOOFDSLEUTEL: mainKey,
    LEERID_LOG: "warn",
    LEERID_DATAMAP: join(tmpdir(), "leerid-proef-zonder-map"),
    ...settings,
    LEERID_PORT_BASE: String(base),
  });
  const said = listen(child);
  let ended = false;
  const exited = new Promise<number | null>((resolve) => {
    child.once("exit", (code) => {
      ended = true;
      (child.stdio[3] as Writable | null)?.destroy();
      resolve(code);
    });
  });
  const at = (offset: number) => `http://127.0.0.1:${base + offset}`;
  const node: ServerNode = {
    base,
    acm: at(0),
    loket: at(1),
    api: at(4),
    metrics: at(99),
    pid: child.pid ?? 0,
    output: () => said.out + said.err,
    running: () => !ended,
    end(signal = "SIGTERM") {
      if (!ended) child.kill(signal);
      return exited;
    },
  };
  // The metrics port is the last one to open.
  for (let attempt = 0; attempt < 600; attempt += 1) {
    if (ended) throw new Error(`the server ended before it listened: ${node.output().slice(0, 2000)}`);
    const alive = await fetch(`${node.metrics}/healthz`).catch(() => undefined);
    if (alive?.ok) return node;
    await sleep(50);
  }
  child.kill("SIGKILL");
  throw new Error(`the server does not listen: ${node.output().slice(0, 2000)}`);
}

/** A base of which all ports of the product are free now; below the range that outgoing connections take theirs from. */
export async function freePortBase(): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const base = 10_000 + Math.floor(Math.random() * 200) * 100;
    const free = await Promise.all([0, 1, 2, 3, 4, 22, 97, 98, 99].map((offset) => isFree(base + offset)));
    if (free.every(Boolean)) return base;
  }
  throw new Error("no free ports");
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });

/** A folder that is there while `work` runs. */
export async function withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "leerid-proef-"));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
  }
}
