import type { Datum } from "#platform/clock";
import type { Context } from "#platform/context";
import type { AccountUuid } from "#platform/ids";

export type SignInAccount = {
  readonly account_uuid: AccountUuid | null;
  readonly soort: "eerste" | "eigen" | null;
  readonly hash: string | null;
  readonly peper: string | null;
  readonly feiten: string | null;
  /** Failed attempts in a row before this one; null = none noted. */
  readonly mislukt: number | null;
  readonly open_op: Date | null;
  /** Hash of the code of a window that is open (D7). */
  readonly venster: Buffer | null;
};

/** Everything a sign-in needs, in one round trip: account by username, its password, failed attempts and the facts of D5. */
export async function findAanmelder(
  ctx: Context,
  wie: {
    readonly basis: string;
    readonly nr: number;
    readonly naamHash: Buffer;
    readonly clientId: string;
    readonly vandaag: Datum;
    readonly nu: number;
  },
): Promise<SignInAccount> {
  const [row] = await ctx.sql<SignInAccount[]>`
    select a.account_uuid, s.soort, s.hash, s.peper, p.mislukt, p.open_op, v.code_hash as venster,
           case when s.hash is not null then verstrekking.feiten(a.account_uuid, ${wie.clientId}, ${wie.vandaag}::date) end as feiten
      from (select) as een
      left join leerlingen.account a on a.gebruikersnaam_basis = ${wie.basis} and a.gebruikersnaam_nr = ${wie.nr} and a.vervangen_door is null
      left join sleutels.sleutel s on s.account_uuid = a.account_uuid
      left join sleutels.venster v on v.account_uuid = a.account_uuid and v.gebruikt_op is null and v.open_tot > ${new Date(wie.nu)}
      left join sleutels.poging p on p.naam_hash = ${wie.naamHash}`;
  return (
    row ?? {
      account_uuid: null,
      soort: null,
      hash: null,
      peper: null,
      feiten: null,
      mislukt: null,
      open_op: null,
      venster: null,
    }
  );
}

/**
 * Counts an attempt on a name that failed before. Gives the wait in milliseconds when it comes too early (then it is counted but not
 * looked at); undefined when it may be looked at: the name is closed at once for the others, until `wacht` has passed.
 */
export async function recordPoging(
  ctx: Context,
  naamHash: Buffer,
  nu: number,
  wachttijden: readonly number[],
): Promise<number | undefined> {
  // Further away than the longest wait: the clock was put back since. Nobody waits for that.
  const uiterlijk = new Date(nu + Math.max(0, ...wachttijden));
  const [row] = await ctx.sql<{ te_vroeg: boolean; open_op: Date }[]>`
    with oud as (
      select mislukt, case when open_op <= ${uiterlijk} then open_op else ${new Date(nu)}::timestamptz end as open_op
        from sleutels.poging where naam_hash = ${naamHash} for update)
    update sleutels.poging p set mislukt = p.mislukt + 1, laatste_op = ${new Date(nu)},
           open_op = case when oud.open_op > ${new Date(nu)} then oud.open_op
             else ${new Date(nu)}::timestamptz + (${[...wachttijden]}::float8[])[least(oud.mislukt + 1, ${wachttijden.length})] * interval '1 millisecond' end
      from oud where p.naam_hash = ${naamHash}
    returning oud.open_op > ${new Date(nu)} as te_vroeg, p.open_op`;
  return row?.te_vroeg ? row.open_op.getTime() - nu : undefined;
}

/** Notes the first failure of a name. */
export async function recordFailed(ctx: Context, naamHash: Buffer, nu: number): Promise<void> {
  await ctx.sql`
    insert into sleutels.poging (naam_hash, mislukt, laatste_op, open_op) values (${naamHash}, 1, ${new Date(nu)}, ${new Date(nu)})
    on conflict (naam_hash) do update set mislukt = sleutels.poging.mislukt + 1, laatste_op = excluded.laatste_op`;
}

/** A right password: the count starts again. */
export async function erasePogingen(ctx: Context, naamHash: Buffer): Promise<void> {
  await ctx.sql`delete from sleutels.poging where naam_hash = ${naamHash}`;
}

/** How often a name failed in a row; 0 when nothing is noted. */
export async function countPogingen(ctx: Context, naamHash: Buffer): Promise<number> {
  const [row] = await ctx.sql<
    { mislukt: number }[]
  >`select mislukt from sleutels.poging where naam_hash = ${naamHash}`;
  return row?.mislukt ?? 0;
}

/** Removes names without attempts for a day. */
export async function sweepPogingen(ctx: Context): Promise<number> {
  return (
    await ctx.sql`delete from sleutels.poging where laatste_op < ${new Date(ctx.clock.now() - 86_400_000)}`
  ).count;
}

export type FoundBadge = {
  readonly account_uuid: AccountUuid | null;
  readonly code_hash: Buffer | null;
  readonly plaatje: number | null;
  readonly gebruikt: boolean;
  readonly mislukt: number | null;
};

/** A badge by its short form and the failures on it, in one round trip. */
export async function findBadge(ctx: Context, kort: Buffer, naamHash: Buffer): Promise<FoundBadge> {
  const [row] = await ctx.sql<FoundBadge[]>`
    select b.account_uuid, b.code_hash, b.plaatje, b.eerst_gebruikt_op is not null as gebruikt, p.mislukt
      from (select) as een
      left join sleutels.badge b on b.kort_hash = ${kort}
      left join sleutels.poging p on p.naam_hash = ${naamHash}`;
  return row ?? { account_uuid: null, code_hash: null, plaatje: null, gebruikt: false, mislukt: null };
}
