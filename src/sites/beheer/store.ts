import { randomUUID } from "node:crypto";
import type { Context } from "#platform/context";
import { hash } from "#platform/crypto";
import type { Sessies } from "#platform/relying-party";
import type { Medewerker } from "#platform/staff-site";

/** Who is signed in. */
export type Sessie = Medewerker;

/** The session of a cookie, if it stands. */
export async function findSessie(ctx: Context, id: string): Promise<Sessie | undefined> {
  const [row] = await ctx.sql<(Omit<Sessie, "voId"> & { vo_id: string })[]>`
    select vo_id, naam, voornaam, doelgroepcode, orgcodes, rollen
      from beheer.sessie where id_hash = ${hash(id)} and verloopt_op > ${new Date(ctx.clock.now())}`;
  if (!row) return undefined;
  const { vo_id: voId, ...rest } = row;
  return { voId, ...rest };
}

/** Where the sessions of beheer are kept. */
export const sessies = (ctx: Context): Sessies<Medewerker> => ({
  async insert(wie, { id, sid, idToken, duur }) {
    await ctx.sql`
      insert into beheer.sessie (sessie, id_hash, sid, vo_id, naam, voornaam, doelgroepcode, orgcodes, rollen, id_token, verloopt_op)
      values (${randomUUID()}, ${hash(id)}, ${sid}, ${wie.voId}, ${wie.naam}, ${wie.voornaam}, ${wie.doelgroepcode},
              ${[...wie.orgcodes]}, ${[...wie.rollen]}, ${idToken}, ${new Date(ctx.clock.now() + duur)})`;
  },
  stands: async (id) => (await findSessie(ctx, id)) !== undefined,
  async end(id) {
    const [row] = await ctx.sql<{ id_token: string }[]>`
      update beheer.sessie set verloopt_op = least(verloopt_op, ${new Date(ctx.clock.now())})
       where id_hash = ${hash(id)} returning id_token`;
    return row?.id_token;
  },
  async deleteOfSid(sid) {
    await ctx.sql`delete from beheer.sessie where sid = ${sid}`;
  },
});

/** Removes expired sessions; not at once those that somebody ended, whose second click must find them. */
export async function sweepSessies(ctx: Context): Promise<number> {
  return (await ctx.sql`delete from beheer.sessie where verloopt_op < ${new Date(ctx.clock.now() - 60_000)}`)
    .count;
}
