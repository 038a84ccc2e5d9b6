import type postgres from "postgres";
import type { Context } from "#platform/context";
import type { OpdrachtBericht } from "./contract.ts";

/** The call of `rechten.verwerk` for one message, as a part of a statement. Gives 'verwerkt', 'ongewijzigd' or 'botsing'. */
export function verwerking(ctx: Context, bericht: OpdrachtBericht): postgres.PendingQuery<postgres.Row[]> {
  return ctx.sql`rechten.verwerk(${new Date(ctx.clock.now())}::timestamptz, ${bericht.instellingsnummer}::text, ${bericht.opdracht}::text,
    ${bericht.versie}::integer, ${bericht.inhoud}::text::bigint, ${bericht.vo_id}::text, ${bericht.naam}::text, ${bericht.voornaam}::text,
    ${bericht.verstuurd_op}::date, ${bericht.vastbenoemd}::boolean, ${bericht.van}::date, ${bericht.tot}::date)`;
}
