import { createHash, timingSafeEqual } from "node:crypto";
import type { ParsedUrlQuery } from "node:querystring";
import { errors } from "oidc-provider";
import { pkceForm, type Acm } from "../contract.ts";
import type { WebClient } from "../web-client.ts";
import { openCode, type Code } from "./code.ts";

export type Grant = {
  readonly code: string;
  readonly redirectUri: string;
  readonly verifier: string | undefined;
  /** Is the token to be for a resource (RFC 8707)? None of ours is a pupil's. */
  readonly forResource: boolean;
};

/** What came with a code; each once. @throws InvalidRequest */
export function readGrant(raw: ParsedUrlQuery): Grant {
  const twice = ["grant_type", "code", "redirect_uri", "code_verifier"].filter((name) =>
    Array.isArray(raw[name]),
  );
  if (twice.length > 0)
    throw new errors.InvalidRequest(`'${twice.join("', '")}' parameter must not be provided twice`);
  const of = (name: string): string | undefined => {
    const value = raw[name];
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const [code, redirectUri] = [of("code"), of("redirect_uri")];
  if (code === undefined) throw new errors.InvalidRequest("missing required parameter 'code'");
  if (redirectUri === undefined) throw new errors.InvalidRequest("missing required parameter 'redirect_uri'");
  return { code, redirectUri, verifier: of("code_verifier"), forResource: Boolean(raw["resource"]) };
}

/**
 * Is it a code, of this client, for this address, with its verifier (RFC 6749 4.1.3, RFC 7636 4.6)? What is wrong does not burn it: only
 * who may redeem a code can use it up.
 * @throws InvalidGrant, InvalidRequest, InvalidTarget
 */
export function checkCode(
  acm: Acm,
  { clientId, doelgroep }: WebClient,
  { code, redirectUri, verifier, forResource }: Grant,
): Code {
  const opened = openCode(acm, clientId, code, redirectUri);
  if (!opened) throw new errors.InvalidGrant("authorization code not found, or of another client");
  if (verifier !== undefined && !pkceForm.test(verifier))
    throw new errors.InvalidRequest("code_verifier must be 43 to 128 characters of A-Z a-z 0-9 - . _ ~");
  if (opened === "redirect_uri") throw new errors.InvalidGrant("redirect_uri mismatch");
  checkVerifier(opened.codeChallenge, verifier);
  // Its application went over to the other kind of people meanwhile.
  if ((doelgroep === "leerlingen") !== Boolean(opened.leerling))
    throw new errors.InvalidGrant("access denied");
  if (forResource) throw new errors.InvalidTarget();
  return opened;
}

function checkVerifier(challenge: string | undefined, verifier: string | undefined): void {
  const failed = "PKCE verification failed";
  if (challenge === undefined) {
    // A verifier without a challenge: somebody took the challenge out of the request (RFC 9700 2.1.1).
    if (verifier !== undefined) throw new errors.InvalidGrant(failed);
    return;
  }
  if (verifier === undefined) throw new errors.InvalidGrant(failed);
  const [asked, shown] = [
    Buffer.from(challenge),
    Buffer.from(createHash("sha256").update(verifier).digest("base64url")),
  ];
  if (asked.length !== shown.length || !timingSafeEqual(asked, shown)) throw new errors.InvalidGrant(failed);
}
