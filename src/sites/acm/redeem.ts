import { timingSafeEqual, createHash } from "node:crypto";
import { errors, type TokenEndpointGrantContext } from "oidc-provider";
import { hash, randomToken } from "#platform/crypto";
import type { Logregel } from "#modules/privacylog";
import type { Algorithm } from "#modules/tokens";
import { decide, subjectOf, refuse } from "#modules/verstrekking";
import { nowInSeconds } from "./clients.ts";
import { duur, pkceForm, type Acm } from "./contract.ts";
import { claimsOf, type Medewerker } from "./medewerker.ts";
import { subForMedewerker } from "./medewerker-toegang.ts";
import { findMachtiging, revoke, redeemCode } from "./store.ts";
import { workOf, type Machtiging, type UnitOfWork } from "./unit-of-work.ts";

const { InvalidClientAuth, InvalidGrant, InvalidRequest } = errors;

/** The client that redeems, authenticated, and how its ID token is signed. */
export type Redeemer = { readonly clientId: string; readonly alg: Algorithm };

/** What the token endpoint answers to a code (OpenID Connect Core 3.1.3.3). */
export type TokenAnswer = {
  readonly access_token: string;
  readonly token_type: "Bearer";
  readonly expires_in: number;
  readonly scope: string;
  readonly id_token: string;
};

/** The provider's handler for this grant. */
export async function redeemGrant(acm: Acm, ctx: TokenEndpointGrantContext): Promise<void> {
  const { clientId, idTokenSignedResponseAlg } = ctx.oidc.client;
  const alg = idTokenSignedResponseAlg === "ES256" ? "ES256" : "RS256";
  ctx.body = await redeem(acm, workOf(ctx), { clientId, alg }, ctx.oidc.params);
}

/**
 * Redeems an authorization code (OpenID Connect Core 3.1.3), instead of the provider's own handler: two round trips and
 * one commit, in which the code is used up exactly once, the token comes to exist and the release is logged (D11).
 * The ID token is signed before the commit and leaves after it.
 * @throws OIDCProviderError what the client is told
 */
export async function redeem(
  acm: Acm,
  werk: Pick<UnitOfWork, "assertie">,
  client: Redeemer,
  params: Readonly<Record<string, unknown>>,
): Promise<TokenAnswer> {
  const { ctx: app } = acm;
  const { clientId } = client;
  const { code, verifier, redirectUri } = readParams(params);
  const machtiging = await findMachtiging(app, { codeHash: hash(code) });
  await checkCode(acm, clientId, machtiging, { verifier, redirectUri });
  if (!machtiging) throw new InvalidGrant("authorization code not found");

  const vrijgave = machtiging.medewerker
    ? releaseToAdult(acm, machtiging, machtiging.medewerker)
    : await releaseToPupil(acm, machtiging);
  const token = randomToken();
  const idToken = await signIdToken(acm, client, { machtiging, vrijgave, token });
  const { assertie } = werk;
  werk.assertie = undefined; // goes with this commit
  const { gelukt, assertieNieuw } = await redeemCode(app, {
    codeHash: machtiging.codeHash,
    tokenHash: hash(token),
    assertie,
    ...(vrijgave.regel && { regel: vrijgave.regel }),
  });
  if (!assertieNieuw) throw new InvalidClientAuth("client assertion tokens must only be used once");
  if (!gelukt) {
    await revoke(app, machtiging.codeHash);
    throw new InvalidGrant("authorization code already consumed");
  }
  return {
    access_token: token,
    token_type: "Bearer",
    expires_in: duur.accessToken,
    scope: machtiging.inhoud.scope,
    id_token: idToken,
  };
}

/** What leaves, and the log record that goes with it. */
type Vrijgave = {
  readonly sub: string;
  readonly claims: Readonly<Record<string, unknown>>;
  readonly regel?: Logregel;
};

