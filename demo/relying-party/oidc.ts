import { createRemoteJWKSet, jwtVerify } from "jose";
import * as client from "openid-client";
import { attribuutClaims, type Claims } from "./rules.ts";

export type OidcOptions = {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope: string;
  /** Address of this application, without a slash at the end. */
  readonly url: string;
};

/** What must be remembered between leaving for LeerID and coming back. */
export type WayOut = {
  readonly url: string;
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
};

export type Aanmelding = {
  readonly idToken: string;
  readonly sid: string | undefined;
  readonly claims: Claims;
};

/** An ordinary OpenID client: nothing here is special to LeerID. */
export function oidc(options: OidcOptions) {
  let found: Promise<client.Configuration> | undefined;
  const configuration = () => {
    const local = options.issuer.startsWith("http://localhost");
    found ??= client
      .discovery(
        new URL(options.issuer),
        options.clientId,
        { id_token_signed_response_alg: "RS256" },
        client.ClientSecretBasic(options.clientSecret),
        { timeout: 5, ...(local && { execute: [client.allowInsecureRequests] }) },
      )
      .catch((error: unknown) => {
        found = undefined; // LeerID was away: look again at the next sign-in
        throw error;
      });
    return found;
  };
  let keys: ReturnType<typeof createRemoteJWKSet> | undefined;

  return {
    /** Where to send the browser, with what to remember (OIDC Core 3.1.2.1, PKCE RFC 7636). */
    async begin(): Promise<WayOut> {
      const config = await configuration();
      const state = client.randomState();
      const nonce = client.randomNonce();
      const verifier = client.randomPKCECodeVerifier();
      const url = client.buildAuthorizationUrl(config, {
        redirect_uri: `${options.url}/terug`,
        scope: options.scope,
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: "S256",
        state,
        nonce,
        ui_locales: "nl",
      });
      return { url: url.href, state, nonce, verifier };
    },

    /**
     * Redeems the code. `query` is what stood behind the question mark.
     * @throws when state, nonce, issuer or signature is wrong, or the code was used
     */
    async back(query: string, heenweg: WayOut): Promise<Aanmelding> {
      const config = await configuration();
      const tokens = await client.authorizationCodeGrant(config, new URL(`${options.url}/terug${query}`), {
        pkceCodeVerifier: heenweg.verifier,
        expectedState: heenweg.state,
        expectedNonce: heenweg.nonce,
        idTokenExpected: true,
      });
      const idClaims = tokens.claims();
      if (idClaims === undefined || tokens.id_token === undefined) throw new TypeError("no ID token");
      const info = await client.fetchUserInfo(config, tokens.access_token, idClaims.sub);
      const sid = idClaims["sid"];
      return {
        idToken: tokens.id_token,
        sid: typeof sid === "string" ? sid : undefined,
        claims: attribuutClaims(info),
      };
    },

    /** Where to send the browser to sign out at LeerID too (RP-Initiated Logout 1.0); without the token LeerID asks. */
    async abandon(idToken: string | undefined): Promise<string> {
      const config = await configuration();
      return client.buildEndSessionUrl(config, {
        ...(idToken !== undefined && { id_token_hint: idToken }),
        post_logout_redirect_uri: `${options.url}/afgemeld`,
      }).href;
    },

    /**
     * Reads the message by which LeerID says that a session ended (Back-Channel Logout 1.0, 2.6).
     * @throws when it is not a valid logout token for this application
     */
    async sessieEinde(
      logoutToken: string,
    ): Promise<{ readonly sid: string | undefined; readonly sub: string | undefined }> {
      const { jwks_uri: jwksUri, issuer } = (await configuration()).serverMetadata();
      if (jwksUri === undefined) throw new TypeError("no jwks_uri");
      keys ??= createRemoteJWKSet(new URL(jwksUri));
      const { payload } = await jwtVerify(logoutToken, keys, { issuer, audience: options.clientId });
      const { events, sid, sub, nonce } = payload;
      const isLogout =
        typeof events === "object" &&
        events !== null &&
        "http://schemas.openid.net/event/backchannel-logout" in events &&
        nonce === undefined;
      if (!isLogout || (sid === undefined && sub === undefined)) throw new TypeError("not a logout token");
      return { sid: typeof sid === "string" ? sid : undefined, sub };
    },
  };
}
