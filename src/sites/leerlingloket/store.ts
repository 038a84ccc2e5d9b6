import type { Datum } from "#platform/clock";
import type { Context } from "#platform/context";
import { hash } from "#platform/crypto";
import type { Sessies } from "#platform/relying-party";
import type { AccountUuid } from "#platform/ids";
import { openFeiten, type Feiten } from "#modules/verstrekking";

export type Sessie = {
  readonly accountUuid: AccountUuid;
  readonly idToken: string;
  readonly feiten: Feiten | null;
};

/** The session of a cookie together with the facts about its pupil: one round trip for a whole page. */
export async function findSessie(ctx: Context, id: string, vandaag: Datum): Promise<Sessie | undefined> {
  const [row] = await ctx.sql<{ account_uuid: AccountUuid; id_token: string; feiten: string | null }[]>`
    select account_uuid, id_token, verstrekking.feiten(account_uuid, null, ${vandaag}::date) as feiten
      from leerlingloket.sessie where id_hash = ${hash(id)} and verloopt_op > ${new Date(ctx.clock.now())}`;
  return (
    row && {
      accountUuid: row.account_uuid,
      idToken: row.id_token,
      feiten: await openFeiten(ctx, row.feiten),
    }
  );
}

/** Where the sessions of the loket are kept, each with the account of a pupil. */
export const sessies = (ctx: Context): Omit<Sessies<string>, "stands"> => ({
  async insert(accountUuid, { id, sid, idToken, duur }) {
    await ctx.sql`
      insert into leerlingloket.sessie (id_hash, sid, account_uuid, id_token, verloopt_op)
      values (${hash(id)}, ${sid}, ${accountUuid}, ${idToken}, ${new Date(ctx.clock.now() + duur)})`;
  },
  async end(id) {
    const [row] = await ctx.sql<{ id_token: string }[]>`
      update leerlingloket.sessie set verloopt_op = least(verloopt_op, ${new Date(ctx.clock.now())})
       where id_hash = ${hash(id)} returning id_token`;
    return row?.id_token;
  },
  async deleteOfSid(sid) {
    await ctx.sql`delete from leerlingloket.sessie where sid = ${sid}`;
  },
});

/** Removes expired sessions; not at once those that somebody ended, whose second click must find them. */
export async function sweepSessies(ctx: Context): Promise<number> {
  return (
    await ctx.sql`delete from leerlingloket.sessie where verloopt_op < ${new Date(ctx.clock.now() - 60_000)}`
  ).count;
}
