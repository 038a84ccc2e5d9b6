import { randomUUID } from "node:crypto";
import { datumOn, isLopend, isVroeger, type Datum } from "#platform/clock";
import { inTransaction, type Context } from "#platform/context";
import type { Fragment } from "#platform/database";
import { isInstellingsnummer } from "#platform/ids";
import type {
  Beheerder,
  Databeheerder,
  Medewerker,
  OpdrachtBericht,
  School,
  Toegangsvraag,
} from "./contract.ts";
import {
  intersection,
  mondayAfter,
  mondayOf,
  periodOf,
  scholenOfRollen,
  latestDay,
  type Feiten,
  type OpdrachtFeit,
} from "./rules.ts";

/** The call of `rechten.verwerk` for one message, as a part of a statement. Gives 'verwerkt', 'ongewijzigd' or 'botsing'. */
export function processing(ctx: Context, bericht: OpdrachtBericht): Fragment {
  return ctx.sql`rechten.verwerk(${new Date(ctx.clock.now())}::timestamptz, ${bericht.instellingsnummer}::text, ${bericht.opdracht}::text,
    ${bericht.versie}::integer, ${bericht.inhoud}::text::bigint, ${bericht.vo_id}::text, ${bericht.naam}::text, ${bericht.voornaam}::text,
    ${bericht.verstuurd_op}::date, ${bericht.vastbenoemd}::boolean, ${bericht.van}::date, ${bericht.tot}::date)`;
}

/**
 * The weekly upload (R62): from the last Monday 04:00 in Brussels on, what arrived gives rights. Once per Monday, whoever calls and
 * how often; a missed Monday is caught up at the next call (D10). Before the first assignment arrived there is nothing to do.
 * @returns the number of assignments that stand, or null when this Monday was done before
 */
export async function loadDirecteursopdrachten(ctx: Context): Promise<number | null> {
  const nu = ctx.clock.now();
  const maandag = mondayOf(nu);
  const [row] = await ctx.sql<{ aantal: number | null }[]>`
    select rechten.laad(${new Date(nu)}::timestamptz, ${maandag}::date, ${latestDay(maandag)}::date) as aantal`;
  const aantal = row?.aantal ?? null;
  if (aantal !== null) ctx.log.info({ maandag, opdrachten: aantal }, "directeursopdrachten opgeladen");
  return aantal;
}

type OpdrachtRow = {
  vo_id: string;
  van: Datum;
  tot: Datum | null;
  geladen_vo_id: string | null;
  geladen_van: Datum | null;
  geladen_tot: Datum | null;
  uiterst: Datum | null;
};

const opdrachtFrom = (row: OpdrachtRow): OpdrachtFeit => ({
  voId: row.vo_id,
  van: row.van,
  tot: row.tot,
  geladen:
    row.geladen_vo_id === null || row.geladen_van === null
      ? null
      : { voId: row.geladen_vo_id, van: row.geladen_van, tot: row.geladen_tot, uiterst: row.uiterst },
});

type FeitRow = Omit<OpdrachtRow, "van"> & {
  soort: "opdracht" | "benoemd" | "rol";
  instellingsnummer: string;
  naam: string;
  lijn: string[];
  van: Datum | null;
  beeindigd_op: Date | null;
};

