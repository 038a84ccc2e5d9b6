import type { Datum } from "#platform/clock";
import type { Context } from "#platform/context";
import type { Gebruik } from "#modules/schoolsoftware";
import { foldText } from "./rules.ts";

/** A school as the search shows it. */
export type Found = {
  readonly instellingsnummer: string;
  readonly naam: string;
  readonly gemeente: string;
  /** The current number of it (D3). */
  readonly hoofd: string;
  /** Name of the package of today. */
  readonly pakket: string | null;
};

/**
 * Schools by number (or its beginning) or by words of name and town, without accents; at most `aantal`, by name.
 * @param zoek not empty
 */
export async function searchScholen(ctx: Context, query: string, aantal: number): Promise<Found[]> {
  const vandaag = ctx.clock.vandaag();
  const woorden = foldText(query)
    .split(" ")
    .filter((woord) => woord !== "")
    .map((woord) => `%${woord}%`);
  if (woorden.length === 0) return [];
  return ctx.sql<Found[]>`
    select s.*, scholen.hoofd(s.instellingsnummer, ${vandaag}::date) as hoofd, p.naam as pakket
      from (select instellingsnummer, naam, gemeente from scholen.school
             where instellingsnummer || ' ' ||
                   regexp_replace(regexp_replace(normalize(lower(naam || ' ' || gemeente), NFD), '[\u0300-\u036f]', '', 'g'), '[^a-z0-9]+', ' ', 'g')
                   like all (${woorden})
             order by naam, instellingsnummer limit ${aantal}) s
      left join schoolsoftware.pakket p
             on p.pakket = schoolsoftware.pakket_van(scholen.lijn(s.instellingsnummer, ${vandaag}::date), ${vandaag}::date)
     order by s.naam, s.instellingsnummer`;
}

export type SchoolOfBeheer = {
  readonly instellingsnummer: string;
  readonly naam: string;
  readonly gemeente: string;
  readonly hoofd: string;
  /** All numbers that stand for it today. */
  readonly lijn: readonly string[];
  /** When it gave the akkoord in force; null = it shares no class information. */
  readonly deelt_sinds: Date | null;
};

/** A school by any of its numbers; undefined when Discimus never sent it. */
export async function findSchool(
  ctx: Context,
  instellingsnummer: string,
): Promise<SchoolOfBeheer | undefined> {
  const vandaag = ctx.clock.vandaag();
  const [row] = await ctx.sql<SchoolOfBeheer[]>`
    select s.instellingsnummer, s.naam, s.gemeente, h.hoofd, h.lijn,
           (select min(a.gegeven_op) from akkoorden.akkoord a
             where a.instellingsnummer = any (h.lijn) and a.gestopt_op is null) as deelt_sinds
      from scholen.school s,
           lateral (select scholen.hoofd(s.instellingsnummer, ${vandaag}::date) as hoofd,
                           scholen.lijn(s.instellingsnummer, ${vandaag}::date) as lijn) h
     where s.instellingsnummer = ${instellingsnummer}`;
  return row;
}

/** How many schools work with each package today. */
export async function countPerPakket(ctx: Context): Promise<readonly { naam: string; scholen: number }[]> {
  const vandaag = ctx.clock.vandaag();
  return ctx.sql<{ naam: string; scholen: number }[]>`
    select p.naam, count(g.hoofd)::int as scholen
      from schoolsoftware.pakket p
      left join (select distinct on (hoofd) hoofd, pakket
                   from (select scholen.hoofd(instellingsnummer, ${vandaag}::date) as hoofd, pakket, van from schoolsoftware.gebruik
                          where kalender.is_lopend(${vandaag}::date, van, tot)) nu
                  order by hoofd, van desc) g using (pakket)
     group by p.naam order by p.naam`;
}

/** What was, or is since: a period of use; null = none. */
export type Period = { readonly pakket: string; readonly van: Datum; readonly tot: Datum | null };

/** Who of the department changed what of a school. */
export type Wijziging = {
  readonly tijdstip: Date;
  readonly door_naam: string;
  readonly voor: Period | null;
  readonly na: Period | null;
};

/** Notes who changed the use of a package; in the transaction of the change. */
export async function recordWijziging(
  ctx: Context,
  wijziging: {
    readonly wie: { readonly voId: string; readonly voornaam: string; readonly naam: string };
    readonly instellingsnummer: string;
    readonly voor: Gebruik | undefined;
    readonly na: Gebruik;
  },
): Promise<void> {
  const { wie, instellingsnummer, voor, na } = wijziging;
  const textOf = ({ pakket, van, tot }: Gebruik) => JSON.stringify({ pakket, van, tot });
  await ctx.sql`
    insert into beheer.wijziging (tijdstip, door, door_naam, onderwerp, over, voor, na)
    values (${new Date(ctx.clock.now())}, ${wie.voId}, ${`${wie.voornaam} ${wie.naam}`.trim()}, 'schoolsoftware', ${instellingsnummer},
            ${voor ? textOf(voor) : null}, ${textOf(na)})`;
}

/** The last changes of a school, newest first. */
export async function listWijzigingen(ctx: Context, nummers: readonly string[]): Promise<Wijziging[]> {
  const rows = await ctx.sql<
    { tijdstip: Date; door_naam: string; voor: string | null; na: string | null }[]
  >`select tijdstip, door_naam, voor, na from beheer.wijziging
     where onderwerp = 'schoolsoftware' and over = any (${[...nummers]}) order by wijziging desc limit 20`;
  const pakketFrom = (text: string | null) => (text === null ? null : (JSON.parse(text) as Period));
  return rows.map((row) => ({ ...row, voor: pakketFrom(row.voor), na: pakketFrom(row.na) }));
}
