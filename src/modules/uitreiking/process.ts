import { inTransaction, sweepEach, type Context } from "#platform/context";
import { seal } from "#platform/crypto";
import { isDuplicate } from "#platform/database";
import type { AccountUuid } from "#platform/ids";
import {
  makeBadge,
  makeFirst,
  setBadge,
  setFirstSleutel,
  type NewBadge,
  type OnReplaced,
  type Sleutel,
} from "#modules/sleutels";
import { portie, type Geheim } from "./contract.ts";
import { saveSecret, listLeftBehind, listToMake, markReady, takeItem, type ToMake } from "./store.ts";

/** Seals are bound to their place: one moved to another pupil or batch does not open. */
export const placeOf = (batch: string, accountUuid: string): string => `uitreiking:${batch}:${accountUuid}`;

type Made = { readonly item: ToMake } & (
  | { readonly wachtwoord: string; readonly sleutel: Sleutel }
  | { readonly badge: NewBadge }
);

/** Passwords that are hashed at once: leaves room for whoever signs in on this machine meanwhile. */
const tegelijk = 2;

/**
 * Makes the keys of a batch, some at a time; each portion with what goes on paper in one commit. May be killed at any point and
 * run again, also beside itself: a pupil is taken once, and what is committed stays; so is what `onReplaced` does. `doorgaan` false stops it after a portion.
 * @returns whether the batch is finished
 */
export async function processBatch(
  ctx: Context,
  batch: string,
  onReplaced: OnReplaced,
  goOn: () => boolean = () => true,
): Promise<boolean> {
  while (goOn()) {
    const items = await listToMake(ctx, batch, portie);
    if (items.length === 0) return markReady(ctx, batch);
    // One order for everybody: two batches with the same pupils do not wait for each other in a ring.
    const gemaakt = await makeSleutels(
      ctx,
      items.toSorted((one, other) => (one.accountUuid < other.accountUuid ? -1 : 1)),
    );
    await retryOnBotsing(() =>
      inTransaction(ctx, async (tx) => onReplaced(tx, await saveMade(tx, batch, gemaakt))),
    );
  }
  return false;
}

// The slow part, outside of any transaction.
async function makeSleutels(ctx: Context, items: readonly ToMake[]): Promise<readonly Made[]> {
  const gemaakt: Made[] = [];
  for (let nr = 0; nr < items.length; nr += tegelijk) {
    gemaakt.push(
      ...(await Promise.all(
        items
          .slice(nr, nr + tegelijk)
          .map(async (item) =>
            item.sleutel === "badge"
              ? { item, badge: makeBadge() }
              : { item, ...(await makeFirst(ctx, item.niveau)) },
          ),
      )),
    );
  }
  return gemaakt;
}

/** Gives the accounts that have another key from now on. */
async function saveMade(ctx: Context, batch: string, gemaakt: readonly Made[]): Promise<AccountUuid[]> {
  const nu = new Date(ctx.clock.now());
  const vervangen: AccountUuid[] = [];
  for (const one of gemaakt) {
    const { accountUuid } = one.item;
    const staand = await takeItem(ctx, batch, one.item, nu);
    if (staand === undefined) continue;
    let geheim: Geheim;
    if ("badge" in one) {
      // A badge whose short form exists already (one in a million at most) stops the portion; it is made again with other ones.
      const plaatje = await setBadge(ctx, staand, one.badge, nu);
      geheim = { code: one.badge.code, plaatje };
    } else {
      await setFirstSleutel(ctx, staand, one.sleutel, nu);
      geheim = { wachtwoord: one.wachtwoord };
    }
    const verzegeld = seal(ctx.keys.uitreiking, JSON.stringify(geheim), placeOf(batch, accountUuid));
    await saveSecret(ctx, batch, accountUuid, verzegeld);
    vervangen.push(staand);
  }
  return vervangen;
}

async function retryOnBotsing(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    // The short form of a badge exists. Nothing of the portion is there; the next look makes it anew, with other ones.
    if (!isDuplicate(error)) throw error;
  }
}

/** Takes up batches whose job was lost; the rest of a night's work is never left lying. */
export async function resumeBatches(ctx: Context, onReplaced: OnReplaced): Promise<number> {
  const batches = await listLeftBehind(ctx);
  await sweepEach(ctx, "uitreiking-hervatten", batches, (batch) => processBatch(ctx, batch, onReplaced));
  return batches.length;
}
