import { setTimeout as wait } from "node:timers/promises";
import type { Sql } from "./sql.ts";

/**
 * Runs `work` in one transaction on one connection: all of it is committed, or nothing. `options` as in BEGIN.
 *
 * The client library sends what comes next on a connection that is gone on the one that took its place, where it would be
 * committed on its own. So from the moment that the connection is gone nothing of this transaction is sent any more: neither a
 * statement of `work`, nor the rollback or commit after it.
 */
export async function transaction<T>(sql: Sql, work: (tx: Sql) => Promise<T>, options = ""): Promise<T> {
  let gone = false;
  const never = () => new Promise<never>(() => {}); // the caller has heard already: `begin` rejected
  const begun = sql.begin(options, async (tx) => {
    try {
      const result = await work(whileThere(tx as unknown as Sql, () => gone));
      return gone ? await never() : result;
    } catch (error) {
      // A failed statement is told before the closing that caused it, and a closing may still be under way: look after it.
      await wait(0);
      if (gone) await never();
      throw error;
    }
  });
  begun.catch(() => {
    gone = true;
  });
  return begun as Promise<T>;
}

/** The same transaction, refusing to make a statement once its connection is gone. */
function whileThere(tx: Sql, isGone: () => boolean): Sql {
  const check = () => {
    if (isGone()) throw Object.assign(new Error("the connection is gone"), { code: "CONNECTION_CLOSED" });
  };
  return new Proxy(tx, {
    apply(target, self, args) {
      check();
      return Reflect.apply(target as never, self, args) as unknown;
    },
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== "function") return member;
      return (...args: unknown[]) => {
        check();
        return Reflect.apply(member, target, args) as unknown;
      };
    },
  });
}
