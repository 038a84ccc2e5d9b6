import { setTimeout as wait } from "node:timers/promises";
import { canTakeRoles } from "./roles.ts";
import type { Sql } from "./sql.ts";
import { readStructure } from "./structure.ts";

/** How long `/readyz` waits for the database, ms: a proxy gives up after two seconds. */
const patience = 1500;
const underWay = new WeakMap<Sql, Promise<boolean>>();

/**
 * Is the database within reach, with a structure that this program can work with, and can each role be taken; for `/readyz`, so within
 * two seconds, also when the database says nothing. One question at a time is under way.
 */
export async function isReady(sql: Sql): Promise<boolean> {
  const answer = underWay.get(sql) ?? ask(sql).finally(() => underWay.delete(sql));
  underWay.set(sql, answer);
  return Promise.race([answer, wait(patience, false, { ref: false })]);
}

async function ask(sql: Sql): Promise<boolean> {
  try {
    return (await readStructure(sql)).fits && (await canTakeRoles(sql));
  } catch {
    return false;
  }
}
