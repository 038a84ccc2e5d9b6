import { timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { parse } from "node:querystring";
import { errors } from "oidc-provider";
import { hash } from "#platform/crypto";
import type { Answer } from "./answer.ts";
import { peekForm } from "./body.ts";
import type { Acm } from "./contract.ts";
import { faultAnswer } from "./errors.ts";
import { redeem } from "./redeem.ts";
import { allPlain, type ClientOf, type StraightClient } from "./straight-request.ts";

const plain = new Set(["grant_type", "code", "redirect_uri", "code_verifier"]);

/** `POST /op/v1/token`: a code, from a client that shows its secret by Basic. */
export async function straightToken(
  acm: Acm,
  clientOf: ClientOf,
  req: IncomingMessage,
): Promise<Answer | undefined> {
  const client = isUsual(req) ? authenticate(clientOf, req.headers.authorization) : undefined;
  const form = client && (await peekForm(req));
  if (!form) return undefined;
  const params = parse(form.text);
  if (!allPlain(params, plain) || params["grant_type"] !== "authorization_code") {
    form.giveBack();
    return undefined;
  }
  try {
    return json(200, await redeem(acm, { assertie: undefined }, client, params));
  } catch (error) {
    if (error instanceof errors.OIDCProviderError && error.expose)
      return json(error.statusCode, { error: error.error, error_description: error.error_description });
    const fault = faultAnswer(acm, "/v1/token", error);
    return { ...fault, headers: { ...always, ...fault.headers } };
  }
}

/** No browser (CORS), no other proof of whoever asks, and an error in JSON is welcome. */
function isUsual({ headers }: IncomingMessage): boolean {
  const { accept = "*/*", origin, dpop } = headers;
  if (origin !== undefined || dpop !== undefined) return false;
  if ("oauth-client-attestation" in headers || "oauth-client-attestation-pop" in headers) return false;
  return accept === "*/*" || (/^application\/json(,|$)/.test(accept) && !accept.includes("html"));
}

/** The client of this header (RFC 6749 2.3.1), if there is nothing to decode in it and the secret is right. */
function authenticate(clientOf: ClientOf, header: string | undefined): StraightClient | undefined {
  const encoded = /^Basic ([A-Za-z0-9+/]+={0,2})$/.exec(header ?? "")?.[1];
  if (encoded === undefined || encoded.length % 4 !== 0) return undefined;
  const shown = Buffer.from(encoded, "base64").toString("utf8");
  const [, clientId, secret] = /^(?=[\x20-\x7e]+$)([^:%+]+):([^%+]+)$/.exec(shown) ?? [];
  const client = clientOf(clientId);
  if (!client?.secretHash || secret === undefined) return undefined;
  return timingSafeEqual(client.secretHash, hash(secret)) ? client : undefined;
}

/** As the provider's own answers of this endpoint have them. */
const always = {
  vary: "Origin",
  "access-control-allow-origin": "*",
  "access-control-expose-headers": "WWW-Authenticate",
  "cache-control": "no-store",
  "content-type": "application/json; charset=utf-8",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
};

const json = (status: number, body: object): Answer => ({
  status,
  headers: always,
  body: JSON.stringify(body),
});
