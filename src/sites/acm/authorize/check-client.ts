import type { ParsedUrlQuery } from "node:querystring";
import { errors } from "oidc-provider";
import type { Acm } from "../contract.ts";
import { findWebClient, type WebClient } from "../web-client.ts";

/** The client that asks. @throws InvalidRequest, InvalidClient */
export function checkClient(acm: Acm, { client_id: clientId }: ParsedUrlQuery): WebClient {
  if (!clientId) throw new errors.InvalidRequest("missing required parameter 'client_id'");
  if (Array.isArray(clientId))
    throw new errors.InvalidRequest("'client_id' parameter must not be provided twice");
  const client = findWebClient(acm, clientId);
  if (!client) throw new errors.InvalidClient("client is invalid", "client not found");
  return client;
}

/** Letter for letter one of the registered addresses (RFC 9700 2.1). @throws InvalidRequest, InvalidRedirectUri */
export function checkRedirectUri(client: WebClient, { redirect_uri: redirectUri }: ParsedUrlQuery): void {
  if (!redirectUri) throw new errors.InvalidRequest("missing required parameter 'redirect_uri'");
  if (Array.isArray(redirectUri))
    throw new errors.InvalidRequest("'redirect_uri' parameter must not be provided twice");
  if (!client.redirectUris.has(redirectUri)) throw new errors.InvalidRedirectUri();
}
