import type { Datum } from "#platform/clock";
import type { Context } from "#platform/context";
import type { AccountUuid } from "#platform/ids";
import { enqueueing } from "#platform/jobs";
import { daysOfSchooljaar } from "#platform/schooljaar";
import type { ReceivedFile, Leveringstatus, Ontvangst } from "./contract.ts";
import type { FileName } from "./names.ts";
import type { Known, Judgement, OldRow } from "./rules.ts";

/** What stands of the school year that a file is about. */
export type Stand = {
  readonly levering: string;
  readonly tijdstip: Date;
  readonly hash: Buffer;
  readonly volledig: boolean;
  readonly rijen: number;
  readonly leerlingen: number;
};

/** A school as it is when a file of it is looked at. */
export type Place = {
  /** The current number, and all that stand for the same school (D3). */
  readonly hoofd: string;
  readonly nummers: readonly string[];
  /** The package that the school uses today; null = none. */
  readonly pakket: string | null;
  /** The akkoord in force; null = none. */
  readonly akkoord: string | null;
  /** Classes of a stopped akkoord are not erased yet. */
  readonly teWissen: boolean;
  readonly stand: Stand | null;
};

type PlaceRow = Omit<Place, "stand"> & {
  readonly s_levering: string | null;
  readonly s_tijdstip: Date;
  readonly s_hash: Buffer;
  readonly s_volledig: boolean;
  readonly s_rijen: number;
  readonly s_leerlingen: number;
};

const placeColumns = (ctx: Context) => ctx.sql`
  n.hoofd, n.nummers, p.pakket, a.akkoord, w.wel as "teWissen",
  s.levering as s_levering, s.tijdstip as s_tijdstip, s.inhoud_hash as s_hash, s.volledig as s_volledig, s.rijen as s_rijen, s.leerlingen as s_leerlingen`;

/** Are files of the school and year held until somebody decides. */
const holds = (ctx: Context) => ctx.sql`
  exists (select from leveringen.levering h where h.instellingsnummer = any (n.nummers) and h.schooljaar = l.schooljaar
    and h.inhoud is not null and h.status = 'aangehouden')`;

/** The school of a file, beside something with its number and school year. */
const placeOf = (ctx: Context, vandaag: Datum) => ctx.sql`
  cross join lateral (select scholen.hoofd(l.instellingsnummer, ${vandaag}::date) as hoofd, scholen.lijn(l.instellingsnummer, ${vandaag}::date) as nummers) n
  cross join lateral (select schoolsoftware.pakket_van(n.nummers, ${vandaag}::date) as pakket) p
  left join lateral (select k.akkoord from akkoorden.akkoord k where k.instellingsnummer = any (n.nummers) and k.gestopt_op is null
                      order by k.gegeven_op, k.akkoord limit 1) a on true
  cross join lateral (select exists (select from akkoorden.akkoord k
    where k.instellingsnummer = any (n.nummers) and k.gestopt_op is not null and k.gewist_op is null) as wel) w
  left join lateral (select t.* from leveringen.stand t where t.instellingsnummer = any (n.nummers) and t.schooljaar = l.schooljaar
                      order by t.tijdstip desc limit 1) s on true`;

function makePlace(row: PlaceRow): Place {
  const { hoofd, nummers, pakket, akkoord, teWissen } = row;
  const stand =
    row.s_levering === null
      ? null
      : {
          levering: row.s_levering,
          tijdstip: row.s_tijdstip,
          hash: row.s_hash,
          volledig: row.s_volledig,
          rijen: row.s_rijen,
          leerlingen: row.s_leerlingen,
        };
  return { hoofd, nummers, pakket, akkoord, teWissen, stand };
}

/** A file that came before under the same name. */
export type Earlier = {
  readonly levering: string;
  readonly status: Leveringstatus;
  readonly hash: Buffer;
  readonly ontvangst: Ontvangst | null;
};

/** Everything that decides what becomes of a file that comes in, in one trip. */
export async function lookOnArrival(
  ctx: Context,
  pakket: string,
  file: string,
  naam: FileName,
): Promise<{ plaats: Place; gekend: boolean; houdt: boolean; eerder: Earlier | undefined }> {
  const [row] = await ctx.sql<
    (PlaceRow & {
      gekend: boolean;
      houdt: boolean;
      e_levering: string | null;
      status: Leveringstatus;
      hash: Buffer;
      ontvangst: string | null;
    })[]
  >`
    select ${placeColumns(ctx)}, exists (select from scholen.school where instellingsnummer = l.instellingsnummer) as gekend,
           ${holds(ctx)} as houdt,
           e.levering as e_levering, e.status, e.inhoud_hash as hash, e.ontvangst
      from (select ${naam.instellingsnummer}::text collate "C" as instellingsnummer, ${naam.schooljaar}::text as schooljaar) l
      ${placeOf(ctx, ctx.clock.vandaag())}
      left join leveringen.levering e on e.pakket = ${pakket} and e.naam = ${file}`;
  if (!row) throw new Error("a question without an answer");
  const eerder =
    row.e_levering === null
      ? undefined
      : {
          levering: row.e_levering,
          status: row.status,
          hash: row.hash,
          ontvangst: readOntvangst(row.ontvangst),
        };
  return { plaats: makePlace(row), gekend: row.gekend, houdt: row.houdt, eerder };
}

