import type { errors } from "oidc-provider";
import { digestOf } from "#modules/verstrekking";
import { randomToken } from "#platform/crypto";
import { redirect, type Answer } from "../answer.ts";
import { duur, type Acm } from "../contract.ts";
import { sealCode } from "../token/code.ts";
import { withQuery } from "../web-client.ts";
import type { Authorization } from "./authorization.ts";
import { formPostPage } from "./form-post.ts";
import type { Vraag } from "./vraag.ts";

/**
 * The code: all that was asked and decided, sealed, with a digest of the facts it was decided on. Nothing is written: whether it may still
 * be redeemed is found out when it is (token/redeem.ts).
 */
export function giveCode(a: Authorization): Answer {
  const { acm, client, vraag, nu, sub, besluit, feiten } = a;
  if (!nu || sub === undefined) throw new Error("a code is for somebody who may");
  const code = sealCode(acm, client.clientId, {
    // The answers to one form share their id: of them one can be redeemed.
    id: a.form?.uid ?? randomToken(16),
    sessieUid: nu.uid,
    redirectUri: vraag.redirectUri,
    codeChallenge: vraag.codeChallenge,
    nonce: vraag.nonce,
    scope: vraag.scope,
    bewijs: nu.bewijs,
    aanleiding: a.login ? "aanmelding" : "volgende-toepassing",
    tot: acm.ctx.clock.now() + duur.code * 1000,
    sub,
    leerling: besluit?.toegang &&
      feiten && {
        accountUuid: besluit.accountUuid,
        attributen: besluit.attributen,
        protocol: besluit.protocol,
        digest: digestOf(feiten),
      },
  });
  return sendAnswer(acm, vraag, { code });
}

/** An error of the protocol, to the application that asked (RFC 6749 4.1.2.1). */
export const sendError = (acm: Acm, vraag: Vraag, error: errors.OIDCProviderError): Answer =>
  sendAnswer(acm, vraag, {
    error: error.error,
    ...(error.error_description !== undefined && { error_description: error.error_description }),
  });

function sendAnswer(acm: Acm, vraag: Vraag, answer: Readonly<Record<string, string>>): Answer {
  return vraag.responseMode === "form_post"
    ? formPostPage(vraag.redirectUri, complete(acm, vraag, answer))
    : redirect(answerUrl(acm, vraag, answer));
}

/** The address of the application with an answer behind it. */
export const answerUrl = (acm: Acm, vraag: Vraag, answer: Readonly<Record<string, string>>): string =>
  withQuery(vraag.redirectUri, new URLSearchParams(complete(acm, vraag, answer)));

/** `iss`: so that an application with several providers never takes an answer for that of another one (RFC 9207). */
const complete = (acm: Acm, { state }: Vraag, answer: Readonly<Record<string, string>>) => ({
  ...answer,
  ...(state !== undefined && { state }),
  iss: acm.issuer,
});
