import { inTransaction, sweepEach, type Context } from "#platform/context";
import { seal } from "#platform/crypto";
import { isDuplicate } from "#platform/database";
import type { AccountUuid } from "#platform/ids";
import {
  maakBadge,
  maakEerste,
  zetBadge,
  zetEersteSleutel,
  type NieuweBadge,
  type OnReplaced,
  type Sleutel,
} from "#modules/sleutels";
import { portie, type Geheim } from "./contract.ts";
import {
  bewaarGeheim,
  listBlijvenLiggen,
  listTeMaken,
  markeerKlaar,
  neemItem,
  type TeMaken,
} from "./store.ts";

/** Seals are bound to their place: one moved to another pupil or batch does not open. */
export const plaatsVan = (batch: string, accountUuid: string): string => `uitreiking:${batch}:${accountUuid}`;

type Gemaakt = { readonly item: TeMaken } & (
  | { readonly wachtwoord: string; readonly sleutel: Sleutel }
  | { readonly badge: NieuweBadge }
);

/** Passwords that are hashed at once: leaves room for whoever signs in on this machine meanwhile. */
const tegelijk = 2;

/**
 * Makes the keys of a batch, some at a time; each portion with what goes on paper in one commit. May be killed at any point and
 * run again, also beside itself: a pupil is taken once, and what is committed stays; so is what `onReplaced` does. `doorgaan` false stops it after a portion.
 * @returns whether the batch is finished
 */
export async function verwerkBatch(
  ctx: Context,
  batch: string,
  onReplaced: OnReplaced,
  doorgaan: () => boolean = () => true,
): Promise<boolean> {
  while (doorgaan()) {
    const items = await listTeMaken(ctx, batch, portie);
    if (items.length === 0) return markeerKlaar(ctx, batch);
    // One order for everybody: two batches with the same pupils do not wait for each other in a ring.
    const gemaakt = await maakSleutels(
      ctx,
      items.toSorted((een, ander) => (een.accountUuid < ander.accountUuid ? -1 : 1)),
    );
    await opnieuwBijBotsing(() =>
      inTransaction(ctx, async (tx) => onReplaced(tx, await schrijf(tx, batch, gemaakt))),
    );
  }
  return false;
}

// The slow part, outside of any transaction.
async function maakSleutels(ctx: Context, items: readonly TeMaken[]): Promise<readonly Gemaakt[]> {
  const gemaakt: Gemaakt[] = [];
  for (let nr = 0; nr < items.length; nr += tegelijk) {
    gemaakt.push(
      ...(await Promise.all(
        items
          .slice(nr, nr + tegelijk)
          .map(async (item) =>
            item.sleutel === "badge"
              ? { item, badge: maakBadge() }
              : { item, ...(await maakEerste(ctx, item.niveau)) },
          ),
      )),
    );
  }
  return gemaakt;
}

/** Gives the accounts that have another key from now on. */
async function schrijf(ctx: Context, batch: string, gemaakt: readonly Gemaakt[]): Promise<AccountUuid[]> {
  const nu = new Date(ctx.clock.now());
  const vervangen: AccountUuid[] = [];
  for (const een of gemaakt) {
    const { accountUuid } = een.item;
    const staand = await neemItem(ctx, batch, een.item, nu);
    if (staand === undefined) continue;
    let geheim: Geheim;
    if ("badge" in een) {
      // A badge whose short form exists already (one in a million at most) stops the portion; it is made again with other ones.
      const plaatje = await zetBadge(ctx, staand, een.badge, nu);
      geheim = { code: een.badge.code, plaatje };
    } else {
      await zetEersteSleutel(ctx, staand, een.sleutel, nu);
      geheim = { wachtwoord: een.wachtwoord };
    }
    const verzegeld = seal(ctx.keys.uitreiking, JSON.stringify(geheim), plaatsVan(batch, accountUuid));
    await bewaarGeheim(ctx, batch, accountUuid, verzegeld);
    vervangen.push(staand);
  }
  return vervangen;
}

async function opnieuwBijBotsing(werk: () => Promise<void>): Promise<void> {
  try {
    await werk();
  } catch (error) {
    // The short form of a badge exists. Nothing of the portion is there; the next look makes it anew, with other ones.
    if (!isDuplicate(error)) throw error;
  }
}

/** Takes up batches whose job was lost; the rest of a night's work is never left lying. */
export async function hervatBatches(ctx: Context, onReplaced: OnReplaced): Promise<number> {
  const batches = await listBlijvenLiggen(ctx);
  await sweepEach(ctx, "uitreiking-hervatten", batches, (batch) => verwerkBatch(ctx, batch, onReplaced));
  return batches.length;
}
