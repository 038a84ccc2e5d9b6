import type { Context } from "#platform/context";
import { enqueue, enqueueingEach } from "#platform/jobs";

/** A session that ended, for one application that has to hear it. */
export type Afmelding = {
  readonly nr: number;
  readonly clientId: string;
  readonly sub: string;
  readonly sessieUid: string;
  /** This try included. */
  readonly pogingen: number;
};

/** When an application was tried last, as far as it has not answered; epoch milliseconds. */
export async function findLastTry(ctx: Context, rij: string): Promise<number | undefined> {
  const [row] = await ctx.sql<{ geprobeerd_op: Date | null }[]>`
    select max(geprobeerd_op) as geprobeerd_op from acm.afmelding where rij = ${rij}`;
  return row?.geprobeerd_op?.getTime();
}

/**
 * Takes what may be told now, the oldest first: each counts as tried and gets its next moment, so that a process that is killed
 * before it knows the answer leaves nothing behind.
 * @param delays milliseconds until the try after the first, the second …; the last one counts for all that follow
 */
export async function claimAfmeldingen(
  ctx: Context,
  rij: string,
  { limit, delays }: { readonly limit: number; readonly delays: readonly number[] },
): Promise<Afmelding[]> {
  const nu = new Date(ctx.clock.now());
  return ctx.sql<Afmelding[]>`
    update acm.afmelding a
       set pogingen = pogingen + 1, geprobeerd_op = ${nu},
           opnieuw_op = ${nu}::timestamptz + (${[...delays]}::float8[])[least(pogingen + 1, ${delays.length})] * interval '1 millisecond'
     where nr in (select nr from acm.afmelding where rij = ${rij} and opnieuw_op <= ${nu}
                   order by nr limit ${limit} for update skip locked)
    returning nr, client_id as "clientId", sub, sessie_uid as "sessieUid", pogingen`;
}

/** These were told, or will never be. */
export async function deleteAfmeldingen(ctx: Context, nrs: readonly number[]): Promise<void> {
  if (nrs.length > 0) await ctx.sql`delete from acm.afmelding where nr = any (${[...nrs]}::bigint[])`;
}

/** Gives up on what was tried so often; gives how many. */
export async function dropHopeless(ctx: Context, rij: string, tries: number): Promise<number> {
  return (await ctx.sql`delete from acm.afmelding where rij = ${rij} and pogingen >= ${tries}`).count;
}

/** Asks for another run for what is left of an application, not before `quietUntil`; nothing when nothing is left. */
export async function enqueueRest(ctx: Context, rij: string, quietUntil: number): Promise<void> {
  const [row] = await ctx.sql<{ eerste: Date | null }[]>`
    select min(opnieuw_op) as eerste from acm.afmelding where rij = ${rij}`;
  if (!row?.eerste) return;
  const later = Math.max(0, row.eerste.getTime(), quietUntil) - ctx.clock.now();
  await enqueue(
    ctx,
    "afmeldingen-melden",
    { rij },
    { sleutel: `afmeldingen-melden-${rij}`, later: Math.max(0, later) },
  );
}

/** Asks again for what should have been tried a minute ago: its job is gone, or was taken along by a process that died too often. */
export async function resumeAfmeldingen(ctx: Context): Promise<void> {
  await ctx.sql`
    select ${enqueueingEach(ctx, "afmeldingen-melden", "rij", ctx.sql`r.rij`)}
      from (select distinct rij from acm.afmelding where opnieuw_op < ${new Date(ctx.clock.now() - 60_000)} order by rij) r`;
}
