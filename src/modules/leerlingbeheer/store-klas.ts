import type { Datum } from "#platform/clock";
import type { Context } from "#platform/context";
import type { Fragment } from "#platform/database";
import type { Klaskeuze } from "./contract.ts";

/** Rows `d` of the school that count on this day; none while it does not share class information (R68). */
const validIndeling = (ctx: Context, lijn: readonly string[], vandaag: Datum): Fragment => ctx.sql`
  d.instellingsnummer = any (${[...lijn]}::text[]) and kalender.is_lopend(${vandaag}::date, d.van, d.tot)
    and exists (select from akkoorden.akkoord k where k.instellingsnummer = any (${[...lijn]}::text[]) and k.gestopt_op is null)`;

/** The accounts that stand for the pupils of these rows, as an array: looked up by the key, once, before anything else is read. */
const accountsOf = (ctx: Context, rows: Fragment): Fragment => ctx.sql`
  any (array(select coalesce(a.vervangen_door, a.account_uuid)
               from klassen.indeling d join leerlingen.account a on a.account_uuid = d.account_uuid where ${rows}))`;

/** The pupils of a class. */
export const inKlas = (
  ctx: Context,
  lijn: readonly string[],
  vandaag: Datum,
  { klas, subklas }: Klaskeuze,
): Fragment => {
  const welke =
    subklas === undefined ? ctx.sql`d.klas = ${klas}` : ctx.sql`d.klas = ${klas} and d.subklas = ${subklas}`;
  return accountsOf(ctx, ctx.sql`${validIndeling(ctx, lijn, vandaag)} and ${welke}`);
};

/** The pupils of the (sub)klas with one of these names. */
export const inKlasWithName = (
  ctx: Context,
  lijn: readonly string[],
  vandaag: Datum,
  namen: readonly string[],
): Fragment =>
  accountsOf(
    ctx,
    ctx.sql`${validIndeling(ctx, lijn, vandaag)} and (d.klas = any (${[...namen]}::text[]) or d.subklas = any (${[...namen]}::text[]))`,
  );

/** Per pupil of the school with a class the first of them, for an order or a heading: account_uuid, klas, subklas. */
export const firstKlas = (ctx: Context, lijn: readonly string[], vandaag: Datum): Fragment =>
  ctx.sql`select * from klassen.eerste_klassen(${[...lijn]}::text[], ${vandaag}::date)`;

/**
 * All classes of the pupil in a row `blad`, as `kb.klassen`: JSON, or null when he has none. Looked up pupil by pupil, for one page
 * or a whole school: as a list of their own, joined afterwards, each pupil was compared with each.
 */
export const klassenOfRow = (ctx: Context, lijn: readonly string[], vandaag: Datum): Fragment => ctx.sql`
  left join lateral (
    select json_agg(json_build_object('klas', n.klas, 'subklas', n.subklas) order by n.klas, n.subklas nulls last) as klassen
      from (select distinct d.klas, d.subklas
              from klassen.indeling d
             where ${validIndeling(ctx, lijn, vandaag)}
               and d.account_uuid = any (blad.account_uuid || array(
                 select h.account_uuid from leerlingen.account h where h.vervangen_door = blad.account_uuid))) n
    offset 0) kb on true`;
