import type { Context } from "#platform/context";
import type { AccountUuid } from "#platform/ids";
import type { Sessie } from "./unit-of-work.ts";

/** On this channel the nodes of ACM hear that applications have to be told. */
export const uitlogKanaal = "leerid_uitlog";

/**
 * Ends the open sessions of pupils whose password or badge was replaced (D7): who had the old one is out. They end in the transaction of
 * the caller; a node of ACM tells the applications afterwards, whichever process asked. `behalve` = hash of the cookie of the
 * browser in which the pupil just chose.
 */
export async function beeindigSessies(
  ctx: Context,
  accountUuids: readonly AccountUuid[],
  behalve: Buffer | null = null,
): Promise<void> {
  await ctx.sql`
    with weg as (
      delete from acm.sessie where account_uuid = any (${[...accountUuids]}::uuid[]) and id_hash is distinct from ${behalve}::bytea
      returning uid, clients),
    uitlog as (
      insert into acm.uitlog (uid, clients, sinds) select uid, clients, ${new Date(ctx.clock.now())} from weg returning 1)
    select pg_notify(${uitlogKanaal}, '') where exists (select from uitlog)`;
}

/** Takes what nobody told yet: each session goes to one node. */
export const neemUitlog = (ctx: Context): Promise<Pick<Sessie, "uid" | "clients">[]> =>
  ctx.sql<Pick<Sessie, "uid" | "clients">[]>`delete from acm.uitlog returning uid, clients`.then((rows) => [
    ...rows,
  ]);
