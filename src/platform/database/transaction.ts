import type { Connection } from "./connection.ts";
import type { Pool } from "./pool.ts";
import type { Runner } from "./statement.ts";

/**
 * Takes a connection, begins, and lets `work` send statements on it, also side by side: they go out at once. Then it commits, or
 * rolls back when `work` or any statement of it failed. What is asked after that, or after the connection is gone, is refused.
 */
export async function transactionOn<T>(
  pool: Pool,
  options: string,
  note: ((text: string) => void) | undefined,
  work: (runner: Runner) => Promise<T>,
): Promise<T> {
  const connection = await new Promise<Connection>((resolve, reject) => pool.take(resolve, reject));
  const command = async (text: string) => {
    note?.(text);
    return (await connection.ask({ text })).command;
  };
  let over = false;
  let failure: Error | undefined;
  const watched = <A>(answer: Promise<A>): Promise<A> => {
    answer.catch((error: Error) => (failure ??= error)); // also when nobody waits for it
    return answer;
  };
  const runner: Runner = {
    run: (call) => {
      if (over) return Promise.reject(tooLate());
      note?.(call.text);
      return watched(connection.ask(call).then((answer) => answer.rows));
    },
    copy: (text, lines) => {
      if (over) return Promise.reject(tooLate());
      note?.(text);
      return watched(connection.copy(text, lines));
    },
  };
  try {
    // Answered before anything else is sent: were it refused, the rest would be committed piece by piece.
    await command(`begin ${options}`.trimEnd());
    let result: T;
    try {
      result = await work(runner);
      over = true;
    } catch (error) {
      over = true;
      if (!connection.lost) await command("rollback").catch(() => connection.close());
      throw (error as { code?: unknown }).code === "25P02" ? (failure ?? error) : error;
    }
    // The server answers ROLLBACK to a commit of what has failed, also when `work` looked away.
    if ((await command("commit")) !== "COMMIT") throw failure ?? new Error("rolled back by the server");
    return result;
  } finally {
    pool.give(connection);
  }
}

const tooLate = (): Error => new Error("a statement of a transaction that is over");
