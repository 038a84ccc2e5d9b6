import { isUnavailable } from "#platform/database";
import { describeError, type Log } from "#platform/log";

/**
 * Does `work` for each of these, one after the other: one that fails is logged, and the others still have their turn. When the database
 * is away none would go well, so then it ends at once.
 * @param taak name of the sweep, for the log
 * @throws the first failure, once all had their turn: who called tries again
 */
export async function sweepEach<T>(
  ctx: { readonly log: Log },
  taak: string,
  items: readonly T[],
  work: (item: T) => Promise<unknown>,
): Promise<void> {
  const failures: unknown[] = [];
  for (const item of items) {
    try {
      await work(item);
    } catch (error) {
      if (isUnavailable(error)) throw error;
      if (failures.length > 0)
        ctx.log.error({ ...describeError(error), taak }, "een deel van een taak mislukte");
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}
