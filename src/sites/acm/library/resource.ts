import { errors, type Client, type KoaContextWithOIDC, type ResourceServer } from "oidc-provider";
import { machineScopes } from "#modules/toepassingen";
import { duur, type Acm } from "../contract.ts";

const list = (scope: unknown): string[] =>
  typeof scope === "string" ? scope.split(" ").filter(Boolean) : [];

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
