import { createRemoteJWKSet, customFetch, jwtVerify } from "jose";
import * as openid from "openid-client";
import { keyedHash, type Keys } from "#platform/crypto";
import { describeError, type Log } from "#platform/log";
import { isUnreachable, makeAsk, Unreachable } from "#platform/outgoing";

/** Who came back: the claims of the ID token, the session at the provider, and the token for the sign-out. */
export type SignedIn = {
  readonly sub: string;
  readonly sid: string;
  readonly idToken: string;
  readonly claims: Readonly<Record<string, unknown>>;
};

/**
 * One of our sites as an ordinary OpenID client (D8): code flow with PKCE, sign-out both ways. Whatever asks ACM something throws what
 * `isUnreachable` knows when there is no answer; that has been logged with its cause.
 */
export type RelyingParty = {
  /**
   * Was ACM found: `ever` since this process started, or does it answer `now`, in 1.5 s? While it was not found each question looks
   * for it again, at most every two seconds.
   */
  isFound(when: "ever" | "now"): Promise<boolean>;
  /** Where the browser goes to sign in, and to come back with this `state`. */
  startUrl(state: string): Promise<string>;
  /**
   * Redeems what came back for a `state` that this browser began. `search` is the query of the address, with its question mark.
   * @throws when the answer is not one to our question, or the provider refuses
   */
  complete(search: string, state: string): Promise<SignedIn>;
  signOutUrl(idToken: string | undefined): Promise<string>;
  /** The `sid` that a back-channel logout ends: a form with a valid logout token (OpenID Back-Channel Logout 2.5, 2.6), else undefined. */
  readLogout(request: Request): Promise<string | undefined>;
};

/** How long who failed to find ACM is not followed by another attempt, ms. */
const pause = 2000;
/** How long who asks whether ACM answers now waits for it, ms: a figure is read in two seconds. */
const lookTime = 1500;

/** Discovery waits for the first question, so that client and provider may start in any order. */
export function relyingParty(options: {
  /** Address of ACM from outside, without a slash at the end: the issuer is this with /op. */
  readonly acmUrl: string;
  /** Where this process finds ACM, when that is not the address from outside. */
  readonly acmBinnenUrl: string | undefined;
  readonly log: Log;
  readonly clientId: string;
  /** Address of the site, without a slash at the end: `/terug` and `/afgemeld` are registered. */
  readonly eigenUrl: string;
  readonly geheim: string;
  readonly scope: string;
  readonly keys: Keys;
  /** Allows plain http: never in production. */
  readonly lokaal: boolean;
}): RelyingParty {
  const { clientId, acmUrl } = options;
  const issuer = `${acmUrl}/op`;
  const acm = {
    what: "ACM",
    outside: acmUrl,
    inside: options.acmBinnenUrl,
    tell: (why: Record<string, unknown>) => options.log.error(why, "ACM antwoordt niet"),
  };
  const ask = makeAsk(acm);
  const look = makeAsk({ ...acm, patience: lookTime });
  // From the state and our own key, so that nothing needs to be kept of them: who does not have the cookie of that state gets no further.
  const secretOf = (use: "nonce" | "verifier", state: string) =>
    keyedHash(options.keys.cookies, `${clientId} ${use} ${state}`).toString("base64url");
  let found: Promise<openid.Configuration> | undefined;
  const configuration = (): Promise<openid.Configuration> => {
    found ??= openid
      .discovery(new URL(issuer), clientId, undefined, openid.ClientSecretBasic(options.geheim), {
        ...(options.lokaal ? { execute: [openid.allowInsecureRequests] } : {}),
        [openid.customFetch]: ask,
        timeout: 10,
      })
      .catch((error: unknown) => {
        // Something answers there, and it is not the ACM that we look for.
        if (!isUnreachable(error))
          options.log.error(
            { ...describeError(error), adres: options.acmBinnenUrl ?? acmUrl },
            "ACM is niet wat dit loket zoekt",
          );
        setTimeout(() => (found = undefined), pause).unref();
        throw new Unreachable("ACM", error);
      });
    return found;
  };
  let jwks: ReturnType<typeof createRemoteJWKSet> | undefined;
  const terugUrl = `${options.eigenUrl}/terug`;
  return {
    async isFound(when) {
      try {
        const { issuer: address } = (await configuration()).serverMetadata();
        return when === "ever" || (await look(`${address}/.well-known/openid-configuration`, {})).ok;
      } catch {
        return false; // logged with its cause
      }
    },
    async startUrl(state) {
      return openid.buildAuthorizationUrl(await configuration(), {
        redirect_uri: terugUrl,
        scope: options.scope,
        state,
        nonce: secretOf("nonce", state),
        code_challenge: await openid.calculatePKCECodeChallenge(secretOf("verifier", state)),
        code_challenge_method: "S256",
      }).href;
    },
    async complete(search, state) {
      // The address as the outside knows it, whatever stood before us.
      const seen = new URL(`${terugUrl}${search}`);
      const tokens = await openid.authorizationCodeGrant(await configuration(), seen, {
        pkceCodeVerifier: secretOf("verifier", state),
        expectedState: state,
        expectedNonce: secretOf("nonce", state),
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      const sid = claims?.["sid"];
      if (!claims || typeof sid !== "string" || !tokens.id_token) throw new Error("ID token without sid");
      return { sub: claims.sub, sid, idToken: tokens.id_token, claims };
    },
    async signOutUrl(idToken) {
      return openid.buildEndSessionUrl(await configuration(), {
        post_logout_redirect_uri: `${options.eigenUrl}/afgemeld`,
        ...(idToken === undefined ? { client_id: clientId } : { id_token_hint: idToken }),
      }).href;
    },
    async readLogout(request) {
      const isForm = /^application\/x-www-form-urlencoded\s*(?:;|$)/i.test(
        request.headers.get("content-type") ?? "",
      );
      const token = isForm ? new URLSearchParams(await request.text()).get("logout_token") : null;
      if (token === null) return undefined;
      const uri = (await configuration()).serverMetadata().jwks_uri;
      if (uri === undefined) return undefined;
      jwks ??= createRemoteJWKSet(new URL(uri), { [customFetch]: ask });
      try {
        const { payload } = await jwtVerify(token, jwks, {
          issuer,
          audience: clientId,
          typ: "logout+jwt",
          maxTokenAge: "5 minutes",
        });
        const events = payload["events"] as Record<string, unknown> | undefined;
        const isLogout =
          events?.["http://schemas.openid.net/event/backchannel-logout"] !== undefined &&
          payload["nonce"] === undefined;
        return isLogout && typeof payload["sid"] === "string" ? payload["sid"] : undefined;
      } catch (error) {
        if (isUnreachable(error)) throw error; // it will be told again
        return undefined;
      }
    },
  };
}
