import { randomInt, timingSafeEqual } from "node:crypto";
import { inTransaction, type Context } from "#platform/context";
import { keyedHash, randomToken, type Keys } from "#platform/crypto";
import type { AccountUuid } from "#platform/ids";
import { makeHash } from "./hash.ts";

/** Milliseconds that a window is open (D7). */
const vensterduur = 5 * 60_000;

const hashOf = (keys: Keys, accountUuid: AccountUuid, code: string): Buffer =>
  keyedHash(keys.codes, `venster:${accountUuid}:${code}`);

/**
 * Opens the five minutes in which a pupil may choose another password (D7), and gives the code of six digits that lets him: who
 * only knows the username gains nothing. It replaces a window that was open. The old password stays until he chose. `along` happens
 * in the same commit.
 */
export async function openVenster(
  ctx: Context,
  voor: { readonly accountUuid: AccountUuid; readonly voId: string },
  along: (tx: Context) => Promise<void>,
): Promise<string> {
  const code = String(randomInt(1_000_000)).padStart(6, "0");
  const nu = ctx.clock.now();
  // A pupil without a password gets one that nobody knows: what he chooses takes its place.
  const niemands = await makeHash(ctx.keys, randomToken());
  await inTransaction(ctx, async (tx) => {
    await tx.sql`
    insert into sleutels.sleutel (account_uuid, soort, hash, peper, gewijzigd_op)
    values (${voor.accountUuid}, 'eerste', ${niemands}, ${ctx.keys.peperId}, ${new Date(nu)}) on conflict do nothing`;
    await tx.sql`
    insert into sleutels.venster (account_uuid, code_hash, vo_id, geopend_op, open_tot)
    values (${voor.accountUuid}, ${hashOf(ctx.keys, voor.accountUuid, code)}, ${voor.voId}, ${new Date(nu)}, ${new Date(nu + vensterduur)})
    on conflict (account_uuid) do update set code_hash = excluded.code_hash, vo_id = excluded.vo_id,
      geopend_op = excluded.geopend_op, open_tot = excluded.open_tot, gebruikt_op = null`;
    await along(tx);
  });
  return code;
}

/** The six digits that were typed as a password; undefined when it is something else. Spaces between them do not matter. */
function readCode(getypt: string): string | undefined {
  const code = getypt.slice(0, 20).replaceAll(/\s/g, "");
  return /^\d{6}$/.test(code) ? code : undefined;
}

/** Could this be the code of a window? No password looks like one. */
export const looksLikeVenstercode = (getypt: string): boolean => readCode(getypt) !== undefined;

/** Is what was typed as a password the code of this window? */
export function isVenstercode(
  keys: Keys,
  accountUuid: AccountUuid,
  getypt: string,
  codeHash: Buffer,
): boolean {
  const code = readCode(getypt);
  return code !== undefined && timingSafeEqual(hashOf(keys, accountUuid, code), codeHash);
}

/** Uses a window; false when it was used, closed or opened anew meanwhile. */
export async function useVenster(ctx: Context, accountUuid: AccountUuid, codeHash: Buffer): Promise<boolean> {
  const nu = new Date(ctx.clock.now());
  const { count } = await ctx.sql`
    update sleutels.venster set gebruikt_op = ${nu}
     where account_uuid = ${accountUuid} and code_hash = ${codeHash} and gebruikt_op is null and open_tot > ${nu}`;
  return count === 1;
}

/** Removes windows of more than a day ago. */
export async function sweepVensters(ctx: Context): Promise<number> {
  return (
    await ctx.sql`delete from sleutels.venster where open_tot < ${new Date(ctx.clock.now() - 86_400_000)}`
  ).count;
}
