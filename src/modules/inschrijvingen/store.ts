import type { Context } from "#platform/context";
import { copyIn, copyLine, rowText, type Fragment } from "#platform/database";
import type { InschrijvingBericht } from "./contract.ts";

/** The call of `inschrijvingen.verwerk` for one message, as a part of a statement. Gives 'verwerkt', 'ongewijzigd' or 'botsing'. */
export function processing(
  ctx: Context,
  bericht: InschrijvingBericht,
  wijze: { readonly alleen: boolean },
): Fragment {
  const row = rowText([
    bericht.instellingsnummer,
    bericht.stamnummer,
    bericht.inschrijving,
    bericht.versie,
    bericht.inhoud,
    bericht.vestiging,
    bericht.niveau,
    bericht.leerjaar,
    bericht.administratieve_groep,
    bericht.van,
    bericht.tot,
    bericht.geannuleerd,
  ]);
  const nu = new Date(ctx.clock.now());
  return wijze.alleen
    ? ctx.sql`inschrijvingen.verwerk(${row}::text::inschrijvingen.bericht, ${nu}, true)`
    : ctx.sql`inschrijvingen.verwerk(${row}::text::inschrijvingen.bericht, ${nu}, false)`;
}

/** Sends messages to the staging table of this connection; before the lock is taken. */
export async function stage(ctx: Context, berichten: readonly InschrijvingBericht[]): Promise<void> {
  await ctx.sql`create temp table if not exists inschrijving_fase (
    n integer not null, instellingsnummer text collate "C" not null, stamnummer text collate "C" not null, inschrijving text collate "C" not null,
    versie integer not null, inhoud bigint not null, vestiging text not null, niveau text not null, leerjaar integer not null,
    administratieve_groep text, van date not null, tot date, geannuleerd boolean not null
  ) on commit delete rows`;
  await copyIn(
    ctx.sql`copy inschrijving_fase from stdin`,
    berichten
      .values()
      .map((bericht, n) =>
        copyLine([
          n,
          bericht.instellingsnummer,
          bericht.stamnummer,
          bericht.inschrijving,
          bericht.versie,
          bericht.inhoud,
          bericht.vestiging,
          bericht.niveau,
          bericht.leerjaar,
          bericht.administratieve_groep,
          bericht.van,
          bericht.tot,
          bericht.geannuleerd,
        ]),
      ),
  );
}

/**
 * Takes the staged messages, one per enrolment at most, in one statement: the same as `inschrijvingen.verwerk` one by one.
 * Under the exclusive lock on the feed, with hash and merge joins off (see leerlingen). Gives positions in the array.
 */
export async function processStaged(
  ctx: Context,
): Promise<{ readonly ongewijzigd: readonly number[]; readonly botsing: readonly number[] }> {
  const nu = new Date(ctx.clock.now());
  const [row] = await ctx.sql<{ ongewijzigd: number[] | null; botsing: number[] | null }[]>`
    with bericht as materialized (
      select f.*,
             case when i.versie is null then 'nieuw'
                  when f.versie > i.versie then 'nieuwer'
                  when f.versie = i.versie and f.inhoud <> i.inhoud then 'botsing'
                  else 'ongewijzigd' end as geval
        from inschrijving_fase f
        left join inschrijvingen.inschrijving i
          on i.instellingsnummer = f.instellingsnummer and i.stamnummer = f.stamnummer and i.inschrijving = f.inschrijving
    ), nieuw as (
      insert into inschrijvingen.inschrijving (instellingsnummer, stamnummer, inschrijving, vestiging, niveau, leerjaar,
             administratieve_groep, van, tot, geannuleerd, versie, inhoud, gewijzigd_op)
      select instellingsnummer, stamnummer, inschrijving, vestiging, niveau, leerjaar, administratieve_groep, van, tot, geannuleerd,
             versie, inhoud, ${nu}
        from bericht where geval = 'nieuw'
    ), nieuwer as (
      update inschrijvingen.inschrijving i
         set vestiging = b.vestiging, niveau = b.niveau, leerjaar = b.leerjaar, administratieve_groep = b.administratieve_groep, van = b.van,
             tot = b.tot, geannuleerd = b.geannuleerd, versie = b.versie, inhoud = b.inhoud, gewijzigd_op = ${nu}
        from bericht b
       where b.geval = 'nieuwer' and i.instellingsnummer = b.instellingsnummer and i.stamnummer = b.stamnummer and i.inschrijving = b.inschrijving
    )
    select array_agg(n) filter (where geval = 'ongewijzigd') as ongewijzigd, array_agg(n) filter (where geval = 'botsing') as botsing from bericht`;
  return { ongewijzigd: row?.ongewijzigd ?? [], botsing: row?.botsing ?? [] };
}

/** Enough of a message to ask whether it was taken before. */
export type Known = {
  readonly instellingsnummer: string;
  readonly stamnummer: string;
  readonly inschrijving: string;
  readonly versie: number;
  readonly inhoud: string;
};

/** Positions of the messages that were not taken before just so; see leerlingen. */
export async function listNews(ctx: Context, berichten: readonly Known[]): Promise<readonly number[]> {
  const array = (delen: readonly (string | number)[]) => `{${delen.join()}}`;
  const quoted = (delen: readonly string[]) => `{"${delen.join('","')}"}`;
  const rows = await ctx.sql<{ n: number }[]>`
    select f.n::int as n
      from rows from (unnest(${array(berichten.map((one) => one.instellingsnummer))}::text::text[]),
                      unnest(${quoted(berichten.map((one) => one.stamnummer))}::text::text[]),
                      unnest(${quoted(berichten.map((one) => one.inschrijving))}::text::text[]),
                      unnest(${array(berichten.map((one) => one.versie))}::text::int[]),
                      unnest(${array(berichten.map((one) => one.inhoud))}::text::int8[])) with ordinality as f (i, s, inschrijving, versie, inhoud, n)
     where not exists (select from inschrijvingen.inschrijving r
                        where r.instellingsnummer = f.i and r.stamnummer = f.s and r.inschrijving = f.inschrijving
                          and r.versie = f.versie and r.inhoud = f.inhoud)`;
  return rows.map((row) => row.n - 1);
}
