import type { Context } from "#platform/context";
import { enqueue } from "#platform/jobs";
import { daysOfSchooljaar, shiftSchooljaar } from "#platform/schooljaar";

const dag = 86_400_000;
const bewaring = { aangehouden: 7 * dag, ontvangst: 400 * dag, naWacht: 10 * 60_000 };

/** Akkoorden that were stopped and of which something may still be stored. */
export async function listGestopte(ctx: Context): Promise<string[]> {
  const rijen = await ctx.sql<{ akkoord: string }[]>`
    select akkoord from klasinformatie.akkoord where gestopt_op is not null and gewist_op is null order by gestopt_op`;
  return rijen.map(({ akkoord }) => akkoord);
}

/** In a transaction: takes a stopped akkoord for itself, and gives the numbers of its school; undefined when it was erased meanwhile. */
export async function neemGestopt(ctx: Context, akkoord: string): Promise<string[] | undefined> {
  const [rij] = await ctx.sql<{ nummers: string[] }[]>`
    select scholen.lijn(instellingsnummer, ${ctx.clock.vandaag()}::date) as nummers from klasinformatie.akkoord
     where akkoord = ${akkoord} and gestopt_op is not null and gewist_op is null for update`;
  return rij?.nummers;
}

/** Files that wait or are held and were taken under an akkoord. */
export async function listOpenOnder(
  ctx: Context,
  akkoord: string,
  nummers: readonly string[],
): Promise<string[]> {
  const rijen = await ctx.sql<{ levering: string }[]>`
    select levering from klasinformatie.levering
     where instellingsnummer = any (${[...nummers]}) and inhoud is not null and (akkoord = ${akkoord} or akkoord is null)`;
  return rijen.map(({ levering }) => levering);
}

/** In a transaction: erases classes and stand of a school, notes the proof, and that nothing of this akkoord is stored any more. */
export async function wisKlassen(
  ctx: Context,
  akkoord: string,
  nummers: readonly string[],
  bestanden: number,
): Promise<void> {
  const nu = new Date(ctx.clock.now());
  await ctx.sql`
    with rijen as (delete from klasinformatie.indeling where instellingsnummer = any (${[...nummers]}) returning 1),
    standen as (delete from klasinformatie.stand where instellingsnummer = any (${[...nummers]})),
    klaar as (update klasinformatie.akkoord set gewist_op = ${nu} where akkoord = ${akkoord} returning instellingsnummer)
    insert into klasinformatie.wissing (instellingsnummer, akkoord, regel, rijen, bestanden, tijdstip)
    select instellingsnummer, ${akkoord}, 'gestopt', (select count(*) from rijen), ${bestanden}, ${nu} from klaar`;
}

/** Held files about which nobody decided in time. */
export async function listVervallen(ctx: Context): Promise<string[]> {
  const rijen = await ctx.sql<{ levering: string }[]>`
    select levering from klasinformatie.levering
     where inhoud is not null and status = 'aangehouden' and besluit is null and klaar_op < ${new Date(ctx.clock.now() - bewaring.aangehouden)}`;
  return rijen.map(({ levering }) => levering);
}

/** Schools and years at which retention did not look yet today; some at a time. */
export async function listNaTeKijken(
  ctx: Context,
): Promise<{ instellingsnummer: string; schooljaar: string }[]> {
  return ctx.sql<{ instellingsnummer: string; schooljaar: string }[]>`
    select instellingsnummer, schooljaar from klasinformatie.stand
     where (nagekeken_op at time zone 'Europe/Brussels')::date < ${ctx.clock.vandaag()}::date
     order by nagekeken_op, instellingsnummer limit 1000`;
}

/** The classes of a school year that ended more than a year ago, with their stand. */
export async function wisVoorbij(ctx: Context, instellingsnummer: string, schooljaar: string): Promise<void> {
  if (daysOfSchooljaar(shiftSchooljaar(schooljaar, 1)).tot >= ctx.clock.vandaag()) return;
  await ctx.sql`
    with rijen as (delete from klasinformatie.indeling where instellingsnummer = ${instellingsnummer} and schooljaar = ${schooljaar} returning 1),
    stand as (delete from klasinformatie.stand where instellingsnummer = ${instellingsnummer} and schooljaar = ${schooljaar} returning 1)
    insert into klasinformatie.wissing (instellingsnummer, regel, rijen, bestanden, tijdstip)
    select ${instellingsnummer}, 'schooljaar-voorbij', (select count(*) from rijen), 0, ${new Date(ctx.clock.now())}
     where exists (select from rijen) or exists (select from stand)`;
}

/** The classes of pupils whose last enrolment in the school ended more than a year ago, or never was (R76); and that it was looked at. */
export async function wisUitgeschreven(
  ctx: Context,
  instellingsnummer: string,
  schooljaar: string,
): Promise<void> {
  const nu = new Date(ctx.clock.now());
  const vandaag = ctx.clock.vandaag();
  await ctx.sql`
    with rijen as (
      delete from klasinformatie.indeling d
       where d.instellingsnummer = ${instellingsnummer} and d.schooljaar = ${schooljaar}
         and not exists (
           select from leerlingen.account a
             join leerlingen.registratie r on r.account_uuid = coalesce(a.vervangen_door, a.account_uuid)
             join inschrijvingen.geldig i using (instellingsnummer, stamnummer)
            where a.account_uuid = d.account_uuid and r.instellingsnummer = any (scholen.lijn(${instellingsnummer}, ${vandaag}::date))
              and not kalender.is_vroeger((${vandaag}::date - interval '1 year')::date, i.tot))
      returning 1),
    bewijs as (
      insert into klasinformatie.wissing (instellingsnummer, regel, rijen, bestanden, tijdstip)
      select ${instellingsnummer}, 'uitgeschreven', count(*), 0, ${nu} from rijen having count(*) > 0)
    update klasinformatie.stand set nagekeken_op = ${nu} where instellingsnummer = ${instellingsnummer} and schooljaar = ${schooljaar}`;
}

/** Receipts after 400 days; some at a time. */
export async function verwijderOntvangsten(ctx: Context): Promise<void> {
  const nu = ctx.clock.now();
  await ctx.sql`
    with weg as (
      delete from klasinformatie.levering where levering in (
        select levering from klasinformatie.levering
         where ontvangen_op < ${new Date(nu - bewaring.ontvangst)} and inhoud is null limit 10000)
      returning 1)
    insert into klasinformatie.wissing (regel, rijen, bestanden, tijdstip)
    select 'ontvangst-verlopen', 0, count(*), ${new Date(nu)} from weg having count(*) > 0`;
}

/** Asks again for files that wait, or were decided about, for ten minutes: their job failed too often, or is gone. */
export async function hervatLeveringen(ctx: Context): Promise<void> {
  const voor = new Date(ctx.clock.now() - bewaring.naWacht);
  const rijen = await ctx.sql<{ levering: string }[]>`
    select levering from klasinformatie.levering
     where inhoud is not null and ((status = 'wacht' and ontvangen_op < ${voor}) or (status = 'aangehouden' and besluit_op < ${voor}))
     order by ontvangen_op limit 1000`;
  for (const { levering } of rijen)
    await enqueue(ctx, "klasinformatie-levering", { levering }, { sleutel: `levering-${levering}` });
}
