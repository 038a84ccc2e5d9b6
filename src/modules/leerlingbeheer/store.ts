import type postgres from "postgres";
import type { Datum } from "#platform/clock";
import type { Context } from "#platform/context";
import type { AccountUuid } from "#platform/ids";
import { toonGebruikersnaam } from "#modules/leerlingen";
import {
  perBladzijde,
  type Filter,
  type Groep,
  type Leerling,
  type Niveau,
  type Sortering,
  type Status,
} from "./contract.ts";
import { jaarEerder, leesZoekvraag, nieuwsduur } from "./rules.ts";

type Fragment = postgres.PendingQuery<postgres.Row[]>;

/**
 * The wall of our own: every statement names the numbers of the school, also where row-level security would do the same.
 * PostgreSQL reads one school's lines by the key, some thousands at most, and needs no index besides.
 */
export type Lijn = readonly string[];

/** Conditions on account `a` and its password `s`; the one place that says what a status is. */
function voorwaarden(ctx: Context) {
  const { sql } = ctx;
  const nieuw = sql`(s.account_uuid is null or (s.soort = 'eerste' and s.uitgereikt_op is null))`;
  // A name that changed, not an account that was made or identified: those do not change what stands on the paper.
  const aangepast = sql`(s.uitgereikt_op < a.gewijzigd_op and a.aangemaakt_op < a.gewijzigd_op
    and (s.soort = 'eerste' or a.gewijzigd_op > ${new Date(ctx.clock.now() - nieuwsduur)}))`;
  return {
    nieuw,
    aangepast: sql`coalesce(${aangepast}, false)`,
    nietUitgereikt: sql`coalesce(${nieuw} or (${aangepast} and s.soort = 'eerste'), false)`,
    aangemeld: sql`coalesce(s.soort = 'eigen' or s.eerst_gebruikt_op is not null, false)`,
    zonderInsz: sql`(a.leer_id_uuid is null)`,
  };
}

/** An enrolment that runs or is to come. */
const levend = (ctx: Context, vandaag: Datum): Fragment =>
  ctx.sql`(i.tot is null or i.tot >= ${vandaag}::date)`;

/**
 * The lines (registration × enrolment) that stand for pupils of the school: those that run or are to come, and for who has
 * none of these, those that ended less than a year ago.
 */
function vanSchool(ctx: Context, lijn: Lijn, vandaag: Datum): Fragment {
  const { sql } = ctx;
  return sql`r.instellingsnummer = any (${[...lijn]}::text[]) and i.instellingsnummer = any (${[...lijn]}::text[])
     and not i.geannuleerd and (${levend(ctx, vandaag)} or (i.tot >= ${jaarEerder(vandaag)}::date and not exists (
       select from leerlingen.registratie r2 join inschrijvingen.inschrijving i2 using (instellingsnummer, stamnummer)
        where r2.account_uuid = r.account_uuid and r2.instellingsnummer = any (${[...lijn]}::text[]) and not i2.geannuleerd
          and (i2.tot is null or i2.tot >= ${vandaag}::date))))`;
}

const metAccount = (status: Status | undefined): boolean =>
  status !== undefined && status !== "uitgeschreven";

