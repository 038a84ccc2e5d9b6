import type { Context } from "#platform/context";
import { enqueue } from "#platform/jobs";

const dag = 86_400_000;
const bewaring = { aangehouden: 7 * dag, ontvangst: 400 * dag, naWacht: 10 * 60_000 };

/** Files that wait or are held and were taken under an akkoord. */
export async function listOpenBelow(
  ctx: Context,
  akkoord: string,
  nummers: readonly string[],
): Promise<string[]> {
  const rows = await ctx.sql<{ levering: string }[]>`
    select levering from leveringen.levering
     where instellingsnummer = any (${[...nummers]}) and inhoud is not null and (akkoord = ${akkoord} or akkoord is null)`;
  return rows.map(({ levering }) => levering);
}

/** Held files about which nobody decided in time. */
export async function listExpired(ctx: Context): Promise<string[]> {
  const rows = await ctx.sql<{ levering: string }[]>`
    select levering from leveringen.levering
     where inhoud is not null and status = 'aangehouden' and besluit is null and klaar_op < ${new Date(ctx.clock.now() - bewaring.aangehouden)}`;
  return rows.map(({ levering }) => levering);
}

/** Schools and years at which retention did not look yet today; some at a time. */
export async function listToCheck(
  ctx: Context,
): Promise<{ instellingsnummer: string; schooljaar: string }[]> {
  return ctx.sql<{ instellingsnummer: string; schooljaar: string }[]>`
    select instellingsnummer, schooljaar from leveringen.stand
     where (nagekeken_op at time zone 'Europe/Brussels')::date < ${ctx.clock.vandaag()}::date
     order by nagekeken_op, instellingsnummer limit 1000`;
}

/** In a transaction: what stands of a school is gone, of one school year or of all; with a proof when there was anything (D12). */
export async function deleteStand(
  ctx: Context,
  nummers: readonly string[],
  schooljaar: string | null,
): Promise<number> {
  const { count } = await ctx.sql`
    delete from leveringen.stand
     where instellingsnummer = any (${[...nummers]}) and (${schooljaar}::text is null or schooljaar = ${schooljaar}::text)`;
  return count;
}

/** Notes what was erased, as proof (D12). */
export async function insertWissing(
  ctx: Context,
  wissing: {
    readonly instellingsnummer: string;
    readonly akkoord: string | null;
    readonly regel: "gestopt" | "uitgeschreven" | "schooljaar-voorbij";
    readonly rijen: number;
    readonly bestanden: number;
  },
): Promise<void> {
  const { instellingsnummer, akkoord, regel, rijen, bestanden } = wissing;
  await ctx.sql`
    insert into leveringen.wissing (instellingsnummer, akkoord, regel, rijen, bestanden, tijdstip)
    values (${instellingsnummer}, ${akkoord}, ${regel}, ${rijen}, ${bestanden}, ${new Date(ctx.clock.now())})`;
}

/** Retention looked at the classes of a school year just now. */
export async function markNagekeken(
  ctx: Context,
  instellingsnummer: string,
  schooljaar: string,
): Promise<void> {
  await ctx.sql`
    update leveringen.stand set nagekeken_op = ${new Date(ctx.clock.now())}
     where instellingsnummer = ${instellingsnummer} and schooljaar = ${schooljaar}`;
}

/** Receipts after 400 days; some at a time. */
export async function removeOntvangsten(ctx: Context): Promise<void> {
  const nu = ctx.clock.now();
  await ctx.sql`
    with weg as (
      delete from leveringen.levering where levering in (
        select levering from leveringen.levering
         where ontvangen_op < ${new Date(nu - bewaring.ontvangst)} and inhoud is null limit 10000)
      returning 1)
    insert into leveringen.wissing (regel, rijen, bestanden, tijdstip)
    select 'ontvangst-verlopen', 0, count(*), ${new Date(nu)} from weg having count(*) > 0`;
}

/** Asks again for files that wait, or were decided about, for ten minutes: their job failed too often, or is gone. */
export async function resumeLeveringen(ctx: Context): Promise<void> {
  const voor = new Date(ctx.clock.now() - bewaring.naWacht);
  const rows = await ctx.sql<{ levering: string }[]>`
    select levering from leveringen.levering
     where inhoud is not null and ((status = 'wacht' and ontvangen_op < ${voor}) or (status = 'aangehouden' and besluit_op < ${voor}))
     order by ontvangen_op limit 1000`;
  for (const { levering } of rows)
    await enqueue(ctx, "klasinformatie-levering", { levering }, { sleutel: `levering-${levering}` });
}
