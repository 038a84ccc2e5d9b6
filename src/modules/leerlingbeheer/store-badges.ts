import type { Context } from "#platform/context";
import type { AccountUuid } from "#platform/ids";
import { stoppedSince } from "./rules.ts";

/** Accounts of the school of whose badge the tries of a day were used up, of the last two weeks (D24). */
export async function listStopped(ctx: Context, lijn: readonly string[]): Promise<AccountUuid[]> {
  const rows = await ctx.sql<{ account_uuid: AccountUuid }[]>`
    select b.account_uuid from sleutels.badge b
     where b.gestopt_op > ${stoppedSince(ctx.clock.now())} and exists (
       select from leerlingen.registratie r where r.account_uuid = b.account_uuid and r.instellingsnummer = any (${[...lijn]}::text[]))`;
  return rows.map((row) => row.account_uuid);
}
