import type { Datum } from "#platform/clock";
import type { Context } from "#platform/context";
import type { ProtocolFile } from "./contract.ts";

export async function findContent(
  ctx: Context,
  protocol: string,
  versie: number,
): Promise<string | undefined> {
  const [row] = await ctx.sql<
    { inhoud: string }[]
  >`select inhoud from protocollen.protocol where protocol = ${protocol} and versie = ${versie}`;
  return row?.inhoud;
}

export async function findLatestVersion(
  ctx: Context,
  protocol: string,
): Promise<{ versie: number; toepassing: string; inhoud: string } | undefined> {
  const [row] = await ctx.sql<{ versie: number; toepassing: string; inhoud: string }[]>`
    select versie, toepassing, inhoud from protocollen.protocol where protocol = ${protocol} order by versie desc limit 1`;
  return row;
}

export async function insertProtocol(ctx: Context, file: ProtocolFile, inhoud: string): Promise<void> {
  const attributen = file.attributen.map(({ attribuut, tot }) => ({ attribuut, ...(tot ? { tot } : {}) }));
  await ctx.sql`
    insert into protocollen.protocol ${ctx.sql({
      protocol: file.protocol,
      versie: file.versie,
      toepassing: file.toepassing,
      van: file.van,
      tot: file.tot,
      attributen: JSON.stringify(attributen),
      inhoud,
      ingevoerd_op: new Date(ctx.clock.now()),
    })}`;
}

/** The text of the agreement that counts on a day, per application: the newest version that has begun and has not ended. */
export async function listContentInForce(
  ctx: Context,
  op: Datum,
): Promise<{ toepassing: string; versie: number; inhoud: string }[]> {
  return ctx.sql<{ toepassing: string; versie: number; inhoud: string }[]>`
    select toepassing, versie, inhoud from (
      select distinct on (toepassing) toepassing, versie, inhoud, tot from protocollen.protocol
       where not kalender.is_straks(${op}::date, van) order by toepassing, versie desc) p
     where not kalender.is_vroeger(${op}::date, tot)`;
}
