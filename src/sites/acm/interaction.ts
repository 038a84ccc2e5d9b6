import type { AdapterPayload, KoaContextWithOIDC } from "oidc-provider";
import { hash, seal, unseal } from "#platform/crypto";
import type { AccountUuid } from "#platform/ids";
import { nowInSeconds } from "./clients.ts";
import { duur, type Acm } from "./contract.ts";
import { cookieOf, setCookie } from "./cookies.ts";
import type { WayOut } from "./medewerker-sleutel.ts";
import { findInteractie } from "./store.ts";
import { workOf, type UnitOfWork } from "./unit-of-work.ts";

/** A pupil who proved an initial password and still has to choose an own one. */
export type FirstTime = {
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
  readonly eersteKeer?: FirstTime;
  /** The question that waits at the key of adults. */
  readonly heenweg?: WayOut;
};

const uidForm = /^[\w-]{21,64}$/;
/** Room in one cookie (4096 with its name and attributes). Larger requests, from brokers mostly, get a row. */
const cookieRoom = 3600;
/** Open tabs that each have their request; the oldest one gives way, so that the headers never grow too large. */
const maxOpen = 6;

const pathOf = (uid: string) => `/op/v1/aanmelden/${uid}`;

/** From what the provider noted. */
export function interactieOf(
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

/** The cookie that gives the browser its request to keep; with a row where it is too large for a cookie. */
export function sealInteractie(
  acm: Acm,
  interactie: Interactie,
): { readonly cookie: string; readonly rij: UnitOfWork["interactieRij"] } {
  const { keys, clock } = acm.ctx;
  const { uid, tot } = interactie;
  const inhoud = JSON.stringify(interactie);
  const close = (text: string) => seal(keys.cookies, text, `aanmelden:${uid}`);
  const sealed = close(inhoud);
  const rij =
    sealed.length * (4 / 3) > cookieRoom
      ? { idHash: hash(uid), inhoud, verlooptOp: new Date(tot) }
      : undefined;
  const value = rij ? close(JSON.stringify({ uid, rij: true })) : sealed;
  const maxAge = Math.max(0, tot - clock.now());
  const cookie = setCookie(acm, acm.cookies.aanmelding, value.toString("base64url"), pathOf(uid), maxAge);
  return { cookie, rij };
}

export function saveInteractie(acm: Acm, ctx: KoaContextWithOIDC, interactie: Interactie): void {
  const { cookie, rij } = sealInteractie(acm, interactie);
  workOf(ctx).interactieRij = rij;
  ctx.append("set-cookie", cookie);
}

/** Cookies that remember which requests are open in this browser, and close the oldest when there are too many. */
export function pending(acm: Acm, header: string | undefined, uid: string): string[] {
  const open = (cookieOf(header, acm.cookies.open) ?? "").split(".").filter((one) => uidForm.test(one));
  const all = [...open.filter((one) => one !== uid), uid];
  const list = all.slice(-maxOpen).join(".");
  return [
    ...all.slice(0, -maxOpen).map((old) => forget(acm, old)),
    setCookie(acm, acm.cookies.open, list, "/op/v1/auth", duur.interactie * 1000),
  ];
}

export const countOpenstaande = (acm: Acm, ctx: KoaContextWithOIDC, uid: string): void =>
  pending(acm, ctx.req.headers.cookie, uid).forEach((cookie) => ctx.append("set-cookie", cookie));

/** The cookie that takes a request away from the browser. */
export const forget = (acm: Acm, uid: string): string =>
  setCookie(acm, acm.cookies.aanmelding, null, pathOf(uid));

export const forgetInteractie = (acm: Acm, ctx: KoaContextWithOIDC, uid: string): void =>
  ctx.append("set-cookie", forget(acm, uid));

/** The request with this uid, if this browser made it and it is not too old. */
export async function readInteractie(
  acm: Acm,
  header: string | undefined,
  uid: string,
): Promise<Interactie | undefined> {
  const cookie = cookieOf(header, acm.cookies.aanmelding);
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
export function payloadForHervatten(interactie: Interactie, login: Login): AdapterPayload {
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
    exp: nowInSeconds() + duur.interactie,
  };
}
