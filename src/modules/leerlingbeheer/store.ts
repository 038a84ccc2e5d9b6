import type { Datum } from "#platform/clock";
import type { Context } from "#platform/context";
import type { Fragment } from "#platform/database";
import type { AccountUuid } from "#platform/ids";
import { formatGebruikersnaam } from "#modules/leerlingen";
import {
  perBladzijde,
  type Afdrukgroep,
  type Filter,
  type Groep,
  type Leerling,
  type Niveau,
  type SortOrder,
  type Status,
} from "./contract.ts";
import { stoppedSince, yearEarlier, klasnamenOf, readZoekvraag, nieuwsduur } from "./rules.ts";
import { firstKlas, inKlas, inKlasWithName, klassenOfRow } from "./store-klas.ts";

/**
 * The wall of our own: every statement names the numbers of the school, also where row-level security would do the same.
 * PostgreSQL reads one school's lines by the key, some thousands at most, and needs no index besides.
 */
export type Lijn = readonly string[];

/** Whose selection, and in which school: a session has one per school. */
export type Place = {
  readonly sessie: string;
  readonly school: { readonly instellingsnummer: string; readonly lijn: Lijn };
};

/** Conditions on account `a` and its keys `u`; the one place that says what a status is. */
function conditions(ctx: Context) {
  const { sql } = ctx;
  const nieuw = sql`(u.uitgereikt_op is null and not u.aangemeld)`;
  // A name that changed, not an account that was made or identified: those do not change what stands on the paper.
  const aangepast = sql`coalesce(u.uitgereikt_op < a.gewijzigd_op and a.aangemaakt_op < a.gewijzigd_op
    and (not u.aangemeld or a.gewijzigd_op > ${new Date(ctx.clock.now() - nieuwsduur)}), false)`;
  return {
    nieuw,
    aangepast,
    nietUitgereikt: sql`(${nieuw} or (${aangepast} and not u.aangemeld))`,
    aangemeld: sql`u.aangemeld`,
    zonderInsz: sql`(a.leer_id_uuid is null)`,
  };
}

/**
 * The keys `u` of an account: whether they were handed out and used, never what they are. `offset 0`: worked out once per account,
 * not again wherever a condition names it (making a statement ready cost as much as running it).
 */
const withSleutels = (ctx: Context, account: Fragment): Fragment => ctx.sql`
  join leerlingen.account a on a.account_uuid = ${account}
  left join sleutels.sleutel s on s.account_uuid = ${account}
  left join sleutels.badge b on b.account_uuid = ${account}
  cross join lateral (
    select greatest(s.uitgereikt_op, b.uitgereikt_op) as uitgereikt_op, least(s.eerst_gebruikt_op, b.eerst_gebruikt_op) as eerst_gebruikt_op,
           coalesce(s.soort = 'eigen' or s.eerst_gebruikt_op is not null or b.eerst_gebruikt_op is not null, false) as aangemeld
    offset 0) u`;

/** An enrolment that runs or is to come. */
const alive = (ctx: Context, vandaag: Datum): Fragment =>
  ctx.sql`not kalender.is_vroeger(${vandaag}::date, i.tot)`;

/**
 * Does this enrolment stand for the pupil: it runs or is to come; or it ended less than a year ago and he has none here that
 * runs or is to come.
 */
const stateOf = (ctx: Context, lijn: Lijn, vandaag: Datum): Fragment =>
  ctx.sql`(${alive(ctx, vandaag)} or (not kalender.is_vroeger(${yearEarlier(vandaag)}::date, i.tot) and not exists (
    select from leerlingen.registratie r2 join inschrijvingen.geldig i2 using (instellingsnummer, stamnummer)
     where r2.account_uuid = r.account_uuid and r2.instellingsnummer = any (${[...lijn]}::text[])
       and not kalender.is_vroeger(${vandaag}::date, i2.tot))))`;

/**
 * Registrations `r` with their enrolments `i`. `lateral … offset 0` makes PostgreSQL start at the side that a filter narrows and
 * look up the other for what is left: by itself it reads both wholly, since it cannot know how large this school is. Names and
 * groups stand in the key of their table: what does not match is passed over without reading its row.
 */