const readOntvangst = (text: string | null): Ontvangst | null =>
  text === null ? null : (JSON.parse(text) as Ontvangst);

/** A file as it is stored when it comes in. */
export type Arrival = {
  readonly levering: string;
  readonly bestand: ReceivedFile;
  readonly naam: FileName;
  readonly hash: Buffer;
  readonly nu: Date;
};

const columnsOf = (ctx: Context, { levering, bestand, naam, hash, nu }: Arrival) => ctx.sql`
  ${levering}::uuid, ${bestand.pakket}, ${bestand.naam}, ${naam.instellingsnummer}, ${naam.schooljaar}, ${new Date(naam.tijdstip)}::timestamptz,
  ${bestand.kanaal}, ${hash}::bytea, ${bestand.inhoud.length}::int, ${nu}::timestamptz`;
const leveringColumns = (ctx: Context) =>
  ctx.sql`levering, pakket, naam, instellingsnummer, schooljaar, tijdstip, kanaal, inhoud_hash, bytes, ontvangen_op`;
/** Only while this akkoord stands, and then it cannot stop before this commit. */
const standing = (ctx: Context, akkoord: string) =>
  ctx.sql`select from akkoorden.akkoord where akkoord = ${akkoord} and gestopt_op is null for share`;

/** Stores a file that waits, and asks for its handling, in one commit. False when the akkoord stopped or the name was taken just now. */
export async function insertWaiting(
  ctx: Context,
  nieuw: Arrival,
  akkoord: string,
  verzegeld: Buffer,
): Promise<boolean> {
  const rows = await ctx.sql`
    with a as (${standing(ctx, akkoord)}),
    n as (insert into leveringen.levering (${leveringColumns(ctx)}, status, akkoord, inhoud)
          select ${columnsOf(ctx, nieuw)}, 'wacht', ${akkoord}, ${verzegeld}::bytea from a on conflict do nothing returning levering)
    select ${enqueueing(ctx, "klasinformatie-levering", { levering: nieuw.levering })} from n`;
  return rows.length === 1;
}

/** Stores the refusal of a file, and nothing of its content. False when the name was taken just now. */
export async function insertRefused(ctx: Context, nieuw: Arrival, ontvangst: Ontvangst): Promise<boolean> {
  const { count } = await ctx.sql`
    insert into leveringen.levering (${leveringColumns(ctx)}, status, klaar_op, ontvangst)
    select ${columnsOf(ctx, nieuw)}, 'geweigerd', ${nieuw.nu}, ${JSON.stringify(ontvangst)} on conflict do nothing`;
  return count === 1;
}

/** Stores that a file holds what stands already. False when the stand changed, the akkoord stopped or the name was taken just now. */
export async function insertUnchanged(
  ctx: Context,
  nieuw: Arrival,
  akkoord: string,
  {
    plaats,
    stand,
    ontvangst,
  }: { readonly plaats: Place; readonly stand: Stand; readonly ontvangst: Ontvangst },
): Promise<boolean> {
  const { count } = await ctx.sql`
    with a as (${standing(ctx, akkoord)}),
    s as (update leveringen.stand set tijdstip = ${new Date(nieuw.naam.tijdstip)}, levering = ${nieuw.levering}, verwerkt_op = ${nieuw.nu}
           where instellingsnummer = any (${[...plaats.nummers]}) and schooljaar = ${nieuw.naam.schooljaar} and levering = ${stand.levering}
             and exists (select from a) returning 1)
    insert into leveringen.levering (${leveringColumns(ctx)}, status, klaar_op, ontvangst, akkoord)
    select ${columnsOf(ctx, nieuw)}, 'verwerkt', ${nieuw.nu}, ${JSON.stringify(ontvangst)}, ${akkoord} from s`;
  return count === 1;
}

/** A file that was taken, with its school. */
export type Taken = {
  readonly levering: string;
  readonly pakket: string;
  readonly naam: string;
  readonly instellingsnummer: string;
  readonly schooljaar: string;
  readonly tijdstip: Date;
  readonly status: Leveringstatus;
  readonly hash: Buffer;
  readonly inhoud: Buffer | null;
  readonly ontvangenOp: Date;
  readonly besluit: "verwerken" | "weigeren" | null;
  readonly ontvangst: Ontvangst | null;
  /** The akkoord under which it was taken. */
  readonly onderAkkoord: string | null;
  /** Are files of this school year held, this one or others. */
  readonly houdt: boolean;
  readonly plaats: Place;
};

