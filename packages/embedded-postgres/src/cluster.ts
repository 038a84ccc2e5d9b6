import { randomBytes } from "node:crypto";
import { mkdtemp, open, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { give, isAlike, runAs, writeOwned } from "./account.ts";
import type { Place } from "./place.ts";
import type { Programs } from "./programs.ts";
import { EmbeddedPostgresError, explain } from "./problems.ts";

/** The superuser and the database every cluster has. */
export const name = "leerid";

export const passwordFile = "wachtwoord";

/** TCP on this machine only, always with a password; there is no socket to come in by without one. */
const hba = "host all all 127.0.0.1/32 scram-sha-256\n";

/**
 * Makes sure there is a cluster of the right version, and returns the superuser's password.
 * A new one is made beside and renamed when it is complete, so that a start that was cut off leaves no half cluster.
 */
export async function prepareCluster(place: Place, programs: Programs, durable: boolean): Promise<string> {
  await clearHalves(place.folder);
  if (!(await isAlike(place.data, "directory"))) return createCluster(place, programs, durable);

  const found = (await readFile(join(place.data, "PG_VERSION"), "utf8").catch(() => "")).trim();
  if (!found) {
    throw new EmbeddedPostgresError(
      `In ${place.data} staan bestanden die geen databank van LeerID zijn. Kies een andere map met LEERID_DATAMAP.`,
    );
  }
  if (found !== String(programs.major)) {
    throw new EmbeddedPostgresError(
      `De databank in ${place.folder} is gemaakt met PostgreSQL ${found}, en deze LeerID brengt PostgreSQL ${programs.major} mee. ` +
        "Start met de vorige versie van LeerID, of kies een nieuwe map met LEERID_DATAMAP. De gegevens zijn niet veranderd.",
    );
  }
  const password = await readFile(join(place.folder, passwordFile), "utf8").catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return "";
      throw error;
    },
  );
  return password.trim() || renewPassword(place, programs);
}

/** The initdb of a killed start may still be writing for a moment. */
async function clearHalves(folder: string): Promise<void> {
  for (const entry of await readdir(folder)) {
    if (entry.startsWith("nieuw-")) {
      await rm(join(folder, entry), { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    }
  }
}

async function createCluster(place: Place, programs: Programs, durable: boolean): Promise<string> {
  const what = `De databank kan niet worden aangemaakt in ${place.folder}`;
  const half = await mkdtemp(join(place.folder, "nieuw-"));
  try {
    await give(half, place.account);
    const password = randomBytes(24).toString("base64url");
    const secret = join(half, passwordFile);
    await writeFile(secret, `${password}\n`, { mode: 0o600 });
    await give(secret, place.account);
    const data = join(half, "data");
    const made = await runAs(place.account, join(programs.bin, "initdb"), [
      ...[
        "-D",
        data,
        "-U",
        name,
        "-A",
        "scram-sha-256",
        `--pwfile=${secret}`,
        "-E",
        "UTF8",
        "--no-instructions",
      ],
      // From 17 on PostgreSQL brings its own C.UTF-8: the same order on every machine, whatever its C library.
      ...(programs.major >= 17
        ? ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        : ["--locale=C.UTF-8"]),
      ...(durable ? [] : ["--no-sync"]),
    ]);
    if (made.code !== 0) throw explain(what, made.output);
    await writeFile(join(data, "pg_hba.conf"), hba);
    await alone(what, place, programs, data, `create database ${name}`);
    await writeOwned(join(place.folder, passwordFile), `${password}\n`, place.owner);
    await rename(data, place.data);
    if (durable) await flush(place.folder);
    return password;
  } finally {
    await rm(half, { recursive: true, force: true });
  }
}

/** A lost password file must not mean lost data: whoever may write the data folder may also set the password. */
async function renewPassword(place: Place, programs: Programs): Promise<string> {
  const password = randomBytes(24).toString("base64url");
  const what = `De databank in ${place.folder} kan geen nieuw wachtwoord krijgen`;
  await alone(what, place, programs, place.data, `alter role ${name} password '${password}'`);
  await writeOwned(join(place.folder, passwordFile), `${password}\n`, place.owner);
  return password;
}

/** Runs one statement with PostgreSQL's single-user mode: no port, no password, nobody else. */
async function alone(
  what: string,
  place: Place,
  programs: Programs,
  data: string,
  sql: string,
): Promise<void> {
  const ran = await runAs(
    place.account,
    join(programs.bin, "postgres"),
    ["--single", "-j", "-D", data, "postgres"],
    `${sql};\n\n`,
  );
  if (ran.code !== 0 || /\b(ERROR|FATAL|PANIC):/.test(ran.output)) throw explain(what, ran.output);
}

async function flush(folder: string): Promise<void> {
  const handle = await open(folder);
  await handle.sync().finally(() => handle.close());
}

/**
 * The server's settings, given at every start so that an old folder never keeps old ones. For two cores and a few GB
 * beside Node and a browser; everything else is PostgreSQL's own choice.
 */
export function settings(port: number, durable: boolean): Record<string, string> {
  return {
    listen_addresses: "127.0.0.1",
    port: String(port),
    unix_socket_directories: "",
    max_connections: "200",
    shared_buffers: "256MB",
    effective_cache_size: "1GB",
    work_mem: "8MB",
    maintenance_work_mem: "128MB",
    max_wal_size: "2GB",
    checkpoint_timeout: "15min",
    // After a hard stop all files are made safe first: a thousand calls one by one, which was 2 of the 3 s on a busy disk, or one.
    recovery_init_sync_method: "syncfs",
    random_page_cost: "1.1",
    jit: "off",
    // On two cores parallel plans only compete with other sessions, and they need more of /dev/shm than a container has.
    max_parallel_workers_per_gather: "0",
    max_parallel_maintenance_workers: "0",
    // A session whose client was killed ends within seconds instead of at the end of its query.
    client_connection_check_interval: "5s",
    timezone: "UTC",
    log_timezone: "UTC",
    log_destination: "stderr",
    logging_collector: "off",
    log_checkpoints: "off",
    log_line_prefix: "%m [%p] ",
    // Statements and their errors hold personal data (a duplicate key names its value): only the server's own state.
    log_min_messages: "log",
    log_min_error_statement: "panic",
    log_statement: "none",
    log_error_verbosity: "terse",
    ...(durable
      ? {}
      : {
          fsync: "off",
          synchronous_commit: "off",
          full_page_writes: "off",
          wal_level: "minimal",
          max_wal_senders: "0",
        }),
  };
}
