import type { Context } from "#platform/context";
import type { Fragment } from "#platform/database";
import type { AccountUuid } from "#platform/ids";
import { enqueueingEach } from "#platform/jobs";

/**
 * Ends the open sessions of pupils whose password or badge was replaced (D7): who had the old one is out. They end in the transaction of
 * the caller, and with them goes the work of telling the applications. `behalve` = hash of the cookie of the browser in which the
 * pupil just chose.
 */
export async function endSessies(
  ctx: Context,
  accountUuids: readonly AccountUuid[],
  behalve: Buffer | null = null,
): Promise<void> {
  const { sql } = ctx;
  const welke = sql`account_uuid = any (${[...accountUuids]}::uuid[]) and id_hash is distinct from ${behalve}::bytea`;
  await sql`with ${endedSql(ctx, welke)} select ${toldSql(ctx)}`;
}

/**
 * Part of a statement: ends these sessions and notes whom to tell, from the rows as they are deleted, so that an application that was
 * opened a moment ago is not forgotten. The jobs come to exist by `toldSql` in the same statement.
 */
export const endedSql = (ctx: Context, welke: Fragment): Fragment => ctx.sql`
  beeindigd as (delete from acm.sessie where ${welke} returning uid, clients),
  afmelding as (
    insert into acm.afmelding (client_id, sub, sessie_uid, sinds, opnieuw_op)
    select c.key, c.value, b.uid, ${new Date(ctx.clock.now())}::timestamptz, ${new Date(ctx.clock.now())}::timestamptz
      from beeindigd b cross join lateral jsonb_each_text(b.clients) c
    returning rij)`;

/** The jobs for `endedSql`, always in the same order: two statements that end sessions at once never wait for each other in a ring. */
export const toldSql = (ctx: Context): Fragment => ctx.sql`
  (select count(${enqueueingEach(ctx, "afmeldingen-melden", "rij", ctx.sql`r.rij`)}) from (select distinct rij from afmelding order by rij) r)`;