function lineOf(
  ctx: Context,
  lijn: Lijn,
  eerst: "naam" | "groep" | "account" | "alles",
  waar: Record<"groep" | "r" | "i", Fragment> & {
    /** The name as the key of the table holds it, and the class that has this name; or both as a condition on a row. */
    readonly naam: {
      readonly sleutel: Fragment;
      readonly klas: Fragment | false;
      readonly rij: Fragment;
    };
  },
): Fragment {
  const { sql } = ctx;
  const nummers = sql`instellingsnummer = any (${[...lijn]}::text[])`;
  const r = sql`select r.instellingsnummer, r.stamnummer, r.account_uuid, r.zoek, r.naam, r.voornaam, r.tijdstip
      from leerlingen.registratie r where true ${waar.r}`;
  const i = sql`select i.* from inschrijvingen.geldig i where true ${waar.i}`;
  const iVanR = sql`(${i} ${waar.groep} and i.instellingsnummer = r.instellingsnummer and i.stamnummer = r.stamnummer offset 0) i`;
  switch (eerst) {
    case "naam": {
      const sleutels = (welke: Fragment) =>
        sql`select r.instellingsnummer, r.stamnummer from leerlingen.registratie r where r.${nummers} and ${welke}`;
      const { sleutel, klas } = waar.naam;
      return sql`(${sleutels(sleutel)} ${klas ? sql`union ${sleutels(klas)}` : sql`offset 0`}) k
        cross join lateral (${r} and r.instellingsnummer = k.instellingsnummer and r.stamnummer = k.stamnummer offset 0) r
        cross join lateral ${iVanR}`;
    }
    case "groep":
      return sql`(select i.instellingsnummer, i.stamnummer, i.inschrijving from inschrijvingen.inschrijving i where i.${nummers} ${waar.groep} offset 0) k
        cross join lateral (${i} and i.instellingsnummer = k.instellingsnummer and i.stamnummer = k.stamnummer and i.inschrijving = k.inschrijving offset 0) i
        cross join lateral (${r} and r.instellingsnummer = k.instellingsnummer and r.stamnummer = k.stamnummer offset 0) r`;
    case "account":
      return sql`(${r} and r.${nummers} ${waar.naam.rij} offset 0) r cross join lateral ${iVanR}`;
    case "alles":
      return sql`(${r} and r.${nummers}) r join (${i} and i.${nummers}) i on i.instellingsnummer = r.instellingsnummer and i.stamnummer = r.stamnummer`;
  }
}

