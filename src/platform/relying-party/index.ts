import { createRemoteJWKSet, customFetch, jwtVerify } from "jose";
import * as openid from "openid-client";
import { seal, unseal, type Keys } from "#platform/crypto";
import { describeError, type Log } from "#platform/log";
import { AcmUnreachable, isAcmUnreachable, makeAsk } from "./ask.ts";

export { isAcmUnreachable } from "./ask.ts";

type Begin = { readonly state: string; readonly nonce: string; readonly verifier: string };

/** Who came back: the claims of the ID token, the session at the provider, and the token for the sign-out. */
export type SignedIn = {
  readonly sub: string;
  readonly sid: string;
  readonly idToken: string;
  readonly claims: Readonly<Record<string, unknown>>;
};

/**
 * One of our sites as an ordinary OpenID client (D8): code flow with PKCE, sign-out both ways. Whatever asks ACM something throws what
 * `isAcmUnreachable` knows when there is no answer; that has been logged with its cause.
 */
export type RelyingParty = {
  /**
   * Was ACM found: `ever` since this process started, or does it answer `now`, in 1.5 s? While it was not found each question looks
   * for it again, at most every two seconds.
   */
  isFound(when: "ever" | "now"): Promise<boolean>;
  /** Where the browser goes, and what it keeps in a cookie until it is back: sealed, nothing to read for it. */
  start(): Promise<{ readonly url: string; readonly begin: string }>;
  /**
   * Undefined when `begin` is none of ours: the button Back, or a page of yesterday. Then just start again.
   * @throws when the answer is not one to our question, or the provider refuses
   */
  complete(terug: URL, begin: string | undefined): Promise<SignedIn | undefined>;
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
  const ask = makeAsk(acmUrl, options.acmBinnenUrl ?? acmUrl, options.log);
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
        if (!isAcmUnreachable(error))
          options.log.error(
            { ...describeError(error), adres: options.acmBinnenUrl ?? acmUrl },
            "ACM is niet wat dit loket zoekt",
          );
        setTimeout(() => (found = undefined), pause).unref();
        throw new AcmUnreachable(error);
      });
    return found;
  };
  let jwks: ReturnType<typeof createRemoteJWKSet> | undefined;
  const terugUrl = `${options.eigenUrl}/terug`;
  return {
    async isFound(when) {
      try {
        const { issuer: address } = (await configuration()).serverMetadata();
        if (when === "ever") return true;
        const discovery = `${address}/.well-known/openid-configuration`;
        const answer = await ask(discovery, { signal: AbortSignal.timeout(lookTime) });
        await answer.body?.cancel();
        return answer.ok;
      } catch {
        return false; // logged with its cause
      }
    },
    async start() {
      const config = await configuration();
      const begin: Begin = {
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
      const sealed = seal(options.keys.cookies, JSON.stringify(begin), clientId);
      return { url: url.href, begin: sealed.toString("base64url") };
    },
    async complete(terug, sealed) {
      const opened = sealed && unseal(options.keys.cookies, Buffer.from(sealed, "base64url"), clientId);
      if (!opened) return undefined;
      const begin = JSON.parse(opened.toString("utf8")) as Begin;
      // The address as the outside knows it, whatever stood before us.
      const gezien = new URL(`${terugUrl}${terug.search}`);
      const tokens = await openid.authorizationCodeGrant(await configuration(), gezien, {
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
        if (isAcmUnreachable(error)) throw error; // it will be told again
        return undefined;
      }
    },
  };
}