/** A file with all that decides about it but its pupils, in one trip; undefined when there is none. */
export async function findTaken(ctx: Context, levering: string): Promise<Taken | undefined> {
  const [row] = await ctx.sql<
    (Omit<Taken, "plaats" | "ontvangst" | "pakket"> & PlaceRow & { van: string; ontvangst: string | null })[]
  >`
    select l.levering, l.pakket as van, l.naam, l.instellingsnummer, l.schooljaar, l.tijdstip, l.status, l.inhoud_hash as hash, l.inhoud,
           l.ontvangen_op as "ontvangenOp", l.besluit, l.ontvangst, l.akkoord as "onderAkkoord", ${holds(ctx)} as houdt, ${placeColumns(ctx)}
      from leveringen.levering l ${placeOf(ctx, ctx.clock.vandaag())} where l.levering = ${levering}`;
  return row && { ...row, pakket: row.van, ontvangst: readOntvangst(row.ontvangst), plaats: makePlace(row) };
}

/** What is known of the pupils and classes of a school in a school year; one trip. */
export async function listKnown(
  ctx: Context,
  nummers: readonly string[],
  schooljaar: string,
  op: Datum,
): Promise<Known> {
  const { van, tot } = daysOfSchooljaar(schooljaar);
  // The day on which who is enrolled is counted: today, or the nearest day of the school year.
  const teldag = op < van ? van : op > tot ? tot : op;
  // One text instead of hundreds of rows with their columns: a uuid has 36 characters, and no name of a class has a tab in it.
  const [bekend] = await ctx.sql<{ leerlingen: string | null; oud: string | null }[]>`
    select (
      select string_agg(case when i.telt then '+' else '-' end || a.account_uuid::text || coalesce(a.leer_id_uuid::text, ''), ',') as leerlingen
        from (select r.account_uuid, bool_or(kalender.is_lopend(${teldag}::date, i.van, i.tot)) as telt
                from leerlingen.registratie r
                join inschrijvingen.geldig i using (instellingsnummer, stamnummer) -- a look per pupil: a list of its own is joined badly in a large school
               where r.instellingsnummer = any (${[...nummers]})
                 and (kalender.is_lopend_in(${van}::date, ${tot}::date, i.van, i.tot) or kalender.is_lopend(${op}::date, i.van, i.tot))
               group by r.account_uuid) i
        join leerlingen.account a using (account_uuid)) as leerlingen, (
      select string_agg(concat_ws(e'\t', d.account_uuid, coalesce(a.vervangen_door, d.account_uuid), coalesce(a.leer_id_uuid::text, ''), d.klas,
               coalesce(d.subklas, ''), d.van, d.tot), e'\n') as oud
        from klassen.indeling d left join leerlingen.account a on a.account_uuid = d.account_uuid
       where d.instellingsnummer = any (${[...nummers]}) and d.schooljaar = ${schooljaar}) as oud`;
  const leerlingen = (bekend?.leerlingen?.split(",") ?? []).map((text) => {
    const accountUuid = text.slice(1, 37) as AccountUuid;
    return { accountUuid, staand: accountUuid, leerIdUuid: text.slice(37) || null };
  });
  const oud = (bekend?.oud?.split("\n") ?? []).map((text): OldRow => {
    const [account, staand, leerId, klas = "", subklas, vanaf, tem] = text.split("\t");
    return {
      accountUuid: account as AccountUuid,
      staand: staand as AccountUuid,
      leerIdUuid: leerId || null,
      klas,
      subklas: subklas || null,
      van: vanaf as Datum,
      tot: tem as Datum,
    };
  });
  const ingeschreven = bekend?.leerlingen?.split("+").length ?? 1;
  return { leerlingen, oud, ingeschreven: ingeschreven - 1 };
}

/**
 * Of uuids that are of no enrolled pupil of today: those that were his once (R38), with the current account of him. Whoever
 * is not among `staand` stays unknown.
 */
export async function listEarlier(
  ctx: Context,
  uuids: readonly string[],
  staand: ReadonlySet<AccountUuid>,
): Promise<Known["leerlingen"]> {
  const rows = await ctx.sql<{ accountUuid: AccountUuid; leerIdUuid: string | null; staand: AccountUuid }[]>`
    with u as (select unnest(${arrayOf(uuids)}::text::uuid[]) as id)
    select a.account_uuid as "accountUuid", a.leer_id_uuid as "leerIdUuid", a.vervangen_door as staand
      from u join leerlingen.account a on a.account_uuid = u.id where a.vervangen_door is not null
    union
    select a.account_uuid, a.leer_id_uuid, a.vervangen_door
      from u join leerlingen.account a on a.leer_id_uuid = u.id where a.vervangen_door is not null`;
  return rows.filter((row) => staand.has(row.staand));
}

