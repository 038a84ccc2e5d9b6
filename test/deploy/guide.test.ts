import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { settings } from "#platform/config";
import { runTool, withoutTools } from "#testing/debian-tools";
import { whole } from "#testing/runs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const machine = join(root, "test/deploy/machine");

/** Why a machine of its own cannot be had here. */
async function withoutMachine(): Promise<string | false> {
  if (process.getuid?.() !== 0) return "a machine of its own takes root";
  for (const setting of ["LEERID_METINGEN_HOST", "LEERID_AFBOUWTIJD"])
    if (!(setting in settings)) return `the guide uses ${setting}, which this program does not know`;
  for (const file of [
    "deploy/postgresql/rollen.sql",
    "deploy/prometheus/leerid.rules.yml",
    "docs/generated/opdrachten.md",
  ])
    if (!existsSync(join(root, file))) return `the guide uses ${file}, which is not here`;
  const tried = await runTool("unshare", ["--mount", "--net", "--pid", "--fork", "true"]);
  if (tried.code !== 0) return `namespaces cannot be made here: ${tried.said.trim()}`;
  return withoutTools(
    [
      "/usr/sbin/haproxy",
      "/usr/bin/pg_createcluster",
      "/usr/bin/dpkg-deb",
      "/usr/sbin/ip",
      "/usr/bin/curl",
      "/usr/bin/prometheus",
    ],
    ["haproxy", "postgresql", "dpkg", "iproute2", "curl", "prometheus"],
  );
}

describe("the guide for operators, on an empty machine", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp("/var/tmp/leerid-machine-");
  });
  after(() => rm(folder, { recursive: true, force: true }));

  test(
    "every block of docs/uitbating.md, as it is printed, to a pupil signed in and a restored copy",
    { timeout: 900_000, skip: !whole && "only in npm run test:lang: some minutes" },
    async (t) => {
      const skip = await withoutMachine();
      if (skip) return t.skip(skip);
      await makeCertificates(folder);
      // Two versions of the same program: what the guide calls the new one is only named otherwise.
      for (const options of [[folder], [join(folder, "nieuw"), "--version=0.2.0"]]) {
        const script = join(root, "deploy/debian/build.mjs");
        const built = await runTool(process.execPath, [script, ...options, "--quick"]);
        assert.equal(built.code, 0, built.said);
      }
      const child = spawn(
        "unshare",
        [
          ...["--mount", "--net", "--pid", "--ipc", "--uts", "--fork", "--kill-child"],
          ...[join(machine, "start.sh"), folder, process.execPath, join(machine, "follow-guide.ts")],
        ],
        {
          stdio: ["ignore", "pipe", "pipe"],
          env: {
            PATH: process.env["PATH"],
            LEERID_TEST_POSTGRESQL: process.env["LEERID_TEST_POSTGRESQL"],
            NODE_EXTRA_CA_CERTS: "/root/ca.pem",
          },
        },
      );
      let said = "";
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding("utf8").on("data", (part: string) => (said += part));
      const code = await new Promise((resolve) => child.once("close", resolve));
      assert.equal(code, 0, said);
      t.diagnostic(said);
    },
  );
});

/** A CA of its own and a certificate for every name, as an operator gets them. */
async function makeCertificates(folder: string): Promise<void> {
  const openssl = async (...args: string[]) => {
    const made = await runTool("openssl", args, { cwd: folder });
    assert.equal(made.code, 0, made.said);
  };
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  await openssl(
    "req",
    "-x509",
    ...key,
    "-days",
    "2",
    "-subj",
    "/CN=CA van de test",
    "-keyout",
    "ca.key",
    "-out",
    "ca.pem",
  );
  await openssl("req", ...key, "-subj", "/CN=leerid.example", "-keyout", "leaf.key", "-out", "leaf.csr");
  await writeFile(join(folder, "san"), "subjectAltName=DNS:*.leerid.example\n");
  await openssl(
    "x509",
    "-req",
    "-in",
    "leaf.csr",
    "-CA",
    "ca.pem",
    "-CAkey",
    "ca.key",
    "-CAcreateserial",
    "-days",
    "2",
    "-extfile",
    "san",
    "-out",
    "leaf.pem",
  );
  const parts = await Promise.all(
    ["leaf.key", "leaf.pem"].map((name) => readFile(join(folder, name), "utf8")),
  );
  await writeFile(join(folder, "leerid.pem"), parts.join(""));
}
