import type { Datum } from "#platform/clock";
import type { Context } from "#platform/context";
import type { KlasCount } from "./contract.ts";

/**
 * The classes of a school on a day and their subclasses, youngest first, with how many pupils who are enrolled that day are in
 * each (R55). Empty while the school does not share class information (R68). `lijn` = all numbers that stand for the school.
 */
export async function listKlassen(
  ctx: Context,
  lijn: readonly string[],
  vandaag: Datum,
): Promise<KlasCount[]> {
  const nummers = [...lijn];
  return ctx.sql<KlasCount[]>`
    with leerling as (
      select d.klas, d.subklas, r.account_uuid, i.niveau, i.leerjaar
        from klassen.indeling d
        -- pupil by pupil: joined as a whole, a few rows are expected where there are thousands, and each is compared with each
        cross join lateral (select coalesce(o.vervangen_door, o.account_uuid) as staand from leerlingen.account o
                             where o.account_uuid = d.account_uuid offset 0) a
        cross join lateral (select w.account_uuid, w.instellingsnummer, w.stamnummer from leerlingen.registratie w
                             where w.account_uuid = a.staand and w.instellingsnummer = any (${nummers}::text[]) offset 0) r
        cross join lateral (select e.niveau, e.leerjaar from inschrijvingen.geldig e
                             where e.instellingsnummer = r.instellingsnummer and e.stamnummer = r.stamnummer
                               and kalender.is_lopend(${vandaag}::date, e.van, e.tot) offset 0) i
       where d.instellingsnummer = any (${nummers}::text[]) and kalender.is_lopend(${vandaag}::date, d.van, d.tot)
         and (select akkoorden.deelt(${nummers}::text[]))
    ), telling as (
      select klas, subklas, count(distinct account_uuid)::int as aantal,
             mode() within group (order by niveau) as niveau, mode() within group (order by leerjaar) as leerjaar
        from leerling group by grouping sets ((klas), (klas, subklas))
      having grouping(subklas) = 1 or subklas is not null
    )
    select * from telling order by niveau, leerjaar, klas, subklas nulls first`;
}

/** Erases the classes of a school, of one school year or of all; gives how many rows there were. */
export async function eraseKlassen(
  ctx: Context,
  nummers: readonly string[],
  schooljaar: string | null,
): Promise<number> {
  const { count } = await ctx.sql`
    delete from klassen.indeling
     where instellingsnummer = any (${[...nummers]}) and (${schooljaar}::text is null or schooljaar = ${schooljaar}::text)`;
  return count;
}

/**
 * Erases the classes of pupils whose last enrolment in the school ended more than a year ago, or never was (R76); gives how many rows
 * there were.
 */
export async function eraseUitgeschreven(
  ctx: Context,
  instellingsnummer: string,
  schooljaar: string,
): Promise<number> {
  const vandaag = ctx.clock.vandaag();
  const { count } = await ctx.sql`
    delete from klassen.indeling d
     where d.instellingsnummer = ${instellingsnummer} and d.schooljaar = ${schooljaar}
       and not exists (
         select from leerlingen.account a
           join leerlingen.registratie r on r.account_uuid = coalesce(a.vervangen_door, a.account_uuid)
           join inschrijvingen.geldig i using (instellingsnummer, stamnummer)
          where a.account_uuid = d.account_uuid and r.instellingsnummer = any (scholen.lijn(${instellingsnummer}, ${vandaag}::date))
            and not kalender.is_vroeger((${vandaag}::date - interval '1 year')::date, i.tot))`;
  return count;
}
