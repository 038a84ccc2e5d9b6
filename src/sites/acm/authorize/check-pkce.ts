import { errors } from "oidc-provider";
import { pkceForm } from "../contract.ts";
import type { Checking } from "./checking.ts";

/** S256 only (RFC 7636, RFC 9700 2.1.1); one who is free of it may still do it, and is then held to it. */
export function checkPkce(c: Checking): void {
  const { code_challenge: challenge, code_challenge_method: method } = c.params;
  if (challenge !== undefined && method === undefined)
    throw new errors.InvalidRequest("code_challenge_method must be provided");
  if (method !== undefined && method !== "S256")
    throw new errors.InvalidRequest("not supported value of code_challenge_method");
  if (method !== undefined && challenge === undefined)
    throw new errors.InvalidRequest("code_challenge must be provided with code_challenge_method");
  if (challenge === undefined) {
    if (c.client.pkce)
      throw new errors.InvalidRequest(
        "Authorization Server policy requires PKCE to be used for this request",
      );
    return;
  }
  if (!pkceForm.test(challenge))
    throw new errors.InvalidRequest("code_challenge must be 43 to 128 characters of A-Z a-z 0-9 - . _ ~");
  c.vraag = { ...c.vraag, codeChallenge: challenge };
}
