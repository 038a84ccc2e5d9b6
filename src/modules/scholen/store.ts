import type { Datum } from "#platform/clock";
import type { Context } from "#platform/context";
import type { Fragment } from "#platform/database";
import type { Instellingsnummer } from "#platform/ids";
import type { School, SchoolBericht } from "./contract.ts";

/** The call of `scholen.verwerk` for one message, as a part of a statement. Gives 'verwerkt', 'ongewijzigd' or 'botsing'. */
export function processing(ctx: Context, bericht: SchoolBericht): Fragment {
  const { vestigingen } = bericht;
  return ctx.sql`scholen.verwerk(${new Date(ctx.clock.now())}::timestamptz, ${bericht.instellingsnummer}::text, ${bericht.versie}::integer,
    ${bericht.inhoud}::text::bigint, ${bericht.naam}::text, ${bericht.gemeente}::text, ${[...bericht.niveaus]}::text[], ${bericht.van}::date,
    ${bericht.tot}::date, ${bericht.opvolger}::text, ${vestigingen.map((v) => v.vestiging)}::text[],
    ${vestigingen.map((v) => v.naam)}::text[], ${vestigingen.map((v) => v.gemeente)}::text[])`;
}

/** A school by the number of any time; undefined when Discimus never sent it. */
export async function findSchool(ctx: Context, instellingsnummer: string): Promise<School | undefined> {
  const [row] = await ctx.sql<School[]>`
    select instellingsnummer, naam, gemeente, niveaus, van, tot, opvolger from scholen.school where instellingsnummer = ${instellingsnummer}`;
  return row;
}

/** Which of these numbers are of a school that Discimus sent, of any time. */
export async function listKnown(ctx: Context, nummers: readonly string[]): Promise<string[]> {
  const rows = await ctx.sql<{ instellingsnummer: string }[]>`
    select instellingsnummer from scholen.school where instellingsnummer = any (${[...nummers]})`;
  return rows.map((row) => row.instellingsnummer);
}

/** The number that is current on a date in the place of this one: follows successors in force (D3). */
export async function getHead(
  ctx: Context,
  instellingsnummer: Instellingsnummer,
  op: Datum,
): Promise<Instellingsnummer> {
  const [row] = await ctx.sql<
    { hoofd: Instellingsnummer }[]
  >`select scholen.hoofd(${instellingsnummer}::text, ${op}::date) as hoofd`;
  return row?.hoofd ?? instellingsnummer;
}
