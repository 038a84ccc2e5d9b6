import { createRemoteJWKSet, jwtVerify } from "jose";
import * as openid from "openid-client";

export const clientId = "leerlingloket";

/** What is kept between the start of a sign-in and its end, sealed in a cookie. */
export type Begin = { readonly state: string; readonly nonce: string; readonly verifier: string };

/** The loket as an ordinary OpenID client of ACM (D8): code flow with PKCE. */
export type AcmClient = {
  start(): Promise<{ readonly url: string; readonly begin: Begin }>;
  /** @throws when the answer is not one to our question, or ACM refuses */
  voltooi(
    terug: URL,
    begin: Begin,
  ): Promise<{ readonly accountUuid: string; readonly sid: string; readonly idToken: string }>;
  afmeldUrl(idToken: string | undefined): Promise<string>;
  /** The `sid` of a valid logout token (OpenID Back-Channel Logout 2.6), else undefined. */
  leesLogoutToken(token: string): Promise<string | undefined>;
};

/** Discovery waits for the first sign-in, so that loket and ACM may start in any order. */
export function acmClient(options: {
  readonly issuer: string;
  readonly eigenUrl: string;
  readonly geheim: string;
  readonly lokaal: boolean;
}): AcmClient {
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
        scope: "openid leerid",
        state: begin.state,
        nonce: begin.nonce,
        code_challenge: await openid.calculatePKCECodeChallenge(begin.verifier),
        code_challenge_method: "S256",
      });
      return { url: url.href, begin };
    },
    async voltooi(terug, begin) {
      const tokens = await openid.authorizationCodeGrant(await configuratie(), terug, {
        pkceCodeVerifier: begin.verifier,
        expectedState: begin.state,
        expectedNonce: begin.nonce,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      const sid = claims?.["sid"];
      if (!claims || typeof sid !== "string" || !tokens.id_token) throw new Error("ID token without sid");
      return { accountUuid: claims.sub, sid, idToken: tokens.id_token };
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
