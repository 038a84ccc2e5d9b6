import type { ClientMetadata } from "oidc-provider";
import { formTargets } from "#platform/html";
import type { Algorithm } from "#modules/tokens";
import type { ClientRecord, Doelgroep } from "#modules/toepassingen";
import { clientMetadata } from "#modules/clients";
import type { Acm } from "./contract.ts";
import type { Toepassing } from "./pages/index.ts";

/** A client that sends people to us, with what is the same for each of its requests. */
export type WebClient = {
  readonly clientId: string;
  readonly doelgroep: Doelgroep;
  readonly metadata: ClientMetadata;
  readonly redirectUris: ReadonlySet<string>;
  readonly scopes: ReadonlySet<string>;
  readonly alg: Algorithm;
  /** Must it prove with PKCE that a code is its own? */
  readonly pkce: boolean;
  /** Is it told of the end of a session? */
  readonly hearsLogout: boolean;
  /** As people see it. */
  readonly toepassing: Toepassing;
  /** Name of its application; the pseudonym of adults hangs on it. */
  readonly slug: string | undefined;
  /** Where to begin anew. */
  readonly startUrl: string;
  /** Where a form of ours may end, for browsers that hold `form-action` to redirects as well. */
  readonly formAction: readonly string[];
  /** The same for the form that asks whether to sign out. */
  readonly afterLogout: readonly string[];
};

const prepared = new WeakMap<ClientRecord, WebClient>();

/** The registered web client with this id; undefined for a machine and for nobody. */
export function findWebClient(acm: Acm, clientId: string | undefined): WebClient | undefined {
  const record = clientId === undefined ? undefined : acm.clients().get(clientId);
  if (!record || record.soort !== "web") return undefined;
  const found = prepared.get(record) ?? prepare(acm, record);
  prepared.set(record, found);
  return found;
}

function prepare(acm: Acm, record: ClientRecord): WebClient {
  const metadata = clientMetadata(record);
  const { toepassing } = record;
  const redirectUris = metadata.redirect_uris ?? [];
  const startUrl = startUrlOf(acm, record, metadata);
  return {
    clientId: record.clientId,
    doelgroep: record.doelgroep ?? "leerlingen",
    metadata,
    redirectUris: new Set(redirectUris),
    scopes: new Set(metadata.scope?.split(" ")),
    alg: metadata.id_token_signed_response_alg === "ES256" ? "ES256" : "RS256",
    pkce: !record.pkceVrij,
    hearsLogout: Boolean(metadata.backchannel_logout_uri),
    toepassing: toepassing
      ? { naam: toepassing.naam, hue: toepassing.tint, initialen: toepassing.initialen }
      : { naam: "LeerID", hue: 1, initialen: "L" },
    slug: toepassing?.toepassing,
    startUrl,
    formAction: formTargets([...redirectUris, startUrl]),
    afterLogout: formTargets([...(metadata.post_logout_redirect_uris ?? []), startUrl]),
  };
}

/** An application that can be told to begin is (OpenID Connect Core 4), else its page is opened. */
function startUrlOf(acm: Acm, { toepassing }: ClientRecord, metadata: ClientMetadata): string {
  const uri = metadata.initiate_login_uri;
  if (!uri) return toepassing?.startUrl ?? acm.loketUrl;
  return withQuery(uri, new URLSearchParams({ iss: acm.issuer }));
}

/** Adds to an address, of which what stands there stays letter for letter (RFC 6749 3.1.2). */
export function withQuery(uri: string, added: URLSearchParams): string {
  if (added.size === 0) return uri;
  if (!uri.includes("?")) return `${uri}?${added}`;
  return /[?&]$/.test(uri) ? `${uri}${added}` : `${uri}&${added}`;
}
