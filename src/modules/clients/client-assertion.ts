import { createHash } from "node:crypto";
import { compactVerify, decodeJwt, decodeProtectedHeader, type JWK } from "jose";
import { errors } from "oidc-provider";
import { hash } from "#platform/crypto";
import type { Checking } from "./contract.ts";
import { proofOf, type ClientProof } from "./client-keys.ts";

const { InvalidClientAuth } = errors;

/** By the clock of the machine, as the library that verifies elsewhere. */
const nowInSeconds = (): number => Math.floor(Date.now() / 1000);

/** Seconds that a clock of somebody else may differ from ours. */
export const clockTolerance = 15;

/** Seconds that an assertion may still be good for. RFC 7523 3 leaves it to us to refuse one that is "unreasonably far in the future". */
const longestAssertion = 3600;

/** An assertion counts once: this goes into the table in the commit that the answer waits for (RFC 7523 3). */
export type Assertie = { readonly idHash: Buffer; readonly verlooptOp: Date };

/**
 * Checks an assertion that a client signed (RFC 7523 3), and says under what name it is used up: the same name as the library
 * gives it, so that one which was shown at another endpoint counts there too.
 * @throws InvalidClientAuth
 */
export async function checkAssertion(
  acm: Pick<Checking, "ctx" | "issuer">,
  jwt: string,
  { clientId, algs, keysOf }: { readonly clientId: string } & Extract<ClientProof, { kind: "assertion" }>,
): Promise<Assertie> {
  const { alg, kid } = headerOf(jwt);
  if (alg === undefined || !algs.includes(alg)) throw new InvalidClientAuth("alg mismatch");
  const { jti, exp } = checkClaims(jwt, clientId, [acm.issuer, `${acm.issuer}/v1/token`]);
  if (!(await isSignedBy(jwt, await keysOf(kid)))) throw new InvalidClientAuth("invalid signature");
  return {
    idHash: hash(createHash("sha256").update(`${clientId}${jti}`).digest("base64url")),
    verlooptOp: new Date(acm.ctx.clock.now() + (exp + clockTolerance - nowInSeconds()) * 1000),
  };
}

/**
 * What we ask besides, where the library checked an assertion: that it ends soon, and that its key is one that we know. The library
 * keeps keys of a `jwks_uri` as long as they fit; ours are never older than ten minutes.
 * @throws InvalidClientAuth
 */
export async function checkBesides(
  acm: Pick<Checking, "ctx" | "allowPrivateNetwork" | "clients">,
  clientId: string,
  jwt: unknown,
): Promise<void> {
  const client = acm.clients().get(clientId);
  const proof = client && proofOf(acm, client);
  if (typeof jwt !== "string" || proof?.kind !== "assertion") throw new InvalidClientAuth("client not found");
  checkAssertionEnd(decodeJwt(jwt).exp);
  const keys = await proof.keysOf(headerOf(jwt).kid);
  if (!(await isSignedBy(jwt, keys))) throw new InvalidClientAuth("invalid signature");
}

/** Not every header that can be decoded is one; what is wrong in it is wrong with the proof, not with the request. */
function headerOf(jwt: string): { readonly alg?: string | undefined; readonly kid?: string | undefined } {
  try {
    const { alg, kid } = decodeProtectedHeader(jwt);
    return { alg, kid: typeof kid === "string" ? kid : undefined };
  } catch (cause) {
    throw new InvalidClientAuth({ cause });
  }
}

function checkClaims(
  jwt: string,
  clientId: string,
  audiences: readonly string[],
): { readonly jti: string; readonly exp: number } {
  const claims: Readonly<Record<string, unknown>> = decodeJwt(jwt);
  const { iss, aud, exp, nbf, iat, jti } = claims;
  const now = nowInSeconds();
  if (iss !== clientId) throw new InvalidClientAuth("iss (JWT issuer) must be the client_id");
  const meant = [aud].flat();
  if (!meant.every((one) => typeof one === "string") || !meant.some((one) => audiences.includes(String(one))))
    throw new InvalidClientAuth("aud (JWT audience) must be the issuer identifier or the token endpoint url");
  if (typeof jti !== "string" || jti === "")
    throw new InvalidClientAuth("unique jti (JWT ID) must be provided in the client_assertion JWT");
  if (typeof exp !== "number" || exp <= now - clockTolerance)
    throw new InvalidClientAuth("expiration must be specified in the client_assertion JWT, and not be over");
  checkAssertionEnd(exp);
  if (nbf !== undefined && !(typeof nbf === "number" && nbf <= now + clockTolerance))
    throw new InvalidClientAuth("the client_assertion JWT is not active yet");
  if (iat !== undefined && typeof iat !== "number") throw new InvalidClientAuth("invalid iat value");
  return { jti, exp };
}

/**
 * Refuses an assertion that is good for more than an hour: whoever found it could use it as long. The library asks the same of us.
 * @throws InvalidClientAuth
 */
export function checkAssertionEnd(exp: unknown): void {
  if (Number(exp) > nowInSeconds() + longestAssertion + clockTolerance)
    throw new InvalidClientAuth("expiration of the client_assertion JWT must be at most an hour ahead");
}

/** By one of these; a key that is not for signing, or for another algorithm, never fits. */
async function isSignedBy(jwt: string, keys: readonly JWK[]): Promise<boolean> {
  for (const key of keys) {
    const verified = await compactVerify(jwt, key).then(
      () => true,
      () => false,
    );
    if (verified) return true;
  }
  return false;
}
