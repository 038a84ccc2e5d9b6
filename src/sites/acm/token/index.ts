import { parse } from "node:querystring";
import { errors } from "oidc-provider";
import { json, type Answer } from "../answer.ts";
import { duur, type Acm } from "../contract.ts";
import { useAssertie } from "../store.ts";
import { findWebClient } from "../web-client.ts";
import { authenticateClient, challengeOf, namedClient } from "#modules/clients";
import { checkCode, readGrant } from "./check-code.ts";
import { redeem, usedTwice } from "./redeem.ts";
import { signIdToken } from "./sign.ts";
import type { Redemption } from "./redemption.ts";

/** Is this form one of ours: a code? Every other grant is the library's. */
export const isCodeGrant = (form: string): boolean => parse(form)["grant_type"] === "authorization_code";

/**
 * `/v1/token` with a code (OpenID Connect Core 3.1.3): who asks, is it his code, and then one statement that uses it up, makes the token
 * and logs the release (D11).
 */
export async function redeemCode(
  acm: Acm,
  headers: { readonly authorization?: string | undefined },
  form: string,
): Promise<Answer> {
  const raw = parse(form);
  const shown = { authorization: headers.authorization, params: raw };
  let asked: Awaited<ReturnType<typeof authenticateClient>> | undefined;
  let redemption: Redemption | undefined;
  try {
    asked = await authenticateClient(acm, shown);
    const client = findWebClient(acm, asked.client.clientId);
    if (!client) throw new errors.InvalidRequest("requested grant type is not allowed for this client");
    const grant = readGrant(raw);
    redemption = { acm, client, assertie: asked.assertie, code: checkCode(acm, client, grant) };
    const { token, vrijgave } = await redeem(redemption);
    return json(200, {
      access_token: token,
      token_type: "Bearer",
      expires_in: duur.accessToken,
      scope: redemption.code.scope,
      id_token: await signIdToken(redemption, vrijgave, token),
    });
  } catch (error) {
    // What began to be redeemed may have used it up already.
    const refusal = await burnAssertion(acm, (redemption ?? asked)?.assertie, error);
    if (!(refusal instanceof errors.OIDCProviderError) || !refusal.expose) throw refusal;
    const reden = reasonOf(refusal);
    acm.ctx.log.warn({ client: namedClient(acm, shown), reden }, "a code was not redeemed");
    const { error: name, error_description: description, statusCode } = refusal;
    const challenge = challengeOf(acm, shown, refusal);
    return json(
      statusCode,
      { error: name, ...(description !== undefined && { error_description: description }) },
      challenge === undefined ? {} : { "www-authenticate": challenge },
    );
  }
}

const reasonOf = ({
  error,
  error_description: described,
  error_detail: detail,
}: errors.OIDCProviderError): string =>
  [error, described, detail].filter((part) => part !== undefined).join(": ");

/** An assertion counts once, also when it came with a bad code (RFC 7523 3). */
async function burnAssertion(acm: Acm, assertie: Redemption["assertie"], error: unknown): Promise<unknown> {
  if (!assertie || !(error instanceof errors.OIDCProviderError)) return error;
  return (await useAssertie(acm.ctx, assertie)) ? error : new errors.InvalidClientAuth(usedTwice);
}
