import type { EventEmitter } from "node:events";
import { Provider, type Client, type Configuration, type KoaContextWithOIDC } from "oidc-provider";
import { describeError, isHangUp } from "#platform/log";
import { attributen } from "#modules/verstrekking";
import { makeAdapter } from "./adapter.ts";
import { clientMetadata, clientRules } from "./clients.ts";
import { acr, acrBadge, duur, type Acm } from "./contract.ts";
import { findAccount, loadExistingGrant } from "./decision.ts";
import { renderError } from "./errors.ts";
import { logoutSource, postLogoutSuccessSource } from "./logout.ts";
import { medewerkerClaims } from "./medewerker.ts";
import { pipeline } from "./pipeline.ts";
import { makePolicy } from "./policy.ts";
import { redeemGrant } from "./redeem.ts";
import { checkResponseMode, checkScopes, getResourceServerInfo } from "./scopes.ts";
import { resumeCookie } from "./go-on.ts";
import { checkBesides, clockTolerance } from "./token/client-assertion.ts";
import { fetchKeys } from "./token/client-keys.ts";

/** The claims of each scope, from the one table of attributes (D4) and that of adults (D8). */
function claimsByScope(): Record<string, string[]> {
  const byScope: Record<string, string[]> = { openid: ["sub"] };
  for (const { claim, scope } of Object.values(attributen)) (byScope[scope] ??= []).push(claim);
  byScope["vo"] = [...medewerkerClaims.vo]; // the names stand in `profile` already
  return byScope;
}

/** A provider for the clients and keys of this moment; a change of either makes a new one, and this one drains. */
export function makeProvider(acm: Acm): Provider {
  const { ctx } = acm;
  const provider = new Provider(acm.issuer, configuration(acm));
  provider.proxy = true; // the headers it then reads are set by http.ts, never by the outside
  provider.registerGrantType("authorization_code", (ctx) => redeemGrant(acm, ctx), [
    "code",
    "code_verifier",
    "redirect_uri",
  ]);
  provider.on("server_error", (koa, error) => {
    koa.state["fault"] = error; // logged and answered once, in pipeline.ts
  });
  // What the framework tells besides is about the connection of the client; without a listener it goes to stderr, with its text.
  (provider as unknown as EventEmitter).on("error", (error: NodeJS.ErrnoException) => {
    if (isHangUp(error) || error.code === "ECONNRESET" || error.code === "EPIPE") return;
    ctx.log.error(describeError(error), "acm could not send an answer");
  });
  for (const step of pipeline(acm)) provider.use(step);
  return provider;
}

function configuration(acm: Acm): Configuration {
  const { ctx } = acm;
  return {
    adapter: makeAdapter(acm),
    clients: Array.from(acm.clients().values(), clientMetadata),
    jwks: { keys: acm.bos.sleutels().map((sleutel) => sleutel.prive) },
    routes: {
      authorization: "/v1/auth",
      token: "/v1/token",
      jwks: "/v1/keys",
      userinfo: "/v1/userinfo",
      introspection: "/v1/introspect",
      revocation: "/v1/revoke",
      end_session: "/v1/logout",
    },
    ...clientRules,
    claims: claimsByScope(),
    acrValues: [acr, acrBadge, ...(acm.sleutel?.acr ?? [])],
    pkce: { required: () => true },
    conformIdTokenClaims: false,
    allowOmittingSingleRegisteredRedirectUri: false,
    acceptQueryParamAccessTokens: false,
    expiresWithSession: () => false, // adapter.ts joins every token with its session
    clockTolerance,
    assertJwtClientAuthClaimsAndHeader: (koa, _claims, _header, { clientId }) =>
      checkBesides(acm, clientId, koa.oidc.params?.["client_assertion"]),
    fetch: (url) => fetchKeys(acm, url),
    ttl: {
      AccessToken: duur.accessToken,
      AuthorizationCode: duur.code,
      ClientCredentials: duur.accessToken,
      Grant: duur.sessie,
      IdToken: duur.idToken,
      Interaction: duur.interactie,
      Session: duur.sessie,
    },
    cookies: {
      names: { session: acm.cookies.sessie, interaction: "leerid-interactie", resume: resumeCookie },
      keys: [ctx.keys.cookieTeken],
      // The id is 256 random bits and found by its hash: a signature would prove nothing more, and takes 0.3 ms a request.
      long: { httpOnly: true, sameSite: "lax", secure: acm.secure, signed: false },
      short: { httpOnly: true, sameSite: "lax", secure: acm.secure, signed: false },
    },
    extraParams: {
      scope: (_koa: KoaContextWithOIDC, value: string | undefined, client: Client) =>
        checkScopes(value, client),
      response_mode: (_koa: KoaContextWithOIDC, value: string | undefined) => checkResponseMode(value),
    },
    findAccount: (koa, id) => findAccount(acm, koa, id),
    loadExistingGrant,
    interactions: {
      policy: makePolicy(),
      url: (_koa, interaction) => `/op/v1/aanmelden/${interaction.uid}`,
    },
    renderError: (koa, out, error) => renderError(acm, koa, out, error),
    formats: {
      customizers: {
        // The machine's token lives by our clock, as everything else does.
        jwt: (_koa, token, { payload }) => {
          const now = Math.floor(ctx.clock.now() / 1000);
          payload["iat"] = now;
          payload["exp"] = now + token.expiration;
        },
      },
    },
    features: {
      devInteractions: { enabled: false },
      dPoP: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      claimsParameter: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: {
        enabled: true,
        allowedPolicy: (_koa, client, token) => token.clientId === client.clientId,
      },
      revocation: {
        enabled: true,
        allowedPolicy: (_koa, client, token) => token.clientId === client.clientId,
      },
      backchannelLogout: { enabled: true }, // said in discovery and asked of clients; the telling is ours (tell-applications.ts)
      resourceIndicators: {
        enabled: true,
        defaultResource: (_koa, client) => (client.grantTypeAllowed("client_credentials") ? acm.apiUrl : []),
        useGrantedResource: () => false,
        getResourceServerInfo: (koa, resource, client) => getResourceServerInfo(acm, koa, resource, client),
      },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (koa, form) => logoutSource(acm, koa, form),
        postLogoutSuccessSource: (koa) => postLogoutSuccessSource(acm, koa),
      },
    },
  };
}
