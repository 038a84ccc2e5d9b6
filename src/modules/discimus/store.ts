import { randomUUID } from "node:crypto";
import { inTransaction, type Context } from "#platform/context";
import type { Fragment } from "#platform/database";
import { seal } from "#platform/crypto";
import { processing as inschrijvingVerwerking } from "#modules/inschrijvingen";
import { processing as leerlingVerwerking, type Outcome } from "#modules/leerlingen";
import { processing as opdrachtVerwerking } from "#modules/rechten";
import { processing as schoolVerwerking } from "#modules/scholen";
import type { Rejection, Bericht } from "./contract.ts";

/** Counts of a delivery: received = taken + unchanged + set apart. */
export type Tally = { ontvangen: number; verwerkt: number; ongewijzigd: number; quarantaine: number };
export type Source = "http" | "bestand";

/** A message that goes to quarantine, with its line as it came. */
export type SetApart = Rejection & { readonly regel: number; readonly tekst: string };

/** The call that takes one message, as a part of a statement. */
export function processing(ctx: Context, { soort, bericht }: Bericht, alleen: boolean): Fragment {
  switch (soort) {
    case "school":
      return schoolVerwerking(ctx, bericht);
    case "leerling":
      return leerlingVerwerking(ctx, bericht, { alleen });
    case "inschrijving":
      return inschrijvingVerwerking(ctx, bericht, { alleen });
    case "directeursopdracht":
      return opdrachtVerwerking(ctx, bericht);
  }
}

/**
 * Takes one message and notes the delivery: one statement, one commit, because most messages come alone. When the outcome is
 * 'botsing' or 'besluit' nothing is written.
 */
export async function takeOne(
  ctx: Context,
  bericht: Bericht,
  bron: Source,
  file: string | null,
): Promise<Outcome | "besluit"> {
  const nu = new Date(ctx.clock.now());
  const [row] = await ctx.sql<{ uitkomst: Outcome | "besluit" }[]>`
    with bericht as materialized (select ${processing(ctx, bericht, false)} as uitkomst),
    levering as (
      insert into discimus.levering (bron, bestand, begonnen_op, klaar_op, ontvangen, verwerkt, ongewijzigd)
      select ${bron}::text, ${file}::text, ${nu}::timestamptz, ${nu}::timestamptz, 1, (uitkomst = 'verwerkt')::int, (uitkomst = 'ongewijzigd')::int
        from bericht where uitkomst in ('verwerkt', 'ongewijzigd'))
    select uitkomst from bericht`;
  if (!row) throw new Error("a message gave no outcome");
  return row.uitkomst;
}

/**
 * The lock that a set of messages holds alone until its commit, while single messages share it (see leerlingen.verwerk); and
 * settings for this transaction only. Plans: see leerlingen/store-set.ts. No compiling: each statement runs once.
 */
export async function lock(ctx: Context): Promise<void> {
  await ctx.sql`
    select set_config('lock_timeout', '20s', true), set_config('jit', 'off', true), set_config('work_mem', '64MB', true),
           set_config('plan_cache_mode', 'force_custom_plan', true), set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true),
           set_config('idle_in_transaction_session_timeout', '5s', true)`;
  await ctx.sql`select pg_advisory_xact_lock(7107)`;
}

/** This transaction holds nothing that others want, and may stand still as long as the sets before it need. */
export async function allowWait(ctx: Context): Promise<void> {
  await ctx.sql`select set_config('idle_in_transaction_session_timeout', '60s', true)`;
}

/** Notes a delivery; returns its number. */
export async function insertZending(
  ctx: Context,
  levering: Tally & { readonly bron: Source; readonly bestand: string | null; readonly klaar: boolean },
): Promise<number> {
  const nu = new Date(ctx.clock.now());
  const [row] = await ctx.sql<{ levering_id: number }[]>`
    insert into discimus.levering (bron, bestand, begonnen_op, klaar_op, ontvangen, verwerkt, ongewijzigd, quarantaine)
    values (${levering.bron}, ${levering.bestand}, ${nu}, ${levering.klaar ? nu : null}, ${levering.ontvangen}, ${levering.verwerkt},
            ${levering.ongewijzigd}, ${levering.quarantaine})
    returning levering_id`;
  if (!row) throw new Error("a delivery without a number");
  return row.levering_id;
}

/** Adds to the counts of a delivery that goes on. */
export async function addCounts(
  ctx: Context,
  leveringId: number,
  bij: Tally,
  klaar: boolean,
): Promise<Tally> {
  const [row] = await ctx.sql<Tally[]>`
    update discimus.levering
       set ontvangen = ontvangen + ${bij.ontvangen}, verwerkt = verwerkt + ${bij.verwerkt}, ongewijzigd = ongewijzigd + ${bij.ongewijzigd},
           quarantaine = quarantaine + ${bij.quarantaine}, klaar_op = ${klaar ? new Date(ctx.clock.now()) : null}
     where levering_id = ${leveringId} returning ontvangen, verwerkt, ongewijzigd, quarantaine`;
  if (!row) throw new Error("a delivery that is gone");
  return row;
}

