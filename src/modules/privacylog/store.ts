import type { Context } from "#platform/context";
import type { Fragment, Sql } from "#platform/database";
import { inzages, type Inzage, type Logregel, type Logsoort } from "./contract.ts";

/**
 * Two CTEs that write one record, to embed in the statement that makes the release: same commit, no extra round trip.
 * With `bron` (name of an earlier CTE) nothing is written when that CTE gave no row.
 * The caller writes `with … , ${regelSql(…)} select …`.
 */
export function regelSql(sql: Sql, regel: Logregel, bron?: string): Fragment {
  return sql`
    privacylog_regel as (
      insert into privacylog.regel (tijdstip, soort, account_uuid, attributen, ontvanger, protocol, aanleiding)
      select ${new Date(regel.tijdstip)}::timestamptz, ${regel.soort}, ${regel.accountUuid}::uuid,
             string_to_array(${regel.attributen.join(",")}, ','), ${regel.ontvanger}, ${regel.protocol}, ${regel.aanleiding}
      ${bron === undefined ? sql`` : sql`from ${sql(bron)}`}
      returning nr, tijdstip),
    privacylog_wachtrij as (
      insert into privacylog.wachtrij (nr, tijdstip) select nr, tijdstip from privacylog_regel)`;
}

/**
 * As `regelSql`, but one record per row of an earlier CTE, which has `account_uuid` and `attributen` (text[]): for a release about
 * many pupils at once.
 */
export function regelsSql(
  sql: Sql,
  regel: Omit<Logregel, "accountUuid" | "attributen">,
  bron: string,
): Fragment {
  return sql`
    privacylog_regel as (
      insert into privacylog.regel (tijdstip, soort, account_uuid, attributen, ontvanger, protocol, aanleiding)
      select ${new Date(regel.tijdstip)}::timestamptz, ${regel.soort}, account_uuid, attributen, ${regel.ontvanger}, ${regel.protocol}, ${regel.aanleiding}
        from ${sql(bron)}
      returning nr, tijdstip),
    privacylog_wachtrij as (
      insert into privacylog.wachtrij (nr, tijdstip) select nr, tijdstip from privacylog_regel)`;
}

/** Writes one record in the transaction of the context. */
export async function writeRegel(ctx: Context, regel: Logregel): Promise<void> {
  await ctx.sql`with ${regelSql(ctx.sql, regel)} select`;
}

/**
 * Writes one record per pupil whose data a member of staff is about to see (D11), in the transaction that reads them: when this
 * fails, nothing is shown. `voId` says who looked.
 */
export async function logInzage(
  ctx: Context,
  inzage: { readonly scherm: Inzage; readonly voId: string; readonly accountUuids: readonly string[] },
): Promise<void> {
  await ctx.sql`
    with regel as (
      insert into privacylog.regel (tijdstip, soort, account_uuid, attributen, ontvanger, protocol, aanleiding)
      select ${new Date(ctx.clock.now())}::timestamptz, 'inzage', account_uuid, ${[...inzages[inzage.scherm]]}::text[], ${inzage.voId}, null, ${inzage.scherm}
        from unnest(${[...inzage.accountUuids]}::uuid[]) as account_uuid
      returning nr, tijdstip)
    insert into privacylog.wachtrij (nr, tijdstip) select nr, tijdstip from regel`;
}

/**
 * The last records about one pupil's data, of some kinds or all, newest first, under all account_uuids that stand or stood for him.
 * Per account, so that the index gives them in order and nobody sorts years of log to show fifty.
 */
export async function listRegelsOf(
  ctx: Context,
  accountUuids: readonly string[],
  aantal: number,
  soorten?: readonly Logsoort[],
): Promise<(Logregel & { nr: number })[]> {
  const rows = await ctx.sql<
    {
      nr: number;
      tijdstip: Date;
      soort: Logregel["soort"];
      account_uuid: string;
      attributen: string[];
      ontvanger: string;
      protocol: string | null;
      aanleiding: Logregel["aanleiding"];
    }[]
  >`select regel.* from unnest(${[...new Set(accountUuids)]}::uuid[]) van (account)
     cross join lateral (
       select nr, tijdstip, soort, account_uuid, attributen, ontvanger, protocol, aanleiding
         from privacylog.regel where account_uuid = van.account
              ${soorten ? ctx.sql`and soort = any (${[...soorten]}::text[])` : ctx.sql``}
        order by tijdstip desc, nr desc limit ${aantal}) regel
     order by tijdstip desc, nr desc limit ${aantal}`;
  return rows.map(({ account_uuid, tijdstip, ...row }) => ({
    ...row,
    accountUuid: account_uuid,
    tijdstip: tijdstip.getTime(),
  }));
}

/** Makes the partitions of this month and the next two; those that cannot be made now, because the log is being read, an hour later. */
export async function makePartitions(ctx: Context): Promise<void> {
  const nu = new Date(ctx.clock.now());
  for (const ahead of [0, 1, 2]) {
    const maand = new Date(Date.UTC(nu.getUTCFullYear(), nu.getUTCMonth() + ahead, 1))
      .toISOString()
      .slice(0, 10);
    await ctx.sql`select privacylog.maak_partitie(${maand}::date)`.catch((error: unknown) => {
      if ((error as { code?: unknown }).code !== "55P03") throw error;
      ctx.log.warn({ maand }, "partitie van de privacylog wordt later gemaakt: de log wordt nu gelezen");
    });
  }
}