/** One row per pupil that matches, with the enrolment that says most: the one that runs, else the first to come, else the last. */
function treffers(
  ctx: Context,
  lijn: Lijn,
  vraag: { readonly filter?: Filter; readonly metRang?: boolean; readonly accountUuid?: AccountUuid },
): Fragment {
  const { sql } = ctx;
  const { filter = {}, metRang = false } = vraag;
  const vandaag = ctx.clock.vandaag();
  const { namen, gebruikersnamen, letterlijk } = leesZoekvraag(filter.zoek ?? "");
  const en: Fragment[] = [];
  if (vraag.accountUuid) en.push(sql`and r.account_uuid = ${vraag.accountUuid}`);
  if (namen.length > 0) en.push(sql`and r.zoek like all (${namen.map((deel) => `%${deel}%`)}::text[])`);
  if (gebruikersnamen.length > 0)
    en.push(
      sql`and a.gebruikersnaam_basis || case when a.gebruikersnaam_nr > 1 then a.gebruikersnaam_nr::text else '' end like all (${gebruikersnamen.map((deel) => `%${deel}%`)}::text[])`,
    );
  for (const deel of letterlijk)
    en.push(sql`and strpos(lower(r.naam || ' ' || r.voornaam), ${deel}::text) > 0`);
  if (filter.niveau) en.push(sql`and i.niveau = ${filter.niveau}`);
  if (filter.leerjaar !== undefined) en.push(sql`and i.leerjaar = ${filter.leerjaar}`);
  if (filter.groep === null) en.push(sql`and i.administratieve_groep is null`);
  else if (filter.groep !== undefined) en.push(sql`and i.administratieve_groep = ${filter.groep}`);
  if (filter.status) en.push(sql`and ${alsStatus(ctx, filter.status, vandaag)}`);
  const join =
    metRang || metAccount(filter.status) || gebruikersnamen.length > 0
      ? sql`join leerlingen.account a on a.account_uuid = r.account_uuid left join sleutels.sleutel s on s.account_uuid = r.account_uuid`
      : sql``;
  return sql`
    select distinct on (r.account_uuid) r.account_uuid, r.zoek, r.naam, r.voornaam, i.niveau, i.leerjaar, i.administratieve_groep as groep,
           i.van, i.tot, i.tot < ${vandaag}::date as uitgeschreven ${metRang ? sql`, ${rang(ctx, vandaag)} as rang` : sql``}
      from leerlingen.registratie r
      join inschrijvingen.inschrijving i on i.instellingsnummer = r.instellingsnummer and i.stamnummer = r.stamnummer ${join}
     where ${vanSchool(ctx, lijn, vandaag)} ${en.reduce((samen, deel) => sql`${samen} ${deel}`, sql``)}
     order by r.account_uuid, (i.van <= ${vandaag}::date and ${levend(ctx, vandaag)}) desc,
              case when i.van > ${vandaag}::date then i.van end, i.tot desc nulls first, r.tijdstip desc, i.inschrijving`;
}

function alsStatus(ctx: Context, status: Status, vandaag: Datum): Fragment {
  const als = voorwaarden(ctx);
  const hier = levend(ctx, vandaag);
  switch (status) {
    case "uitgeschreven":
      return ctx.sql`not ${hier}`;
    case "nieuw":
      return ctx.sql`${hier} and ${als.nieuw}`;
    case "aangepast":
      return ctx.sql`${hier} and ${als.aangepast}`;
    case "niet-uitgereikt":
      return ctx.sql`${hier} and ${als.nietUitgereikt}`;
    case "nooit-aangemeld":
      return ctx.sql`${hier} and not ${als.aangemeld}`;
    case "zonder-insz":
      return ctx.sql`${hier} and ${als.zonderInsz}`;
  }
}

/** Order of the statuses: what asks for work first. */
function rang(ctx: Context, vandaag: Datum): Fragment {
  const als = voorwaarden(ctx);
  return ctx.sql`case when not ${levend(ctx, vandaag)} then 5 when ${als.nieuw} then 1 when ${als.aangepast} then 2
    when not ${als.aangemeld} then 3 else 4 end`;
}

function volgorde(ctx: Context, sorteer: Sortering): Fragment {
  const { sql } = ctx;
  switch (sorteer) {
    case "naam":
      return sql`zoek, account_uuid`;
    case "voornaam":
      return sql`split_part(zoek, ' ', 2), zoek, account_uuid`;
    case "groep": // the names of the levels happen to stand in their order
      return sql`niveau, leerjaar, groep collate "C" nulls last, zoek, account_uuid`;
    case "status":
      return sql`rang, zoek, account_uuid`;
  }
}

type Row = {
  readonly account_uuid: AccountUuid;
  readonly naam: string;
  readonly voornaam: string;
  readonly gebruikersnaam_basis: string | null;
  readonly gebruikersnaam_nr: number | null;
  readonly niveau: Niveau;
  readonly leerjaar: number;
  readonly groep: string | null;
  readonly van: Datum;
  readonly tot: Datum | null;
  readonly uitgeschreven: boolean | null;
  readonly nieuw: boolean;
  readonly aangepast: boolean;
  readonly niet_uitgereikt: boolean;
  readonly aangemeld: boolean;
  readonly zonder_insz: boolean;
  readonly uitgereikt_op: Date | null;
  readonly eerst_gebruikt_op: Date | null;
  readonly totaal: number;
};

function toLeerling(row: Row): Leerling {
  const uitgeschreven = row.uitgeschreven ?? false;
  return {
    accountUuid: row.account_uuid,
    naam: row.naam,
    voornaam: row.voornaam,
    gebruikersnaam:
      row.gebruikersnaam_basis === null || row.gebruikersnaam_nr === null
        ? null
        : toonGebruikersnaam(row.gebruikersnaam_basis, row.gebruikersnaam_nr),
    niveau: row.niveau,
    leerjaar: row.leerjaar,
    groep: row.groep,
    van: row.van,
    tot: row.tot,
    uitgeschreven,
    // Who left asks for no work any more.
    nieuw: !uitgeschreven && row.nieuw,
    aangepast: !uitgeschreven && row.aangepast,
    nietUitgereikt: !uitgeschreven && row.niet_uitgereikt,
    aangemeld: row.aangemeld,
    zonderInsz: !uitgeschreven && row.zonder_insz,
    uitgereiktOp: row.uitgereikt_op?.getTime() ?? null,
    eerstGebruiktOp: row.eerst_gebruikt_op?.getTime() ?? null,
  };
}