const langsteBewaard = 100_000;

/** Sets messages apart, encrypted whole (very long ones: their beginning). */
export async function insertQuarantaine(
  ctx: Context,
  leveringId: number,
  apart: readonly SetApart[],
): Promise<void> {
  const nu = new Date(ctx.clock.now());
  for (let van = 0; van < apart.length; van += 1000) {
    const rows = apart.slice(van, van + 1000).map((one) => {
      const quarantaine_id = randomUUID();
      return {
        quarantaine_id,
        levering_id: leveringId,
        regel: one.regel,
        bericht_id: one.id,
        code: one.code,
        veld: one.veld,
        melding: one.melding,
        bericht_versleuteld: seal(ctx.keys.geheimen, one.tekst.slice(0, langsteBewaard), quarantaine_id),
        ontvangen_op: nu,
      };
    });
    await ctx.sql`insert into discimus.quarantaine ${ctx.sql(rows)}`;
  }
}

/** A delivery, for a page. */
export type Levering = Tally & {
  readonly levering_id: number;
  readonly bron: Source;
  readonly bestand: string | null;
  readonly begonnen_op: Date;
  /** Null: still going on, or stopped half-way. */
  readonly klaar_op: Date | null;
};

/** The last `n` deliveries, newest first. */
export async function listZendingen(ctx: Context, n: number): Promise<Levering[]> {
  return ctx.sql<Levering[]>`
    select levering_id, bron, bestand, begonnen_op, klaar_op, ontvangen, verwerkt, ongewijzigd, quarantaine
      from discimus.levering order by levering_id desc limit ${n}`;
}

/** A full load that starts, or goes on where an earlier run of the same file stopped. */
export type Begun = {
  readonly bestandHash: Buffer;
  readonly leveringId: number;
  readonly regels: number;
  readonly telling: Tally;
};

export function beginInvoer(ctx: Context, bestandHash: Buffer, bestand: string): Promise<Begun> {
  const nu = new Date(ctx.clock.now());
  return inTransaction(ctx, async (tx) => {
    // Two that begin with one file at once make one delivery of it.
    await tx.sql`select pg_advisory_xact_lock(7122, hashtext(${bestandHash.toString("hex")}))`;
    const [oud] = await tx.sql<({ levering_id: number; regels: number } & Tally)[]>`
      select i.levering_id, i.regels, l.ontvangen, l.verwerkt, l.ongewijzigd, l.quarantaine
        from discimus.invoer i join discimus.levering l using (levering_id) where i.bestand_hash = ${bestandHash} and not i.klaar`;
    if (oud) {
      const { levering_id: leveringId, regels, ...telling } = oud;
      return { bestandHash, leveringId, regels, telling };
    }
    const telling = { ontvangen: 0, verwerkt: 0, ongewijzigd: 0, quarantaine: 0 };
    const leveringId = await insertZending(tx, { ...telling, bron: "bestand", bestand, klaar: false });
    await tx.sql`
      insert into discimus.invoer (bestand_hash, levering_id, regels, klaar, bijgewerkt_op) values (${bestandHash}, ${leveringId}, 0, false, ${nu})
      on conflict (bestand_hash) do update set levering_id = excluded.levering_id, regels = 0, klaar = false, bijgewerkt_op = excluded.bijgewerkt_op`;
    return { bestandHash, leveringId, regels: 0, telling };
  });
}

/**
 * Notes how far a load came, in the transaction that did it: from the line where it thinks that it is, to `regels`. False, and then
 * nothing of that transaction may stay, when it is somewhere else: another run of the same file did this already.
 */
export async function recordInvoer(
  ctx: Context,
  { bestandHash, leveringId }: Begun,
  step: { readonly van: number; readonly tot: number; readonly klaar: boolean },
): Promise<boolean> {
  const { count } = await ctx.sql`
    update discimus.invoer set regels = ${step.tot}, klaar = ${step.klaar}, bijgewerkt_op = ${new Date(ctx.clock.now())}
     where bestand_hash = ${bestandHash} and levering_id = ${leveringId} and regels = ${step.van} and not klaar`;
  return count === 1;
}

/** Was nothing ever delivered before this load. */
export async function isEmpty(ctx: Context): Promise<boolean> {
  return (await ctx.sql`select from discimus.levering where verwerkt > 0 limit 1`).length === 0;
}

/** What is set apart, since when the oldest of it, and when the last delivery was done. */
export async function findState(
  ctx: Context,
): Promise<{ quarantaine: number; oudste: Date | null; laatst: Date | null }> {
  const [row] = await ctx.sql<{ quarantaine: number; oudste: Date | null; laatst: Date | null }[]>`
    select count(*)::int as quarantaine, min(ontvangen_op) as oudste,
           (select klaar_op from discimus.levering where klaar_op is not null order by levering_id desc limit 1) as laatst
      from discimus.quarantaine`;
  return row ?? { quarantaine: 0, oudste: null, laatst: null };
}