const canonicalRows = (sql: Sql) => sql`
  select string_agg(jsonb_build_array(nr, extract(epoch from tijdstip) * 1000000, soort, account_uuid, attributen, ontvanger, protocol, aanleiding)::text, E'\n' order by nr)`;

/** The exact text over which a set of rows is sealed, and how many rows there are now. */
export async function getGezegeldeText(
  ctx: Context,
  { regels, van, tot }: { readonly regels: string; readonly van: Date; readonly tot: Date },
): Promise<{ tekst: string; aantal: number }> {
  const [row] = await ctx.sql<{ tekst: string | null; aantal: number }[]>`
    select t.tekst, t.aantal from (${canonicalRows(ctx.sql)} as tekst, count(*) as aantal
      from privacylog.regel
     where tijdstip between ${van} and ${tot} and nr <@ ${regels}::int8multirange
       and nr between lower(${regels}::int8multirange) and upper(${regels}::int8multirange)) t`; // by the key, not the whole month
  return { tekst: row?.tekst ?? "", aantal: row?.aantal ?? 0 };
}

/** Takes up to `aantal` rows that wait for a seal. */
export async function takeWaiting(
  ctx: Context,
  aantal: number,
): Promise<{ regels: string; van: Date; tot: Date; aantal: number } | undefined> {
  const [row] = await ctx.sql<{ regels: string | null; van: Date; tot: Date; aantal: number }[]>`
    with genomen as (
      delete from privacylog.wachtrij where nr in (select nr from privacylog.wachtrij order by nr limit ${aantal}) returning nr, tijdstip)
    select range_agg(int8range(nr, nr, '[]'))::text as regels, min(tijdstip) as van, max(tijdstip) as tot, count(*) as aantal from genomen`;
  return row && row.regels !== null ? { ...row, regels: row.regels } : undefined;
}

export type Zegel = {
  nr: number;
  aantal: number;
  regels: string;
  van: Date;
  tot: Date;
  vorige: Buffer;
  zegel: Buffer;
};

/** The head of the chain, locked: one sealer at a time. */
export async function getKop(ctx: Context): Promise<{ nr: number; aantal: number; kop: Buffer } | undefined> {
  const [row] = await ctx.sql<
    { nr: number; aantal: number; kop: Buffer }[]
  >`select nr, aantal, kop from privacylog.kop for update`;
  return row;
}

/** The end of the chain: the number of its last seal, of all rows sealed, their keyed hash, and that seal. */
export async function findHead(
  ctx: Pick<Context, "sql">,
): Promise<{ nr: number; aantal: number; kop: Buffer; zegel: Buffer } | undefined> {
  const [row] = await ctx.sql<{ nr: number; aantal: number; kop: Buffer; zegel: Buffer }[]>`
    select k.nr, k.aantal, k.kop, z.zegel from privacylog.kop k join privacylog.zegel z on z.nr = k.nr`;
  return row;
}

export async function findZegel(ctx: Context, nr: number): Promise<Zegel | undefined> {
  const [row] = await ctx.sql<
    Zegel[]
  >`select nr, aantal, regels::text as regels, van, tot, vorige, zegel from privacylog.zegel where nr = ${nr}`;
  return row;
}

export async function insertZegel(
  ctx: Context,
  zegel: Zegel,
  kop: { aantal: number; kop: Buffer },
): Promise<void> {
  await ctx.sql`
    with z as (
      insert into privacylog.zegel (nr, tijdstip, aantal, regels, van, tot, vorige, zegel)
      values (${zegel.nr}, ${new Date(ctx.clock.now())}, ${zegel.aantal}, ${zegel.regels}::int8multirange, ${zegel.van}, ${zegel.tot}, ${zegel.vorige}, ${zegel.zegel}))
    insert into privacylog.kop (nr, aantal, kop) values (${zegel.nr}, ${kop.aantal}, ${kop.kop})
    on conflict (enig) do update set nr = excluded.nr, aantal = excluded.aantal, kop = excluded.kop`;
}

/** The seals in order, a page at a time. */
export function listZegels(ctx: Context, na: number, aantal: number): Promise<Zegel[]> {
  return ctx.sql<
    Zegel[]
  >`select nr, aantal, regels::text as regels, van, tot, vorige, zegel from privacylog.zegel where nr > ${na} order by nr limit ${aantal}`;
}

/** All rows, and those that still wait for their seal. */
export async function countRegels(
  ctx: Context,
): Promise<{ regels: number; wachtend: number; zonder_rij: number }> {
  const [row] = await ctx.sql<{ regels: number; wachtend: number; zonder_rij: number }[]>`
    select (select count(*) from privacylog.regel) as regels,
           (select count(*) from privacylog.wachtrij) as wachtend,
           (select count(*) from privacylog.wachtrij w where not exists
              (select from privacylog.regel r where r.nr = w.nr and r.tijdstip = w.tijdstip)) as zonder_rij`;
  return row ?? { regels: 0, wachtend: 0, zonder_rij: 0 };
}

/** How many rows wait for their seal, and since when the oldest of them. */
export async function findBacklog(ctx: Context): Promise<{ aantal: number; oudste: Date | null }> {
  const [row] = await ctx.sql<{ aantal: number; oudste: Date | null }[]>`
    select count(*)::int as aantal, min(tijdstip) as oudste from privacylog.wachtrij`;
  return row ?? { aantal: 0, oudste: null };
}

/** True for the one transaction that may seal or verify now. */
export async function tryLock(ctx: Context): Promise<boolean> {
  const [row] = await ctx.sql<{ vrij: boolean }[]>`select pg_try_advisory_xact_lock(7111) as vrij`;
  return row?.vrij ?? false;
}
