import type { Context } from "#platform/context";

export const statussen = ["verwerkt", "deels", "aangehouden", "geweigerd", "wacht"] as const;
export type Status = (typeof statussen)[number];

/** Files that came in during one hour, from one package, with one outcome. */
export type Tally = {
  /** Hours since the beginning of the picture. */
  readonly uur: number;
  readonly pakket: string;
  readonly status: Status;
  readonly aantal: number;
  readonly laatst: Date;
};

/** Files per hour since `begin`, which is a whole hour. */
export function countLeveringen(ctx: Context, begin: number): Promise<readonly Tally[]> {
  const van = new Date(begin);
  return ctx.sql<Tally[]>`
    select floor(extract(epoch from ontvangen_op - ${van}::timestamptz) / 3600)::int as uur, pakket, status,
           count(*)::int as aantal, max(ontvangen_op) as laatst
      from leveringen.levering where ontvangen_op >= ${van}::timestamptz group by 1, 2, 3`;
}

/** A school that shares class information. */
export type Delend = {
  readonly instellingsnummer: string;
  readonly naam: string;
  readonly pakket: string | null;
  readonly gegeven_op: Date;
  /** When the last file came that was not refused; null = never. */
  readonly laatst: Date | null;
};

/** Every school that shares, with its package of today and its last delivery (R74). */
export function listSharing(ctx: Context): Promise<readonly Delend[]> {
  const vandaag = ctx.clock.vandaag();
  return ctx.sql<Delend[]>`
    select s.instellingsnummer, s.naam, p.naam as pakket, d.gegeven_op, d.laatst
      from (select scholen.hoofd(a.instellingsnummer, ${vandaag}::date) as hoofd, h.lijn, min(a.gegeven_op) as gegeven_op,
                   (select max(l.laatst) from unnest(h.lijn) nummer, lateral (
                      select l.ontvangen_op as laatst from leveringen.levering l
                       where l.instellingsnummer = nummer and l.status <> 'geweigerd' order by l.ontvangen_op desc limit 1) l) as laatst
              from akkoorden.akkoord a, lateral (select scholen.lijn(a.instellingsnummer, ${vandaag}::date) as lijn) h
             where a.gestopt_op is null group by 1, 2) d
      join scholen.school s on s.instellingsnummer = d.hoofd
      left join schoolsoftware.pakket p on p.pakket = schoolsoftware.pakket_van(d.lijn, ${vandaag}::date)
     order by d.laatst nulls first, s.naam`;
}

/** A file that is held, or that was refused. */
export type ReceivedFile = {
  readonly levering: string;
  readonly instellingsnummer: string;
  readonly school: string | null;
  readonly pakket: string;
  readonly schooljaar: string;
  readonly status: "aangehouden" | "geweigerd";
  readonly ontvangen_op: Date;
};

/** Files that wait for a decision of the school, and those refused since `begin`; the newest first, at most `meest` of each. */
export async function listVastbenoemd(
  ctx: Context,
  begin: number,
  meest: number,
): Promise<{ readonly aangehouden: readonly ReceivedFile[]; readonly geweigerd: readonly ReceivedFile[] }> {
  // A held file is refused by itself after seven days: no need to look further back.
  const week = new Date(ctx.clock.now() - 8 * 86_400_000);
  const list = (status: ReceivedFile["status"], sinds: Date) => ctx.sql<ReceivedFile[]>`
    select l.levering, l.instellingsnummer, s.naam as school, coalesce(p.naam, l.pakket) as pakket, l.schooljaar, l.status, l.ontvangen_op
      from leveringen.levering l
      left join scholen.school s using (instellingsnummer)
      left join schoolsoftware.pakket p on p.pakket = l.pakket
     where l.status = ${status} and l.ontvangen_op >= ${sinds}::timestamptz
     order by l.ontvangen_op desc, l.levering limit ${meest}`;
  const [aangehouden, geweigerd] = await Promise.all([
    list("aangehouden", week),
    list("geweigerd", new Date(begin)),
  ]);
  return { aangehouden, geweigerd };
}

/** How the feed of Discimus goes. */
export type Feed = {
  readonly laatst: Date | null;
  /** Messages that could not be taken and are still there. */
  readonly quarantaine: number;
  readonly quarantaine_nieuw: number;
};

/** The last delivery of the feed, and what stands in quarantine; `nieuw` since `begin`. */
export async function findFeed(ctx: Context, begin: number): Promise<Feed> {
  const [row] = await ctx.sql<Feed[]>`
    select (select klaar_op from discimus.levering where klaar_op is not null order by levering_id desc limit 1) as laatst,
           count(*)::int as quarantaine, (count(*) filter (where ontvangen_op >= ${new Date(begin)}::timestamptz))::int as quarantaine_nieuw
      from discimus.quarantaine`;
  return row ?? { laatst: null, quarantaine: 0, quarantaine_nieuw: 0 };
}
