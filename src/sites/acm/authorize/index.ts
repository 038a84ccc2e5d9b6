import { errors } from "oidc-provider";
import { parse } from "node:querystring";
import { readForm } from "../body.ts";
import { redirect, withCookies, type Answer } from "../answer.ts";
import type { Acm } from "../contract.ts";
import { errorPage, protocolErrorPage } from "../errors.ts";
import type { Visit } from "../visit.ts";
import { findWebClient } from "../web-client.ts";
import { askWho } from "./ask-who.ts";
import { walk, type Authorization, type Step } from "./authorization.ts";
import { checkClient, checkRedirectUri } from "./check-client.ts";
import { checkHint } from "./check-hint.ts";
import { checkPkce } from "./check-pkce.ts";
import { checkMaxAge, checkPrompt } from "./check-prompt.ts";
import {
  checkResponseMode,
  checkResponseType,
  rejectDuplicates,
  rejectResource,
  rejectUnsupported,
} from "./check-response.ts";
import { checkScope } from "./check-scope.ts";
import { decideAccess, refuseAccess } from "./decide.ts";
import { findSession } from "./find-session.ts";
import { giveCode, sendError } from "./give-code.ts";
import { checkSubject, keepSession, startAgain } from "./keep-session.ts";
import type { Checking } from "./checking.ts";
import { postFromHere } from "./form-post.ts";

/** Is it a request that we answer? (OpenID Connect Core 3.1.2.1, 3.1.2.2; in this order) */
const checks: readonly ((c: Checking) => void | Promise<void>)[] = [
  rejectDuplicates,
  rejectUnsupported,
  checkResponseMode,
  checkResponseType,
  checkPrompt,
  checkScope,
  checkPkce,
  rejectResource,
  checkMaxAge,
  checkHint,
];

/** Whoever is signed in goes on; who is not is asked (3.1.2.3 to 3.1.2.5). */
export const steps: readonly Step[] = [findSession, decideAccess, askWho, refuseAccess, giveCode];

/** Whoever just proved who he is goes on. */
export const stepsAfterSignIn: readonly Step[] = [
  findSession,
  decideAccess,
  keepSession,
  startAgain,
  checkSubject,
  refuseAccess,
  giveCode,
];

/** `/v1/auth`: the authorization endpoint, for pupils and for adults. */
export async function authorize(acm: Acm, visit: Visit): Promise<Answer> {
  if (visit.method === "POST") return askedByForm(acm, visit);
  if (visit.query.length > longestQuery) return tooLarge(acm, 414);
  const raw = parse(visit.query);
  const params = Object.fromEntries(
    Object.entries(raw).map(([name, value]) => [
      name,
      (Array.isArray(value) ? value[0] : value) || undefined,
    ]),
  );
  // Until the client and its address are known, nothing may go back (RFC 6749 4.1.2.1).
  let client;
  try {
    client = checkClient(acm, raw);
    checkRedirectUri(client, raw);
  } catch (error) {
    return protocolErrorPage(acm, error);
  }
  const checking: Checking = {
    acm,
    client,
    raw,
    params,
    vraag: {
      clientId: client.clientId,
      redirectUri: params["redirect_uri"] ?? "",
      scope: "",
      responseMode: raw["response_mode"] === "form_post" ? "form_post" : "query",
      gesteld: acm.ctx.clock.now(),
      ...(params["state"] !== undefined && !Array.isArray(raw["state"]) && { state: params["state"] }),
      ...(params["nonce"] !== undefined && { nonce: params["nonce"] }),
      ...(params["login_hint"] !== undefined && { loginHint: params["login_hint"].slice(0, 200) }),
    },
  };
  try {
    for (const check of checks) {
      const waiting = check(checking);
      if (waiting) await waiting;
    }
  } catch (error) {
    if (error instanceof errors.OIDCProviderError) return sendError(acm, checking.vraag, error);
    throw error;
  }
  if (JSON.stringify(checking.vraag).length > longestQuery) return tooLarge(acm, 414);
  return proceed({ acm, visit, client, vraag: checking.vraag, cookies: [] }, steps);
}

/** Takes the steps; an error of the protocol goes to the application, with whatever cookies were meant to go with it. */
export async function proceed(a: Authorization, list: readonly Step[]): Promise<Answer> {
  try {
    return withCookies(await walk(list, a), a.cookies);
  } catch (error) {
    if (error instanceof errors.OIDCProviderError)
      return withCookies(sendError(a.acm, a.vraag, error), a.cookies);
    throw error;
  }
}

/**
 * A request may come as a POST (OpenID Connect Core 3.1.2.1). From another site it comes without our session cookie, so it is asked again
 * as a GET, which brings it; one that holds an ID token by a page of ours.
 */
async function askedByForm(acm: Acm, visit: Visit): Promise<Answer> {
  const fields = await readForm(visit.req);
  const query = fields?.toString();
  if (!fields || query === undefined || query.length > longestQuery) return tooLarge(acm, 413);
  if (!fields.has("id_token_hint")) return redirect(`${acm.issuer}${visit.path}?${query}`);
  const formAction = findWebClient(acm, fields.get("client_id") ?? undefined)?.formAction ?? [];
  const bounce = postFromHere(acm, visit, fields, { title: "Je gaat verder naar LeerID", formAction });
  return bounce ?? authorize(acm, { ...visit, method: "GET", query });
}

/** Characters of a request, by GET or by POST alike: sealed, it must fit into the address of its form. */
const longestQuery = 8_000;

const tooLarge = (acm: Acm, status: number): Answer =>
  errorPage(acm, status, "invalid_request", "the request is too large, or no form");
