import type { Datum } from "#platform/clock";
import type { Context } from "#platform/context";
import type { Gebruik, Pakket } from "./contract.ts";
import type { Sleutel } from "./rules.ts";

type PakketRow = { pakket: string; naam: string; levert_klasinformatie: boolean };
const pakketFrom = (row: PakketRow): Pakket => ({
  pakket: row.pakket,
  naam: row.naam,
  levertKlasinformatie: row.levert_klasinformatie,
});

/** The package that a school uses on a day (R21), under any of its numbers; undefined = none is configured. */
export async function pakketOf(
  ctx: Context,
  nummers: readonly string[],
  op: Datum,
): Promise<Pakket | undefined> {
  const [row] = await ctx.sql<PakketRow[]>`
    select p.pakket, p.naam, p.levert_klasinformatie from schoolsoftware.pakket p
     where p.pakket = schoolsoftware.pakket_van(${[...nummers]}, ${op}::date)`;
  return row && pakketFrom(row);
}

/** All packages, by name. */
export async function listPakketten(ctx: Context): Promise<Pakket[]> {
  const rows = await ctx.sql<PakketRow[]>`
    select pakket, naam, levert_klasinformatie from schoolsoftware.pakket order by naam, pakket`;
  return rows.map(pakketFrom);
}

/** The packages that can deliver class information, by name. */
export const listDeliveringPakketten = async (ctx: Context): Promise<Pakket[]> =>
  (await listPakketten(ctx)).filter(({ levertKlasinformatie }) => levertKlasinformatie);

/** The package whose machine client this is. */
export async function findPakketOfClient(ctx: Context, clientId: string): Promise<Pakket | undefined> {
  const [row] = await ctx.sql<PakketRow[]>`
    select pakket, naam, levert_klasinformatie from schoolsoftware.pakket where client_id = ${clientId}`;
  return row && pakketFrom(row);
}

/** The package whose public key has this fingerprint (`SHA256:…`), with the key as OpenSSH writes it. */
export async function findPakketOfSleutel(
  ctx: Context,
  vingerafdruk: string,
): Promise<(Pakket & { readonly publiekeSleutel: string }) | undefined> {
  const [row] = await ctx.sql<(PakketRow & { publieke_sleutel: string })[]>`
    select p.pakket, p.naam, p.levert_klasinformatie, s.publieke_sleutel
      from schoolsoftware.sleutel s join schoolsoftware.pakket p using (pakket) where s.vingerafdruk = ${vingerafdruk}`;
  return row && { ...pakketFrom(row), publiekeSleutel: row.publieke_sleutel };
}

/** The periods of a school, under any of its numbers, the latest first. */
export async function listGebruik(ctx: Context, nummers: readonly string[]): Promise<Gebruik[]> {
  return ctx.sql<Gebruik[]>`
    select instellingsnummer, pakket, van, tot from schoolsoftware.gebruik
     where instellingsnummer = any (${[...nummers]}) order by van desc, instellingsnummer`;
}

/** One change of packages and their use at a time: changes are rare, and the ends of periods depend on each other. */
export async function takeLock(ctx: Context): Promise<void> {
  await ctx.sql`select pg_advisory_xact_lock(7131)`;
}

export async function upsertPakket(
  ctx: Context,
  pakket: Pakket & { readonly clientId: string | null },
): Promise<void> {
  await ctx.sql`
    insert into schoolsoftware.pakket as p (pakket, naam, levert_klasinformatie, client_id, gewijzigd_op)
    values (${pakket.pakket}, ${pakket.naam}, ${pakket.levertKlasinformatie}, ${pakket.clientId}, ${new Date(ctx.clock.now())})
    on conflict (pakket) do update set naam = excluded.naam, levert_klasinformatie = excluded.levert_klasinformatie,
      client_id = excluded.client_id, gewijzigd_op = excluded.gewijzigd_op
     where (p.naam, p.levert_klasinformatie, p.client_id) is distinct from (excluded.naam, excluded.levert_klasinformatie, excluded.client_id)`;
}

/** Lets go of client_ids of these packages, so that packages in one file can swap them. */
export async function freeClients(ctx: Context, pakketten: readonly string[], houd: readonly string[]) {
  await ctx.sql`
    update schoolsoftware.pakket set client_id = null
     where pakket = any (${[...pakketten]}) and client_id is not null and not (pakket || ' ' || client_id = any (${[...houd]}))`;
}

