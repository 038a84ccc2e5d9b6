import type { Context } from "#platform/context";
import type { AccountUuid } from "#platform/ids";
import type { Levering, LeveringRegel, Ontvangst } from "./contract.ts";

type Row = {
  levering: string;
  pakket: string;
  naam: string;
  schooljaar: string;
  status: Levering["status"];
  ontvangen_op: Date;
  klaar_op: Date | null;
  besluit: Levering["besluit"];
};

const basisFrom = (row: Row) => ({
  levering: row.levering,
  pakket: row.pakket,
  naam: row.naam,
  schooljaar: row.schooljaar,
  status: row.status,
  ontvangenOp: row.ontvangen_op.getTime(),
  klaarOp: row.klaar_op?.getTime() ?? null,
  besluit: row.besluit,
});

/** The last deliveries of a school, newest first, without their bad rows: of those there can be thousands. */
export async function selectLeveringen(
  ctx: Context,
  lijn: readonly string[],
  aantal: number,
): Promise<readonly LeveringRegel[]> {
  const rows = await ctx.sql<(Row & { kort: string | null })[]>`
    select levering, pakket, naam, schooljaar, status, ontvangen_op, klaar_op, besluit, (ontvangst::jsonb - 'quarantaine')::text as kort
      from leveringen.levering where instellingsnummer = any (${[...lijn]}::text[])
     order by ontvangen_op desc, levering limit ${aantal}`;
  return rows.map((row) => ({
    ...basisFrom(row),
    ontvangst: row.kort === null ? null : (JSON.parse(row.kort) as Omit<Ontvangst, "quarantaine">),
  }));
}

/** One delivery of the school with its whole receipt. */
export async function selectLevering(
  ctx: Context,
  lijn: readonly string[],
  levering: string,
): Promise<Levering | undefined> {
  const [row] = await ctx.sql<(Row & { ontvangst: string | null })[]>`
    select levering, pakket, naam, schooljaar, status, ontvangen_op, klaar_op, besluit, ontvangst
      from leveringen.levering where levering = ${levering} and instellingsnummer = any (${[...lijn]}::text[])`;
  return (
    row && {
      ...basisFrom(row),
      ontvangst: row.ontvangst === null ? null : (JSON.parse(row.ontvangst) as Ontvangst),
    }
  );
}

/** When the last file came that was not refused. */
export async function selectLatest(ctx: Context, lijn: readonly string[]): Promise<number | null> {
  const [row] = await ctx.sql<{ laatst: Date | null }[]>`
    select max(ontvangen_op) as laatst from leveringen.levering
     where instellingsnummer = any (${[...lijn]}::text[]) and status <> 'geweigerd'`;
  return row?.laatst?.getTime() ?? null;
}

/** Keeps the decision about a held file and asks for its handling, in one statement; false when there is nothing to decide any more. */
export async function updateBesluit(
  ctx: Context,
  vraag: {
    readonly levering: string;
    readonly lijn: readonly string[];
    readonly besluit: "verwerken" | "weigeren";
    readonly door: string;
  },
): Promise<boolean> {
  const rows = await ctx.sql`
    with besluit as (
      update leveringen.levering
         set besluit = ${vraag.besluit}, besluit_op = ${new Date(ctx.clock.now())}, besluit_door = ${vraag.door}
       where levering = ${vraag.levering} and instellingsnummer = any (${[...vraag.lijn]}::text[])
         and status = 'aangehouden' and besluit is null
      returning levering)
    select leveringen.vraag_verwerken(levering) from besluit`;
  return rows.length > 0;
}

/** Names of pupils of the school, as it registered them last; who is no pupil of it is left out. */
export async function selectNames(
  ctx: Context,
  lijn: readonly string[],
  accountUuids: readonly AccountUuid[],
): Promise<ReadonlyMap<AccountUuid, { readonly voornaam: string; readonly naam: string }>> {
  const rows = await ctx.sql<{ account_uuid: AccountUuid; voornaam: string; naam: string }[]>`
    select distinct on (account_uuid) account_uuid, voornaam, naam from leerlingen.registratie
     where account_uuid = any (${[...accountUuids]}::uuid[]) and instellingsnummer = any (${[...lijn]}::text[])
     order by account_uuid, tijdstip desc`;
  return new Map(rows.map(({ account_uuid: account, voornaam, naam }) => [account, { voornaam, naam }]));
}

/** Does the school share its classes, and when was its list of a school year last applied; epoch milliseconds. */
export async function selectKlasbron(
  ctx: Context,
  lijn: readonly string[],
  schooljaar: string,
): Promise<{ readonly deelt: boolean; readonly verwerktOp: number | undefined }> {
  const [row] = await ctx.sql<{ deelt: boolean; verwerkt_op: Date | null }[]>`
    select akkoorden.deelt(${[...lijn]}::text[]) as deelt,
           (select max(s.verwerkt_op) from leveringen.stand s
             where s.instellingsnummer = any (${[...lijn]}::text[]) and s.schooljaar = ${schooljaar}) as verwerkt_op`;
  return { deelt: row?.deelt ?? false, verwerktOp: row?.verwerkt_op?.getTime() };
}
