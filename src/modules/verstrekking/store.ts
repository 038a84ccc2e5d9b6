import { randomBytes } from "node:crypto";
import type { Datum } from "#platform/clock";
import type { Context } from "#platform/context";
import { newReferentie, type AccountUuid, type Instellingsnummer } from "#platform/ids";
import type { Reden } from "./contract.ts";

/** What is of one pupil, and the versions of the rest, as JSON; null = no such account. */
export async function findFeiten(
  ctx: Context,
  accountUuid: AccountUuid,
  clientId: string | null,
  vandaag: Datum,
): Promise<string | null> {
  const [row] = await ctx.sql<{ feiten: string | null }[]>`
    select verstrekking.feiten(${accountUuid}::uuid, ${clientId}::text, ${vandaag}::date) as feiten`;
  return row?.feiten ?? null;
}

export type RegelsAnswer = { readonly scholen: string; readonly aanbod: string | null };

/** The rules of schools and, when asked for, what is offered, each with its version. */
export async function getRegels(
  ctx: Context,
  which: { readonly nummers: readonly Instellingsnummer[]; readonly aanbod: boolean },
): Promise<RegelsAnswer> {
  const [row] = await ctx.sql<RegelsAnswer[]>`
    select verstrekking.schoolregels(${[...which.nummers]}::text[]) as scholen,
           case when ${which.aanbod}::boolean then verstrekking.aanbod() end as aanbod`;
  return row ?? { scholen: "[]", aanbod: null };
}

/** Facts, rules and what is offered, all of one snapshot; undefined = no such account. */
export async function findWhole(
  ctx: Context,
  accountUuid: AccountUuid,
  clientId: string | null,
  vandaag: Datum,
): Promise<(RegelsAnswer & { readonly feiten: string }) | undefined> {
  const [row] = await ctx.sql<(RegelsAnswer & { feiten: string })[]>`
    with vraag as materialized (
      select verstrekking.feiten(${accountUuid}::uuid, ${clientId}::text, ${vandaag}::date) as feiten)
    select feiten, verstrekking.schoolregels(array(
             select school ->> 'instellingsnummer' from json_array_elements(feiten::json -> 'scholen') school)) as scholen,
           verstrekking.aanbod() as aanbod
      from vraag where feiten is not null`;
  return row;
}

/** Notes a refusal and gives the reference number that the pupil can pass on. */
export async function refuse(
  ctx: Context,
  weigering: { readonly accountUuid: AccountUuid; readonly clientId: string; readonly reden: Reden },
): Promise<string> {
  const referentie = newReferentie(randomBytes);
  const rows = await ctx.sql`
    insert into verstrekking.weigering (referentie, tijdstip, account_uuid, client_id, reden)
    values (${referentie}, ${new Date(ctx.clock.now())}, ${weigering.accountUuid}, ${weigering.clientId}, ${weigering.reden})
    on conflict do nothing returning 1`;
  return rows.length === 1 ? referentie : refuse(ctx, weigering);
}

/** A refusal by its reference number (R31); the account is the one of then. Behind the wall of a school: of its own pupils only. */
export async function findWeigering(
  ctx: Context,
  referentie: string,
): Promise<
  | {
      readonly accountUuid: AccountUuid;
      readonly clientId: string;
      readonly reden: Reden;
      readonly tijdstip: Date;
    }
  | undefined
> {
  const [row] = await ctx.sql<
    { account_uuid: AccountUuid; client_id: string; reden: Reden; tijdstip: Date }[]
  >`select account_uuid, client_id, reden, tijdstip from verstrekking.weigering where referentie = ${referentie}`;
  return (
    row && {
      accountUuid: row.account_uuid,
      clientId: row.client_id,
      reden: row.reden,
      tijdstip: row.tijdstip,
    }
  );
}

/** Removes refusals older than 30 days. */
export async function sweepWeigeringen(ctx: Context): Promise<number> {
  const limit = new Date(ctx.clock.now() - 30 * 86_400_000);
  return (await ctx.sql`delete from verstrekking.weigering where tijdstip < ${limit}`).count;
}
