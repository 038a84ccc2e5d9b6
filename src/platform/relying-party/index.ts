import { createRemoteJWKSet, jwtVerify } from "jose";
import * as openid from "openid-client";

/** What is kept between the start of a sign-in and its end, sealed in a cookie. */
export type Begin = { readonly state: string; readonly nonce: string; readonly verifier: string };

/** Who came back: the claims of the ID token, the session at the provider, and the token for the sign-out. */
export type Aangemeld = {
  readonly sub: string;
  readonly sid: string;
  readonly idToken: string;
  readonly claims: Readonly<Record<string, unknown>>;
};

/** One of our sites as an ordinary OpenID client (D8): code flow with PKCE, sign-out both ways. */
export type RelyingParty = {
  start(): Promise<{ readonly url: string; readonly begin: Begin }>;
  /** @throws when the answer is not one to our question, or the provider refuses */
  voltooi(terug: URL, begin: Begin): Promise<Aangemeld>;
  afmeldUrl(idToken: string | undefined): Promise<string>;
  /** The `sid` of a valid logout token (OpenID Back-Channel Logout 2.6), else undefined. */
  leesLogoutToken(token: string): Promise<string | undefined>;
};

/** Discovery waits for the first sign-in, so that client and provider may start in any order. */
export function relyingParty(options: {
  readonly issuer: string;
  readonly clientId: string;
  /** Address of the site, without a slash at the end: `/terug` and `/afgemeld` are registered. */
  readonly eigenUrl: string;
  readonly geheim: string;
  readonly scope: string;
  /** Allows plain http: never in production. */
  readonly lokaal: boolean;
}): RelyingParty {
  const { clientId } = options;
  let gevonden: Promise<openid.Configuration> | undefined;
  const configuratie = (): Promise<openid.Configuration> => {
    gevonden ??= openid
      .discovery(new URL(options.issuer), clientId, undefined, openid.ClientSecretBasic(options.geheim), {
        ...(options.lokaal ? { execute: [openid.allowInsecureRequests] } : {}),
        timeout: 10,
      })
      .catch((error: unknown) => {
        gevonden = undefined;
        throw error;
      });
    return gevonden;
  };
  let jwks: ReturnType<typeof createRemoteJWKSet> | undefined;
  const terugUrl = `${options.eigenUrl}/terug`;
  return {
    async start() {
      const config = await configuratie();
      const begin = {
        state: openid.randomState(),
        nonce: openid.randomNonce(),
        verifier: openid.randomPKCECodeVerifier(),
      };
      const url = openid.buildAuthorizationUrl(config, {
        redirect_uri: terugUrl,
        scope: options.scope,
        state: begin.state,
        nonce: begin.nonce,
        code_challenge: await openid.calculatePKCECodeChallenge(begin.verifier),
        code_challenge_method: "S256",
      });
      return { url: url.href, begin };
    },
    async voltooi(terug, begin) {
      // The address as the outside knows it, whatever stood before us.
      const gezien = new URL(`${terugUrl}${terug.search}`);
      const tokens = await openid.authorizationCodeGrant(await configuratie(), gezien, {
        pkceCodeVerifier: begin.verifier,
        expectedState: begin.state,
        expectedNonce: begin.nonce,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      const sid = claims?.["sid"];
      if (!claims || typeof sid !== "string" || !tokens.id_token) throw new Error("ID token without sid");
      return { sub: claims.sub, sid, idToken: tokens.id_token, claims };
    },
    async afmeldUrl(idToken) {
      return openid.buildEndSessionUrl(await configuratie(), {
        post_logout_redirect_uri: `${options.eigenUrl}/afgemeld`,
        ...(idToken === undefined ? { client_id: clientId } : { id_token_hint: idToken }),
      }).href;
    },
    async leesLogoutToken(token) {
      const uri = (await configuratie()).serverMetadata().jwks_uri;
      if (uri === undefined) return undefined;
      jwks ??= createRemoteJWKSet(new URL(uri));
      try {
        const { payload } = await jwtVerify(token, jwks, {
          issuer: options.issuer,
          audience: clientId,
          typ: "logout+jwt",
          maxTokenAge: "5 minutes",
        });
        const events = payload["events"] as Record<string, unknown> | undefined;
        const isLogout =
          events?.["http://schemas.openid.net/event/backchannel-logout"] !== undefined &&
          payload["nonce"] === undefined;
        return isLogout && typeof payload["sid"] === "string" ? payload["sid"] : undefined;
      } catch {
        return undefined;
      }
    },
  };
}
