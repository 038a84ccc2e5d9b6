import type { EventEmitter } from "node:events";
import { Provider, type Configuration } from "oidc-provider";
import { describeError, isHangUp } from "#platform/log";
import { checkBesides, clientMetadata, clientRules, clockTolerance, fetchKeys } from "#modules/clients";
import { attributen } from "#modules/verstrekking";
import { acr, acrBadge, duur, type Acm } from "../contract.ts";
import { medewerkerClaims } from "#modules/medewerkers";
import { findAccount } from "./account.ts";
import { makeAdapter } from "./adapter.ts";
import { getResourceServerInfo } from "./resource.ts";

/** The claims of each scope, from the one table of attributes (D4) and that of adults (D8). */
function claimsByScope(): Record<string, string[]> {
  const byScope: Record<string, string[]> = { openid: ["sub"] };
  for (const { claim, scope } of Object.values(attributen)) (byScope[scope] ??= []).push(claim);
  byScope["vo"] = [...medewerkerClaims.vo]; // the names stand in `profile` already
  return byScope;
}

/**
 * The library for the clients and keys of this moment. It answers for machines: discovery, keys, machine tokens, introspection, revocation,
 * userinfo. What people and codes go through is ours, and never comes here.
 */
export function makeProvider(acm: Acm): Provider {
  const { ctx } = acm;
  const provider = new Provider(acm.issuer, configuration(acm));
  provider.proxy = true; // the headers it then reads are set by index.ts, never by the outside
  provider.on("server_error", (koa, error) => {
    koa.state["fault"] = error; // logged and answered once, in index.ts
  });
  // What the framework tells besides is about the connection of the client; without a listener it goes to stderr, with its text.
  (provider as unknown as EventEmitter).on("error", (error: NodeJS.ErrnoException) => {
    if (isHangUp(error) || error.code === "ECONNRESET" || error.code === "EPIPE") return;
    ctx.log.error(describeError(error), "acm could not send an answer");
  });
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
    clientBasedCORS: () => false,
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
      Session: duur.sessie,
    },
    cookies: { keys: [ctx.keys.cookieTeken] },
    findAccount: (koa, id) => findAccount(acm, koa, id),
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
      rpInitiatedLogout: { enabled: true }, // said in discovery; the way itself is ours (sign-out/)
    },
  };
}
