import type { Datum } from "#platform/clock";
import type { Context } from "#platform/context";
import type { Pakket } from "./contract.ts";

/** The package that a school uses on a day (R21), under any of its numbers; undefined = none is configured. */
export async function pakketVan(
  ctx: Context,
  nummers: readonly string[],
  op: Datum,
): Promise<Pakket | undefined> {
  const [row] = await ctx.sql<{ pakket: string; naam: string; levert_klasinformatie: boolean }[]>`
    select p.pakket, p.naam, p.levert_klasinformatie from schoolsoftware.pakket p
     where p.pakket = schoolsoftware.pakket_van(${[...nummers]}, ${op}::date)`;
  return row && { pakket: row.pakket, naam: row.naam, levertKlasinformatie: row.levert_klasinformatie };
}
