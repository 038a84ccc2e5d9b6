import type { ClientMetadata, Configuration } from "oidc-provider";
import { leerlingScopes, machineScopes, medewerkerScopes, type ClientRecord } from "#modules/toepassingen";

/** What of the provider's configuration decides which registrations it takes. */
export const clientRules = {
  scopes: [...new Set([...leerlingScopes, ...medewerkerScopes, ...Object.keys(machineScopes)])],
  subjectTypes: ["public"],
  responseTypes: ["code"],
  clientAuthMethods: ["client_secret_basic", "client_secret_post", "private_key_jwt"],
  enabledJWA: {
    idTokenSigningAlgValues: ["RS256", "ES256"],
    clientAuthSigningAlgValues: ["RS256", "ES256"],
  },
} satisfies Configuration;

const taken = [
  "jwks",
  "jwks_uri",
  "redirect_uris",
  "post_logout_redirect_uris",
  "backchannel_logout_uri",
  "token_endpoint_auth_method",
  "token_endpoint_auth_signing_alg",
  "id_token_signed_response_alg",
  "initiate_login_uri",
  "default_max_age",
  "require_auth_time",
] as const;

/**
 * What the provider may know of a client: only what stands in this list, and only the scopes of its kind, so that a
 * registration cannot give a pupil's application a machine scope or a machine a pupil, nor one that serves adults anything
 * of a pupil.
 */
export function clientMetadata(client: ClientRecord): ClientMetadata {
  const { metadata } = client;
  const allowed = scopesOf(client);
  const registered = typeof metadata["scope"] === "string" ? metadata["scope"].split(" ") : [];
  return {
    ...Object.fromEntries(taken.flatMap((name) => (name in metadata ? [[name, metadata[name]]] : []))),
    client_id: client.clientId,
    application_type: "web",
    subject_type: "public",
    ...(client.geheim !== undefined && { client_secret: client.geheim }),
    scope: registered.filter((scope) => allowed.includes(scope)).join(" "),
    ...(client.soort === "web"
      ? {
          grant_types: ["authorization_code"],
          response_types: ["code"],
          ...("backchannel_logout_uri" in metadata && { backchannel_logout_session_required: true }),
        }
      : { grant_types: ["client_credentials"], response_types: [], redirect_uris: [] }),
  };
}

function scopesOf({ soort, doelgroep }: ClientRecord): readonly string[] {
  if (soort === "machine") return Object.keys(machineScopes);
  return doelgroep === "medewerkers" ? medewerkerScopes : leerlingScopes;
}
