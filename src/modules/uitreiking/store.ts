import type { Datum } from "#platform/clock";
import type { Context } from "#platform/context";
import type { Fragment } from "#platform/database";
import type { AccountUuid } from "#platform/ids";
import type { Niveau, Sleutelsoort } from "#modules/sleutels";
import { formatGebruikersnaam } from "#modules/leerlingen";
import { bewaardagen, termijn, type Batch, type Kandidaat, type Soort } from "./contract.ts";
import { klasgroepOf } from "./rules.ts";

/** The current account of the one in `account`, as `st`. Pupil by pupil (`offset 0`): a school is small beside the country. */
const withStanding = (ctx: Context, account: Fragment): Fragment => ctx.sql`
  cross join lateral (select coalesce(o.vervangen_door, o.account_uuid) as account_uuid from leerlingen.account o
                       where o.account_uuid = ${account} offset 0) a
  cross join lateral (select n.* from leerlingen.account n where n.account_uuid = a.account_uuid offset 0) st`;

/** His class of today, as `k`. */
const withKlas = (ctx: Context, nummers: readonly string[], vandaag: Datum): Fragment => ctx.sql`
  left join lateral klassen.eerste_klas(st.account_uuid, ${[...nummers]}::text[], ${vandaag}::date) k on true`;

/** Of these accounts, the pupils who are enrolled in the school today or will be; with the enrolment that counts first. */
export async function listKandidaten(
  ctx: Context,
  nummers: readonly string[],
  accounts: readonly AccountUuid[],
  vandaag: Datum,
): Promise<readonly Kandidaat[]> {
  const rows = await ctx.sql<(Omit<Kandidaat, "gebruikersnaam"> & { basis: string; gnr: number })[]>`
    select distinct on (g.uuid) g.uuid as gevraagd, st.account_uuid as "accountUuid", st.naam, st.voornaam,
           st.gebruikersnaam_basis as basis, st.gebruikersnaam_nr as gnr,
           i.niveau, i.leerjaar, i.administratieve_groep as "administratieveGroep", k.klas, k.subklas
      from unnest(${[...accounts]}::uuid[]) as g(uuid)
      ${withStanding(ctx, ctx.sql`g.uuid`)}
      cross join lateral (select w.instellingsnummer, w.stamnummer from leerlingen.registratie w
                           where w.account_uuid = st.account_uuid and w.instellingsnummer = any (${[...nummers]}) offset 0) r
      cross join lateral (select e.* from inschrijvingen.geldig e
                           where e.instellingsnummer = r.instellingsnummer and e.stamnummer = r.stamnummer
                             and not kalender.is_vroeger(${vandaag}::date, e.tot) offset 0) i
      ${withKlas(ctx, nummers, vandaag)}
     order by g.uuid, kalender.is_lopend(${vandaag}::date, i.van, i.tot) desc, i.van, i.inschrijving`;
  return rows.map(({ basis, gnr, ...rest }) => ({
    ...rest,
    gebruikersnaam: formatGebruikersnaam(basis, gnr),
  }));
}

/** Stores a batch with its pupils, in this order, and asks for the job that makes their keys. */
export async function insertBatch(
  ctx: Context,
  batch: {
    readonly batch: string;
    readonly instellingsnummer: string;
    readonly soort: Soort;
    readonly voId: string;
    readonly items: readonly {
      readonly accountUuid: AccountUuid;
      readonly groep: string;
      readonly niveau: Niveau;
      readonly sleutel: Sleutelsoort;
    }[];
  },
): Promise<void> {
  const { items } = batch;
  await ctx.sql`
    insert into uitreiking.batch (batch, instellingsnummer, soort, vo_id, aantal, gevraagd_op)
    values (${batch.batch}, ${batch.instellingsnummer}, ${batch.soort}, ${batch.voId}, ${items.length}, ${new Date(ctx.clock.now())})`;
  await ctx.sql`
    insert into uitreiking.item (batch, volgorde, instellingsnummer, account_uuid, groep, niveau, sleutel)
    select ${batch.batch}, u.volgorde, ${batch.instellingsnummer}, u.account_uuid, u.groep, u.niveau, u.sleutel
      from unnest(${items.map((item) => item.accountUuid)}::uuid[], ${items.map((item) => item.groep)}::text[],
                  ${items.map((item) => item.niveau)}::text[], ${items.map((item) => item.sleutel)}::text[])
           with ordinality as u(account_uuid, groep, niveau, sleutel, volgorde)`;
  await ctx.sql`select uitreiking.vraag_maken(${batch.batch})`;
}

export type ToMake = {
  readonly accountUuid: AccountUuid;
  readonly niveau: Niveau;
  readonly sleutel: Sleutelsoort;
};

