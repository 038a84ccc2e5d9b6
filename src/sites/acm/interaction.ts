import type { AdapterPayload, KoaContextWithOIDC } from "oidc-provider";
import { hash, seal, unseal } from "#platform/crypto";
import type { AccountUuid } from "#platform/ids";
import { nuInSeconden } from "./clients.ts";
import { duur, type Acm } from "./contract.ts";
import type { Heenweg } from "./medewerker-sleutel.ts";
import { findInteractie } from "./store.ts";
import { werkVan } from "./unit-of-work.ts";

/** A pupil who proved an initial password and still has to choose an own one. */
export type EersteKeer = {
  readonly accountUuid: AccountUuid;
  /** Changes with the password: this proof counts once. */
  readonly sleutelVersie: string;
  readonly voornaam: string;
  readonly gebruikersnaam: string;
  readonly minimum: number;
};

/**
 * A request of an application that waits for the pupil. It lives in a cookie of the browser that made it, sealed and bound
 * to its uid, for ten minutes; no row to write or clean up. It never holds an answered sign-in: that could not be
 * taken back at sign-out.
 */
export type Interactie = {
  readonly uid: string;
  readonly params: Readonly<Record<string, string>>;
  readonly lastSubmission?: AdapterPayload["lastSubmission"];
  readonly cid: string;
  /** Epoch milliseconds. */
  readonly tot: number;
  readonly eersteKeer?: EersteKeer;
  /** The question that waits at the key of adults. */
  readonly heenweg?: Heenweg;
};

const uidForm = /^[\w-]{21,64}$/;
/** Room in one cookie (4096 with its name and attributes). Larger requests, from brokers mostly, get a row. */
const cookieRoom = 3600;
/** Open tabs that each have their request; the oldest one gives way, so that the headers never grow too large. */
const maxOpen = 6;

const pathOf = (uid: string) => `/op/v1/aanmelden/${uid}`;
const cookieOptions = (acm: Acm) =>
  ({ httpOnly: true, sameSite: "lax", signed: false, secure: acm.secure, overwrite: true }) as const;

/** From what the provider noted. */
export function interactieVan(
  acm: Acm,
  { uid, payload }: { uid: string; payload: AdapterPayload },
): Interactie {
  const params = Object.entries(payload.params ?? {}).filter(
    (entry): entry is [string, string] => typeof entry[1] === "string",
  );
  return {
    uid,
    params: Object.fromEntries(params),
    cid: payload.cid ?? uid,
    tot: acm.ctx.clock.now() + duur.interactie * 1000,
    ...(payload.lastSubmission && { lastSubmission: payload.lastSubmission }),
  };
}

/** Gives the browser its request to keep. */
export function bewaarInteractie(acm: Acm, ctx: KoaContextWithOIDC, interactie: Interactie): void {
  const { keys } = acm.ctx;
  const text = JSON.stringify(interactie);
  let sealed = seal(keys.cookies, text, `aanmelden:${interactie.uid}`);
  if (sealed.length * (4 / 3) > cookieRoom) {
    werkVan(ctx).interactieRij = {
      idHash: hash(interactie.uid),
      inhoud: text,
      verlooptOp: new Date(interactie.tot),
    };
    sealed = seal(
      keys.cookies,
      JSON.stringify({ uid: interactie.uid, rij: true }),
      `aanmelden:${interactie.uid}`,
    );
  }
  const maxAge = Math.max(0, interactie.tot - acm.ctx.clock.now());
  ctx.cookies.set(acm.cookies.aanmelding, sealed.toString("base64url"), {
    ...cookieOptions(acm),
    overwrite: false,
    path: pathOf(interactie.uid),
    maxAge,
  });
}

/** Remembers which requests are open in this browser, and closes the oldest when there are too many. */
export function telOpenstaande(acm: Acm, ctx: KoaContextWithOIDC, uid: string): void {
  const open = (ctx.cookies.get(acm.cookies.open, { signed: false }) ?? "")
    .split(".")
    .filter((one) => uidForm.test(one));
  const all = [...open.filter((one) => one !== uid), uid];
  for (const old of all.slice(0, -maxOpen)) vergeetInteractie(acm, ctx, old);
  ctx.cookies.set(acm.cookies.open, all.slice(-maxOpen).join("."), {
    ...cookieOptions(acm),
    path: "/op/v1/auth",
    maxAge: duur.interactie * 1000,
  });
}

export function vergeetInteractie(acm: Acm, ctx: KoaContextWithOIDC, uid: string): void {
  ctx.cookies.set(acm.cookies.aanmelding, null, {
    ...cookieOptions(acm),
    overwrite: false,
    path: pathOf(uid),
  });
}

/** The request with this uid, if this browser made it and it is not too old. */
export async function leesInteractie(
  acm: Acm,
  ctx: KoaContextWithOIDC,
  uid: string,
): Promise<Interactie | undefined> {
  const cookie = ctx.cookies.get(acm.cookies.aanmelding, { signed: false });
  if (!uidForm.test(uid) || cookie === undefined) return undefined;
  const plain = unseal(acm.ctx.keys.cookies, Buffer.from(cookie, "base64url"), `aanmelden:${uid}`);
  if (!plain) return undefined;
  const read = JSON.parse(plain.toString("utf8")) as Interactie | { uid: string; rij: true };
  const text = "rij" in read ? await findInteractie(acm.ctx, hash(uid)) : undefined;
  const interactie = "rij" in read ? text && (JSON.parse(text) as Interactie) : read;
  return interactie && interactie.uid === uid && interactie.tot > acm.ctx.clock.now()
    ? interactie
    : undefined;
}

/** Who proved to be who, and how. `ts`: when, in seconds since 1970, where that was not just now. */
export type Login = {
  readonly accountId: string;
  readonly acr: string;
  readonly amr?: string[];
  readonly ts?: number;
};

/** As the provider's own resume step wants to find it, with the answer of the pupil, or of an adult's key. */
export function payloadVoorHervatten(interactie: Interactie, login: Login): AdapterPayload {
  const { uid, params, cid, lastSubmission } = interactie;
  return {
    kind: "Interaction",
    jti: uid,
    cid,
    params,
    trusted: [],
    prompt: { name: "login", reasons: [], details: {} },
    returnTo: "",
    result: { ...lastSubmission, login: { ...login, remember: false } },
    exp: nuInSeconden() + duur.interactie,
  };
}
