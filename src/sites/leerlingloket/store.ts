import type { Datum } from "#platform/clock";
import type { Context } from "#platform/context";
import { hash } from "#platform/crypto";
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

/** Stores a session; `duur` in milliseconds. */
export async function insertSessie(
  ctx: Context,
  sessie: {
    readonly id: string;
    readonly sid: string;
    readonly accountUuid: string;
    readonly idToken: string;
    readonly duur: number;
  },
): Promise<void> {
  await ctx.sql`
    insert into leerlingloket.sessie (id_hash, sid, account_uuid, id_token, verloopt_op)
    values (${hash(sessie.id)}, ${sessie.sid}, ${sessie.accountUuid}, ${sessie.idToken}, ${new Date(ctx.clock.now() + sessie.duur)})`;
}

/** Ends one session; gives its ID token, which the sign-out at ACM shows. */
export async function deleteSessie(ctx: Context, id: string): Promise<string | undefined> {
  const [row] = await ctx.sql<
    { id_token: string }[]
  >`delete from leerlingloket.sessie where id_hash = ${hash(id)} returning id_token`;
  return row?.id_token;
}

/** Ends the sessions of one sign-in at ACM (back-channel logout). */
export async function deleteSessiesOfSid(ctx: Context, sid: string): Promise<void> {
  await ctx.sql`delete from leerlingloket.sessie where sid = ${sid}`;
}

/** Removes expired sessions. */
export async function sweepSessies(ctx: Context): Promise<number> {
  return (await ctx.sql`delete from leerlingloket.sessie where verloopt_op < ${new Date(ctx.clock.now())}`)
    .count;
}
