import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { after, before, describe, it } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { testDatabase, type TestDatabase } from "#testing/database";
import { freePortBase, mainKey, outcomeOf, type Settings } from "#testing/server";

let db: TestDatabase;
before(async () => {
  db = await testDatabase();
});
after(() => db?.close());

const program = fileURLToPath(new URL("../../bin/leerid.mjs", import.meta.url));

/** Starts `node bin/leerid.mjs <command>`, as the documents say. */
async function start(command: string, settings: Settings) {
  const base = await freePortBase();
  const child = spawn(process.execPath, [program, command], {
    env: {
      PATH: process.env["PATH"],
      NODE_ENV: "production",
      LEERID_DATABASE_URL: db.url,
      LEERID_HOOFDSLEUTEL: mainKey,
      LEERID_PORT_BASE: String(base),
      ...settings,
    },
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  const said = { text: "" };
  child.stdout?.on("data", (part: Buffer) => (said.text += part.toString()));
  const ended = outcomeOf(child);
  const hears = async (line: RegExp): Promise<void> => {
    for (let n = 0; n < 600 && !line.test(said.text); n += 1) {
      if (child.exitCode !== null) break;
      await wait(50);
    }
    assert.match(said.text, line);
  };
  return { base, child, ended, hears, said };
}

const at = (port: number, path: string) =>
  fetch(`http://127.0.0.1:${port}${path}`).then(
    async (answer) => ({
      status: answer.status,
      text: await answer.text(),
      kept: answer.headers.get("connection"),
    }),
    () => undefined,
  );

const isOpen = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });

describe("node bin/leerid.mjs serve", () => {
  it("tells its version first, lives through SIGHUP, and at SIGTERM says so on /readyz before it stops, with nothing left", async () => {
    const { base, child, ended, hears } = await start("serve", { LEERID_AFBOUWTIJD: "2" });
    try {
      await hears(/LeerID luistert/);
      child.kill("SIGHUP");
      await wait(1500); // one that ends does so well within this
      assert.equal(child.exitCode, null);
      assert.equal((await at(base, "/readyz"))?.status, 200);
      // A question that has begun when the signal comes, and is finished after it.
      const slow = connect(base + 4, "127.0.0.1");
      slow.write("GET /healthz HTTP/1.1\r\nhost: x\r\n");
      await once(slow, "connect");
      const begun = Date.now();
      child.kill("SIGTERM");
      await hears(/\/readyz zegt 503/);
      for (const port of [base, base + 1, base + 4, base + 99])
        assert.deepEqual(await at(port, "/readyz"), {
          status: 503,
          text: "niet klaar: stopt",
          kept: "close",
        });
      assert.equal((await at(base, "/op/.well-known/openid-configuration"))?.status, 200);
      assert.equal((await at(base, "/healthz"))?.status, 200);
      await wait(2200 - (Date.now() - begun));
      slow.write("\r\n");
      const [answer] = (await once(slow, "data")) as [Buffer];
      assert.match(answer.toString(), /^HTTP\/1\.1 200 /);
      const { code, stdout } = await ended;
      assert.equal(code, 0, stdout);
      const lines = stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as Record<string, unknown>);
      assert.equal(lines[0]?.["msg"], "LeerID start");
      assert.match(String(lines[0]?.["versie"]), /^\d+\.\d+\.\d+$/);
      assert.equal(lines.at(-1)?.["msg"], "LeerID is gestopt");
      assert.equal(lines.at(-1)?.["afgebroken"], 0);
      for (const offset of [0, 1, 2, 3, 4, 22, 99]) assert.equal(await isOpen(base + offset), false);
    } finally {
      child.kill("SIGKILL");
    }
  });

  it("a second signal ends the wait, and SIGINT waits for nothing", async () => {
    for (const signals of [["SIGTERM", "SIGINT"], ["SIGINT"]] as const) {
      const { child, ended, hears } = await start("serve", { LEERID_AFBOUWTIJD: "60" });
      try {
        await hears(/LeerID luistert/);
        const begun = Date.now();
        for (const signal of signals) {
          child.kill(signal);
          await wait(300);
        }
        assert.equal((await ended).code, 0);
        assert.ok(Date.now() - begun < 15_000);
      } finally {
        child.kill("SIGKILL");
      }
    }
  });
});

it("npx leerid serve: what npx is told to end, ends; and what was started from a shell that is gone, does not", async () => {
  const where = {
    cwd: fileURLToPath(new URL("../../", import.meta.url)),
    stdio: "ignore",
    detached: true,
  } as const;
  const settings = {
    PATH: process.env["PATH"],
    LEERID_DATABASE_URL: db.url,
    LEERID_HOOFDSLEUTEL: mainKey,
    LEERID_AFBOUWTIJD: "0",
  };
  const until = async (port: number, open: boolean) => {
    for (let n = 0; n < 300 && (await isOpen(port)) !== open; n += 1) await wait(100);
    assert.equal(await isOpen(port), open);
  };
  const [one, other] = [await freePortBase(), await freePortBase()];
  const npx = spawn("npx", ["leerid", "serve", "--sites", "api"], {
    ...where,
    env: { ...settings, LEERID_PORT_BASE: String(one) },
  });
  const script = '"$0" "$1" serve --sites api & echo $!; sleep 2';
  const shell = spawn("sh", ["-c", script, process.execPath, program], {
    ...where,
    stdio: ["ignore", "pipe", "ignore"],
    env: { ...settings, LEERID_PORT_BASE: String(other) },
  });
  try {
    const [said] = (await once(shell.stdout, "data")) as [Buffer];
    await Promise.all([until(one + 4, true), until(other + 4, true)]);
    npx.kill("SIGTERM");
    await until(one + 4, false);
    await wait(1000);
    assert.ok(await isOpen(other + 4));
    process.kill(Number(said), "SIGTERM");
    await until(other + 4, false);
  } finally {
    for (const { pid = 0 } of [npx, shell])
      try {
        process.kill(-pid, "SIGKILL"); // the group: a server that went on ends with its launcher
      } catch {
        // nothing of it is left
      }
  }
});

describe("the other two that run for months", () => {
  for (const [command, line] of [
    ["worker", /de worker werkt/],
    ["dropserver", /de dropserver luistert/],
  ] as const)
    it(`${command}: its version first, alive after SIGHUP, gone after SIGTERM`, async () => {
      const { child, ended, hears } = await start(command, { LEERID_AFBOUWTIJD: "0" });
      try {
        await hears(line);
        child.kill("SIGHUP");
        await wait(1000);
        assert.equal(child.exitCode, null);
        child.kill("SIGTERM");
        const { code, stdout } = await ended;
        assert.equal(code, 0, stdout);
        assert.match(stdout.split("\n")[0] ?? "", /"versie":"\d+\.\d+\.\d+".*"msg":"LeerID start"/);
        assert.match(stdout, /is gestopt"}\n$/);
      } finally {
        child.kill("SIGKILL");
      }
    });
});
