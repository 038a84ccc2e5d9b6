import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { chmod, mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { outcomeOf, withFolder, type Outcome, type Settings } from "#testing/server";
import { copyProgram } from "./program-copy.ts";

/** Runs `node bin/leerid.mjs <args>` of a copy; an npm on its path tells that it was called. As root: as nobody. */
async function runCopy(folder: string, args: readonly string[], env: Settings): Promise<Outcome> {
  const tools = join(folder, "..", "tools");
  await mkdir(tools, { recursive: true });
  await writeFile(join(tools, "npm"), "#!/bin/sh\necho npm is called >&2\nexit 1\n");
  await chmod(join(tools, "npm"), 0o755);
  const child = spawn(process.execPath, [join(folder, "bin", "leerid.mjs"), ...args], {
    env: { PATH: `${tools}:/usr/bin:/bin`, ...env },
    stdio: ["ignore", "pipe", "pipe", "pipe"],
    ...(process.getuid?.() === 0 && { uid: 65_534, gid: 65_534 }),
  });
  return outcomeOf(child);
}

/** A folder that its own user may enter and nobody may write. */
const withCopy = (packages: "none" | "production", work: (folder: string) => Promise<void>): Promise<void> =>
  withFolder(async (above) => {
    await chmod(above, 0o755);
    const folder = join(above, "leerid");
    await mkdir(folder);
    await copyProgram(folder, packages);
    await chmod(folder, 0o555);
    try {
      await work(folder);
    } finally {
      await chmod(folder, 0o755);
    }
  });

describe("a production process installs nothing", () => {
  for (const env of [{ NODE_ENV: "production" }, { LEERID_PRODUCTIE: "1" }] as Settings[])
    it(`what is not there is refused, with the command that mends it (${Object.keys(env).join()})`, () =>
      withCopy("none", async (folder) => {
        const { code, stderr } = await runCopy(folder, ["serve"], env);
        assert.equal(code, 1);
        assert.match(
          stderr,
          /In productie installeert LeerID zelf niets\. .*npm ci --omit=dev --ignore-scripts\n$/,
        );
        assert.doesNotMatch(stderr, /npm is called/);
        assert.deepEqual((await readdir(folder)).includes("node_modules"), false);
      }));

  it("another version of a package is refused by name", () =>
    withCopy("production", async (folder) => {
      const lock = join(folder, "package-lock.json");
      const text = JSON.parse(String(await import("node:fs").then((fs) => fs.readFileSync(lock)))) as {
        packages: Record<string, { version: string }>;
      };
      const hono = text.packages["node_modules/hono"];
      assert.ok(hono);
      hono.version = "99.0.0";
      await writeFile(lock, JSON.stringify(text));
      const { code, stderr } = await runCopy(folder, ["--version"], { NODE_ENV: "production" });
      assert.equal(code, 1, stderr);
      assert.match(stderr, /andere versie van: hono\. /);
    }));

  it("what npm ci --omit=dev laid down starts, read-only and for another user, also when nobody says that it is production", () =>
    withCopy("production", async (folder) => {
      for (const env of [{ NODE_ENV: "production" }, { LEERID_PRODUCTIE: "1" }, {}] as Settings[]) {
        const { code, stdout, stderr } = await runCopy(folder, ["--version"], env);
        assert.equal(code, 0, stderr);
        assert.match(stdout, /^leerid \d+\.\d+\.\d+\n$/);
        assert.equal(stderr, "");
        assert.equal(
          (await readdir(join(folder, "node_modules"))).some((name) => name.startsWith(".leerid")),
          false,
        );
      }
      // It gets as far as its settings, without the database that comes along.
      const { code, stderr } = await runCopy(folder, ["serve"], { LEERID_PRODUCTIE: "1" });
      assert.equal(code, 1);
      assert.match(stderr, /^LEERID_HOOFDSLEUTEL: verplicht in productie\./m);
    }));
});
