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
  if ("savepoint" in ctx.sql) return work(ctx);
  return transaction(ctx.sql, (tx) => work({ ...ctx, sql: tx }));
}
