import { randomInt } from "node:crypto";
import { inTransaction, type Context } from "#platform/context";
import type { AccountUuid } from "#platform/ids";
import { kortste, type Niveau, type OnReplaced, type Sleutel, type WachtwoordError } from "./contract.ts";
import { isOutdated, matches, makeHash } from "./hash.ts";
import { checkWachtwoord, makeFirstWachtwoord } from "./rules.ts";
import { findSleutel, upsertSleutel, replaceSleutel } from "./store.ts";

export {
  kortste,
  type Niveau,
  type OnReplaced,
  type Sleutel,
  type Sleutelsoort,
  type WachtwoordError,
} from "./contract.ts";
export { isOutdated, matches, makeHash } from "./hash.ts";
export {
  badgeHash,
  hasBadge,
  makeBadge,
  markBadgeStopped,
  markBadgeUsed,
  revokeBadge,
  setBadge,
  type BadgeHash,
  type NewBadge,
} from "./badge.ts";
export { plaatjes, type Plaatje } from "./pictures.ts";
export { shortForm, readBadge, qrText, sleutelFor, normalizeName } from "./rules.ts";
export { markUsed, markUitgereikt, move, setFirstSleutel } from "./store.ts";
export { upkeep } from "./jobs.ts";
export { useVenster, isVenstercode, looksLikeVenstercode, openVenster } from "./window.ts";

/** Makes a fresh initial password and its hash (D7), and stores nothing: for many at once, outside of a transaction. */
export async function makeFirst(
  ctx: Context,
  niveau: Niveau,
): Promise<{ readonly wachtwoord: string; readonly sleutel: Sleutel }> {
  const wachtwoord = makeFirstWachtwoord(niveau, (onder) => randomInt(onder));
  return {
    wachtwoord,
    sleutel: {
      soort: "eerste",
      hash: await makeHash(ctx.keys, wachtwoord),
      peper: ctx.keys.peperId,
    },
  };
}

/**
 * Makes and stores a fresh initial password and gives it back once, for the strip or letter (D7). It replaces the
 * password that was there.
 */
export async function giveFirstWachtwoord(
  ctx: Context,
  voor: { readonly accountUuid: AccountUuid; readonly niveau: Niveau },
): Promise<string> {
  const { wachtwoord, sleutel } = await makeFirst(ctx, voor.niveau);
  await upsertSleutel(ctx, voor.accountUuid, sleutel);
  return wachtwoord;
}

export type WachtwoordKeuze =
  | { readonly soort: "gelukt" }
  | { readonly soort: "geweigerd"; readonly fout: WachtwoordError; readonly minimum: number }
  /** The initial password was replaced meanwhile: sign in again. */
  | { readonly soort: "verlopen" };

/**
 * The pupil chooses an own password. `bewijs` is the hash of the password that he has just proven to know. The password and what
 * `onReplaced` does are one commit.
 */
export async function chooseOwnWachtwoord(
  ctx: Context,
  keuze: {
    readonly accountUuid: AccountUuid;
    readonly bewijs: string;
    readonly nieuw: string;
    readonly herhaald: string;
    readonly niveau: Niveau;
    readonly namen: readonly string[];
  },
  onReplaced: OnReplaced,
): Promise<WachtwoordKeuze> {
  const refused = (fout: WachtwoordError): WachtwoordKeuze => ({
    soort: "geweigerd",
    fout,
    minimum: kortste[keuze.niveau],
  });
  const fout = checkWachtwoord(keuze.nieuw, keuze.herhaald, keuze);
  if (fout) return refused(fout);
  const huidig = await findSleutel(ctx, keuze.accountUuid);
  if (!huidig || huidig.hash !== keuze.bewijs) return { soort: "verlopen" };
  // The initial password was on paper, seen by others.
  if (huidig.soort === "eerste" && (await matches(ctx.keys, huidig, keuze.nieuw)))
    return refused("te-gewoon");
  const hash = await makeHash(ctx.keys, keuze.nieuw);
  const gelukt = await inTransaction(ctx, async (tx) => {
    const nieuw: Sleutel = { soort: "eigen", hash, peper: ctx.keys.peperId };
    if (!(await replaceSleutel(tx, keuze.accountUuid, keuze.bewijs, nieuw))) return false;
    await onReplaced(tx, [keuze.accountUuid]);
    return true;
  });
  return { soort: gelukt ? "gelukt" : "verlopen" };
}

/** Sets an own password without proof of the old one; for the demo world and for tests. */
export async function setOwnWachtwoord(
  ctx: Context,
  voor: { readonly accountUuid: AccountUuid; readonly wachtwoord: string },
): Promise<void> {
  await upsertSleutel(ctx, voor.accountUuid, {
    soort: "eigen",
    hash: await makeHash(ctx.keys, voor.wachtwoord),
    peper: ctx.keys.peperId,
  });
}

/** Makes the hash anew with today's costs and pepper, when it is older (D7). */
export async function refresh(
  ctx: Context,
  accountUuid: AccountUuid,
  sleutel: { soort: "eerste" | "eigen"; hash: string; peper: string },
  wachtwoord: string,
): Promise<void> {
  if (!isOutdated(ctx.keys, sleutel)) return;
  const hash = await makeHash(ctx.keys, wachtwoord);
  await replaceSleutel(ctx, accountUuid, sleutel.hash, {
    soort: sleutel.soort,
    hash,
    peper: ctx.keys.peperId,
  });
}