/** Rows `blad` with their account and password. */
function metKolommen(ctx: Context): Fragment {
  const als = voorwaarden(ctx);
  return ctx.sql`a.gebruikersnaam_basis, a.gebruikersnaam_nr, s.uitgereikt_op, s.eerst_gebruikt_op, ${als.nieuw} as nieuw,
    ${als.aangepast} as aangepast, ${als.nietUitgereikt} as niet_uitgereikt, ${als.aangemeld} as aangemeld, ${als.zonderInsz} as zonder_insz`;
}

/** One page of the pupils that match and how many there are in all; no pupils when the page lies past the end. */
export async function listLeerlingen(
  ctx: Context,
  lijn: Lijn,
  vraag: { readonly filter: Filter; readonly sorteer: Sortering; readonly overslaan: number },
): Promise<{ leerlingen: Leerling[]; totaal: number }> {
  const { sql } = ctx;
  const order = volgorde(ctx, vraag.sorteer);
  const rows = await sql<Row[]>`
    with treffer as (${treffers(ctx, lijn, { filter: vraag.filter, metRang: vraag.sorteer === "status" })}),
         blad as (select *, count(*) over () as totaal from treffer order by ${order} limit ${perBladzijde} offset ${vraag.overslaan})
    select blad.*, ${metKolommen(ctx)}
      from blad join leerlingen.account a on a.account_uuid = blad.account_uuid
      left join sleutels.sleutel s on s.account_uuid = blad.account_uuid
     order by ${order}`;
  return { leerlingen: rows.map(toLeerling), totaal: rows[0]?.totaal ?? 0 };
}

/** One pupil of the school, as a list shows him; undefined when he is none. */
export async function findLeerling(
  ctx: Context,
  lijn: Lijn,
  accountUuid: AccountUuid,
): Promise<Leerling | undefined> {
  const [row] = await ctx.sql<Row[]>`
    with blad as (${treffers(ctx, lijn, { accountUuid })})
    select blad.*, ${metKolommen(ctx)}
      from blad join leerlingen.account a on a.account_uuid = blad.account_uuid
      left join sleutels.sleutel s on s.account_uuid = blad.account_uuid`;
  return row && toLeerling(row);
}

/** How many pupils are enrolled today, and the groups of those who are or will be. */
export async function getOverzicht(
  ctx: Context,
  lijn: Lijn,
): Promise<{ ingeschreven: number; groepen: Groep[] }> {
  const vandaag = ctx.clock.vandaag();
  const rows = await ctx.sql<(Groep & { alles: boolean; lopend: number })[]>`
    select grouping(i.niveau) = 1 as alles, i.niveau, i.leerjaar, i.administratieve_groep as groep, count(distinct r.account_uuid) as aantal,
           count(distinct r.account_uuid) filter (where i.van <= ${vandaag}::date) as lopend
      from inschrijvingen.inschrijving i
      join leerlingen.registratie r on r.instellingsnummer = i.instellingsnummer and r.stamnummer = i.stamnummer
     where r.instellingsnummer = any (${[...lijn]}::text[]) and i.instellingsnummer = any (${[...lijn]}::text[])
       and not i.geannuleerd and ${levend(ctx, vandaag)}
     group by grouping sets ((i.niveau, i.leerjaar, i.administratieve_groep), ())
     order by i.niveau, i.leerjaar, i.administratieve_groep collate "C" nulls last`;
  return {
    ingeschreven: rows.find((row) => row.alles)?.lopend ?? 0,
    groepen: rows.filter((row) => !row.alles).map(({ alles: _, lopend: __, ...groep }) => groep),
  };
}

/** Accounts that were never handed out, per group. */
export async function listNieuwPerGroep(ctx: Context, lijn: Lijn): Promise<Groep[]> {
  return ctx.sql<Groep[]>`
    select niveau, leerjaar, groep, count(*) as aantal from (${treffers(ctx, lijn, { filter: { status: "nieuw" } })}) t
     group by niveau, leerjaar, groep order by niveau, leerjaar, groep collate "C" nulls last`;
}
