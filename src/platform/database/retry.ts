import { setTimeout as wait } from "node:timers/promises";

/** True when what was to be added is there already: a unique constraint refused it. Running it again changes nothing by itself. */
export const isDuplicate = (error: unknown): boolean => codeOf(error) === "23505";

/** True when PostgreSQL undid a transaction because of another one (serialization failure, deadlock): the same again can go well. */
const isUndone = (error: unknown): boolean => /^(40001|40P01)$/.test(codeOf(error));

const codeOf = (error: unknown): string => String((error as { code?: unknown } | undefined)?.code);

const tries = 6;

/**
 * Runs a transaction again when PostgreSQL undid it because of another one: six times at most, after a pause that grows. The one place
 * where that happens; transactions of `#platform/context` go through here.
 * @param work one transaction or one statement, which leaves nothing behind when it fails
 */
export async function retryUndone<T>(work: () => Promise<T>): Promise<T> {
  for (let turn = 1; ; turn += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isUndone(error) || turn === tries) throw error;
      await wait(Math.random() * 10 * 2 ** turn);
    }
  }
}