/** One row per pupil that matches, with the enrolment that says most: the one that runs, else the first to come, else the last. */
export function matches(
  ctx: Context,
  lijn: Lijn,
  vraag: {
    readonly filter?: Filter;
    readonly metRang?: boolean;
    readonly accountUuids?: readonly AccountUuid[];
  },
): Fragment {
  const { sql } = ctx;
  const { filter = {}, metRang = false, accountUuids } = vraag;
  const vandaag = ctx.clock.vandaag();
  const { namen, gebruikersnamen, letterlijk } = readZoekvraag(filter.zoek ?? "");
  const all = (delen: readonly Fragment[]) => delen.reduce((samen, part) => sql`${samen} ${part}`, sql``);
  const klasnamen = klasnamenOf(filter.zoek ?? "");
  // What was typed may be a class as well: its pupils match too.
  const klas = klasnamen.length > 0 && sql`r.account_uuid = ${inKlasWithName(ctx, lijn, vandaag, klasnamen)}`;
  const orKlas = (waar: Fragment) => (klas ? sql`and (${waar} or ${klas})` : sql`and ${waar}`);
  const opZoek = sql`r.zoek like all (${namen.map((part) => `%${part}%`)}::text[])`;
  const opNaam = [
    ...(namen.length > 0 ? [opZoek] : []),
    ...letterlijk.map((part) => sql`strpos(lower(r.naam || ' ' || r.voornaam), ${part}::text) > 0`),
  ];
  const r = all([
    ...(accountUuids ? [sql`and r.account_uuid = any (${[...accountUuids]}::uuid[])`] : []),
    ...(filter.klas ? [sql`and r.account_uuid = ${inKlas(ctx, lijn, vandaag, filter.klas)}`] : []),
    ...(filter.klas === null
      ? [sql`and r.account_uuid not in (select k.account_uuid from (${firstKlas(ctx, lijn, vandaag)}) k)`]
      : []),
  ]);
  const i = all([
    ...(filter.niveau ? [sql`and i.niveau = ${filter.niveau}`] : []),
    ...(filter.leerjaar === undefined ? [] : [sql`and i.leerjaar = ${filter.leerjaar}`]),
  ]);
  const naam = {
    sleutel: opZoek,
    klas,
    rij: opNaam.length > 0 ? orKlas(opNaam.reduce((samen, part) => sql`${samen} and ${part}`)) : sql``,
  };
  const groep =
    filter.groep === undefined
      ? sql``
      : sql`and i.administratieve_groep is not distinct from ${filter.groep}::text`;
  const rest = all([
    ...(gebruikersnamen.length > 0
      ? [
          orKlas(sql`a.gebruikersnaam_basis || case when a.gebruikersnaam_nr > 1 then a.gebruikersnaam_nr::text else '' end
              like all (${gebruikersnamen.map((part) => `%${part}%`)}::text[])`),
        ]
      : []),
    ...(filter.status ? [sql`and ${whereStatus(ctx, filter.status, vandaag)}`] : []),
  ]);
  const metAccount =
    metRang || gebruikersnamen.length > 0 || (filter.status && filter.status !== "uitgeschreven");
  const eerst =
    accountUuids || filter.klas || letterlijk.length > 0
      ? "account"
      : namen.length > 0
        ? "naam"
        : filter.groep === undefined
          ? "alles"
          : "groep";
  return sql`
    select distinct on (r.account_uuid) r.account_uuid, r.zoek, r.naam, r.voornaam, i.niveau, i.leerjaar, i.administratieve_groep as groep,
           i.van, i.tot, kalender.is_vroeger(${vandaag}::date, i.tot) as uitgeschreven, kalender.is_straks(${vandaag}::date, i.van) as straks ${metRang ? sql`, ${rankOf(ctx, vandaag)} as rang` : sql``}
      from ${lineOf(ctx, lijn, eerst, { naam, groep, r, i })}
      ${metAccount ? withSleutels(ctx, sql`r.account_uuid`) : sql``}
     where ${stateOf(ctx, lijn, vandaag)} ${rest}
     order by r.account_uuid, kalender.is_lopend(${vandaag}::date, i.van, i.tot) desc,
              case when kalender.is_straks(${vandaag}::date, i.van) then i.van end, i.tot desc nulls first, r.tijdstip desc, i.inschrijving`;
}

