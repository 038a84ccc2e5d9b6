import { createHash } from "node:crypto";
import { isHangUp, type Log } from "#platform/log";
import { DatabaseError } from "./problem.ts";
import { checkOwner, checkRoles } from "./roles.ts";
import { openDatabase, transaction, type Sql } from "./sql.ts";
import { readMigrations } from "./structure.ts";

export { DatabaseError } from "./problem.ts";
export { isReady } from "./readiness.ts";
export { canTakeRoles, findWideRights } from "./roles.ts";
export { isDuplicate, retryUndone } from "./retry.ts";
export { openDatabase, transaction, type PoolOptions, type Sql } from "./sql.ts";
export { readStructure, type Structure } from "./structure.ts";
export { listen, type Listener } from "./listen.ts";
export { copyIn, copyLine, rowText, type CopyCell } from "./copy.ts";
export type { Fragment } from "./statement.ts";

/**
 * Brings the database to the newest structure: plain SQL files in order, each in its own transaction, forward only.
 * Safe beside a second node that does the same (advisory lock). A file that changed after it ran stops the start. Every time, also when
 * there is nothing to do, it looks whether the roles, who may take which, and the rights are as they must be.
 * @param url of the owner
 * @param options.before runs before anything is changed, `after` when all is done; both as the owner, and what they throw stops it
 * @returns how many files ran
 * @throws DatabaseError that says who can fix it, and with which file
 */
export async function migrate(
  url: string,
  log: Log,
  options: {
    readonly before?: (sql: Sql) => Promise<void>;
    readonly after?: (sql: Sql) => Promise<void>;
  } = {},
): Promise<number> {
  const sql = openDatabase({ url, max: 1, role: "eigenaar" });
  try {
    const [server] = await sql<{ version: number; encoding: string }[]>`
      select current_setting('server_version_num')::int as version, current_setting('server_encoding') as encoding`;
    if ((server?.version ?? 0) < 150_000 || server?.encoding !== "UTF8") {
      throw new DatabaseError(
        "LeerID heeft PostgreSQL 15 of nieuwer nodig, met codering UTF8. De beheerder van de databank kan dit oplossen.",
      );
    }
    await checkOwner(sql);
    await sql`select pg_advisory_lock(7105)`;
    await options.before?.(sql);
    await sql`create table if not exists public.migratie (bestand text primary key, hash text not null, uitgevoerd_op timestamptz not null default now())`;
    // Only where it is not there yet: who changes a table waits for everybody that reads it.
    const [since] = await sql`
      select from information_schema.columns
       where table_schema = 'public' and table_name = 'migratie' and column_name = 'oudste_programma'`;
    if (!since) await sql`alter table public.migratie add column oudste_programma text`;
    await sql`comment on table public.migratie is 'Which migrations ran. oudste_programma = the oldest program that works with the structure after it; empty: only programs that have the file. No personal data.'`;
    const done = new Map(
      (await sql<{ bestand: string; hash: string }[]>`select bestand, hash from public.migratie`).map(
        (row) => [row.bestand, row.hash],
      ),
    );
    let count = 0;
    for (const { file, text, oldest } of await readMigrations()) {
      const digest = createHash("sha256").update(text).digest("hex");
      const earlier = done.get(file);
      if (earlier === digest) continue;
      if (earlier !== undefined) {
        throw new DatabaseError(
          `Migratie ${file} is veranderd nadat ze werd uitgevoerd. Zet het bestand terug en maak een nieuwe migratie.`,
        );
      }
      await transaction(sql, async (tx) => {
        await tx.unsafe(text);
        await tx`insert into public.migratie (bestand, hash, oudste_programma) values (${file}, ${digest}, ${oldest})`;
      });
      count++;
    }
    await sql`grant select on public.migratie to leerid_app`;
    await checkRoles(sql);
    await options.after?.(sql);
    if (count > 0) log.info({ aantal: count }, "migraties uitgevoerd");
    return count;
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/**
 * True when the database could not do its work now: no connection to be had, no memory or disk, a lock that took too long, a
 * server that stops or starts, or others in the way time and again. Later is better. When the connection broke during a commit it may have been done all the same.
 */
export function isUnavailable(error: unknown): boolean {
  const code = (error as { code?: unknown } | undefined)?.code;
  if (isHangUp(error)) return false;
  return (
    typeof code === "string" &&
    (/^(53|57P0|08)|^(25P03|40001|40P01|55P03|57014)$/.test(code) ||
      /^(CONNECT|ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_)/.test(code))
  );
}
