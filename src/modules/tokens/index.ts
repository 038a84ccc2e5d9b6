import { randomUUID } from "node:crypto";
import {
  errors,
  exportJWK,
  generateKeyPair,
  importJWK,
  jwtVerify,
  type CryptoKey,
  type JSONWebKeySet,
} from "jose";
import { inTransaction, type Context } from "#platform/context";
import { followState } from "#platform/follow";
import { algoritmen, type Algorithm, type Machine, type Ondertekensleutel } from "./contract.ts";
import { inOrder, urenUitgaand } from "./rules.ts";
import { makeSealer, type Sealer } from "./seal.ts";
import { makeSigner, type Sign } from "./sign.ts";
import {
  deleteUitgaande,
  findPublic,
  insertSleutel,
  listSleutels,
  reportWijziging,
  takeLock,
  shiftSleutels,
} from "./store.ts";

export type { Algorithm, Machine, Ondertekensleutel } from "./contract.ts";
export type { Sealer } from "./seal.ts";
export type { Sign } from "./sign.ts";
export { opensSleutel } from "./store.ts";

async function makeSleutel(alg: Algorithm, status: Ondertekensleutel["status"]): Promise<Ondertekensleutel> {
  const pair = await generateKeyPair(alg, {
    extractable: true,
    ...(alg === "RS256" && { modulusLength: 2048 }),
  });
  const kid = randomUUID();
  const common = { kid, alg, use: "sig" };
  return {
    kid,
    alg,
    status,
    publiek: { ...(await exportJWK(pair.publicKey)), ...common },
    prive: { ...(await exportJWK(pair.privateKey)), ...common },
  };
}

/** Makes what is missing: per algorithm one key that signs and one that is published ahead. Safe on many nodes at once. */
export async function ensureSleutels(ctx: Context): Promise<void> {
  const complete = (sleutels: readonly Ondertekensleutel[]) =>
    algoritmen.every((alg) =>
      (["actief", "volgend"] as const).every((status) =>
        sleutels.some((sleutel) => sleutel.alg === alg && sleutel.status === status),
      ),
    );
  if (complete(await listSleutels(ctx))) return;
  await inTransaction(ctx, async (tx) => {
    await takeLock(tx);
    const er = await listSleutels(tx);
    if (complete(er)) return;
    for (const alg of algoritmen) {
      for (const status of ["actief", "volgend"] as const) {
        if (er.some((sleutel) => sleutel.alg === alg && sleutel.status === status)) continue;
        await insertSleutel(tx, await makeSleutel(alg, status));
      }
    }
    await reportWijziging(tx);
  });
}

/**
 * Rotation: the next keys sign from now on, new next keys are published, and keys that stopped signing 48 hours ago
 * leave. All nodes hear of it (NOTIFY leerid_sleutels); a node that is late still signs with a key that verifies.
 */
export async function rotate(ctx: Context): Promise<void> {
  await ensureSleutels(ctx);
  const nieuw = await Promise.all(algoritmen.map((alg) => makeSleutel(alg, "volgend")));
  await inTransaction(ctx, async (tx) => {
    await takeLock(tx);
    await shiftSleutels(tx);
    for (const sleutel of nieuw) await insertSleutel(tx, sleutel);
    await deleteUitgaande(tx, new Date(ctx.clock.now() - urenUitgaand * 3_600_000));
    await reportWijziging(tx);
  });
}

/** The keys as one process holds them; replaced as a whole when they change. */
export type KeyRing = {
  /** The keys now, active ones first. */
  sleutels(): readonly Ondertekensleutel[];
  /** Public part, as published. */
  jwks(): JSONWebKeySet;
  /** Signs with the key that is active now. */
  readonly sign: Sign;
  /** Seals with the key that is active now, opens with any that is known. */
  readonly zegel: Sealer;
  /** Called after every change. */
  onChange(work: () => void): void;
  close(): Promise<void>;
};

/** Reads the keys (making them at the very first start) and follows their changes on a connection of its own. */
export async function openKeyRing(ctx: Context): Promise<KeyRing> {
  await ensureSleutels(ctx);
  const luisteraars: (() => void)[] = [];
  let sleutels: readonly Ondertekensleutel[] = [];
  let ondertekenaar = makeSigner(sleutels);
  let zegelaar = makeSealer(sleutels);
  const volger = await followState(ctx, {
    channel: "leerid_sleutels",
    name: "ondertekensleutels",
    read: async () => inOrder(await listSleutels(ctx)),
    take(nieuwste) {
      sleutels = nieuwste;
      ondertekenaar = makeSigner(sleutels);
      zegelaar = makeSealer(sleutels);
      for (const werk of luisteraars) werk();
    },
  });
  return {
    sleutels: () => sleutels,
    jwks: () => ({ keys: sleutels.map((sleutel) => sleutel.publiek) }),
    sign: (alg, claims) => ondertekenaar(alg, claims),
    zegel: {
      seal: (text, place) => zegelaar.seal(text, place),
      unseal: (sealed, place) => zegelaar.unseal(sealed, place),
    },
    onChange: (werk) => luisteraars.push(werk),
    close: () => volger.stop(),
  };
}

/** A signer with the keys of this moment, for work that begins and ends: nothing to keep, nothing to follow. */
export async function readOndertekenaar(ctx: Context): Promise<Sign> {
  return makeSigner(await listSleutels(ctx));
}

/** Tells whose machine token this is, for one audience; undefined when it is not a valid one. */
export type TokenWatch = (token: string, audience: string) => Promise<Machine | undefined>;

/** How long a key that was read counts without reading it again. Keys that left verify nothing that is still valid. */
const sleutelGeldig = 60_000;

/** A check of machine tokens (RFC 9068) that remembers the public keys it met; make one per site. */
export function makeTokenWatch(ctx: Context): TokenWatch {
  const gelezen = new Map<
    string,
    { readonly sleutel: Promise<CryptoKey | Uint8Array>; readonly tot: number }
  >();
  const sleutelOf = async ({ kid = "" }: { kid?: string }) => {
    const bekend = gelezen.get(kid);
    if (bekend && bekend.tot > ctx.clock.now()) return bekend.sleutel;
    const publiek = await findPublic(ctx, kid);
    if (!publiek) throw new errors.JWKSNoMatchingKey();
    const sleutel = importJWK(publiek);
    gelezen.set(kid, { sleutel, tot: ctx.clock.now() + sleutelGeldig });
    return sleutel;
  };
  return async (token, audience) => {
    if (token.length > 4096) return undefined;
    try {
      const { payload } = await jwtVerify(token, sleutelOf, {
        audience,
        typ: "at+jwt",
        algorithms: [...algoritmen],
        requiredClaims: ["exp", "client_id"],
        currentDate: new Date(ctx.clock.now()),
      });
      const { client_id: clientId, scope, sub } = payload;
      // The subject of a machine's token is the machine itself: a pupil's token never passes here.
      if (typeof clientId !== "string" || sub !== clientId) return undefined;
      return { clientId, scopes: typeof scope === "string" ? scope.split(" ") : [] };
    } catch (error) {
      if (error instanceof errors.JOSEError || error instanceof TypeError) return undefined;
      throw error;
    }
  };
}

/** One check, without remembering keys. */
export const verifyMachineToken = (
  ctx: Context,
  token: string,
  audience: string,
): Promise<Machine | undefined> => makeTokenWatch(ctx)(token, audience);
