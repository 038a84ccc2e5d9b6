import type postgres from "postgres";
import type { Datum } from "#platform/clock";
import type { Context } from "#platform/context";
import type { Klaskeuze } from "./contract.ts";

type Fragment = postgres.PendingQuery<postgres.Row[]>;

/** Rows `d` of the school that count on this day; none while it does not share class information (R68). */
const indeling = (
  ctx: Context,
  lijn: readonly string[],
  vandaag: Datum,
  welke: Fragment,
): Fragment => ctx.sql`
  select coalesce(a.vervangen_door, a.account_uuid) as account_uuid, d.klas, d.subklas
    from klasinformatie.indeling d join leerlingen.account a on a.account_uuid = d.account_uuid
   where d.instellingsnummer = any (${[...lijn]}::text[]) and d.van <= ${vandaag}::date and d.tot >= ${vandaag}::date
     and (select klasinformatie.deelt(${[...lijn]}::text[])) ${welke}`;

/** The pupils of a class as an array: looked up by the key, once, before anything else is read. */
export const inKlas = (
  ctx: Context,
  lijn: readonly string[],
  vandaag: Datum,
  { klas, subklas }: Klaskeuze,
): Fragment => {
  const welke = ctx.sql`and d.klas = ${klas} ${subklas === undefined ? ctx.sql`` : ctx.sql`and d.subklas = ${subklas}`}`;
  return ctx.sql`any (array(select k.account_uuid from (${indeling(ctx, lijn, vandaag, welke)}) k))`;
};

/** The pupils of the (sub)klas with one of these names, in the same way. */
export const inKlasMetNaam = (
  ctx: Context,
  lijn: readonly string[],
  vandaag: Datum,
  namen: readonly string[],
): Fragment => {
  const { sql } = ctx;
  const deel = (welke: Fragment) =>
    sql`select k.account_uuid from (${indeling(ctx, lijn, vandaag, welke)}) k`;
  return sql`any (array(${deel(sql`and d.klas = any (${[...namen]}::text[])`)}
    union ${deel(sql`and d.subklas = any (${[...namen]}::text[])`)}))`;
};

/** Per pupil of the school with a class the first of them, for an order or a heading: account_uuid, klas, subklas. */
export const eersteKlas = (ctx: Context, lijn: readonly string[], vandaag: Datum): Fragment =>
  ctx.sql`select * from klasinformatie.eerste_klassen(${[...lijn]}::text[], ${vandaag}::date)`;

/** The classes of the pupil in row `blad`, as JSON. */
export const klassenKolom = (ctx: Context, lijn: readonly string[], vandaag: Datum): Fragment => ctx.sql`
  (select coalesce(json_agg(json_build_object('klas', k.klas, 'subklas', k.subklas) order by k.klas, k.subklas nulls last), '[]')
     from klasinformatie.klassen_van(blad.account_uuid, ${[...lijn]}::text[], ${vandaag}::date) k) as klassen`;
