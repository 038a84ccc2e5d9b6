import type { Datum } from "#platform/clock";
import type { Context } from "#platform/context";
import { schooljaarOn } from "#platform/schooljaar";
import { pakketVan } from "#modules/schoolsoftware";
import type { KlasTelling } from "./contract.ts";

/**
 * The classes of a school on a day and their subclasses, youngest first, with how many pupils who are enrolled that day are in
 * each (R55). Empty while the school does not share class information (R68). `lijn` = all numbers that stand for the school.
 */
export async function listKlassen(
  ctx: Context,
  lijn: readonly string[],
  vandaag: Datum,
): Promise<KlasTelling[]> {
  const nummers = [...lijn];
  return ctx.sql<KlasTelling[]>`
    with leerling as (
      select d.klas, d.subklas, r.account_uuid, i.niveau, i.leerjaar
        from klasinformatie.indeling d
        -- pupil by pupil: joined as a whole, a few rows are expected where there are thousands, and each is compared with each
        cross join lateral (select coalesce(o.vervangen_door, o.account_uuid) as staand from leerlingen.account o
                             where o.account_uuid = d.account_uuid offset 0) a
        cross join lateral (select w.account_uuid, w.instellingsnummer, w.stamnummer from leerlingen.registratie w
                             where w.account_uuid = a.staand and w.instellingsnummer = any (${nummers}::text[]) offset 0) r
        cross join lateral (select e.niveau, e.leerjaar from inschrijvingen.geldig e
                             where e.instellingsnummer = r.instellingsnummer and e.stamnummer = r.stamnummer
                               and kalender.is_lopend(${vandaag}::date, e.van, e.tot) offset 0) i
       where d.instellingsnummer = any (${nummers}::text[]) and kalender.is_lopend(${vandaag}::date, d.van, d.tot)
         and (select klasinformatie.deelt(${nummers}::text[]))
    ), telling as (
      select klas, subklas, count(distinct account_uuid)::int as aantal,
             mode() within group (order by niveau) as niveau, mode() within group (order by leerjaar) as leerjaar
        from leerling group by grouping sets ((klas), (klas, subklas))
      having grouping(subklas) = 1 or subklas is not null
    )
    select * from telling order by niveau, leerjaar, klas, subklas nulls first`;
}

/**
 * Where the classes of a school come from (R67): its package, and when it last delivered a list of this school year. Undefined
 * while the school does not share class information.
 */
export async function findKlasbron(
  ctx: Context,
  lijn: readonly string[],
  vandaag: Datum,
): Promise<{ readonly pakket: string | undefined; readonly verwerktOp: number | undefined } | undefined> {
  const [pakket, [row]] = await Promise.all([
    pakketVan(ctx, lijn, vandaag),
    ctx.sql<{ deelt: boolean; verwerkt_op: Date | null }[]>`
      select klasinformatie.deelt(${[...lijn]}::text[]) as deelt,
             (select max(s.verwerkt_op) from klasinformatie.stand s
               where s.instellingsnummer = any (${[...lijn]}::text[]) and s.schooljaar = ${schooljaarOn(vandaag)}) as verwerkt_op`,
  ]);
  if (!row?.deelt) return undefined;
  return { pakket: pakket?.naam, verwerktOp: row.verwerkt_op?.getTime() };
}
