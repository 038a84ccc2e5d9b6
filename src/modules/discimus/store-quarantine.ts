import type { Datum } from "#platform/clock";
import type { Context } from "#platform/context";
import type { Fragment } from "#platform/database";
import { unseal } from "#platform/crypto";
import type { Rejection } from "./contract.ts";
import type { Quarantainereden } from "./problems.ts";

/** Which lines in quarantine; all of them when nothing is named. */
export type Choice = {
  readonly nr?: number;
  readonly code?: Quarantainereden;
  readonly levering?: number;
  /** Set apart on this day or later. */
  readonly sinds?: Datum;
};

/** A line in quarantine as a list may show it: never what is in it. */
export type InQuarantaine = {
  readonly nr: number;
  readonly levering: number;
  readonly regel: number;
  readonly code: Quarantainereden;
  readonly veld: string | null;
  readonly ontvangen_op: Date;
};

const chosen = ({ sql }: Context, { nr, code, levering, sinds }: Choice): Fragment => sql`
  (${nr ?? null}::bigint is null or nr = ${nr ?? null}) and (${code ?? null}::text is null or code = ${code ?? null})
  and (${levering ?? null}::bigint is null or levering_id = ${levering ?? null})
  and (${sinds ?? null}::date is null or ontvangen_op >= ${sinds ?? null}::date::timestamp at time zone 'Europe/Brussels')`;

/** How many lines are in quarantine, per reason and field, the most first, with the first five of their line numbers. */
export async function listReasons(
  ctx: Context,
  choice: Choice,
): Promise<
  {
    readonly code: Quarantainereden;
    readonly veld: string | null;
    readonly aantal: number;
    readonly regels: readonly number[];
  }[]
> {
  return ctx.sql`
    select code, veld, count(*) as aantal, (array_agg(regel order by nr))[1:5] as regels
      from discimus.quarantaine where ${chosen(ctx, choice)} group by code, veld order by count(*) desc, code, veld`;
}

/** Lines in quarantine, newest first. */
export async function listQuarantaine(ctx: Context, choice: Choice, most: number): Promise<InQuarantaine[]> {
  return ctx.sql<InQuarantaine[]>`
    select nr, levering_id as levering, regel, code, veld, ontvangen_op
      from discimus.quarantaine where ${chosen(ctx, choice)} order by nr desc limit ${most}`;
}

/** A line in quarantine with what it says, opened. */
export type Opened = { readonly nr: number; readonly code: Quarantainereden; readonly tekst: string };

/** Opens lines, and holds them for this transaction: the next ones after `na`, oldest first. */
export async function openLines(
  ctx: Context,
  choice: Choice,
  { na, most }: { readonly na: number; readonly most: number },
): Promise<Opened[]> {
  const rows = await ctx.sql<
    { nr: number; quarantaine_id: string; code: Quarantainereden; bericht_versleuteld: Buffer }[]
  >`select nr, quarantaine_id, code, bericht_versleuteld from discimus.quarantaine
     where ${chosen(ctx, choice)} and nr > ${na} order by nr limit ${most} for update`;
  return rows.map(({ nr, quarantaine_id, code, bericht_versleuteld }) => {
    const tekst = unseal(ctx.keys.geheimen, bericht_versleuteld, quarantaine_id)?.toString("utf8");
    if (tekst === undefined) throw new Error("a line in quarantine that these keys do not open");
    return { nr, code, tekst };
  });
}

/** These were taken after all, and leave with all that they said. */
export async function deleteLines(ctx: Context, nrs: readonly number[]): Promise<void> {
  await ctx.sql`delete from discimus.quarantaine where nr = any (${[...nrs]}::bigint[])`;
}

/** These could not be taken again, for the reason that counts today. */
export async function setReasons(
  ctx: Context,
  lines: readonly (Rejection & { readonly nr: number })[],
): Promise<void> {
  await ctx.sql`
    update discimus.quarantaine q set code = n.code, veld = n.veld, melding = n.melding
      from unnest(${lines.map((one) => one.nr)}::bigint[], ${lines.map((one) => one.code)}::text[],
                  ${lines.map((one) => one.veld)}::text[], ${lines.map((one) => one.melding)}::text[]) as n (nr, code, veld, melding)
     where q.nr = n.nr`;
}

/** Notes why somebody reads a line. */
export async function insertInkijk(
  ctx: Context,
  { nr, door, reden }: { readonly nr: number; readonly door: string; readonly reden: string },
): Promise<void> {
  await ctx.sql`
    insert into discimus.inkijk (quarantaine_nr, gelezen_op, door, reden) values (${nr}, ${new Date(ctx.clock.now())}, ${door}, ${reden})`;
}
