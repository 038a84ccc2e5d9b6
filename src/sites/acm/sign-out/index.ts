import { hash } from "#platform/crypto";
import { formTargets } from "#platform/html";
import { pageAnswer, redirect, withCookies, type Answer } from "../answer.ts";
import { postFromHere } from "../authorize/form-post.ts";
import { readForm as readFields } from "../body.ts";
import type { Acm, Sessie } from "../contract.ts";
import { sessionCookie } from "../cookies.ts";
import { errorPage } from "../errors.ts";
import { readIdTokenHint } from "../id-token-hint.ts";
import { askSignOut, signedOutPage } from "../pages/index.ts";
import { endSessie, findSessieOnly } from "../store.ts";
import { isStrange, sessionIdOf, type Visit } from "../visit.ts";
import { findWebClient, withQuery, type WebClient } from "../web-client.ts";
import { sidOf } from "../who.ts";
import { rememberSignOut } from "./adult.ts";

/** A wish to leave, as far as it can be believed (RP-Initiated Logout 1.0, 2). Whoever wants to leave, leaves. */
type Wish = {
  readonly client: WebClient | undefined;
  /** Where to afterwards, registered by this client. */
  readonly target: string | undefined;
  /** The session that the hint is about: nobody need be asked. */
  readonly isOf: (sessie: Sessie) => boolean;
};

const confirmPath = "/op/v1/logout/confirm";
const place = "afmelden";

/**
 * `/v1/logout`, asked by an application. On shared computers every extra question leaves sessions open: with a valid hint for this very
 * session it is done at once; else whoever sits there is asked.
 */
export async function signOut(acm: Acm, visit: Visit): Promise<Answer> {
  const params = visit.method === "POST" ? await readFields(visit.req) : new URLSearchParams(visit.query);
  if (!params) return errorPage(acm, 413, "invalid_request", "the request is no form, or too large");
  const wish = await readWish(acm, params);
  const formAction = wish.client?.afterLogout ?? formTargets([acm.loketUrl]);
  const bounce =
    visit.method === "POST" && postFromHere(acm, visit, params, { title: "Je meldt je af", formAction });
  if (bounce) return bounce;
  const sessie = await sessionOf(acm, visit);
  if (!sessie) return leave(acm, wish.client, wish.target);
  if (wish.isOf(sessie)) return end(acm, sessie, wish.client, wish.target);
  const sealed = acm.bos.zegel.seal(
    JSON.stringify({ client: wish.client?.clientId, target: wish.target } satisfies Confirming),
    place,
  );
  return pageAnswer(
    200,
    askSignOut({
      formulier: { url: confirmPath, velden: { afmelding: sealed } },
      voet: acm.voet,
      ...(wish.client?.slug !== undefined && { toepassing: wish.client.toepassing.naam }),
    }),
    { formAction },
  );
}

type Confirming = { readonly client: string | undefined; readonly target: string | undefined };

/** `/v1/logout/confirm`: "Ja, meld me af", or not. A second click finds nobody signed in, and that is well. */
export async function confirmSignOut(acm: Acm, visit: Visit): Promise<Answer> {
  const fields = await readFields(visit.req);
  if (!fields || isStrange(visit, acm.issuer)) return redirect("/op/v1/logout");
  const text = acm.bos.zegel.unseal(fields.get("afmelding") ?? "", place);
  const { client: clientId, target } = (text === undefined ? {} : JSON.parse(text)) as Partial<Confirming>;
  const client = findWebClient(acm, clientId);
  if (fields.get("logout") === null) return redirect(target ?? client?.startUrl ?? acm.loketUrl);
  const sessie = await sessionOf(acm, visit);
  return sessie ? end(acm, sessie, client, target) : leave(acm, client, target);
}

/** `/v1/logout/success`: nobody is signed in. */
export const signedOut = (acm: Acm): Answer =>
  pageAnswer(200, signedOutPage({ loketUrl: acm.loketUrl, voet: acm.voet }));

/** What cannot be verified is as if it had not been said: then whoever sits there is asked, and goes no further than a page of ours. */
async function readWish(acm: Acm, params: URLSearchParams): Promise<Wish> {
  const hint = params.get("id_token_hint");
  const known = hint ? await readIdTokenHint(acm, hint) : undefined;
  const clientId = params.get("client_id") ?? known?.aud;
  const contradicted = (hint && !known) || (known && known.aud !== clientId);
  const client = contradicted || typeof clientId !== "string" ? undefined : findWebClient(acm, clientId);
  const uri = params.get("post_logout_redirect_uri");
  const state = params.get("state");
  const registered = client && uri && client.metadata.post_logout_redirect_uris?.includes(uri);
  return {
    client,
    target: registered ? withQuery(uri, new URLSearchParams(state === null ? {} : { state })) : undefined,
    isOf(sessie) {
      if (!client || !known) return false;
      if (typeof known["sid"] === "string") return known["sid"] === sidOf(sessie.uid, client.clientId);
      return known.sub === sessie.clients[client.clientId];
    },
  };
}

function sessionOf(acm: Acm, visit: Visit): Promise<Sessie | undefined> {
  const id = sessionIdOf(visit, acm.cookies.sessie);
  return id === undefined ? Promise.resolve(undefined) : findSessieOnly(acm.ctx, hash(id));
}

async function end(acm: Acm, sessie: Sessie, client?: WebClient, target?: string): Promise<Answer> {
  await endSessie(acm.ctx, sessie.uid);
  return leave(acm, client, target, sessie.medewerker !== null);
}

/** Nobody is signed in here any more. His session with us may have ended before an adult pressed "Afmelden". */
const leave = (
  acm: Acm,
  client?: WebClient,
  target?: string,
  adult = client?.doelgroep === "medewerkers",
): Answer =>
  withCookies(redirect(target ?? "/op/v1/logout/success"), [
    sessionCookie(acm, null),
    ...(adult ? [rememberSignOut(acm)] : []),
  ]);
