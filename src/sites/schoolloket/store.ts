import { randomUUID } from "node:crypto";
import type { Context } from "#platform/context";
import { hash } from "#platform/crypto";
import type { Sessies } from "#platform/relying-party";
import type { Medewerker } from "#platform/staff-site";

/** A member of the school's staff who is signed in. */
export type Sessie = Omit<Medewerker, "doelgroepcode"> & {
  /** Names the session in our own tables; the cookie holds another secret. */
  readonly sessie: string;
  /** The school he works for now; null when he has not chosen yet. */
  readonly instellingsnummer: string | null;
};

/** The session of a cookie, if it stands. */
export async function findSessie(ctx: Context, id: string): Promise<Sessie | undefined> {
  const [row] = await ctx.sql<
    {
      sessie: string;
      vo_id: string;
      naam: string;
      voornaam: string;
      orgcodes: string[];
      rollen: string[];
      instellingsnummer: string | null;
    }[]
  >`select sessie, vo_id, naam, voornaam, orgcodes, rollen, instellingsnummer
      from schoolloket.sessie where id_hash = ${hash(id)} and verloopt_op > ${new Date(ctx.clock.now())}`;
  if (!row) return undefined;
  const { vo_id: voId, ...rest } = row;
  return { voId, ...rest };
}

/** Where the sessions of the Schoolloket are kept. */
export const sessies = (ctx: Context): Sessies<Medewerker> => ({
  async insert(wie, { id, sid, idToken, duur }) {
    await ctx.sql`
      insert into schoolloket.sessie (sessie, id_hash, sid, vo_id, naam, voornaam, orgcodes, rollen, id_token, verloopt_op)
      values (${randomUUID()}, ${hash(id)}, ${sid}, ${wie.voId}, ${wie.naam}, ${wie.voornaam},
              ${[...wie.orgcodes]}, ${[...wie.rollen]}, ${idToken}, ${new Date(ctx.clock.now() + duur)})`;
  },
  stands: async (id) => (await findSessie(ctx, id)) !== undefined,
  async end(id) {
    const [row] = await ctx.sql<{ id_token: string }[]>`
      update schoolloket.sessie set verloopt_op = least(verloopt_op, ${new Date(ctx.clock.now())})
       where id_hash = ${hash(id)} returning id_token`;
    return row?.id_token;
  },
  async deleteOfSid(sid) {
    await ctx.sql`delete from schoolloket.sessie where sid = ${sid}`;
  },
});

/** Chooses the school to work for; the caller has looked at the rights. */
export async function chooseSchool(ctx: Context, sessie: string, instellingsnummer: string): Promise<void> {
  await ctx.sql`update schoolloket.sessie set instellingsnummer = ${instellingsnummer} where sessie = ${sessie}`;
}

/** Removes expired sessions; not at once those that somebody ended, whose second click must find them. */
export async function sweepSessies(ctx: Context): Promise<number> {
  return (
    await ctx.sql`delete from schoolloket.sessie where verloopt_op < ${new Date(ctx.clock.now() - 60_000)}`
  ).count;
}
