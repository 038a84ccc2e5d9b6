import type { Datum } from "#platform/clock";
import type { Context } from "#platform/context";
import type { AccountUuid } from "#platform/ids";
import type { Stand } from "./rules.ts";

export type SignInAccount = {
  readonly account_uuid: AccountUuid | null;
  readonly soort: "eerste" | "eigen" | null;
  readonly hash: string | null;
  readonly peper: string | null;
  readonly feiten: string | null;
  /** Hash of the code of a window that is open (D7). */
  readonly venster: Buffer | null;
};

/** A row, and the failures that stand in it. */
export type WithStand<T> = T & { readonly stand: Stand | undefined };

function withStand<T extends StandRow>(row: T): WithStand<Omit<T, keyof StandRow>> {
  const { mislukt, open_op, voorbehouden, versie, ...rest } = row;
  return { ...rest, stand: toStand({ mislukt, open_op, voorbehouden, versie }) };
}

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
): Promise<WithStand<SignInAccount>> {
  const [row] = await ctx.sql<(SignInAccount & StandRow)[]>`
    select a.account_uuid, s.soort, s.hash, s.peper, p.mislukt, p.open_op, p.voorbehouden, p.versie, v.code_hash as venster,
           case when s.hash is not null then verstrekking.feiten(a.account_uuid, ${wie.clientId}, ${wie.vandaag}::date) end as feiten
      from (select) as een
      left join leerlingen.account a on a.gebruikersnaam_basis = ${wie.basis} and a.gebruikersnaam_nr = ${wie.nr} and a.vervangen_door is null
      left join sleutels.sleutel s on s.account_uuid = a.account_uuid
      left join sleutels.venster v on v.account_uuid = a.account_uuid and v.gebruikt_op is null and v.open_tot > ${new Date(wie.nu)}
      left join sleutels.poging p on p.naam_hash = ${wie.naamHash}`;
  if (!row) throw new Error("one row always comes");
  return withStand(row);
}

type StandRow = {
  readonly mislukt: number | null;
  readonly open_op: Date | null;
  readonly voorbehouden: Stand["voorbehouden"] | null;
  readonly versie: number | null;
};

const toStand = ({ mislukt, open_op, voorbehouden, versie }: StandRow): Stand | undefined =>
  mislukt === null || open_op === null || voorbehouden === null || versie === null
    ? undefined
    : { mislukt, openOp: open_op.getTime(), voorbehouden, versie };

/** What is remembered of failures on a name or badge; undefined when nothing is. */
export async function findStand(ctx: Context, naamHash: Buffer): Promise<Stand | undefined> {
  const [row] = await ctx.sql<StandRow[]>`
    select mislukt, open_op, voorbehouden, versie from sleutels.poging where naam_hash = ${naamHash}`;
  return row && toStand(row);
}

/** Puts one state in the place of another, undefined being none; false when somebody else did so first. */
export async function replaceStand(
  ctx: Context,
  naamHash: Buffer,
  before: Stand | undefined,
  after: Stand | undefined,
): Promise<boolean> {
  const { sql } = ctx;
  if (!after)
    return (
      !before ||
      (await sql`delete from sleutels.poging where naam_hash = ${naamHash} and versie = ${before.versie}`)
        .count === 1
    );
  const nu = new Date(ctx.clock.now());
  const [openOp, voorbehouden] = [new Date(after.openOp), JSON.stringify(after.voorbehouden)];
  const { count } = before
    ? await sql`
        update sleutels.poging set mislukt = ${after.mislukt}, laatste_op = ${nu}, open_op = ${openOp},
               voorbehouden = ${voorbehouden}::text::jsonb, versie = ${after.versie}
         where naam_hash = ${naamHash} and versie = ${before.versie}`
    : await sql`
        insert into sleutels.poging (naam_hash, mislukt, laatste_op, open_op, voorbehouden, versie)
        values (${naamHash}, ${after.mislukt}, ${nu}, ${openOp}, ${voorbehouden}::text::jsonb, ${after.versie}) on conflict do nothing`;
  return count === 1;
}

/** A right password: the count starts again. */
export async function erasePogingen(ctx: Context, naamHash: Buffer): Promise<void> {
  await ctx.sql`delete from sleutels.poging where naam_hash = ${naamHash}`;
}

/** How often a name or badge failed, wherever; 0 when nothing is noted. */
export async function countPogingen(ctx: Context, naamHash: Buffer): Promise<number> {
  const stand = await findStand(ctx, naamHash);
  return stand ? stand.mislukt + stand.voorbehouden.length : 0;
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
};

/** A badge by its short form and the failures on it, in one round trip. */
export async function findBadge(
  ctx: Context,
  kort: Buffer,
  naamHash: Buffer,
): Promise<WithStand<FoundBadge>> {
  const [row] = await ctx.sql<(FoundBadge & StandRow)[]>`
    select b.account_uuid, b.code_hash, b.plaatje, b.eerst_gebruikt_op is not null as gebruikt,
           p.mislukt, p.open_op, p.voorbehouden, p.versie
      from (select) as een
      left join sleutels.badge b on b.kort_hash = ${kort}
      left join sleutels.poging p on p.naam_hash = ${naamHash}`;
  if (!row) throw new Error("one row always comes");
  return withStand(row);
}
