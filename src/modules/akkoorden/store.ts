import { randomUUID } from "node:crypto";
import type { Context } from "#platform/context";
import type { Akkoord, AkkoordPeriod } from "./contract.ts";

/** Keeps a version of the agreement, if it was not kept yet, and gives the words as they are kept. */
export async function saveOvereenkomst(ctx: Context, versie: number, inhoud: string): Promise<string> {
  await ctx.sql`
    insert into akkoorden.overeenkomst (versie, inhoud, ingevoerd_op)
    values (${versie}, ${inhoud}, ${new Date(ctx.clock.now())}) on conflict (versie) do nothing`;
  return (await findOvereenkomst(ctx, versie)) ?? "";
}

/** The words of a version, as schools agreed to them. */
export async function findOvereenkomst(ctx: Context, versie: number): Promise<string | undefined> {
  const [row] = await ctx.sql<
    { inhoud: string }[]
  >`select inhoud from akkoorden.overeenkomst where versie = ${versie}`;
  return row?.inhoud;
}

/** Opens an akkoord unless one of the school stands, under any of its numbers; false when one stands. */
export async function insertAkkoord(
  ctx: Context,
  akkoord: {
    readonly instellingsnummer: string;
    readonly lijn: readonly string[];
    readonly versie: number;
    readonly voId: string;
    readonly naam: string;
  },
): Promise<boolean> {
  const rows = await ctx.sql`
    insert into akkoorden.akkoord (akkoord, instellingsnummer, school_naam, versie, gegeven_op, gegeven_door, gegeven_naam)
    select ${randomUUID()}::uuid, s.instellingsnummer, s.naam, ${akkoord.versie}::integer, ${new Date(ctx.clock.now())}::timestamptz,
           ${akkoord.voId}, ${akkoord.naam}
      from scholen.school s
     where s.instellingsnummer = ${akkoord.instellingsnummer} and not akkoorden.deelt(${[...akkoord.lijn]}::text[])
    on conflict (instellingsnummer) where gestopt_op is null do nothing
    returning akkoord`;
  return rows.length > 0;
}

/** Closes what stands of a school and asks for the erasing, in one statement; gives how many akkoorden it closed. */
export async function closeAkkoorden(
  ctx: Context,
  lijn: readonly string[],
  wie: { readonly voId: string; readonly naam: string },
): Promise<number> {
  const rows = await ctx.sql`
    with dicht as (
      update akkoorden.akkoord
         set gestopt_op = ${new Date(ctx.clock.now())}, gestopt_door = ${wie.voId}, gestopt_naam = ${wie.naam}
       where instellingsnummer = any (${[...lijn]}::text[]) and gestopt_op is null
      returning akkoord)
    select akkoorden.vraag_wissen(akkoord) from dicht`;
  return rows.length;
}

type Row = {
  akkoord: string;
  instellingsnummer: string;
  school_naam: string | null;
  versie: number;
  gegeven_op: Date;
  gegeven_door: string;
  gegeven_naam: string;
  gestopt_op: Date | null;
  gestopt_naam: string | null;
  gewist_op: Date | null;
};

const akkoordFrom = (row: Row): Akkoord => ({
  akkoord: row.akkoord,
  instellingsnummer: row.instellingsnummer,
  schoolNaam: row.school_naam,
  versie: row.versie,
  gegevenOp: row.gegeven_op.getTime(),
  gegevenDoor: row.gegeven_door,
  gegevenNaam: row.gegeven_naam,
});

/** Every akkoord of a school, newest first. */
export async function selectAkkoorden(
  ctx: Context,
  lijn: readonly string[],
): Promise<readonly AkkoordPeriod[]> {
  const rows = await ctx.sql<Row[]>`
    select akkoord, instellingsnummer, school_naam, versie, gegeven_op, gegeven_door, gegeven_naam, gestopt_op, gestopt_naam, gewist_op
      from akkoorden.akkoord where instellingsnummer = any (${[...lijn]}::text[])
     order by gestopt_op is null desc, gegeven_op desc, akkoord`;
  return rows.map((row) => ({
    ...akkoordFrom(row),
    gestoptOp: row.gestopt_op?.getTime() ?? null,
    gestoptNaam: row.gestopt_naam,
    gewistOp: row.gewist_op?.getTime() ?? null,
  }));
}

/** Does the school share now? The same question as intake and release ask. */
export async function selectSharing(ctx: Context, lijn: readonly string[]): Promise<boolean> {
  const [row] = await ctx.sql<{ deelt: boolean }[]>`select akkoorden.deelt(${[...lijn]}::text[]) as deelt`;
  return row?.deelt ?? false;
}

/** Akkoorden that were stopped and of which something may still be stored. */
export async function listStopped(ctx: Context): Promise<string[]> {
  const rows = await ctx.sql<{ akkoord: string }[]>`
    select akkoord from akkoorden.akkoord where gestopt_op is not null and gewist_op is null order by gestopt_op`;
  return rows.map(({ akkoord }) => akkoord);
}

/** In a transaction: takes a stopped akkoord for itself, and gives the numbers of its school; undefined when it was erased meanwhile. */
export async function takeStopped(ctx: Context, akkoord: string): Promise<string[] | undefined> {
  const [row] = await ctx.sql<{ nummers: string[] }[]>`
    select scholen.lijn(instellingsnummer, ${ctx.clock.vandaag()}::date) as nummers from akkoorden.akkoord
     where akkoord = ${akkoord} and gestopt_op is not null and gewist_op is null for update`;
  return row?.nummers;
}

/** In a transaction: of this akkoord nothing is stored any more. Gives the number of its school. */
export async function markGewist(ctx: Context, akkoord: string): Promise<string | undefined> {
  const [row] = await ctx.sql<{ instellingsnummer: string }[]>`
    update akkoorden.akkoord set gewist_op = ${new Date(ctx.clock.now())} where akkoord = ${akkoord} returning instellingsnummer`;
  return row?.instellingsnummer;
}
