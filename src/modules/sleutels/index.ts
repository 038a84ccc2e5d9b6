import { randomInt } from "node:crypto";
import { inTransaction, type Context } from "#platform/context";
import type { AccountUuid } from "#platform/ids";
import { kortste, type Niveau, type OnReplaced, type Sleutel, type Wachtwoordfout } from "./contract.ts";
import { isVerouderd, klopt, maakHash } from "./hash.ts";
import { keurWachtwoord, maakEersteWachtwoord } from "./rules.ts";
import { findSleutel, upsertSleutel, vervangSleutel } from "./store.ts";

export {
  kortste,
  type Niveau,
  type OnReplaced,
  type Sleutel,
  type Sleutelsoort,
  type Wachtwoordfout,
} from "./contract.ts";
export { isVerouderd, klopt, maakHash } from "./hash.ts";
export {
  badgeHash,
  heeftBadge,
  maakBadge,
  markeerBadgeGebruikt,
  trekBadgeIn,
  zetBadge,
  type BadgeHash,
  type NieuweBadge,
} from "./badge.ts";
export { plaatjes, type Plaatje } from "./pictures.ts";
export { korteVorm, leesBadge, qrTekst, sleutelVoor, vormNaam } from "./rules.ts";
export { markeerGebruikt, markeerUitgereikt, verplaats, zetEersteSleutel } from "./store.ts";
export { upkeep } from "./jobs.ts";
export { gebruikVenster, isVenstercode, openVenster } from "./window.ts";

/** Makes a fresh initial password and its hash (D7), and stores nothing: for many at once, outside of a transaction. */
export async function maakEerste(
  ctx: Context,
  niveau: Niveau,
): Promise<{ readonly wachtwoord: string; readonly sleutel: Sleutel }> {
  const wachtwoord = maakEersteWachtwoord(niveau, (onder) => randomInt(onder));
  return {
    wachtwoord,
    sleutel: {
      soort: "eerste",
      hash: await maakHash(ctx.keys, wachtwoord),
      peper: ctx.keys.peperId,
    },
  };
}

/**
 * Makes and stores a fresh initial password and gives it back once, for the strip or letter (D7). It replaces the
 * password that was there.
 */
export async function geefEersteWachtwoord(
  ctx: Context,
  voor: { readonly accountUuid: AccountUuid; readonly niveau: Niveau },
): Promise<string> {
  const { wachtwoord, sleutel } = await maakEerste(ctx, voor.niveau);
  await upsertSleutel(ctx, voor.accountUuid, sleutel);
  return wachtwoord;
}

export type Keuze =
  | { readonly soort: "gelukt" }
  | { readonly soort: "geweigerd"; readonly fout: Wachtwoordfout; readonly minimum: number }
  /** The initial password was replaced meanwhile: sign in again. */
  | { readonly soort: "verlopen" };

/**
 * The pupil chooses an own password. `bewijs` is the hash of the password that he has just proven to know. The password and what
 * `onReplaced` does are one commit.
 */
export async function kiesEigenWachtwoord(
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
): Promise<Keuze> {
  const geweigerd = (fout: Wachtwoordfout): Keuze => ({
    soort: "geweigerd",
    fout,
    minimum: kortste[keuze.niveau],
  });
  const fout = keurWachtwoord(keuze.nieuw, keuze.herhaald, keuze);
  if (fout) return geweigerd(fout);
  const huidig = await findSleutel(ctx, keuze.accountUuid);
  if (!huidig || huidig.hash !== keuze.bewijs) return { soort: "verlopen" };
  // The initial password was on paper, seen by others.
  if (huidig.soort === "eerste" && (await klopt(ctx.keys, huidig, keuze.nieuw)))
    return geweigerd("te-gewoon");
  const hash = await maakHash(ctx.keys, keuze.nieuw);
  const gelukt = await inTransaction(ctx, async (tx) => {
    const nieuw: Sleutel = { soort: "eigen", hash, peper: ctx.keys.peperId };
    if (!(await vervangSleutel(tx, keuze.accountUuid, keuze.bewijs, nieuw))) return false;
    await onReplaced(tx, [keuze.accountUuid]);
    return true;
  });
  return { soort: gelukt ? "gelukt" : "verlopen" };
}

/** Sets an own password without proof of the old one; for the demo world and for tests. */
export async function zetEigenWachtwoord(
  ctx: Context,
  voor: { readonly accountUuid: AccountUuid; readonly wachtwoord: string },
): Promise<void> {
  await upsertSleutel(ctx, voor.accountUuid, {
    soort: "eigen",
    hash: await maakHash(ctx.keys, voor.wachtwoord),
    peper: ctx.keys.peperId,
  });
}

/** Makes the hash anew with today's costs and pepper, when it is older (D7). */
export async function ververs(
  ctx: Context,
  accountUuid: AccountUuid,
  sleutel: { soort: "eerste" | "eigen"; hash: string; peper: string },
  wachtwoord: string,
): Promise<void> {
  if (!isVerouderd(ctx.keys, sleutel)) return;
  const hash = await maakHash(ctx.keys, wachtwoord);
  await vervangSleutel(ctx, accountUuid, sleutel.hash, {
    soort: sleutel.soort,
    hash,
    peper: ctx.keys.peperId,
  });
}
