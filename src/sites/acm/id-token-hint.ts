import { createLocalJWKSet, decodeJwt, jwtVerify, type JWTPayload } from "jose";
import type { Acm } from "./contract.ts";

/** An ID token that we gave once, however long ago. Undefined when it is none of ours. */
export async function readIdTokenHint(acm: Acm, hint: string): Promise<JWTPayload | undefined> {
  try {
    const { iat = 0 } = decodeJwt(hint);
    const { payload } = await jwtVerify(hint, createLocalJWKSet(acm.bos.jwks()), {
      issuer: acm.issuer,
      algorithms: ["RS256", "ES256"],
      // It says who is meant, not that he is still here: its age is no matter.
      currentDate: new Date(iat * 1000),
    });
    return payload;
  } catch {
    return undefined;
  }
}
