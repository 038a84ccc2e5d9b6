import { randomBytes, randomInt } from "node:crypto";
import type { Context } from "#platform/context";
import { keyedHash, type Keys } from "#platform/crypto";
import type { AccountUuid } from "#platform/ids";
import { plaatjes } from "./pictures.ts";
import { readBadge, writeCode } from "./rules.ts";

/** What a badge shows and, on the teacher's page, which picture goes with it. */
export type NewBadge = {
  /** 26 signs: 128 bits. The first eight are the form that can be typed. */
  readonly code: string;
  /** Index in `plaatjes`. */
  readonly plaatje: number;
};

/** The form in which a badge is looked up. */
export type BadgeHash = { readonly kort: Buffer; readonly code: Buffer | null };

/** Makes the code of a badge and, for a pupil without one, the picture. Stores nothing. */
export const makeBadge = (): NewBadge => ({
  code: writeCode(randomBytes(16)),
  plaatje: randomInt(plaatjes.length),
});

/** What to look for when this was scanned or typed; undefined when no badge looks like it. */
export function badgeHash(keys: Keys, text: string): BadgeHash | undefined {
  const gelezen = readBadge(text);
  if (!gelezen) return undefined;
  return {
    kort: keyedHash(keys.codes, `kort:${gelezen.kort}`),
    code: gelezen.code === undefined ? null : keyedHash(keys.codes, `badge:${gelezen.code}`),
  };
}

/**
 * Stores a badge in the place of the one that was there, which ends. A pupil who had a picture keeps it. In a transaction of
 * the caller. Gives the picture.
 */
export async function setBadge(
  ctx: Context,
  accountUuid: AccountUuid,
  badge: NewBadge,
  op: Date,
): Promise<number> {
  const hashes = badgeHash(ctx.keys, badge.code);
  if (!hashes?.code) throw new Error("not the code of a badge");
  const [row] = await ctx.sql<{ plaatje: number }[]>`
    insert into sleutels.badge (account_uuid, kort_hash, code_hash, plaatje, gemaakt_op)
    values (${accountUuid}, ${hashes.kort}, ${hashes.code}, ${badge.plaatje}, ${op})
    on conflict (account_uuid) do update set kort_hash = excluded.kort_hash, code_hash = excluded.code_hash,
      gemaakt_op = excluded.gemaakt_op, uitgereikt_op = null, eerst_gebruikt_op = null, gestopt_op = null
    returning plaatje`;
  if (!row) throw new Error("a badge that was not stored");
  return row.plaatje;
}

/** Does this account have a badge? Also to be asked behind the wall of a school. */
export async function hasBadge(ctx: Context, accountUuid: AccountUuid): Promise<boolean> {
  return (await ctx.sql`select 1 from sleutels.badge where account_uuid = ${accountUuid}`).length === 1;
}

/** Ends the badge of an account; false when there is none. */
export async function revokeBadge(ctx: Context, accountUuid: AccountUuid): Promise<boolean> {
  return (await ctx.sql`delete from sleutels.badge where account_uuid = ${accountUuid}`).count === 1;
}

/** Notes that a badge was used, the first time. */
export async function markBadgeUsed(ctx: Context, accountUuid: AccountUuid): Promise<void> {
  await ctx.sql`update sleutels.badge set eerst_gebruikt_op = ${new Date(ctx.clock.now())}
    where account_uuid = ${accountUuid} and eerst_gebruikt_op is null`;
}

/** Notes that the tries of a day on the badge with this short form are used up; nothing when there is no such badge (D24). */
export async function markBadgeStopped(ctx: Context, kort: Buffer): Promise<void> {
  await ctx.sql`update sleutels.badge set gestopt_op = ${new Date(ctx.clock.now())} where kort_hash = ${kort}`;
}