/** Ends a file with changes to the classes, or with none: see leveringen.rond_af. False when it must be looked at again. */
export async function finish(
  ctx: Context,
  bij: Taken,
  einde: {
    readonly akkoord: string;
    readonly status: Leveringstatus;
    readonly ontvangst: Ontvangst;
    readonly volledig: boolean;
    readonly rijen: number;
  } & Pick<Judgement, "leerlingen" | "weg" | "nieuw">,
): Promise<boolean> {
  const groepen = new Map<string, number>();
  const [klassen, subklassen, van, tot]: [string[], (string | null)[], string[], string[]] = [[], [], [], []];
  const nummersVan = einde.nieuw.map((row) => {
    const sleutel = `${row.klas}\t${row.subklas ?? ""}\t${row.van}\t${row.tot}`;
    const al = groepen.get(sleutel);
    if (al !== undefined) return al;
    klassen.push(row.klas);
    subklassen.push(row.subklas);
    van.push(row.van);
    tot.push(row.tot);
    groepen.set(sleutel, klassen.length);
    return klassen.length;
  });
  const { plaats } = bij;
  const [row] = await ctx.sql<{ klaar: boolean }[]>`
    select leveringen.rond_af(${bij.levering}, ${bij.status}, ${einde.akkoord}, ${plaats.stand?.levering ?? null}, ${plaats.hoofd},
      ${[...plaats.nummers]}::text[], ${einde.status}, ${JSON.stringify(einde.ontvangst)}, ${new Date(ctx.clock.now())}, ${einde.volledig},
      ${einde.rijen}, ${einde.leerlingen}, ${arrayOf(einde.weg)}::text::uuid[], ${arrayOf(einde.nieuw.map((one) => one.accountUuid))}::text::uuid[],
      ${arrayOf(nummersVan)}::text::int[], ${klassen}::text[], ${subklassen}::text[], ${arrayOf(van)}::text::date[], ${arrayOf(tot)}::text::date[]) as klaar`;
  return row?.klaar ?? false;
}

/** An array of uuids, numbers or dates as PostgreSQL reads it: none of these needs quotes, and quoting takes as long as the rest. */
const arrayOf = (values: readonly (string | number)[]): string => `{${values.join(",")}}`;

/** Holds or refuses a file that was taken. A refused one is erased. False when somebody else handled it meanwhile. */
export async function closeLevering(
  ctx: Context,
  levering: string,
  was: Leveringstatus,
  status: "aangehouden" | "geweigerd",
  ontvangst: Ontvangst,
): Promise<boolean> {
  const { count } = await ctx.sql`
    update leveringen.levering
       set status = ${status}, ontvangst = ${JSON.stringify(ontvangst)}, klaar_op = ${new Date(ctx.clock.now())},
           inhoud = case when ${status === "aangehouden"} then inhoud end
     where levering = ${levering} and status = ${was}`;
  return count === 1;
}

/** Files of a school year that are held, and older than a moment: what came after them took their place. */
export async function listHeld(
  ctx: Context,
  nummers: readonly string[],
  schooljaar: string,
  voor: Date,
): Promise<string[]> {
  const rows = await ctx.sql<{ levering: string }[]>`
    select levering from leveringen.levering
     where instellingsnummer = any (${[...nummers]}) and schooljaar = ${schooljaar} and inhoud is not null and status = 'aangehouden' and tijdstip < ${voor}`;
  return rows.map(({ levering }) => levering);
}

/** The receipt of a file; "wacht" while there is none yet, undefined when this package never sent it. */
export async function findOntvangst(
  ctx: Context,
  pakket: string,
  naam: string,
): Promise<Ontvangst | "wacht" | undefined> {
  const [row] = await ctx.sql<{ ontvangst: string | null }[]>`
    select ontvangst from leveringen.levering where pakket = ${pakket} and naam = ${naam}`;
  return row && (readOntvangst(row.ontvangst) ?? "wacht");
}

/** Files of a package that have a receipt since a moment, newest first, with the size of the receipt as JSON without spaces. */
export async function listWithOntvangst(
  ctx: Context,
  pakket: string,
  sinds: Date,
): Promise<{ naam: string; bytes: number; klaarOp: Date }[]> {
  return ctx.sql<{ naam: string; bytes: number; klaarOp: Date }[]>`
    select naam, octet_length(ontvangst) as bytes, klaar_op as "klaarOp" from leveringen.levering
     where pakket = ${pakket} and klaar_op >= ${sinds} order by klaar_op desc, naam`;
}
