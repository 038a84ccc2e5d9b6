import type { IncomingMessage } from "node:http";
import { parse } from "node:querystring";
import type { AdapterPayload } from "oidc-provider";
import { clientAddress } from "#platform/address";
import { html } from "#platform/html";
import { randomToken } from "#platform/crypto";
import { authenticate } from "#modules/aanmelding";
import { decide, subjectOf, type Feiten } from "#modules/verstrekking";
import { findLiveSessie } from "./adapter.ts";
import type { Answer } from "./answer.ts";
import { peekForm } from "./body.ts";
import { nowInSeconds } from "./clients.ts";
import { acr, amr, duur, type Acm } from "./contract.ts";
import { cookieOf, setCookie } from "./cookies.ts";
import { sidOf } from "./decision.ts";
import { readInteractie, pending, forget, sealInteractie } from "./interaction.ts";
import { isStrange, readTyped, type Judged } from "./sign-in.ts";
import { saveWork } from "./store.ts";
import { readVraag, type ClientOf, type Vraag } from "./straight-request.ts";
import { beginWork, type Sessie } from "./unit-of-work.ts";

/** `GET /op/v1/auth`: the form when nobody is signed in, a code when somebody is. */
export async function straightAuthorize(
  acm: Acm,
  clientOf: ClientOf,
  req: IncomingMessage,
): Promise<Answer | undefined> {
  const { url = "", headers } = req;
  const query = url.slice(url.indexOf("?") + 1);
  const vraag = isPlainUrl.test(query) && takesHtml(req) ? readVraag(clientOf, parse(query)) : undefined;
  if (!vraag) return undefined;
  const id = cookieOf(headers.cookie, acm.cookies.sessie);
  if (id === undefined) return askPassword(acm, headers.cookie, vraag);
  const found = isId.test(id) && (await findLiveSessie(acm, id, vraag.client.clientId));
  if (!found || !found.feiten || found.sessie.accountUuid === null) return undefined;
  const { sessie, feiten } = found;
  const payload = { ...sessie.inhoud, uid: sessie.uid, accountId: sessie.accountUuid };
  return giveCode(acm, vraag, feiten, { id, payload, sessie });
}

/** `POST /op/v1/aanmelden/:uid`: a right password in a browser without a session. */
export async function straightSignIn(
  acm: Acm,
  clientOf: ClientOf,
  req: Judged,
  uid: string,
): Promise<Answer | undefined> {
  const { cookie } = req.headers;
  if (cookieOf(cookie, acm.cookies.sessie) !== undefined || isStrange(req) || !takesHtml(req))
    return undefined;
  const interactie = await readInteractie(acm, cookie, uid);
  if (!interactie || interactie.eersteKeer || interactie.lastSubmission) return undefined;
  const vraag = readVraag(clientOf, interactie.params); // again: registrations change
  const form = vraag && (await peekForm(req));
  if (!form) return undefined;
  const { gebruikersnaam, wachtwoord, leeg } = readTyped(new URLSearchParams(form.text));
  const { clientId } = vraag.client;
  const outcome =
    leeg.length > 0
      ? undefined
      : await authenticate(acm.ctx, acm.poort, {
          gebruikersnaam,
          wachtwoord,
          clientId,
          bron: clientAddress(req, acm.proxies),
        });
  if (outcome?.soort === "gelukt" && !outcome.kiesWachtwoord) {
    const { accountUuid, feiten } = outcome;
    const payload: AdapterPayload = {
      uid: randomToken(),
      accountId: accountUuid,
      acr,
      amr: [...amr],
      loginTs: nowInSeconds(),
      transient: true, // the cookie ends with the browser
    };
    const answer = await giveCode(acm, vraag, feiten, { id: randomToken(), payload, sessie: undefined });
    if (answer) return { ...answer, cookies: [forget(acm, uid), ...(answer.cookies ?? [])] };
  }
  if (outcome) req.uitkomst = outcome; // an attempt counts once
  form.giveBack();
  return undefined;
}

/** What a URL may hold here: no fragment, nothing that a reader could take for something else. */
const isPlainUrl = /^[\x21\x22\x24-\x7e]+$/;
const isId = /^[\w-]{43}$/;

/** Somebody's browser: the short text of a redirect depends on it. */
const takesHtml = ({ headers: { accept } }: IncomingMessage): boolean =>
  accept === undefined || accept === "*/*" || /^text\/html(,|$)/.test(accept);

function askPassword(acm: Acm, cookies: string | undefined, { client, params }: Vraag): Answer | undefined {
  const uid = randomToken();
  const tot = acm.ctx.clock.now() + duur.interactie * 1000;
  const { cookie, rij } = sealInteractie(acm, { uid, params, cid: uid, tot });
  if (rij) return undefined;
  return {
    ...client.form,
    body: client.formParts.join(uid),
    cookies: [cookie, ...pending(acm, cookies, uid)],
  };
}

/** D5, and on a yes code and session in one commit; undefined on a no, with nothing written. */
async function giveCode(
  acm: Acm,
  { client, params, scope, redirectUri, codeChallenge }: Vraag,
  feiten: Feiten,
  wie: { readonly id: string; readonly payload: AdapterPayload; readonly sessie: Sessie | undefined },
): Promise<Answer | undefined> {
  const { ctx } = acm;
  const { clientId, metadata } = client;
  const { id, payload, sessie } = wie;
  const { accountId, uid: sessionUid = "" } = payload;
  const besluit = decide(feiten, clientId, { scopes: new Set(scope.split(" ")) });
  if (!besluit.toegang) return undefined;
  const code = randomToken();
  const { nonce, state } = params;
  await saveWork(ctx, {
    ...beginWork(),
    aanmelding: sessie ? undefined : { accountUuid: feiten.account.account_uuid, medewerker: null },
    sub: subjectOf(ctx.keys, besluit),
    sessie,
    sessieWordt: { id, payload },
    code: {
      id: code,
      payload: {
        clientId,
        accountId,
        sessionUid,
        scope,
        redirectUri,
        codeChallenge,
        authTime: payload.loginTs,
        acr: payload.acr,
        amr: payload.amr,
        ...(nonce !== undefined && { nonce }),
        ...(metadata.backchannel_logout_uri !== undefined && { sid: sidOf(sessionUid, clientId) }),
      } as AdapterPayload,
    },
  });
  const url = new URL(redirectUri);
  url.searchParams.set("code", code);
  if (state !== undefined) url.searchParams.set("state", state);
  url.searchParams.set("iss", acm.issuer); // RFC 9207
  return {
    status: 303,
    headers: {
      "cache-control": "no-store",
      location: url.href,
      "content-type": "text/html; charset=utf-8",
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
    },
    body: html`Redirecting to ${url.href}.`.toString(),
    cookies: [setCookie(acm, acm.cookies.sessie, id, "/")],
  };
}
