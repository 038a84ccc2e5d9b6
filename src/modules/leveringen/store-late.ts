import type { Context } from "#platform/context";

/**
 * Schools that share, how many of them delivered nothing since a moment that was not refused and share longer than that, and when the
 * last such file came, of whichever school.
 */
export async function countLate(
  ctx: Context,
  since: number,
): Promise<{ delend: number; laat: number; laatst: Date | null }> {
  const vandaag = ctx.clock.vandaag();
  const [row] = await ctx.sql<{ delend: number; laat: number; laatst: Date | null }[]>`
    select count(*)::int as delend, max(d.laatst) as laatst,
           (count(*) filter (where d.gegeven_op < ${new Date(since)}::timestamptz
                               and coalesce(d.laatst < ${new Date(since)}::timestamptz, true)))::int as laat
      from (select h.lijn, min(a.gegeven_op) as gegeven_op,
                   (select max(l.laatst) from unnest(h.lijn) nummer, lateral (
                      select l.ontvangen_op as laatst from leveringen.levering l
                       where l.instellingsnummer = nummer and l.status <> 'geweigerd' order by l.ontvangen_op desc limit 1) l) as laatst
              from akkoorden.akkoord a, lateral (select scholen.lijn(a.instellingsnummer, ${vandaag}::date) as lijn) h
             where a.gestopt_op is null group by h.lijn) d`;
  return row ?? { delend: 0, laat: 0, laatst: null };
}
