import { hash, randomToken } from "#platform/crypto";
import { duur, type Acm } from "../contract.ts";
import { cookieOf, setCookie } from "../cookies.ts";
import type { Visit } from "../visit.ts";
import { findWebClient, type WebClient } from "../web-client.ts";

/** What an application asks, once all of it was found right. */
export type Vraag = {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly scope: string;
  readonly responseMode: "query" | "form_post";
  readonly state?: string;
  readonly nonce?: string;
  readonly codeChallenge?: string;
  /** Whoever is signed in must prove anew who he is. */
  readonly opnieuw?: true;
  /** Nobody may be asked anything. */
  readonly stil?: true;
  /** Seconds since he proved it. */
  readonly maxAge?: number;
  readonly loginHint?: string;
  /** The subject of `id_token_hint`: nobody else will do. */
  readonly hintSub?: string;
  /** Epoch milliseconds. */
  readonly gesteld: number;
};

/**
 * A request that waits for somebody. It stands sealed in the addresses of its form, so that no form is ever one too many or too old to
 * know what it was for; whose form it is tells a cookie of that form alone. It never holds an answered sign-in: that could not be taken
 * back at sign-out.
 */
export type Form = {
  readonly uid: string;
  readonly vraag: Vraag;
  readonly client: WebClient;
  readonly sealed: string;
};

type Sealed = { readonly u: string; readonly b: string; readonly v: Vraag };

const place = "aanmelden";
const uidForm = /^[\w-]{22}$/;

/** Where a form is, or a page of it: `badge`, `wachtwoord`, `wissel`. */
export const formUrl = ({ uid, sealed }: Pick<Form, "uid" | "sealed">, page?: string): string =>
  `${pathOf(uid)}${page === undefined ? "" : `/${page}`}?vraag=${sealed}`;

export const pathOf = (uid: string): string => `/op/v1/aanmelden/${uid}`;

/** A new form for this request, and the cookie that makes it this browser's own. */
export function openForm(acm: Acm, client: WebClient, vraag: Vraag): { form: Form; cookie: string } {
  const uid = randomToken(16);
  const secret = randomToken(16);
  const content: Sealed = { u: uid, b: bindingOf(secret), v: vraag };
  const sealed = acm.bos.zegel.seal(JSON.stringify(content), place);
  const cookie = setCookie(acm, acm.cookies.formulier, secret, pathOf(uid), duur.formulier);
  return { form: { uid, vraag, client, sealed }, cookie };
}

/** The form at this address. `own`: this browser opened it. Undefined when it never was one, or its client is gone. */
export function readForm(
  acm: Acm,
  visit: Visit,
  uid: string,
): { readonly form: Form; readonly own: boolean } | undefined {
  const sealed = new URLSearchParams(visit.query).get("vraag");
  if (sealed === null || !uidForm.test(uid)) return undefined;
  const text = acm.bos.zegel.unseal(sealed, place);
  if (text === undefined) return undefined;
  const { u, b, v } = JSON.parse(text) as Sealed;
  const client = findWebClient(acm, v.clientId);
  if (u !== uid || !client) return undefined;
  const secret = cookieOf(visit.cookies, acm.cookies.formulier);
  return { form: { uid, vraag: v, client, sealed }, own: secret !== undefined && bindingOf(secret) === b };
}

const bindingOf = (secret: string): string => hash(secret).toString("base64url").slice(0, 22);

/** Too long ago for the application to remember that it asked, or its address was withdrawn meanwhile: nothing goes there any more. */
export const isStale = (acm: Acm, { gesteld, clientId, redirectUri }: Vraag): boolean =>
  acm.ctx.clock.now() - gesteld > duur.vraag * 1000 ||
  findWebClient(acm, clientId)?.redirectUris.has(redirectUri) !== true;