/** What decides someone's rights, per school that is current on a date: one round trip. */
export async function findFeiten(
  ctx: Context,
  voId: string,
  rolScholen: readonly string[],
  op: Datum,
): Promise<Feiten[]> {
  const rows = await ctx.sql<FeitRow[]>`
    with feit as (
      select 'opdracht' as soort, scholen.hoofd(o.instellingsnummer, ${op}::date) collate "C" as nummer, o.vo_id, o.van, o.tot,
             d.vo_id as geladen_vo_id, d.van as geladen_van, d.tot as geladen_tot, d.uiterst, null::timestamptz as beeindigd_op
        from rechten.databeheerder d join rechten.directeursopdracht o using (instellingsnummer, opdracht)
       where d.vo_id = ${voId}
      union all
      select 'benoemd', scholen.hoofd(b.instellingsnummer, ${op}::date) collate "C", b.vo_id, b.van, b.tot, null, null, null, null,
             b.beeindigd_op
        from rechten.beheerder b where b.vo_id = ${voId}
      union all
      select 'rol', scholen.hoofd(r.nummer, ${op}::date) collate "C", ${voId}, null, null, null, null, null, null, null
        from unnest(${[...rolScholen]}::text[]) as r(nummer)
    )
    select f.soort, s.instellingsnummer, s.naam, scholen.lijn(s.instellingsnummer, ${op}::date) as lijn, f.vo_id, f.van, f.tot,
           f.geladen_vo_id, f.geladen_van, f.geladen_tot, f.uiterst, f.beeindigd_op
      from feit f join scholen.school s on s.instellingsnummer = f.nummer
     order by s.naam, s.instellingsnummer`;
  const scholen = Map.groupBy(rows, (row) => row.instellingsnummer);
  return [...scholen.values()].flatMap((van) => {
    const [first] = van;
    if (!first) return [];
    const { instellingsnummer, naam, lijn } = first;
    const school: School = { instellingsnummer, naam, lijn };
    return [
      {
        school,
        opdrachten: van.flatMap((row) =>
          row.soort === "opdracht" && row.van !== null ? [opdrachtFrom({ ...row, van: row.van })] : [],
        ),
        benoemd: van.flatMap(({ soort, van: begin, tot, beeindigd_op }) =>
          soort === "benoemd" && begin !== null && beeindigd_op === null ? [{ van: begin, tot }] : [],
        ),
        beeindigd: van.flatMap(({ beeindigd_op }) =>
          beeindigd_op === null ? [] : [datumOn(beeindigd_op.getTime())],
        ),
        rol: van.some(({ soort }) => soort === "rol"),
      },
    ];
  });
}

/** Keeps in which schools somebody came with the role of beheerder, in place of what was known; called at sign-in. */
export async function rememberMedewerker(ctx: Context, wie: Medewerker): Promise<void> {
  const nummers = scholenOfRollen(wie.rollen);
  await ctx.sql`
    with weg as (
      delete from rechten.medewerker where vo_id = ${wie.voId} and instellingsnummer <> all(${nummers}::text[])
    )
    insert into rechten.medewerker (instellingsnummer, vo_id, naam, voornaam, gezien_op)
    select n.nummer, ${wie.voId}, ${wie.naam}, ${wie.voornaam}, ${new Date(ctx.clock.now())} from unnest(${nummers}::text[]) as n(nummer)
    on conflict (instellingsnummer, vo_id) do update
      set naam = excluded.naam, voornaam = excluded.voornaam, gezien_op = excluded.gezien_op`;
}

/** Who is databeheerder of a school now or later, and by which assignment; those of a next Monday too (R62). */
export async function listDatabeheerders(
  ctx: Context,
  nummers: readonly string[],
): Promise<readonly Databeheerder[]> {
  const vandaag = ctx.clock.vandaag();
  const next = mondayAfter(mondayOf(ctx.clock.now()));
  const rows = await ctx.sql<(OpdrachtRow & { naam: string; voornaam: string; vastbenoemd: boolean })[]>`
    select o.vo_id, o.naam, o.voornaam, o.vastbenoemd, o.van, o.tot, d.vo_id as geladen_vo_id, d.van as geladen_van,
           d.tot as geladen_tot, d.uiterst
      from rechten.directeursopdracht o left join rechten.databeheerder d using (instellingsnummer, opdracht)
     where o.instellingsnummer = any(${[...nummers]}::text[]) and not kalender.is_vroeger(${vandaag}::date, o.tot)
     order by o.naam, o.voornaam, o.van`;
  return rows.flatMap((row) => {
    const nu = periodOf(opdrachtFrom(row));
    const altijd = row.vastbenoemd || row.tot === null;
    const straks = intersection(row, { van: next, tot: altijd ? latestDay(next) : null });
    const periode = nu && !isVroeger(vandaag, nu.tot) ? nu : straks;
    const { vo_id: voId, naam, voornaam, vastbenoemd } = row;
    return periode ? [{ voId, naam, voornaam, vastbenoemd, ...periode }] : [];
  });
}

