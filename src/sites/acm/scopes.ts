import { errors, type Client, type KoaContextWithOIDC, type ResourceServer } from "oidc-provider";
import { machineScopes } from "#modules/toepassingen";
import { duur, type Acm } from "./contract.ts";

const list = (scope: unknown): string[] =>
  typeof scope === "string" ? scope.split(" ").filter(Boolean) : [];

/** The first thing wrong with these scopes for a client with this registration (D4); undefined when they are all right. */
export function wrongScope(scope: string | undefined, registered: string | undefined): string | undefined {
  const asked = list(scope);
  const allowed = list(registered);
  return asked.find((one) => !allowed.includes(one)) ?? (asked.includes("openid") ? undefined : "openid");
}

/** Refuses, before anybody signs in, a scope that the client is not registered for, known or not. */
export function checkScopes(scope: string | undefined, client: Client): void {
  const wrong = wrongScope(scope, client.scope);
  if (wrong === undefined) return;
  throw new errors.InvalidScope(
    list(scope).includes(wrong) ? "requested scope is not allowed" : "openid scope must be requested",
    wrong,
  );
}

/** An answer in the query or by a form; a code in a fragment would be read by scripts (RFC 9700 4.3). */
export function checkResponseMode(mode: string | undefined): void {
  if (mode === "fragment") throw new errors.InvalidRequest("unsupported response_mode requested");
}

/** The one resource of machine tokens: the API, as a JWT of one hour (RFC 9068). */
export function getResourceServerInfo(
  acm: Acm,
  ctx: KoaContextWithOIDC,
  resource: string,
  client: Client,
): ResourceServer {
  if (resource !== acm.apiUrl || !client.grantTypeAllowed("client_credentials"))
    throw new errors.InvalidTarget();
  const { params } = ctx.oidc;
  // RFC 6749 3.3: without a scope the client gets what it is registered for.
  if (params && params["scope"] === undefined) params["scope"] = client.scope;
  const registered = list(client.scope);
  for (const one of list(params?.["scope"])) {
    if (!registered.includes(one)) throw new errors.InvalidScope("requested scope is not allowed", one);
  }
  return {
    scope: Object.keys(machineScopes).join(" "),
    audience: acm.apiUrl,
    accessTokenFormat: "jwt",
    accessTokenTTL: duur.accessToken,
    jwt: { sign: { alg: "ES256" } },
  };
}