/** D5 again at redemption. @throws InvalidGrant when it says no, with a number to look it up by */
async function releaseToPupil(acm: Acm, machtiging: Machtiging): Promise<Vrijgave> {
  const { ctx } = acm;
  const { accountUuid, clientId, feiten, inhoud } = machtiging;
  if (accountUuid === null) throw new InvalidGrant("the session has ended");
  const scopes = new Set(inhoud.scope.split(" "));
  const besluit = decide(feiten, clientId, { scopes });
  if (!besluit.toegang) {
    await refuse(ctx, { accountUuid, clientId, reden: besluit.reden });
    throw new InvalidGrant("access denied");
  }
  return {
    sub: subjectOf(ctx.keys, besluit),
    claims: besluit.claims,
    regel: {
      tijdstip: ctx.clock.now(),
      soort: "verstrekking",
      accountUuid,
      attributen: besluit.attributen,
      ontvanger: clientId,
      protocol: besluit.protocol,
      aanleiding: inhoud.aanleiding,
    },
  };
}

/** What his key said of him (D8). Nothing of a pupil leaves, so no log record. @throws InvalidGrant */
function releaseToAdult(acm: Acm, { clientId, inhoud }: Machtiging, medewerker: Medewerker): Vrijgave {
  const sub = subForMedewerker(acm, clientId, medewerker);
  if (sub === undefined) throw new InvalidGrant("access denied");
  return { sub, claims: claimsOf(medewerker, new Set(inhoud.scope.split(" "))) };
}

function readParams({
  code,
  code_verifier: verifier,
  redirect_uri: redirectUri,
}: Readonly<Record<string, unknown>>) {
  if (typeof code !== "string" || code === "") throw new InvalidRequest("missing required parameter code");
  if (typeof redirectUri !== "string" || redirectUri === "") {
    throw new InvalidRequest("missing required parameter redirect_uri");
  }
  if (typeof verifier !== "string" || !pkceForm.test(verifier)) {
    throw new InvalidGrant("PKCE verification failed");
  }
  return { code, verifier, redirectUri };
}

/** A wrong client, address or verifier does not burn the code: only who may redeem it can use it up. */
async function checkCode(
  acm: Acm,
  clientId: string,
  machtiging: Machtiging | undefined,
  { verifier, redirectUri }: { readonly verifier: string; readonly redirectUri: string },
): Promise<void> {
  if (!machtiging) throw new InvalidGrant("authorization code not found");
  if (machtiging.clientId !== clientId) throw new InvalidGrant("client mismatch");
  if (machtiging.inhoud.redirectUri !== redirectUri) throw new InvalidGrant("redirect_uri mismatch");
  const challenge = Buffer.from(machtiging.inhoud.codeChallenge);
  const expected = Buffer.from(createHash("sha256").update(verifier).digest("base64url"));
  if (challenge.length !== expected.length || !timingSafeEqual(challenge, expected)) {
    throw new InvalidGrant("PKCE verification failed");
  }
  if (machtiging.ingewisseld) {
    await revoke(acm.ctx, machtiging.codeHash);
    throw new InvalidGrant("authorization code already consumed");
  }
  if (machtiging.verlooptOp.getTime() <= acm.ctx.clock.now())
    throw new InvalidGrant("authorization code is expired");
  if (machtiging.ingetrokken || !machtiging.sessieLeeft) throw new InvalidGrant("the session has ended");
}

/** The ID token (OpenID Connect Core 2): who, how and when, with the claims of the decision. */
function signIdToken(
  acm: Acm,
  { clientId, alg }: Redeemer,
  { machtiging, vrijgave, token }: { machtiging: Machtiging; vrijgave: Vrijgave; token: string },
): Promise<string> {
  const { authTime, acr, amr, nonce, sid } = machtiging.inhoud;
  const iat = nowInSeconds();
  return acm.bos.sign(alg, {
    ...vrijgave.claims,
    sub: vrijgave.sub,
    auth_time: authTime,
    acr,
    amr,
    nonce,
    sid,
    at_hash: hash(token).subarray(0, 16).toString("base64url"), // 3.1.3.6: both algorithms hash with SHA-256
    aud: clientId,
    exp: iat + duur.idToken,
    iat,
    iss: acm.issuer,
  });
}