/** The next pupils of a batch without keys; none when it is finished or erased. */
export async function listToMake(ctx: Context, batch: string, howMany: number): Promise<readonly ToMake[]> {
  return ctx.sql<ToMake[]>`
    select i.account_uuid as "accountUuid", i.niveau, i.sleutel
      from uitreiking.item i join uitreiking.batch b using (batch)
     where i.batch = ${batch} and i.gemaakt_op is null and i.vervangen_op is null and b.gewist_op is null
       and b.gevraagd_op > ${new Date(ctx.clock.now() - termijn.naVraag)}
     order by i.volgorde limit ${howMany}`;
}

/**
 * In a transaction: takes this pupil of the batch, once and for good, before his keys are written. Gives the current account
 * for him; undefined when another worker took him, or a later batch did.
 */
export async function takeItem(
  ctx: Context,
  batch: string,
  item: ToMake,
  nu: Date,
): Promise<AccountUuid | undefined> {
  // One batch at a time about one account, and no merge of it meanwhile.
  const [account] = await ctx.sql<{ staand: AccountUuid; alle: AccountUuid[] }[]>`
    select coalesce(a.vervangen_door, a.account_uuid) as staand,
           array(select h.account_uuid from leerlingen.account h where h.vervangen_door = coalesce(a.vervangen_door, a.account_uuid)
                 union select coalesce(a.vervangen_door, a.account_uuid)) as alle
      from leerlingen.account a where a.account_uuid = ${item.accountUuid} for share of a`;
  if (!account) return undefined;
  const { staand, alle } = account;
  await ctx.sql`select pg_advisory_xact_lock(hashtextextended(${staand}::text, 7108))`;
  const [row] = await ctx.sql<{ genomen: boolean }[]>`
    with dit as (select nr from uitreiking.batch where batch = ${batch}),
    later as (
      select from uitreiking.item i join uitreiking.batch b using (batch), dit
       where b.nr > dit.nr and i.sleutel = ${item.sleutel} and i.gemaakt_op is not null
         and i.account_uuid = any (${alle}))
    update uitreiking.item i
       set gemaakt_op = case when exists (select from later) then null else ${nu}::timestamptz end,
           vervangen_op = case when exists (select from later) then ${nu}::timestamptz end
     where i.batch = ${batch} and i.account_uuid = ${item.accountUuid} and i.gemaakt_op is null and i.vervangen_op is null
    returning i.gemaakt_op is not null as genomen`;
  if (!row?.genomen) return undefined;
  // What earlier batches printed for him does not count any more, and what they would still make is not made.
  await ctx.sql`
    update uitreiking.item i set vervangen_op = ${nu}, geheim = null
      from uitreiking.batch b, uitreiking.batch dit
     where dit.batch = ${batch} and b.batch = i.batch and b.nr < dit.nr and i.sleutel = ${item.sleutel} and i.vervangen_op is null
       and i.account_uuid = any (${alle})`;
  return staand;
}

/** Stores what goes on paper, sealed. */
export async function saveSecret(
  ctx: Context,
  batch: string,
  accountUuid: AccountUuid,
  geheim: Buffer,
): Promise<void> {
  await ctx.sql`update uitreiking.item set geheim = ${geheim}
    where batch = ${batch} and account_uuid = ${accountUuid} and exists (select from uitreiking.batch b where b.batch = ${batch} and b.gewist_op is null)`;
}

/** Marks a batch as finished when nothing of it is left to make; true when it is. */
export async function markReady(ctx: Context, batch: string): Promise<boolean> {
  const { count } = await ctx.sql`
    update uitreiking.batch b set klaar_op = coalesce(klaar_op, ${new Date(ctx.clock.now())})
     where b.batch = ${batch} and not exists (
       select from uitreiking.item i where i.batch = b.batch and i.gemaakt_op is null and i.vervangen_op is null)`;
  return count === 1;
}

type BatchRow = Omit<Batch, "groepen"> & {
  readonly groepen:
    | { readonly groep: string; readonly klas: string | null; readonly subklas: string | null }[]
    | null;
};

const batchRows = (ctx: Context, nummers: readonly string[], batch: string | null, howMany: number) =>
  ctx.sql<BatchRow[]>`
    select b.batch, b.nr, b.instellingsnummer, b.soort, b.aantal, b.gevraagd_op as "gevraagdOp", b.klaar_op as "klaarOp",
           b.gedownload_op as "gedownloadOp", b.gewist_op as "gewistOp", t.gedaan, t.afdrukbaar, t.groepen
      from uitreiking.batch b
      cross join lateral (
        select (count(*) filter (where i.gemaakt_op is not null or i.vervangen_op is not null))::int as gedaan,
               (count(*) filter (where i.geheim is not null))::int as afdrukbaar,
               json_agg(distinct jsonb_build_object('groep', case when k.klas is null then i.groep else '' end, 'klas', k.klas, 'subklas', k.subklas)) as groepen
          from uitreiking.item i
          ${withStanding(ctx, ctx.sql`i.account_uuid`)} ${withKlas(ctx, nummers, ctx.clock.vandaag())}
         where i.batch = b.batch) t
     where b.instellingsnummer = any (${[...nummers]}) and (${batch}::uuid is null or b.batch = ${batch}::uuid)
     order by b.nr desc limit ${howMany}`;

