import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmod, chown, mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, it } from "node:test";
import { promisify } from "node:util";
import { startDebianPostgres, type Cluster } from "#testing/debian-postgres";
import { mainKey, runLeerid, withFolder } from "#testing/server";
import { asUser, makeRoles } from "./setting.ts";

let cluster: Cluster | null;
before(async () => {
  cluster = await startDebianPostgres();
});
after(() => cluster?.stop());

const openssl = (folder: string, ...args: string[]) => promisify(execFile)("openssl", args, { cwd: folder });

/** An authority of our own, and a certificate of it for this name. */
async function makeCertificate(folder: string, name: string): Promise<void> {
  const make = [
    "req",
    "-x509",
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:P-256",
    "-nodes",
    "-days",
    "2",
  ];
  await openssl(folder, ...make, "-subj", "/CN=proef", "-keyout", "ca.key", "-out", "ca.crt");
  await openssl(
    folder,
    ...["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", `/CN=${name}`],
    ...["-keyout", "server.key", "-out", "server.csr", "-addext", `subjectAltName=DNS:${name}`],
  );
  await openssl(
    folder,
    ...["x509", "-req", "-in", "server.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial"],
    ...["-copy_extensions", "copy", "-days", "2", "-out", "server.crt"],
  );
}

it("an encrypted connection to the database that does not stand says why, and one that does works", (t) =>
  withFolder(async (folder) => {
    if (!cluster) return t.skip("no PostgreSQL 15 or newer of Debian on this machine");
    const run = (change: (url: URL) => void) => {
      const url = new URL(cluster?.url ?? "");
      change(url);
      return runLeerid(["log", "verify"], { LEERID_DATABASE_URL: url.href, LEERID_HOOFDSLEUTEL: mainKey });
    };
    const refused = async (line: RegExp, change: (url: URL) => void) => {
      const { code, stderr } = await run(change);
      assert.equal(code, 1, stderr);
      assert.match(stderr, line);
      assert.match(stderr, /LEERID_DATABASE_URL.*sslrootcert/);
      assert.doesNotMatch(stderr, /onverwachts|\n./);
    };
    await refused(/NOT_OFFERED/, (url) => url.searchParams.set("sslmode", "verify-full"));

    await makeCertificate(folder, "localhost");
    const [{ map = "" } = {}] = await asUser(
      cluster.url,
      (sql) => sql<{ map: string }[]>`select current_setting('data_directory') as map`,
    );
    const owner = await stat(map);
    for (const name of ["server.key", "server.crt"]) {
      await writeFile(join(map, name), await readFile(join(folder, name)));
      await chmod(join(map, name), 0o600);
      await chown(join(map, name), owner.uid, owner.gid);
    }
    await asUser(cluster.url, async (sql) => {
      await sql.unsafe("alter system set ssl = on");
      await sql`select pg_reload_conf()`;
    });
    await new Promise((resolve) => setTimeout(resolve, 500));

    await makeRoles(cluster);
    const root = join(folder, "ca.crt");
    const secure = (host: string, rootcert?: string) => (url: URL) => {
      url.hostname = host;
      url.searchParams.set("sslmode", "verify-full");
      if (rootcert !== undefined) url.searchParams.set("sslrootcert", rootcert);
    };
    await refused(/\((SELF_SIGNED_CERT|UNABLE_TO_)\w+\)/, secure("localhost"));
    const other = join(folder, "ander");
    await mkdir(other);
    await makeCertificate(other, "localhost");
    await refused(/\((SELF_SIGNED_CERT|UNABLE_TO_)\w+\)/, secure("localhost", join(other, "ca.crt")));
    await refused(/ERR_TLS_CERT_ALTNAME_INVALID/, secure("127.0.0.1", root));
    await refused(/FILE_ENOENT/, secure("localhost", join(folder, "weg.crt")));
    const good = await run(secure("localhost", root));
    assert.deepEqual([good.code, good.stderr], [0, ""], good.stdout);
  }));