/** Which of these client_ids belong to packages that are not among these. */
export async function listStrangerClients(
  ctx: Context,
  clientIds: readonly string[],
  pakketten: readonly string[],
): Promise<string[]> {
  const rows = await ctx.sql<{ client_id: string }[]>`
    select client_id from schoolsoftware.pakket
     where client_id = any (${[...clientIds]}) and not (pakket = any (${[...pakketten]}))`;
  return rows.map((row) => row.client_id);
}

/** Which of these keys belong to packages that are not among these: their fingerprints. */
export async function listStrangerSleutels(
  ctx: Context,
  vingerafdrukken: readonly string[],
  pakketten: readonly string[],
): Promise<string[]> {
  const rows = await ctx.sql<{ vingerafdruk: string }[]>`
    select vingerafdruk from schoolsoftware.sleutel
     where vingerafdruk = any (${[...vingerafdrukken]}) and not (pakket = any (${[...pakketten]}))`;
  return rows.map((row) => row.vingerafdruk);
}

/** These are the keys of these packages from now on, and no others. */
export async function setSleutels(
  ctx: Context,
  pakketten: readonly string[],
  sleutels: readonly (Sleutel & { readonly pakket: string })[],
): Promise<void> {
  await ctx.sql`
    delete from schoolsoftware.sleutel
     where pakket = any (${[...pakketten]})
       and not (pakket || ' ' || vingerafdruk = any (${sleutels.map((one) => `${one.pakket} ${one.vingerafdruk}`)}))`;
  await ctx.sql`
    insert into schoolsoftware.sleutel (vingerafdruk, pakket, publieke_sleutel, ingevoerd_op)
    select s.*, ${new Date(ctx.clock.now())}::timestamptz
      from unnest(${sleutels.map((one) => one.vingerafdruk)}::text[], ${sleutels.map((one) => one.pakket)}::text[],
                  ${sleutels.map((one) => one.publiekeSleutel)}::text[]) as s
    on conflict (vingerafdruk) do nothing`;
}

/** Which of these packages exist. */
export async function listExisting(ctx: Context, pakketten: readonly string[]): Promise<string[]> {
  const rows = await ctx.sql<{ pakket: string }[]>`
    select pakket from schoolsoftware.pakket where pakket = any (${[...pakketten]})`;
  return rows.map((row) => row.pakket);
}

/**
 * Writes periods. A period ends at the latest the day before the next one of the school begins, also when it was to last
 * longer: after that next one nothing comes back by itself.
 */
export async function upsertGebruik(ctx: Context, gebruik: readonly Gebruik[]): Promise<void> {
  await ctx.sql`
    with nieuw as (
      select * from unnest(${gebruik.map((one) => one.instellingsnummer)}::text[], ${gebruik.map((one) => one.van)}::date[],
                           ${gebruik.map((one) => one.tot)}::date[], ${gebruik.map((one) => one.pakket)}::text[])
        as n (instellingsnummer, van, tot, pakket)),
    alle as (
      select * from nieuw
      union all
      select g.instellingsnummer, g.van, g.tot, g.pakket from schoolsoftware.gebruik g
       where g.instellingsnummer in (select instellingsnummer from nieuw)
         and not exists (select from nieuw n where n.instellingsnummer = g.instellingsnummer and n.van = g.van))
    insert into schoolsoftware.gebruik as g (instellingsnummer, van, tot, pakket, gewijzigd_op)
    select instellingsnummer, van, least(tot, lead(van) over (partition by instellingsnummer order by van) - 1), pakket,
           ${new Date(ctx.clock.now())}::timestamptz
      from alle
    on conflict (instellingsnummer, van) do update set tot = excluded.tot, pakket = excluded.pakket, gewijzigd_op = excluded.gewijzigd_op
     where (g.tot, g.pakket) is distinct from (excluded.tot, excluded.pakket)`;
}

/** Gives a period another last day; false when there is no such period. */
export async function updateUntil(
  ctx: Context,
  { instellingsnummer, van, tot }: Omit<Gebruik, "pakket">,
): Promise<boolean> {
  const { count } = await ctx.sql`
    update schoolsoftware.gebruik set tot = ${tot}, gewijzigd_op = ${new Date(ctx.clock.now())}
     where instellingsnummer = ${instellingsnummer} and van = ${van}`;
  return count > 0;
}