const readBatch = (row: BatchRow): Batch => ({
  ...row,
  groepen: (row.groepen ?? []).map((one) => klasgroepOf(one) ?? one.groep),
});

/** The newest batches of a school, newest first. */
export async function listBatches(ctx: Context, nummers: readonly string[]): Promise<readonly Batch[]> {
  return (await batchRows(ctx, nummers, null, 100)).map(readBatch);
}

/** A batch of this school; undefined for what does not exist and for what belongs to another one. */
export async function findBatch(
  ctx: Context,
  nummers: readonly string[],
  batch: string,
): Promise<Batch | undefined> {
  const [row] = await batchRows(ctx, nummers, batch, 1);
  return row && readBatch(row);
}

export type RegelRow = {
  readonly account_uuid: AccountUuid;
  readonly groep: string;
  readonly naam: string;
  readonly voornaam: string;
  readonly gebruikersnaam: string;
  readonly sleutel: Sleutelsoort;
  readonly staand: AccountUuid;
  readonly gemaakt_op: Date | null;
  readonly geheim: Buffer | null;
};

/** The pupils of a batch in order, each under his class of today or else his group. `geheim` only where it is still the key of the account. */
export async function listRegels(
  ctx: Context,
  batch: string,
  nummers: readonly string[],
): Promise<readonly RegelRow[]> {
  type Row = Omit<RegelRow, "gebruikersnaam"> & {
    basis: string;
    gnr: number;
    klas: string | null;
    subklas: string | null;
  };
  const rows = await ctx.sql<Row[]>`
    select i.account_uuid, i.groep, st.naam, st.voornaam, st.gebruikersnaam_basis as basis, st.gebruikersnaam_nr as gnr,
           i.sleutel, st.account_uuid as staand, i.gemaakt_op, k.klas, k.subklas,
           case when s.account_uuid is not null or b.account_uuid is not null then i.geheim end as geheim
      from uitreiking.item i
      ${withStanding(ctx, ctx.sql`i.account_uuid`)}
      left join sleutels.sleutel s on i.sleutel = 'wachtwoord' and s.account_uuid = st.account_uuid
       and s.gewijzigd_op = i.gemaakt_op and s.soort = 'eerste'
      left join sleutels.badge b on i.sleutel = 'badge' and b.account_uuid = st.account_uuid and b.gemaakt_op = i.gemaakt_op
      ${withKlas(ctx, nummers, ctx.clock.vandaag())}
     where i.batch = ${batch} order by i.volgorde`;
  return rows.map(({ basis, gnr, klas, subklas, ...rest }) => ({
    ...rest,
    groep: klasgroepOf({ klas, subklas }) ?? rest.groep,
    gebruikersnaam: formatGebruikersnaam(basis, gnr),
  }));
}

/** Notes the first download; an hour later its contents go. */
export async function markDownloaded(ctx: Context, batch: string): Promise<void> {
  await ctx.sql`update uitreiking.batch set gedownload_op = ${new Date(ctx.clock.now())} where batch = ${batch} and gedownload_op is null`;
}

/** Erases what was on paper of batches whose term is over; gives how many batches. */
export async function eraseExpired(ctx: Context): Promise<number> {
  const nu = ctx.clock.now();
  const rows = await ctx.sql`
    with weg as (
      update uitreiking.batch set gewist_op = ${new Date(nu)}
       where gewist_op is null and (gevraagd_op <= ${new Date(nu - termijn.naVraag)} or gedownload_op <= ${new Date(nu - termijn.naDownload)})
      returning batch),
    items as (update uitreiking.item i set geheim = null from weg where i.batch = weg.batch and i.geheim is not null)
    select batch from weg`;
  return rows.length;
}

/** Removes batches after their time in the list. */
export async function removeOld(ctx: Context): Promise<number> {
  return (
    await ctx.sql`delete from uitreiking.batch where gevraagd_op < ${new Date(ctx.clock.now() - bewaardagen * 86_400_000)}`
  ).count;
}

/** Batches that should be finished by now and are not: their job was lost. */
export async function listLeftBehind(ctx: Context): Promise<readonly string[]> {
  const lang = new Date(ctx.clock.now() - 60_000);
  const rows = await ctx.sql<{ batch: string }[]>`
    select b.batch from uitreiking.batch b
     where b.klaar_op is null and b.gewist_op is null and b.gevraagd_op < ${lang}
       and not exists (select from uitreiking.item i where i.batch = b.batch and i.gemaakt_op > ${lang})
     order by b.nr limit 100`;
  return rows.map(({ batch }) => batch);
}
