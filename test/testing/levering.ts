import { randomUUID } from "node:crypto";
import type { Context } from "#platform/context";
import type { AccountUuid } from "#platform/ids";
import { receive } from "#modules/discimus";
import { receiveFile, processLevering, type Ontvangst } from "#modules/leveringen";
import { inschrijvingRegel, leerlingRegel, schoolRegel, testInsz } from "#testing/discimus";

/** A pupil of a school of a test, by the uuids that its package knows. */
export type Pupil = { readonly account: AccountUuid; readonly leerId: string; readonly stamnummer: string };

export const kop = "leer_id_uuid;account_uuid;klas;subklas;van;tot";

/**
 * A school with pupils who are enrolled since 1 September 2026, all identified, as a feed brings them. `pakket`: the package
 * that it uses, null = none; `akkoord`: whether it shares class information.
 */
export async function makeSchool(
  ctx: Context,
  instellingsnummer: string,
  {
    leerlingen,
    pakket = "wisa",
    akkoord = true,
  }: { readonly leerlingen: number; readonly pakket?: string | null; readonly akkoord?: boolean },
): Promise<Pupil[]> {
  const regels = [schoolRegel({ school: instellingsnummer })];
  for (let nr = 0; nr < leerlingen; nr++) {
    const geboren = new Date(Date.UTC(2008, 0, 1 + nr + (Number(instellingsnummer) % 50) * 60));
    const iso = geboren.toISOString().slice(0, 10);
    const insz = testInsz(iso.slice(2).replaceAll("-", ""));
    const kopje = { school: instellingsnummer };
    regels.push(
      leerlingRegel(`s${nr}`, kopje, { insz, geboortedatum: iso }),
      inschrijvingRegel(`s${nr}`, kopje),
    );
  }
  const { quarantaine } = await receive(ctx, regels, { bron: "http" });
  if (quarantaine[0]) throw new Error(`a message of the setting is refused: ${quarantaine[0].code}`);
  if (pakket !== null) await usePakket(ctx, instellingsnummer, pakket);
  if (akkoord) await giveTestAkkoord(ctx, instellingsnummer);
  return ctx.sql<Pupil[]>`
    select r.account_uuid as account, a.leer_id_uuid as "leerId", r.stamnummer
      from leerlingen.registratie r join leerlingen.account a using (account_uuid)
     where r.instellingsnummer = ${instellingsnummer} order by length(r.stamnummer), r.stamnummer`;
}

export async function usePakket(ctx: Context, instellingsnummer: string, pakket: string): Promise<void> {
  await ctx.sql`insert into schoolsoftware.pakket (pakket, naam, levert_klasinformatie, gewijzigd_op) values (${pakket}, ${pakket}, true, now()) on conflict do nothing`;
  await ctx.sql`insert into schoolsoftware.gebruik (instellingsnummer, van, tot, pakket, gewijzigd_op) values (${instellingsnummer}, '2020-09-01', null, ${pakket}, now())`;
}

/** An akkoord without the pages around it; gives its id. */
export async function giveTestAkkoord(ctx: Context, instellingsnummer: string): Promise<string> {
  const akkoord = randomUUID();
  await ctx.sql`insert into akkoorden.overeenkomst (versie, inhoud, ingevoerd_op) values (1, '{}', now()) on conflict do nothing`;
  await ctx.sql`insert into akkoorden.akkoord (akkoord, instellingsnummer, versie, gegeven_op, gegeven_door, gegeven_naam)
    values (${akkoord}, ${instellingsnummer}, 1, ${new Date(ctx.clock.now())}, 'vo-1', 'Els Vandamme')`;
  return akkoord;
}

export async function stopTestAkkoord(ctx: Context, instellingsnummer: string): Promise<void> {
  await ctx.sql`update akkoorden.akkoord set gestopt_op = ${new Date(ctx.clock.now())}, gestopt_door = 'vo-1', gestopt_naam = 'Els Vandamme'
    where instellingsnummer = ${instellingsnummer} and gestopt_op is null`;
}

/** The name of a file that the package made at `tijdstip` (ISO 8601). */
export const fileNameOf = (
  instellingsnummer: string,
  tijdstip: string,
  { schooljaar = "2026-2027", gz = false }: { readonly schooljaar?: string; readonly gz?: boolean } = {},
): string =>
  `klasinformatie_${instellingsnummer}_${schooljaar}_${new Date(tijdstip).toISOString().replaceAll(/[-:]|\.\d{3}/g, "")}.csv${gz ? ".gz" : ""}`;

/** Delivers a file as a package does and lets the job look at it: the receipt. */
export async function deliverFile(
  ctx: Context,
  naam: string,
  inhoud: string | Buffer,
  pakket = "wisa",
): Promise<Ontvangst> {
  const { levering, ontvangst } = await receiveFile(ctx, {
    pakket,
    naam,
    inhoud: Buffer.from(inhoud),
    kanaal: "https",
  });
  if (ontvangst) return ontvangst;
  await processLevering(ctx, levering);
  const [row] = await ctx.sql<{ ontvangst: string | null }[]>`
    select ontvangst from leveringen.levering where levering = ${levering}`;
  if (typeof row?.ontvangst !== "string") throw new Error("a file without a receipt");
  return JSON.parse(row.ontvangst) as Ontvangst;
}

/** The classes of a school as they stand, in order. */
export async function klassenOf(
  ctx: Context,
  instellingsnummer: string,
): Promise<{ account: string; klas: string; subklas: string | null; van: string; tot: string }[]> {
  const rows = await ctx.sql<
    { account: string; klas: string; subklas: string | null; van: string; tot: string }[]
  >`
    select account_uuid as account, klas, subklas, van, tot from klassen.indeling
     where instellingsnummer = ${instellingsnummer} order by account_uuid, klas, subklas nulls first, van`;
  return rows.map((row) => ({ ...row }));
}
