import type { Context } from "#platform/context";
import { keyedHash } from "#platform/crypto";
import type { AccountUuid } from "#platform/ids";
import { splitsGebruikersnaam } from "#modules/leerlingen";
import {
  gebruikVenster,
  isVenstercode,
  isVerouderd,
  kiesEigenWachtwoord,
  kortste,
  markeerGebruikt,
  openVenster,
  ververs,
  vormNaam,
  type Keuze,
  type OnReplaced,
  type Sleutel,
} from "#modules/sleutels";
import { getFeiten, leesFeiten, type Feiten } from "#modules/verstrekking";
import { metSproeiwacht, type Poort } from "./gate.ts";
import { niveauOf, wachttijden } from "./rules.ts";
import { boekPoging, findAanmelder, noteerMislukt, wisPogingen, type Aanmelder } from "./store.ts";

export { badgeHashVan, meldAanMetBadge } from "./badge.ts";
export { maakPoort, type Poort } from "./gate.ts";
export type { Sproeistand } from "./spray.ts";
export { upkeep } from "./jobs.ts";
export { telPogingen } from "./store.ts";

/** Key under which attempts on a name are counted. */
export const naamHashVan = (ctx: Context, gebruikersnaam: string): Buffer =>
  keyedHash(ctx.keys.naamHash, vormNaam(gebruikersnaam));

export type Uitkomst =
  | {
      readonly soort: "gelukt";
      readonly accountUuid: AccountUuid;
      readonly feiten: Feiten;
      /** First sign-in: an own password has to be chosen (D7). */
      readonly kiesWachtwoord: boolean;
      /** How many characters that password has at least. */
      readonly minimum: number;
      /** Proof for `kiesWachtwoord`: changes with the password. */
      readonly sleutelVersie: string;
    }
  /** Name or password is not right; which of the two is never told. */
  | { readonly soort: "onjuist" }
  /** Too many failures in a row: not looked at. Seconds until the next look. */
  | { readonly soort: "wachten"; readonly seconden: number };

/**
 * Is this a pupil, and is the password right? (R26 step 2, D7.) Used by the built-in ACM and by the datastore API.
 * One round trip when nothing is wrong. Known and unknown names get equal answers in equal time.
 */
export function meldAan(
  ctx: Context,
  poort: Poort,
  poging: {
    readonly gebruikersnaam: string;
    readonly wachtwoord: string;
    readonly clientId: string;
    /** The address it comes from; left out where that is a server. Kept in memory for minutes (D7: spraying). */
    readonly bron?: string | undefined;
  },
): Promise<Uitkomst> {
  const naamHash = naamHashVan(ctx, poging.gebruikersnaam);
  return metSproeiwacht(ctx, poort, { naamHash, bron: poging.bron }, async () => {
    const { basis, nr } = splitsGebruikersnaam(vormNaam(poging.gebruikersnaam).slice(0, 200)) ?? {
      basis: "",
      nr: 0,
    };
    const wie = await findAanmelder(ctx, {
      basis,
      nr,
      naamHash,
      clientId: poging.clientId,
      vandaag: ctx.clock.vandaag(),
      nu: ctx.clock.now(),
    });
    const eerderMislukt = wie.mislukt !== null;
    if (eerderMislukt) {
      const wacht = await boekPoging(ctx, naamHash, ctx.clock.now(), wachttijden);
      if (wacht !== undefined) return { soort: "wachten", seconden: Math.ceil(wacht / 1000) };
    }
    const sleutel: Sleutel | undefined =
      wie.soort !== null && wie.hash !== null && wie.peper !== null
        ? { soort: wie.soort, hash: wie.hash, peper: wie.peper }
        : undefined;
    const goed = await poort.klopt(ctx.keys, sleutel, poging.wachtwoord);
    const doorVenster = !goed && (await isDoorVenster(ctx, wie, poging.wachtwoord));
    const feiten = leesFeiten(wie.feiten);
    if ((!goed && !doorVenster) || !sleutel || !wie.account_uuid || !feiten) {
      if (!eerderMislukt) await noteerMislukt(ctx, naamHash, ctx.clock.now());
      return { soort: "onjuist" };
    }
    if (eerderMislukt) await wisPogingen(ctx, naamHash);
    // The paper reached its pupil: shown to the school as "voor het eerst gebruikt".
    if (goed && sleutel.soort === "eerste") await markeerGebruikt(ctx, wie.account_uuid, sleutel.hash);
    // An initial password is about to be replaced anyway; and its hash is the proof that kiesWachtwoord asks for.
    if (goed && sleutel.soort === "eigen" && isVerouderd(ctx.keys, sleutel))
      await ververs(ctx, wie.account_uuid, sleutel, poging.wachtwoord);
    return {
      soort: "gelukt",
      accountUuid: wie.account_uuid,
      feiten,
      kiesWachtwoord: doorVenster || sleutel.soort === "eerste",
      minimum: kortste[niveauOf(feiten)],
      sleutelVersie: sleutel.hash,
    };
  });
}

/** Did the pupil type the code that a beheerder told him (D7)? It counts once. */
async function isDoorVenster(ctx: Context, wie: Aanmelder, getypt: string): Promise<boolean> {
  return (
    wie.venster !== null &&
    wie.account_uuid !== null &&
    isVenstercode(ctx.keys, wie.account_uuid, getypt, wie.venster) &&
    gebruikVenster(ctx, wie.account_uuid, wie.venster)
  );
}

/**
 * A beheerder lets a pupil choose another password (D7). The wait after failures on his name ends: who forgot his password
 * has tried some. Gives the code to tell him.
 */
export async function openVensterVoor(
  ctx: Context,
  voor: { readonly accountUuid: AccountUuid; readonly gebruikersnaam: string; readonly voId: string },
): Promise<string> {
  return openVenster(ctx, voor, (tx) => wisPogingen(tx, naamHashVan(ctx, voor.gebruikersnaam)));
}

/** The pupil replaces his initial password by an own one (D7); in one commit with what `onReplaced` does. */
export async function kiesWachtwoord(
  ctx: Context,
  keuze: {
    readonly accountUuid: AccountUuid;
    readonly sleutelVersie: string;
    readonly nieuw: string;
    readonly herhaald: string;
  },
  onReplaced: OnReplaced,
): Promise<Keuze> {
  const feiten = await getFeiten(ctx, keuze.accountUuid, "", ctx.clock.vandaag());
  if (!feiten) return { soort: "verlopen" };
  const { naam, voornaam, gebruikersnaam } = feiten.account;
  return kiesEigenWachtwoord(
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