/** The LeerID-beheerders of a school: those whom a director named, and those who last signed in with the role (D8). */
export async function listBeheerders(
  ctx: Context,
  nummers: readonly string[],
): Promise<readonly Beheerder[]> {
  const vandaag = ctx.clock.vandaag();
  const rows = await ctx.sql<
    {
      beheerder: string | null;
      vo_id: string;
      naam: string;
      voornaam: string;
      van: Datum;
      tot: Datum | null;
    }[]
  >`
    select beheerder, vo_id, naam, voornaam, van, tot from rechten.beheerder
     where instellingsnummer = any(${[...nummers]}::text[]) and beeindigd_op is null
    union all
    select null, m.vo_id, m.naam, m.voornaam, (m.gezien_op at time zone 'Europe/Brussels')::date, null
      from rechten.medewerker m where m.instellingsnummer = any(${[...nummers]}::text[])
     order by naam, voornaam, beheerder`;
  const gezien = new Set<string>();
  return rows.flatMap(({ vo_id: voId, van, tot, ...rest }) => {
    if (gezien.has(voId) || !isLopend(vandaag, van, tot)) return [];
    gezien.add(voId);
    return [{ voId, sinds: van, ...rest }];
  });
}

/** Makes someone LeerID-beheerder from today on. Twice is once. */
export async function makeBeheerder(
  ctx: Context,
  input: {
    readonly instellingsnummer: string;
    readonly wie: Pick<Medewerker, "voId" | "naam" | "voornaam">;
    /** vo_id of the director. */
    readonly door: string;
  },
): Promise<void> {
  const { wie } = input;
  await ctx.sql`
    insert into rechten.beheerder (beheerder, instellingsnummer, vo_id, naam, voornaam, van, toegekend_door, toegekend_op)
    values (${randomUUID()}, ${input.instellingsnummer}, ${wie.voId}, ${wie.naam}, ${wie.voornaam}, ${ctx.clock.vandaag()},
            ${input.door}, ${new Date(ctx.clock.now())})
    on conflict (instellingsnummer, vo_id) where beeindigd_op is null do nothing`;
}

/** Ends a naming at once; false when none stands with this id in these numbers. */
export async function stopBeheerder(
  ctx: Context,
  input: { readonly nummers: readonly string[]; readonly beheerder: string; readonly door: string },
): Promise<boolean> {
  const { count } = await ctx.sql`
    update rechten.beheerder
       set tot = ${ctx.clock.vandaag()}, beeindigd_door = ${input.door}, beeindigd_op = ${new Date(ctx.clock.now())}
     where beheerder = ${input.beheerder}::uuid and instellingsnummer = any(${[...input.nummers]}::text[]) and beeindigd_op is null`;
  return count === 1;
}

/** A school where someone works, and what became of his last request there. */
export type OwnSchool = {
  readonly instellingsnummer: string;
  readonly naam: string;
  readonly gevraagdOp: number | null;
  readonly besluit: "toegekend" | "geweigerd" | null;
};

/** The schools of someone's `vo_orgcode`, by the number of today. */
export async function listOwnScholen(
  ctx: Context,
  wie: Pick<Medewerker, "voId" | "orgcodes">,
): Promise<readonly OwnSchool[]> {
  const vandaag = ctx.clock.vandaag();
  const rows = await ctx.sql<
    {
      instellingsnummer: string;
      naam: string;
      gevraagd_op: Date | null;
      besluit: OwnSchool["besluit"];
    }[]
  >`
    select s.instellingsnummer, s.naam, v.gevraagd_op, v.besluit
      from (select distinct scholen.hoofd(c.code, ${vandaag}::date) collate "C" as nummer
              from unnest(${wie.orgcodes.filter(isInstellingsnummer)}::text[]) as c(code)) as eigen
      join scholen.school s on s.instellingsnummer = eigen.nummer
      left join lateral (select t.gevraagd_op, t.besluit from rechten.toegangsvraag t
                          where t.vo_id = ${wie.voId} and t.instellingsnummer = s.instellingsnummer
                          order by t.gevraagd_op desc limit 1) v on true
     order by s.naam, s.instellingsnummer`;
  return rows.map(({ gevraagd_op, ...rest }) => ({ ...rest, gevraagdOp: gevraagd_op?.getTime() ?? null }));
}

