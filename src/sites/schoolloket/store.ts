import { randomUUID } from "node:crypto";
import type { Context } from "#platform/context";
import { hash } from "#platform/crypto";
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

/** Stores a session; `duur` in milliseconds. */
export async function insertSessie(
  ctx: Context,
  sessie: Medewerker & {
    readonly id: string;
    readonly sid: string;
    readonly idToken: string;
    readonly duur: number;
  },
): Promise<void> {
  await ctx.sql`
    insert into schoolloket.sessie (sessie, id_hash, sid, vo_id, naam, voornaam, orgcodes, rollen, id_token, verloopt_op)
    values (${randomUUID()}, ${hash(sessie.id)}, ${sessie.sid}, ${sessie.voId}, ${sessie.naam}, ${sessie.voornaam},
            ${[...sessie.orgcodes]}, ${[...sessie.rollen]}, ${sessie.idToken}, ${new Date(ctx.clock.now() + sessie.duur)})`;
}

/** Chooses the school to work for; the caller has looked at the rights. */
export async function chooseSchool(ctx: Context, sessie: string, instellingsnummer: string): Promise<void> {
  await ctx.sql`update schoolloket.sessie set instellingsnummer = ${instellingsnummer} where sessie = ${sessie}`;
}

/** Ends one session; gives its ID token, which the sign-out at ACM shows. */
export async function deleteSessie(ctx: Context, id: string): Promise<string | undefined> {
  const [row] = await ctx.sql<
    { id_token: string }[]
  >`delete from schoolloket.sessie where id_hash = ${hash(id)} returning id_token`;
  return row?.id_token;
}

/** Ends the sessions of one sign-in at ACM (back-channel logout). */
export async function deleteSessiesOfSid(ctx: Context, sid: string): Promise<void> {
  await ctx.sql`delete from schoolloket.sessie where sid = ${sid}`;
}

/** Removes expired sessions. */
export async function sweepSessies(ctx: Context): Promise<number> {
  return (await ctx.sql`delete from schoolloket.sessie where verloopt_op < ${new Date(ctx.clock.now())}`)
    .count;
}
