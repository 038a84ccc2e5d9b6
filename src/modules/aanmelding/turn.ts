import type { Context } from "#platform/context";
import { keyedHash } from "#platform/crypto";
import { forgive, takeTurn, type Plaats, type Regime, type Stand, type Turn } from "./rules.ts";
import { erasePogingen, findStand, replaceStand } from "./store.ts";

/**
 * Changes what is remembered of a name from what it really is then, whoever else changes it. `known`: what was read of it.
 * @returns what is remembered now
 */
export async function changeStand(
  ctx: Context,
  naamHash: Buffer,
  known: Stand | undefined,
  change: (stand: Stand | undefined) => Stand | undefined,
): Promise<Stand | undefined> {
  // Each round that fails is one in which somebody else got on.
  for (let stand = known; ; stand = await findStand(ctx, naamHash)) {
    const changed = change(stand);
    const next = changed && { ...changed, versie: stand ? stand.versie + 1 : 0 };
    if (await replaceStand(ctx, naamHash, stand, next)) return next;
  }
}

/** A place as it stands in the database: nothing in it can be found again under another name. */
export const makePlaats = (
  ctx: Context,
  soort: Plaats["soort"],
  naamHash: Buffer,
  wat: Buffer | string,
): Plaats => ({
  soort,
  wie: keyedHash(ctx.keys.naamHash, Buffer.concat([naamHash, Buffer.from(wat)]))
    .subarray(0, 12)
    .toString("base64url"),
});

type Attempt = {
  readonly naamHash: Buffer;
  /** What was read of the failures on this name. */
  readonly stand: Stand | undefined;
  readonly plaats: Plaats | undefined;
  readonly regime: Regime;
};

/** What an attempt that may be looked at tells afterwards. */
export type Look = {
  /** @returns is the name closed by this failure? */
  failed(): Promise<boolean>;
  succeeded(): Promise<void>;
};

/**
 * One attempt on a name or badge (D7, D24). Where something failed before it is counted before anyone looks, so that others who come
 * meanwhile find the door closed; where nothing did, a failure is written afterwards and a success costs nothing.
 * @returns the milliseconds to wait, when it is not looked at
 */
export async function askTurn(ctx: Context, attempt: Attempt): Promise<number | Look> {
  const { naamHash, stand, plaats, regime } = attempt;
  const nu = ctx.clock.now();
  let turn: Turn | undefined;
  const count = () =>
    changeStand(ctx, naamHash, stand, (current) => {
      turn = takeTurn(current, { plaats, regime, nu });
      return turn.stand;
    });
  const counted = stand && (await count());
  if (turn?.wait !== undefined) return turn.wait;
  return {
    async failed() {
      const { openOp } = counted ?? (await count()) ?? { openOp: nu };
      return openOp > nu;
    },
    async succeeded() {
      if (!counted) return;
      // What strangers failed stays: else each sign-in of the pupil would give them new looks.
      if (turn?.voorbehouden && plaats)
        await changeStand(ctx, naamHash, counted, (current) => current && forgive(current, plaats));
      else await erasePogingen(ctx, naamHash);
    },
  };
}