/** Asks the director of one of one's own schools for access. False for any other school; a request that is open stays one. */
export async function askToegang(
  ctx: Context,
  wie: Omit<Medewerker, "rollen">,
  instellingsnummer: string,
): Promise<boolean> {
  const eigen = await listOwnScholen(ctx, wie);
  if (!eigen.some((school) => school.instellingsnummer === instellingsnummer)) return false;
  await ctx.sql`
    insert into rechten.toegangsvraag (vraag, instellingsnummer, vo_id, naam, voornaam, gevraagd_op)
    values (${randomUUID()}, ${instellingsnummer}, ${wie.voId}, ${wie.naam}, ${wie.voornaam}, ${new Date(ctx.clock.now())})
    on conflict (instellingsnummer, vo_id) where besluit is null do nothing`;
  return true;
}

/** Requests that wait for a director, the oldest first. */
export async function listToegangsvragen(
  ctx: Context,
  nummers: readonly string[],
): Promise<readonly Toegangsvraag[]> {
  const rows = await ctx.sql<
    { vraag: string; vo_id: string; naam: string; voornaam: string; gevraagd_op: Date }[]
  >`
    select vraag, vo_id, naam, voornaam, gevraagd_op from rechten.toegangsvraag
     where instellingsnummer = any(${[...nummers]}::text[]) and besluit is null order by gevraagd_op, vraag`;
  return rows.map(({ vo_id: voId, gevraagd_op, ...rest }) => ({
    ...rest,
    voId,
    gevraagdOp: gevraagd_op.getTime(),
  }));
}

/**
 * Grants or refuses a request. `al-beslist`: another director was first, and his decision stands; `onbekend`: there is none with this id
 * in these numbers.
 */
export function decideToegang(
  ctx: Context,
  input: {
    readonly nummers: readonly string[];
    readonly vraag: string;
    readonly besluit: "toegekend" | "geweigerd";
    readonly door: string;
  },
): Promise<"beslist" | "al-beslist" | "onbekend"> {
  return inTransaction(ctx, async (tx) => {
    const [vraag] = await tx.sql<
      { instellingsnummer: string; vo_id: string; naam: string; voornaam: string }[]
    >`
      update rechten.toegangsvraag
         set besluit = ${input.besluit}, beslist_door = ${input.door}, beslist_op = ${new Date(ctx.clock.now())}
       where vraag = ${input.vraag}::uuid and instellingsnummer = any(${[...input.nummers]}::text[]) and besluit is null
       returning instellingsnummer, vo_id, naam, voornaam`;
    if (!vraag) {
      const er = await tx.sql`
        select from rechten.toegangsvraag where vraag = ${input.vraag}::uuid and instellingsnummer = any(${[...input.nummers]}::text[])`;
      return er.length > 0 ? "al-beslist" : "onbekend";
    }
    const { instellingsnummer, vo_id: voId, naam, voornaam } = vraag;
    if (input.besluit === "toegekend")
      await makeBeheerder(tx, { instellingsnummer, wie: { voId, naam, voornaam }, door: input.door });
    return "beslist";
  });
}

/** Names of staff that this school knows or knew, by `vo_id`; the log of looks holds no names itself (D11). */
export async function listNames(
  ctx: Context,
  nummers: readonly string[],
  voIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const rows = await ctx.sql<{ vo_id: string; naam: string; voornaam: string }[]>`
    select vo_id, naam, voornaam from rechten.beheerder
     where instellingsnummer = any (${[...nummers]}::text[]) and vo_id = any (${[...voIds]}::text[])
    union
    select vo_id, naam, voornaam from rechten.medewerker
     where instellingsnummer = any (${[...nummers]}::text[]) and vo_id = any (${[...voIds]}::text[])`;
  return new Map(rows.map((row) => [row.vo_id, `${row.voornaam} ${row.naam}`]));
}
