import type { Context } from "#platform/context";
import { keyedHash } from "#platform/crypto";
import type { AccountUuid } from "#platform/ids";
import { splitGebruikersnaam } from "#modules/leerlingen";
import {
  useVenster,
  isVenstercode,
  looksLikeVenstercode,
  isOutdated,
  chooseOwnWachtwoord,
  kortste,
  markUsed,
  openVenster,
  refresh,
  normalizeName,
  type WachtwoordKeuze,
  type OnReplaced,
  type Sleutel,
} from "#modules/sleutels";
import { getFeiten, openFeiten, type Feiten } from "#modules/verstrekking";
import { withSproeiwacht, type Gate } from "./gate.ts";
import { niveauOf, regimeOfName, withoutVenster, type Plaats } from "./rules.ts";
import { findAanmelder, findStand, type SignInAccount } from "./store.ts";
import { isToestelOf, readToestel, rememberLeerling, type Toestel } from "./toestel.ts";
import { askTurn, changeStand, makePlaats } from "./turn.ts";

export { badgeHashOf, authenticateBadge } from "./badge.ts";
export { makeGate, type Gate } from "./gate.ts";
export { signInReading } from "./figures.ts";
export { upkeep } from "./jobs.ts";
export { countPogingen } from "./store.ts";
export { toestelMaxAge } from "./toestel.ts";

/** Key under which attempts on a name are counted. */
export const nameHashOf = (ctx: Context, gebruikersnaam: string): Buffer =>
  keyedHash(ctx.keys.naamHash, normalizeName(gebruikersnaam));

export type Outcome =
  | {
      readonly soort: "gelukt";
      readonly accountUuid: AccountUuid;
      readonly feiten: Feiten;
      /** First sign-in: an own password has to be chosen (D7). */
      readonly kiesWachtwoord: boolean;
      /** How many characters that password has at least. */
      readonly minimum: number;
      /** Proof for `chooseWachtwoord`: changes with the password. */
      readonly sleutelVersie: string;
      /** The cookie by which this browser is known as one of his from now on (D24), for `toestelMaxAge`; absent: it is already. */
      readonly toestel?: string;
    }
  /** Name or password is not right; which of the two is never told. */
  | { readonly soort: "onjuist" }
  /** Too many failures in a row: not looked at. Seconds until the next look. */
  | { readonly soort: "wachten"; readonly seconden: number };

/**
 * Is this a pupil, and is the password right? (R26 step 2, D7.) Used by the built-in ACM and by the datastore API.
 * One round trip when nothing is wrong. Known and unknown names get equal answers in equal time.
 */
export function authenticate(
  ctx: Context,
  poort: Gate,
  poging: {
    readonly gebruikersnaam: string;
    readonly wachtwoord: string;
    readonly clientId: string;
    /** The address it comes from; left out where that is a server. Kept in memory for minutes (D7: spraying). */
    readonly bron?: string | undefined;
    /** The cookie of this browser (D24), as it came. */
    readonly toestel?: string | undefined;
  },
): Promise<Outcome> {
  const naamHash = nameHashOf(ctx, poging.gebruikersnaam);
  return withSproeiwacht(ctx, poort, { naamHash, bron: poging.bron }, async () => {
    const { basis, nr } = splitGebruikersnaam(normalizeName(poging.gebruikersnaam).slice(0, 200)) ?? {
      basis: "",
      nr: 0,
    };
    const { stand, ...wie } = await findAanmelder(ctx, {
      basis,
      nr,
      naamHash,
      clientId: poging.clientId,
      vandaag: ctx.clock.vandaag(),
      nu: ctx.clock.now(),
    });
    const toestel = readToestel(ctx, poging.toestel);
    const turn = await askTurn(ctx, {
      naamHash,
      stand,
      plaats: placeOf(ctx, { ...poging, naamHash }, wie, toestel),
      regime: regimeOfName(ctx.clock.now()),
    });
    if (typeof turn === "number") return { soort: "wachten", seconden: Math.ceil(turn / 1000) };
    const sleutel: Sleutel | undefined =
      wie.soort !== null && wie.hash !== null && wie.peper !== null
        ? { soort: wie.soort, hash: wie.hash, peper: wie.peper }
        : undefined;
    const goed = await poort.matches(ctx.keys, sleutel, poging.wachtwoord);
    const doorVenster = !goed && (await isByVenster(ctx, wie, poging.wachtwoord));
    // Only now: it may cost a trip, and a wrong password takes as long for a name that nobody has.
    const feiten = goed || doorVenster ? await openFeiten(ctx, wie.feiten) : null;
    if ((!goed && !doorVenster) || !sleutel || !wie.account_uuid || !feiten) {
      await turn.failed();
      return { soort: "onjuist" };
    }
    await turn.succeeded();
    // The paper reached its pupil: shown to the school as "voor het eerst gebruikt".
    if (goed && sleutel.soort === "eerste") await markUsed(ctx, wie.account_uuid, sleutel.hash);
    // An initial password is about to be replaced anyway; and its hash is the proof that chooseWachtwoord asks for.
    if (goed && sleutel.soort === "eigen" && isOutdated(ctx.keys, sleutel))
      await refresh(ctx, wie.account_uuid, sleutel, poging.wachtwoord);
    const cookie = rememberLeerling(ctx, toestel, wie.account_uuid);
    return {
      soort: "gelukt",
      accountUuid: wie.account_uuid,
      feiten,
      kiesWachtwoord: doorVenster || sleutel.soort === "eerste",
      minimum: kortste[niveauOf(feiten)],
      sleutelVersie: sleutel.hash,
      ...(cookie !== undefined && { toestel: cookie }),
    };
  });
}