function whereStatus(ctx: Context, status: Status, vandaag: Datum): Fragment {
  const als = conditions(ctx);
  const hier = alive(ctx, vandaag);
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
function rankOf(ctx: Context, vandaag: Datum): Fragment {
  const als = conditions(ctx);
  return ctx.sql`case when not ${alive(ctx, vandaag)} then 5 when ${als.nieuw} then 1 when ${als.aangepast} then 2
    when not ${als.aangemeld} then 3 else 4 end`;
}

function orderBy(ctx: Context, sorteer: SortOrder): Fragment {
  const { sql } = ctx;
  switch (sorteer) {
    case "naam":
      return sql`zoek, account_uuid`;
    case "voornaam":
      return sql`split_part(zoek, ' ', 2), zoek, account_uuid`;
    case "groep": // the names of the levels happen to stand in their order
      return sql`niveau, leerjaar, groep collate "C" nulls last, zoek, account_uuid`;
    case "klas":
      return sql`niveau, leerjaar, klas nulls last, subklas nulls last, zoek, account_uuid`;
    case "status":
      return sql`rang, zoek, account_uuid`;
    case "-naam":
      return sql`zoek desc, account_uuid desc`;
    case "-voornaam":
      return sql`split_part(zoek, ' ', 2) desc, zoek desc, account_uuid desc`;
    case "-groep": // the other way round for groups; who is in one stays in the order of names
      return sql`niveau desc, leerjaar desc, groep collate "C" desc nulls first, zoek, account_uuid`;
    case "-klas":
      return sql`niveau desc, leerjaar desc, klas desc nulls first, subklas desc nulls first, zoek, account_uuid`;
    case "-status":
      return sql`rang desc, zoek, account_uuid`;
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
  readonly klassen: Leerling["klassen"];
  readonly van: Datum;
  readonly tot: Datum | null;
  readonly uitgeschreven: boolean;
  readonly straks: boolean;
  readonly nieuw: boolean;
  readonly aangepast: boolean;
  readonly niet_uitgereikt: boolean;
  readonly aangemeld: boolean;
  readonly zonder_insz: boolean;
  readonly badge_gestopt_op: Date | null;
  readonly uitgereikt_op: Date | null;
  readonly eerst_gebruikt_op: Date | null;
  readonly totaal: number;
};

function toLeerling(row: Row): Leerling {
  const { uitgeschreven, straks } = row;
  return {
    accountUuid: row.account_uuid,
    naam: row.naam,
    voornaam: row.voornaam,
    gebruikersnaam:
      row.gebruikersnaam_basis === null || row.gebruikersnaam_nr === null
        ? null
        : formatGebruikersnaam(row.gebruikersnaam_basis, row.gebruikersnaam_nr),
    niveau: row.niveau,
    leerjaar: row.leerjaar,
    groep: row.groep,
    klassen: row.klassen,
    van: row.van,
    tot: row.tot,
    uitgeschreven,
    straks,
    // Who left asks for no work any more.
    nieuw: !uitgeschreven && row.nieuw,
    aangepast: !uitgeschreven && row.aangepast,
    nietUitgereikt: !uitgeschreven && row.niet_uitgereikt,
    aangemeld: row.aangemeld,
    zonderInsz: !uitgeschreven && row.zonder_insz,
    badgeGestoptOp: uitgeschreven ? null : (row.badge_gestopt_op?.getTime() ?? null),
    uitgereiktOp: row.uitgereikt_op?.getTime() ?? null,
    eerstGebruiktOp: row.eerst_gebruikt_op?.getTime() ?? null,
  };
}

/** Rows `blad` with what their account, keys and classes say. */
function withColumns(ctx: Context): Fragment {
  const als = conditions(ctx);
  return ctx.sql`blad.account_uuid, blad.naam, blad.voornaam, a.gebruikersnaam_basis, a.gebruikersnaam_nr, blad.niveau, blad.leerjaar, blad.groep,
    blad.van, blad.tot, blad.uitgeschreven, blad.straks, u.uitgereikt_op, u.eerst_gebruikt_op, ${als.nieuw} as nieuw, ${als.aangepast} as aangepast,
    ${als.nietUitgereikt} as niet_uitgereikt, ${als.aangemeld} as aangemeld, ${als.zonderInsz} as zonder_insz,
    case when b.gestopt_op > ${stoppedSince(ctx.clock.now())} then b.gestopt_op end as badge_gestopt_op, coalesce(kb.klassen, '[]') as klassen`;
}

/**
 * One page of the pupils that match, how many there are in all, and who of the page is in a selection; no pupils when the page lies
 * past the end.
 */
export async function listLeerlingen(
  ctx: Context,
  lijn: Lijn,
  vraag: {
    readonly filter: Filter;
    readonly sorteer: SortOrder;
    readonly overslaan: number;
    readonly plaats?: Place | undefined;
  },
): Promise<{ leerlingen: Leerling[]; totaal: number; gekozen: Set<AccountUuid> }> {
  const { sql } = ctx;
  const order = orderBy(ctx, vraag.sorteer);
  const opKlas = vraag.sorteer.endsWith("klas");
  const metKlas = opKlas
    ? sql`left join (${firstKlas(ctx, lijn, ctx.clock.vandaag())}) k using (account_uuid)`
    : sql``;
  const gekozen = vraag.plaats
    ? sql`exists (select from leerlingbeheer.selectie k where k.sessie = ${vraag.plaats.sessie}
                     and k.instellingsnummer = ${vraag.plaats.school.instellingsnummer} and k.account_uuid = blad.account_uuid)`
    : sql`false`;
  const rows = await sql<(Row & { gekozen: boolean })[]>`
    with treffer as (${matches(ctx, lijn, { filter: vraag.filter, metRang: vraag.sorteer.endsWith("status") })}),
         blad as (select treffer.* ${opKlas ? sql`, k.klas, k.subklas` : sql``}, count(*) over () as totaal
                    from treffer ${metKlas} order by ${order} limit ${perBladzijde} offset ${vraag.overslaan})
    select ${withColumns(ctx)}, blad.totaal, ${gekozen} as gekozen
      from blad ${withSleutels(ctx, ctx.sql`blad.account_uuid`)} ${klassenOfRow(ctx, lijn, ctx.clock.vandaag())}
     order by ${order}`;
  return {
    leerlingen: rows.map(toLeerling),
    totaal: rows[0]?.totaal ?? 0,
    gekozen: new Set(rows.filter((row) => row.gekozen).map((row) => row.account_uuid)),
  };
}

/** Pupils that match, all of them, by class, group and name. */
export async function listMatches(
  ctx: Context,
  lijn: Lijn,
  vraag: { readonly filter?: Filter; readonly accountUuids?: readonly AccountUuid[] },
): Promise<Leerling[]> {
  const rows = await ctx.sql<Row[]>`
    with blad as (${matches(ctx, lijn, vraag)})
    select rij.* from (select blad.zoek, ${withColumns(ctx)} from blad ${withSleutels(ctx, ctx.sql`blad.account_uuid`)}
                         ${klassenOfRow(ctx, lijn, ctx.clock.vandaag())}) rij
     order by niveau, leerjaar, klassen -> 0 ->> 'klas' collate "C" nulls last, klassen -> 0 ->> 'subklas' collate "C" nulls last,
              groep collate "C" nulls last, zoek, account_uuid`;
  return rows.map(toLeerling);
}

/** The earlier account_uuids of a pupil, with the moment they were superseded (R38). */
export async function listEarlier(
  ctx: Context,
  accountUuid: AccountUuid,
): Promise<{ accountUuid: AccountUuid; vervangenOp: number }[]> {
  const rows = await ctx.sql<{ account_uuid: AccountUuid; vervangen_op: Date }[]>`
    select account_uuid, vervangen_op from leerlingen.account where vervangen_door = ${accountUuid} order by vervangen_op, account_uuid`;
  return rows.map((row) => ({ accountUuid: row.account_uuid, vervangenOp: row.vervangen_op.getTime() }));
}

/** How many pupils are enrolled today, and the groups of those who are or will be. */
export async function getOverzicht(
  ctx: Context,
  lijn: Lijn,
): Promise<{ ingeschreven: number; groepen: Groep[] }> {
  const vandaag = ctx.clock.vandaag();
  const rows = await ctx.sql<(Groep & { alles: boolean; lopend: number })[]>`
    select grouping(i.niveau) = 1 as alles, i.niveau, i.leerjaar, i.administratieve_groep as groep, count(distinct r.account_uuid) as aantal,
           count(distinct r.account_uuid) filter (where kalender.is_lopend(${vandaag}::date, i.van, i.tot)) as lopend
      from inschrijvingen.geldig i
      join leerlingen.registratie r on r.instellingsnummer = i.instellingsnummer and r.stamnummer = i.stamnummer
     where r.instellingsnummer = any (${[...lijn]}::text[]) and i.instellingsnummer = any (${[...lijn]}::text[])
       and ${alive(ctx, vandaag)}
     group by grouping sets ((i.niveau, i.leerjaar, i.administratieve_groep), ())
     order by i.niveau, i.leerjaar, i.administratieve_groep collate "C" nulls last`;
  return {
    ingeschreven: rows.find((row) => row.alles)?.lopend ?? 0,
    groepen: rows.filter((row) => !row.alles).map(({ alles: _, lopend: __, ...groep }) => groep),
  };
}

/** Accounts that were never handed out: per class, and of pupils without a class per group. */
export async function listNewPerGroep(ctx: Context, lijn: Lijn): Promise<Afdrukgroep[]> {
  return ctx.sql<Afdrukgroep[]>`
    select min(niveau) as niveau, min(leerjaar) as leerjaar, klas, groep, count(*)::int as aantal
      from (select t.niveau, t.leerjaar, k.klas, case when k.klas is null then t.groep end as groep
              from (${matches(ctx, lijn, { filter: { status: "nieuw" } })}) t
              left join (${firstKlas(ctx, lijn, ctx.clock.vandaag())}) k using (account_uuid)) n
     group by klas, groep, case when klas is null then niveau end, case when klas is null then leerjaar end
     order by niveau, leerjaar, klas nulls last, groep collate "C" nulls last`;
}
