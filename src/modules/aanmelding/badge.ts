import { timingSafeEqual } from "node:crypto";
import type { Context } from "#platform/context";
import { keyedHash } from "#platform/crypto";
import type { AccountUuid } from "#platform/ids";
import { badgeHash, markeerBadgeGebruikt, plaatjes, sleutelVoor } from "#modules/sleutels";
import { getFeiten, type Feiten } from "#modules/verstrekking";
import { metSproeiwacht, type Poort } from "./gate.ts";
import { wachttijden } from "./rules.ts";
import { boekPoging, findBadge, noteerMislukt, wisPogingen } from "./store.ts";

export type BadgeUitkomst =
  | { readonly soort: "gelukt"; readonly accountUuid: AccountUuid; readonly feiten: Feiten }
  /** Badge or picture is not right; which of the two is never told. */
  | { readonly soort: "onjuist" }
  /** Badge and picture are right, but he is in a year now that signs in with a password. */
  | { readonly soort: "te-oud" }
  | { readonly soort: "wachten"; readonly seconden: number };

/** Key under which attempts on a badge are counted: the same for its QR code and its short form. */
export function badgeHashVan(ctx: Context, badge: string): Buffer {
  const kort = badgeHash(ctx.keys, badge)?.kort.toString("hex") ?? badge.slice(0, 200);
  return keyedHash(ctx.keys.naamHash, `badge:${kort}`);
}

/**
 * Is this the badge of a pupil, with his picture (D7)? The QR code or its short form, and the name of one of the nine. A badge
 * that does not exist gets the same answers after the same work, and the same growing wait.
 */
export function meldAanMetBadge(
  ctx: Context,
  poort: Poort,
  poging: {
    readonly badge: string;
    readonly plaatje: string;
    readonly clientId: string;
    readonly bron?: string | undefined;
  },
): Promise<BadgeUitkomst> {
  const naamHash = badgeHashVan(ctx, poging.badge);
  return metSproeiwacht(ctx, poort, { naamHash, bron: poging.bron }, async () => {
    const gezocht = badgeHash(ctx.keys, poging.badge);
    const gevonden = await findBadge(ctx, gezocht?.kort ?? naamHash, naamHash);
    const eerderMislukt = gevonden.mislukt !== null;
    if (eerderMislukt) {
      const wacht = await boekPoging(ctx, naamHash, ctx.clock.now(), wachttijden);
      if (wacht !== undefined) return { soort: "wachten", seconden: Math.ceil(wacht / 1000) };
    }
    const { account_uuid: accountUuid, code_hash: codeHash } = gevonden;
    // The short form stands on the badge as well: who has one has both. A whole code must be right wholly.
    const code = gezocht?.code ?? codeHash;
    const goedeCode = codeHash !== null && code !== null && timingSafeEqual(code, codeHash);
    const goedPlaatje = plaatjes[gevonden.plaatje ?? -1]?.naam === poging.plaatje;
    const feiten =
      goedeCode && goedPlaatje && accountUuid
        ? await getFeiten(ctx, accountUuid, poging.clientId, ctx.clock.vandaag())
        : undefined;
    if (!accountUuid || !feiten) {
      if (!eerderMislukt) await noteerMislukt(ctx, naamHash, ctx.clock.now());
      return { soort: "onjuist" };
    }
    if (eerderMislukt) await wisPogingen(ctx, naamHash);
    // Who is enrolled nowhere today hears that from the decision.
    const { lopend } = feiten.inschrijvingen;
    if (lopend.length > 0 && lopend.every((een) => sleutelVoor(een) !== "badge")) return { soort: "te-oud" };
    if (!gevonden.gebruikt) await markeerBadgeGebruikt(ctx, accountUuid);
    return { soort: "gelukt", accountUuid, feiten };
  });
}