/**
 * Which looks are kept for this attempt (D24): those of a browser that the pupil used before, else, while a window is open, those for
 * whoever types something that could be its code. Per address, so that one stranger cannot take them all.
 */
function placeOf(
  ctx: Context,
  poging: { readonly naamHash: Buffer; readonly wachtwoord: string; readonly bron?: string | undefined },
  { account_uuid, venster }: SignInAccount,
  toestel: Toestel | undefined,
): Plaats | undefined {
  if (account_uuid === null) return undefined;
  if (toestel && isToestelOf(ctx, toestel, account_uuid))
    return makePlaats(ctx, "toestel", poging.naamHash, toestel.id);
  if (venster !== null && looksLikeVenstercode(poging.wachtwoord))
    return makePlaats(ctx, "venster", poging.naamHash, poging.bron ?? "");
  return undefined;
}

/** Did the pupil type the code that a beheerder told him (D7)? It counts once. */
async function isByVenster(ctx: Context, wie: SignInAccount, getypt: string): Promise<boolean> {
  return (
    wie.venster !== null &&
    wie.account_uuid !== null &&
    isVenstercode(ctx.keys, wie.account_uuid, getypt, wie.venster) &&
    useVenster(ctx, wie.account_uuid, wie.venster)
  );
}

/**
 * A beheerder lets a pupil choose another password (D7), and gets the code to tell him. Whatever was tried on his name, the code is
 * looked at: a window has looks of its own (D24), anew with each code.
 */
export async function openVensterFor(
  ctx: Context,
  voor: { readonly accountUuid: AccountUuid; readonly gebruikersnaam: string; readonly voId: string },
): Promise<string> {
  return openVenster(ctx, voor, async (tx) => {
    const naamHash = nameHashOf(tx, voor.gebruikersnaam);
    const stand = await findStand(tx, naamHash);
    if (stand) await changeStand(tx, naamHash, stand, (current) => current && withoutVenster(current));
  });
}

/** The pupil replaces his initial password by an own one (D7); in one commit with what `onReplaced` does. */
export async function chooseWachtwoord(
  ctx: Context,
  keuze: {
    readonly accountUuid: AccountUuid;
    readonly sleutelVersie: string;
    readonly nieuw: string;
    readonly herhaald: string;
  },
  onReplaced: OnReplaced,
): Promise<WachtwoordKeuze> {
  const feiten = await getFeiten(ctx, keuze.accountUuid, "", ctx.clock.vandaag());
  if (!feiten) return { soort: "verlopen" };
  const { naam, voornaam, gebruikersnaam } = feiten.account;
  return chooseOwnWachtwoord(
    ctx,
    {
      accountUuid: keuze.accountUuid,
      bewijs: keuze.sleutelVersie,
      nieuw: keuze.nieuw,
      herhaald: keuze.herhaald,
      niveau: niveauOf(feiten),
      namen: [naam, voornaam, ...(gebruikersnaam ? [gebruikersnaam] : [])],
    },
    onReplaced,
  );
}
