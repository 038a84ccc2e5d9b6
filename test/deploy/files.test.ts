import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { runTool, withoutTools } from "#testing/debian-tools";

const deploy = fileURLToPath(new URL("../../deploy/", import.meta.url));
const read = (path: string): string => readFileSync(join(deploy, path), "utf8");

describe("files for an operator, by the tools that read them", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "leerid-deploy-"));
    await mkdir(join(folder, "certs"));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  /** A certificate where the two proxies look for it, in the folder of this test. */
  async function makeCertificate(): Promise<void> {
    const pem = join(folder, "certs", "leerid.pem");
    const made = await runTool("openssl", [
      ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"],
      ...["-subj", "/CN=leerid.example", "-keyout", `${folder}/key.pem`, "-out", `${folder}/certificate.pem`],
    ]);
    assert.equal(made.code, 0, made.said);
    await writeFile(
      pem,
      (await readFile(`${folder}/key.pem`, "utf8")) + (await readFile(`${folder}/certificate.pem`, "utf8")),
    );
  }

  const units = readdirSync(join(deploy, "systemd"));

  test("systemd takes every unit, and finds little to attack in it", async (t) => {
    const skip = await withoutTools(["/usr/bin/systemd-analyze"], ["systemd"]);
    if (skip) return t.skip(skip);
    assert.deepEqual(units.toSorted(), [
      "leerid-dropserver.service",
      "leerid-serve.service",
      "leerid-worker.service",
    ]);
    for (const unit of units) {
      const copy = join(folder, unit);
      // The program stands elsewhere here; the rest is as it is.
      await writeFile(
        copy,
        read(`systemd/${unit}`).replace("ExecStart=/opt/leerid/huidig/node", "ExecStart=/usr/bin/true"),
      );
      const verified = await runTool("systemd-analyze", ["verify", "--man=no", copy]);
      assert.deepEqual(verified, { code: 0, said: "" }, unit);
      const security = await runTool("systemd-analyze", [
        "security",
        "--offline=yes",
        "--threshold=25",
        copy,
      ]);
      assert.equal(security.code, 0, security.said);
    }
  });

  test("HAProxy takes its configuration without a warning", async (t) => {
    const skip = await withoutTools(["/usr/sbin/haproxy"], ["haproxy"]);
    if (skip) return t.skip(skip);
    await makeCertificate();
    await writeFile(join(folder, "leerid-sites.map"), read("haproxy/leerid-sites.map"));
    await writeFile(
      join(folder, "haproxy.cfg"),
      read("haproxy/haproxy.cfg").replaceAll("/etc/haproxy/", `${folder}/`),
    );
    const checked = await runTool("/usr/sbin/haproxy", ["-c", "-f", join(folder, "haproxy.cfg")]);
    assert.equal(checked.code, 0, checked.said);
    assert.doesNotMatch(checked.said, /WARNING/);
  });

  test("nginx takes its configuration", async (t) => {
    const module = "/usr/lib/nginx/modules/ngx_stream_module.so";
    const skip = await withoutTools(["/usr/sbin/nginx", module], ["nginx", "libnginx-mod-stream"]);
    if (skip) return t.skip(skip);
    await makeCertificate();
    await writeFile(
      join(folder, "nginx.conf"),
      read("nginx/leerid.conf").replaceAll("/etc/nginx/certs", `${folder}/certs`),
    );
    const checked = await runTool("/usr/sbin/nginx", [
      ...["-t", "-q", "-e", "stderr", "-c", join(folder, "nginx.conf"), "-g", `pid ${folder}/nginx.pid;`],
    ]);
    assert.deepEqual(checked, { code: 0, said: "" });
  });
});

test("the proxies know the same sites, on the ports of the program", () => {
  const sites = {
    acm: 4400,
    leerlingloket: 4401,
    schoolloket: 4402,
    beheer: 4403,
    api: 4404,
    dropserver: 4422,
  };
  const haproxy = read("haproxy/haproxy.cfg");
  const nginx = read("nginx/leerid.conf");
  const names = [...read("haproxy/leerid-sites.map").matchAll(/^(\S+) (\S+)$/gm)];
  assert.equal(names.length, 5);
  for (const [, host = "", site = ""] of names) {
    assert.match(nginx, new RegExp(`^ +${host.replaceAll(".", "\\.")} +${site};$`, "m"));
    assert.match(
      read("debian/leerid.env"),
      new RegExp(`^LEERID_${site.toUpperCase()}_URL=https://${host}$`, "m"),
    );
  }
  for (const [site, port] of Object.entries(sites)) {
    assert.match(
      haproxy,
      new RegExp(`^backend ${site}\\n(?:  .*\\n)+?  server a 10\\.0\\.0\\.11:${port}$`, "m"),
    );
    assert.match(nginx, new RegExp(`upstream ${site} +\\{[^}]*server 10\\.0\\.0\\.12:${port} `));
  }
});

test("D24: each proxy of the examples says whom it saw, forgets what a browser said of it, and the settings count that one proxy", () => {
  const haproxy = read("haproxy/haproxy.cfg");
  for (const name of ["X-Forwarded-For", "Forwarded"])
    assert.ok(haproxy.indexOf(`del-header ${name}\n`) < haproxy.indexOf("option forwardfor"), name);
  assert.match(haproxy, /del-header X-Forwarded-For\n[^]*del-header Forwarded\n[^]*^ {2}option forwardfor$/m);
  assert.match(read("nginx/leerid.conf"), /^ +proxy_set_header X-Forwarded-For \$remote_addr;$/m);
  assert.match(read("nginx/leerid.conf"), /^ +proxy_set_header Forwarded "";$/m);
  for (const settings of ["debian/leerid.env", "container/leerid.env"])
    assert.match(read(settings), /^LEERID_VERTROUWDE_PROXYS=1$/m);
});

test("only migrate is given the owner of the database, in containers and on Debian", () => {
  const services = read("container/compose.yaml").split(/^(?= {2}\w[\w-]*:$)/m);
  assert.deepEqual(
    services.filter((text) => text.includes("EIGENAAR")).map((text) => /^ +([\w-]+):/.exec(text)?.[1]),
    ["migrate"],
  );
  for (const unit of readdirSync(join(deploy, "systemd")))
    assert.doesNotMatch(read(`systemd/${unit}`), /eigenaar/i);
  assert.match(read("debian/leerid.sh"), /DATABASE_EIGENAAR_URL \] && \[ "\$\{1:-\}" != migrate \]/);
});
