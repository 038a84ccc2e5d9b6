import type { Clock } from "#platform/clock";
import type { Keys } from "#platform/crypto";
import { retryUndone, transaction, type Fragment, type Sql } from "#platform/database";
import type { Log } from "#platform/log";

export { sweepEach } from "./sweep.ts";

/** What a function with effects needs; always its first parameter. */
export type Context = {
  /** The pool, or inside `inTransaction` the transaction. */
  readonly sql: Sql;
  readonly clock: Clock;
  readonly keys: Keys;
  readonly log: Log;
};

/**
 * Runs `work` in one transaction: all of it is committed, or nothing. When PostgreSQL undoes it because of another transaction (deadlock,
 * serialization failure) it runs again, so `work` does nothing outside of the transaction that may not happen twice.
 */
export function inTransaction<T>(ctx: Context, work: (ctx: Context) => Promise<T>): Promise<T> {
  if (ctx.sql.inTransaction) return work(ctx);
  return retryUndone(() => transaction(ctx.sql, (tx) => work({ ...ctx, sql: tx })));
}

/** Carries the outcome of a trial out of the transaction that it undoes. */
class Undo extends Error {
  readonly outcome: unknown;
  constructor(outcome: unknown) {
    super("undone");
    this.outcome = outcome;
  }
}

/** Runs `work` as it would go and undoes all that it did in the database: what it gives is what really doing it would give. */
export async function inTrial<T>(ctx: Context, work: (ctx: Context) => Promise<T>): Promise<T> {
  try {
    return await inTransaction(ctx, async (tx) => {
      throw new Undo(await work(tx));
    });
  } catch (error) {
    if (error instanceof Undo) return error.outcome as T;
    throw error;
  }
}

/**
 * Runs `work` in one transaction as `leerid_beheer`, which has no right to any table with pupils in it (migration 0021, R7). Again when
 * PostgreSQL undoes it, as `inTransaction`.
 */
export function inBeheer<T>(ctx: Context, work: (ctx: Context) => Promise<T>): Promise<T> {
  return walledIn(ctx, (tx) => tx`select set_config('role', 'leerid_beheer', true)`, work);
}

/**
 * Runs `work` in one transaction that sees nothing but the rows of one school: the role `leerid_school` under row-level
 * security (migration 0014). The second wall: the statements say which school as well. Again when PostgreSQL undoes it, as
 * `inTransaction`.
 * @param nummers the numbers of the school, that of today and all former ones (D3)
 */
export function inSchool<T>(
  ctx: Context,
  nummers: readonly string[],
  work: (ctx: Context) => Promise<T>,
): Promise<T> {
  return walledIn(
    ctx,
    (tx) => tx`
      select set_config('leerid.scholen', ${`{${nummers.join(",")}}`}, true), set_config('role', 'leerid_school', true)`,
    work,
  );
}

/** A transaction behind a wall that goes up with its first statement; local to it, so that nothing leaks to the next on this connection. */
function walledIn<T>(
  ctx: Context,
  wall: (tx: Sql) => Fragment,
  work: (ctx: Context) => Promise<T>,
): Promise<T> {
  return retryUndone(() =>
    transaction(ctx.sql, async (tx) => {
      const walled = wall(tx).execute(); // on its way before what follows
      const [result] = await Promise.all([work({ ...ctx, sql: tx }), walled]);
      return result;
    }),
  );
}
