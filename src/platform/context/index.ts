import type { Clock } from "#platform/clock";
import type { Keys } from "#platform/crypto";
import { transaction, type Sql } from "#platform/database";
import type { Log } from "#platform/log";

/** What a function with effects needs; always its first parameter. */
export type Context = {
  /** The pool, or inside `inTransaction` the transaction. */
  readonly sql: Sql;
  readonly clock: Clock;
  readonly keys: Keys;
  readonly log: Log;
};

/** Runs `work` in one transaction: all of it is committed, or nothing. */
export function inTransaction<T>(ctx: Context, work: (ctx: Context) => Promise<T>): Promise<T> {
  if (ctx.sql.inTransaction) return work(ctx);
  return transaction(ctx.sql, (tx) => work({ ...ctx, sql: tx }));
}

/**
 * Runs `work` in one transaction as `leerid_beheer`, which has no right to any table with pupils in it (migration 0021, R7).
 */
export function inBeheer<T>(ctx: Context, work: (ctx: Context) => Promise<T>): Promise<T> {
  return transaction(ctx.sql, async (tx) => {
    const walled = tx`select set_config('role', 'leerid_beheer', true)`.execute(); // on its way before what follows
    const [result] = await Promise.all([work({ ...ctx, sql: tx }), walled]);
    return result;
  });
}

/**
 * Runs `work` in one transaction that sees nothing but the rows of one school: the role `leerid_school` under row-level
 * security (migration 0014). The second wall: the statements say which school as well.
 * @param nummers the numbers of the school, that of today and all former ones (D3)
 */
export function inSchool<T>(
  ctx: Context,
  nummers: readonly string[],
  work: (ctx: Context) => Promise<T>,
): Promise<T> {
  return transaction(ctx.sql, async (tx) => {
    // Local to the transaction, so that nothing leaks to the next request on this connection. On its way before what follows.
    const walled = tx`
      select set_config('leerid.scholen', ${`{${nummers.join(",")}}`}, true), set_config('role', 'leerid_school', true)`.execute();
    const [result] = await Promise.all([work({ ...ctx, sql: tx }), walled]);
    return result;
  });
}
