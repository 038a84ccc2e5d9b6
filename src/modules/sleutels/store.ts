import type { Context } from "#platform/context";
import type { AccountUuid } from "#platform/ids";
import type { Sleutel } from "./contract.ts";

/** Stores a password; replaces what was there. `uitgereikt` marks it as handed out now. */
export async function upsertSleutel(ctx: Context, accountUuid: AccountUuid, sleutel: Sleutel): Promise<void> {
  const nu = new Date(ctx.clock.now());
  await ctx.sql`
    insert into sleutels.sleutel (account_uuid, soort, hash, peper, uitgereikt_op, gewijzigd_op)
    values (${accountUuid}, ${sleutel.soort}, ${sleutel.hash}, ${sleutel.peper}, ${sleutel.soort === "eerste" ? nu : null}, ${nu})
    on conflict (account_uuid) do update set soort = excluded.soort, hash = excluded.hash, peper = excluded.peper,
      uitgereikt_op = coalesce(excluded.uitgereikt_op, sleutels.sleutel.uitgereikt_op),
      eerst_gebruikt_op = case when excluded.soort = 'eerste' then null else coalesce(sleutels.sleutel.eerst_gebruikt_op, excluded.gewijzigd_op) end,
      gewijzigd_op = excluded.gewijzigd_op`;
}

/**
 * Stores an initial password that is still to be printed, in the place of what was there (D7). `op`: when it was made, by which
 * `markUitgereikt` knows it again.
 */
export async function setFirstSleutel(
  ctx: Context,
  accountUuid: AccountUuid,
  sleutel: Sleutel,
  op: Date,
): Promise<void> {
  await ctx.sql`
    insert into sleutels.sleutel (account_uuid, soort, hash, peper, gewijzigd_op)
    values (${accountUuid}, ${sleutel.soort}, ${sleutel.hash}, ${sleutel.peper}, ${op})
    on conflict (account_uuid) do update set soort = excluded.soort, hash = excluded.hash, peper = excluded.peper,
      uitgereikt_op = null, eerst_gebruikt_op = null, gewijzigd_op = excluded.gewijzigd_op`;
}

/** Notes when the paper with these keys was made ready to hand out, the first time. `sinds`: when each key was made. */
export async function markUitgereikt(
  ctx: Context,
  sleutels: readonly {
    readonly accountUuid: AccountUuid;
    readonly soort: "wachtwoord" | "badge";
    readonly gemaaktOp: Date;
  }[],
): Promise<void> {
  const nu = new Date(ctx.clock.now());
  const ofKind = (soort: "wachtwoord" | "badge") => sleutels.filter((one) => one.soort === soort);
  const uuids = (soort: "wachtwoord" | "badge") => ofKind(soort).map((one) => one.accountUuid);
  const times = (soort: "wachtwoord" | "badge") => ofKind(soort).map((one) => one.gemaaktOp.toISOString());
  await ctx.sql`
    update sleutels.sleutel s set uitgereikt_op = ${nu}
      from unnest(${uuids("wachtwoord")}::uuid[], ${times("wachtwoord")}::text[]::timestamptz[]) as u(account_uuid, gemaakt_op)
     where s.account_uuid = u.account_uuid and s.gewijzigd_op = u.gemaakt_op and s.soort = 'eerste' and s.uitgereikt_op is null`;
  await ctx.sql`
    update sleutels.badge b set uitgereikt_op = ${nu}
      from unnest(${uuids("badge")}::uuid[], ${times("badge")}::text[]::timestamptz[]) as u(account_uuid, gemaakt_op)
     where b.account_uuid = u.account_uuid and b.gemaakt_op = u.gemaakt_op and b.uitgereikt_op is null`;
}

/** Notes the first sign-in with a password from paper. */
export async function markUsed(ctx: Context, accountUuid: AccountUuid, hash: string): Promise<void> {
  await ctx.sql`update sleutels.sleutel set eerst_gebruikt_op = ${new Date(ctx.clock.now())}
    where account_uuid = ${accountUuid} and hash = ${hash} and eerst_gebruikt_op is null`;
}

/** Replaces the password only if it is still the one that was proven; false when somebody was first. */
export async function replaceSleutel(
  ctx: Context,
  accountUuid: AccountUuid,
  oudeHash: string,
  nieuw: Sleutel,
): Promise<boolean> {
  const nu = new Date(ctx.clock.now());
  const rows = await ctx.sql`
    update sleutels.sleutel set soort = ${nieuw.soort}, hash = ${nieuw.hash}, peper = ${nieuw.peper}, gewijzigd_op = ${nu},
           eerst_gebruikt_op = coalesce(eerst_gebruikt_op, ${nu})
     where account_uuid = ${accountUuid} and hash = ${oudeHash} returning 1`;
  return rows.length === 1;
}

export async function findSleutel(ctx: Context, accountUuid: AccountUuid): Promise<Sleutel | undefined> {
  const [row] = await ctx.sql<
    Sleutel[]
  >`select soort, hash, peper from sleutels.sleutel where account_uuid = ${accountUuid}`;
  return row;
}

/** Password of one account goes to another, if that has none; else it is removed (D2: merge). */
export async function move(
  ctx: Context,
  { van, naar }: { readonly van: AccountUuid; readonly naar: AccountUuid },
): Promise<void> {
  await ctx.sql`select sleutels.verplaats(${van}::uuid, ${naar}::uuid)`;
}
