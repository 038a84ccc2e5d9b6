import { hash } from "#platform/crypto";
import { duur } from "../contract.ts";
import { sidOf } from "../who.ts";
import type { Redemption, Vrijgave } from "./redemption.ts";

/** The ID token (OpenID Connect Core 2): who, how and when, with the claims of the decision. */
export function signIdToken(
  { acm, client, code }: Redemption,
  { sub, claims }: Vrijgave,
  token: string,
): Promise<string> {
  const { acr, amr, authTime } = code.bewijs;
  // By the clock of the machine, as the libraries that read it do.
  const iat = Math.floor(Date.now() / 1000);
  return acm.bos.sign(client.alg, {
    ...claims,
    sub,
    auth_time: authTime,
    acr,
    amr,
    nonce: code.nonce,
    ...(client.hearsLogout && { sid: sidOf(code.sessieUid, client.clientId) }),
    at_hash: hash(token).subarray(0, 16).toString("base64url"), // 3.1.3.6: both algorithms hash with SHA-256
    aud: client.clientId,
    exp: iat + duur.idToken,
    iat,
    iss: acm.issuer,
  });
}
