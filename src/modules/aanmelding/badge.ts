import { timingSafeEqual } from "node:crypto";
import type { Context } from "#platform/context";
import { keyedHash } from "#platform/crypto";
import type { AccountUuid } from "#platform/ids";
import { badgeHash, markBadgeStopped, markBadgeUsed, plaatjes, sleutelFor } from "#modules/sleutels";
import { getFeiten, type Feiten } from "#modules/verstrekking";
import { withSproeiwacht, type Gate } from "./gate.ts";
import { regimeOfBadge } from "./rules.ts";
import { findBadge } from "./store.ts";
import { isToestelOf, readToestel, rememberLeerling } from "./toestel.ts";
import { askTurn, makePlaats } from "./turn.ts";

export type BadgeOutcome =
  | {
      readonly soort: "gelukt";
      readonly accountUuid: AccountUuid;
      readonly feiten: Feiten;
      /** As with a password: the cookie to set now. */
      readonly toestel?: string;
    }
  /** Badge or picture is not right; which of the two is never told. */
  | { readonly soort: "onjuist" }
  /** Badge and picture are right, but he is in a year now that signs in with a password. */
  | { readonly soort: "te-oud" }
  /** Too many wrong pictures: not looked at. Seconds until the next look, which is tomorrow where the day is used up. */
  | { readonly soort: "wachten"; readonly seconden: number };

/** Key under which attempts on a badge are counted: the same for its QR code and its short form. */
export function badgeHashOf(ctx: Context, badge: string): Buffer {
  const kort = badgeHash(ctx.keys, badge)?.kort.toString("hex") ?? badge.slice(0, 200);
  return keyedHash(ctx.keys.naamHash, `badge:${kort}`);
}

/**
 * Is this the badge of a pupil, with his picture (D7)? The QR code or its short form, and the name of one of the nine. A badge
 * that does not exist gets the same answers after the same work. Three wrong pictures on one day, and it waits for the next day (D24):
 * of nine they can be tried by whoever photographed it. Browsers that the pupil used before have looks of their own.
 */
export function authenticateBadge(
  ctx: Context,
  poort: Gate,
  poging: {
    readonly badge: string;
    readonly plaatje: string;
    readonly clientId: string;
    readonly bron?: string | undefined;
    readonly toestel?: string | undefined;
  },
): Promise<BadgeOutcome> {
  const naamHash = badgeHashOf(ctx, poging.badge);
  return withSproeiwacht(ctx, poort, { naamHash, bron: poging.bron }, async () => {
    const gezocht = badgeHash(ctx.keys, poging.badge);
    const kort = gezocht?.kort ?? naamHash;
    const { stand, ...found } = await findBadge(ctx, kort, naamHash);
    const { account_uuid: accountUuid, code_hash: codeHash } = found;
    // The short form stands on the badge as well: who has one has both. A whole code must be right wholly.
    const code = gezocht?.code ?? codeHash;
    const goedeCode = codeHash !== null && code !== null && timingSafeEqual(code, codeHash);
    const toestel = readToestel(ctx, poging.toestel);
    const turn = await askTurn(ctx, {
      naamHash,
      stand,
      plaats:
        toestel && goedeCode && accountUuid && isToestelOf(ctx, toestel, accountUuid)
          ? makePlaats(ctx, "toestel", naamHash, toestel.id)
          : undefined,
      regime: regimeOfBadge(ctx.clock.now(), ctx.clock.vandaag()),
    });
    if (typeof turn === "number") return { soort: "wachten", seconden: Math.ceil(turn / 1000) };
    const goedPlaatje = plaatjes[found.plaatje ?? -1]?.naam === poging.plaatje;
    const feiten =
      goedeCode && goedPlaatje && accountUuid
        ? await getFeiten(ctx, accountUuid, poging.clientId, ctx.clock.vandaag())
        : undefined;
    if (!accountUuid || !feiten) {
      if (await turn.failed()) await markBadgeStopped(ctx, kort);
      return { soort: "onjuist" };
    }
    await turn.succeeded();
    // Who is enrolled nowhere today hears that from the decision.
    const { lopend } = feiten.inschrijvingen;
    if (lopend.length > 0 && lopend.every((one) => sleutelFor(one) !== "badge")) return { soort: "te-oud" };
    if (!found.gebruikt) await markBadgeUsed(ctx, accountUuid);
    const cookie = rememberLeerling(ctx, toestel, accountUuid);
    return { soort: "gelukt", accountUuid, feiten, ...(cookie !== undefined && { toestel: cookie }) };
  });
}
