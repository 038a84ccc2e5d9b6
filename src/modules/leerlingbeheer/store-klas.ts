import type postgres from "postgres";
import type { Datum } from "#platform/clock";
import type { Context } from "#platform/context";
import type { Klaskeuze } from "./contract.ts";

type Fragment = postgres.PendingQuery<postgres.Row[]>;

/** Rows `d` of the school that count on this day; none while it does not share class information (R68). */
const geldig = (ctx: Context, lijn: readonly string[], vandaag: Datum): Fragment => ctx.sql`
  d.instellingsnummer = any (${[...lijn]}::text[]) and d.van <= ${vandaag}::date and d.tot >= ${vandaag}::date
    and exists (select from klasinformatie.akkoord k where k.instellingsnummer = any (${[...lijn]}::text[]) and k.gestopt_op is null)`;

/** The accounts that stand for the pupils of these rows, as an array: looked up by the key, once, before anything else is read. */
const accountsVan = (ctx: Context, rijen: Fragment): Fragment => ctx.sql`
  any (array(select coalesce(a.vervangen_door, a.account_uuid)
               from klasinformatie.indeling d join leerlingen.account a on a.account_uuid = d.account_uuid where ${rijen}))`;

/** The pupils of a class. */
export const inKlas = (
  ctx: Context,
  lijn: readonly string[],
  vandaag: Datum,
  { klas, subklas }: Klaskeuze,
): Fragment => {
  const welke =
    subklas === undefined ? ctx.sql`d.klas = ${klas}` : ctx.sql`d.klas = ${klas} and d.subklas = ${subklas}`;
  return accountsVan(ctx, ctx.sql`${geldig(ctx, lijn, vandaag)} and ${welke}`);
};

/** The pupils of the (sub)klas with one of these names. */
export const inKlasMetNaam = (
  ctx: Context,
  lijn: readonly string[],
  vandaag: Datum,
  namen: readonly string[],
): Fragment =>
  accountsVan(
    ctx,
    ctx.sql`${geldig(ctx, lijn, vandaag)} and (d.klas = any (${[...namen]}::text[]) or d.subklas = any (${[...namen]}::text[]))`,
  );

/** Per pupil of the school with a class the first of them, for an order or a heading: account_uuid, klas, subklas. */
export const eersteKlas = (ctx: Context, lijn: readonly string[], vandaag: Datum): Fragment =>
  ctx.sql`select * from klasinformatie.eerste_klassen(${[...lijn]}::text[], ${vandaag}::date)`;

/** All classes of the pupils in the rows `blad`, as a CTE `kb`: account_uuid and JSON. Looked up together, for one page or a whole school. */
export const klassenVanBlad = (ctx: Context, lijn: readonly string[], vandaag: Datum): Fragment => ctx.sql`
  kb as materialized (
    select n.account_uuid, json_agg(json_build_object('klas', n.klas, 'subklas', n.subklas) order by n.klas, n.subklas nulls last) as klassen
      from (select distinct coalesce(h.vervangen_door, d.account_uuid) as account_uuid, d.klas, d.subklas
              from klasinformatie.indeling d
              left join (select h.account_uuid, h.vervangen_door from leerlingen.account h
                          where h.vervangen_door = any (array(select account_uuid from blad))) h on h.account_uuid = d.account_uuid
             where ${geldig(ctx, lijn, vandaag)}
               and d.account_uuid = any (array(select account_uuid from blad) || array(
                 select h.account_uuid from leerlingen.account h where h.vervangen_door = any (array(select account_uuid from blad))))) n
     group by n.account_uuid)`;
