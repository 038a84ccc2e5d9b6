import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { openDatabase, type Sql } from "#platform/database";
import type { Cluster } from "#testing/debian-postgres";
import { mainKey, type Settings } from "#testing/server";

const rollen = new URL("../../deploy/postgresql/rollen.sql", import.meta.url).pathname;

/** The addresses of a database as the documents make it: of the one who migrates and of the one who serves. */
export type Addresses = { readonly admin: string; readonly eigenaar: string; readonly server: string };

/** Runs one of PostgreSQL's own programs against a cluster, as its superuser. */
export async function runProgram(
  cluster: Cluster,
  name: string,
  ...args: readonly string[]
): Promise<string> {
  const { username, password, hostname, port } = new URL(cluster.url);
  const { stdout } = await promisify(execFile)(join(cluster.programs, name), args, {
    env: {
      PGHOST: hostname,
      PGPORT: port,
      PGUSER: username,
      PGPASSWORD: password,
      PGDATABASE: "postgres",
      LC_ALL: "C",
    },
  });
  return stdout;
}

/** The file with the roles, as the documents print it. */
export async function makeRoles(cluster: Cluster): Promise<void> {
  await runProgram(cluster, "psql", "-v", "ON_ERROR_STOP=1", "-f", rollen);
  for (const user of ["leerid_eigenaar", "leerid_server"])
    await runProgram(cluster, "psql", "-c", `alter role ${user} password '${user}'`);
}

/** Takes a membership away, whoever gave it: from 16 on each that gave it has given one of his own. */
export async function revokeRole(cluster: Cluster, role: string, member: string): Promise<void> {
  await asUser(cluster.url, async (sql) => {
    const given = await sql<{ by: string }[]>`
      select case when current_setting('server_version_num')::int >= 160000 then 'granted by ' || quote_ident(grantor::regrole::text) else '' end as by
        from pg_auth_members where roleid = ${role}::regrole and member = ${member}::regrole`;
    for (const { by } of given) await sql.unsafe(`revoke ${role} from ${member} ${by} cascade`);
  });
}

/** An empty database of the owner. */
export async function makeDatabase(cluster: Cluster, name: string): Promise<Addresses> {
  await runProgram(
    cluster,
    "createdb",
    ...["--owner", "leerid_eigenaar", "--encoding", "UTF8", "--template", "template0", name],
  );
  return addressesOf(cluster, name);
}

export function addressesOf(cluster: Cluster, name: string): Addresses {
  const as = (user?: string) => {
    const url = new URL(cluster.url);
    url.pathname = `/${name}`;
    if (user !== undefined) Object.assign(url, { username: user, password: user });
    return url.href;
  };
  return { admin: as(), eigenaar: as("leerid_eigenaar"), server: as("leerid_server") };
}

/** Runs statements as the owner of an address, in a database of that address. */
export async function asUser<T>(url: string, work: (sql: Sql) => Promise<T>): Promise<T> {
  const sql = openDatabase({ url, max: 1, role: "eigenaar" });
  try {
    return await work(sql);
  } finally {
    await sql.end({ timeout: 2 });
  }
}

/** What every process has in production, without a database. */
const production: Settings = {
  LEERID_PRODUCTIE: "1",
  LEERID_HOOFDSLEUTEL: mainKey,
  LEERID_ACM_URL: "https://acm.leerid.example",
  LEERID_LEERLINGLOKET_URL: "https://mijn.leerid.example",
  LEERID_SCHOOLLOKET_URL: "https://school.leerid.example",
  LEERID_BEHEER_URL: "https://beheer.leerid.example",
  LEERID_API_URL: "https://api.leerid.example",
};

/** Settings of a process that serves, and of `leerid migrate`. */
export const serving = (at: Addresses): Settings => ({ ...production, LEERID_DATABASE_URL: at.server });
export const migrating = (at: Addresses): Settings => ({
  ...serving(at),
  LEERID_DATABASE_EIGENAAR_URL: at.eigenaar,
});
