import type { ClientMetadata } from "oidc-provider";
import { hash, randomToken } from "#platform/crypto";
import type { Algorithm } from "#modules/tokens";
import type { ClientRecord } from "#modules/toepassingen";
import type { Answer } from "./answer.ts";
import { clientMetadata } from "./clients.ts";
import { pkceForm, type Acm } from "./contract.ts";
import { wrongScope } from "./scopes.ts";
import { formAnswer } from "./sign-in.ts";

/** A client whose plain requests go straight, with what is the same for each of them. */
export type StraightClient = {
  readonly clientId: string;
  readonly alg: Algorithm;
  readonly metadata: ClientMetadata;
  /** SHA-256 of its secret, when it shows that by Basic. */
  readonly secretHash: Buffer | undefined;
  /** The sign-in form, cut where the uid of the request belongs. */
  readonly form: Answer;
  readonly formParts: readonly string[];
};

export type ClientOf = (clientId: unknown) => StraightClient | undefined;

/** The clients of this moment: those that serve pupils, without defaults that change a request. */
export function straightClients(acm: Acm): ClientOf {
  const prepared = new WeakMap<ClientRecord, StraightClient>();
  return (clientId) => {
    const record = typeof clientId === "string" ? acm.clients().get(clientId) : undefined;
    if (record?.doelgroep !== "leerlingen") return undefined;
    const found = prepared.get(record) ?? prepare(acm, record);
    prepared.set(record, found);
    const { default_max_age: maxAge, require_auth_time: authTime } = found.metadata;
    return maxAge === undefined && authTime === undefined ? found : undefined;
  };
}

function prepare(acm: Acm, record: ClientRecord): StraightClient {
  const { clientId, geheim } = record;
  const metadata = clientMetadata(record);
  const { token_endpoint_auth_method: method = "client_secret_basic" } = metadata;
  const place = randomToken();
  const form = formAnswer(acm, { uid: place, params: { client_id: clientId } }, 200, { gebruikersnaam: "" });
  return {
    clientId,
    metadata,
    alg: metadata.id_token_signed_response_alg === "ES256" ? "ES256" : "RS256",
    secretHash: method === "client_secret_basic" && geheim !== undefined ? hash(geheim) : undefined,
    form,
    formParts: form.body.split(place),
  };
}

/** A plain authorization request, checked whole. */
export type Vraag = {
  readonly client: StraightClient;
  /** As asked: what an interaction keeps. */
  readonly params: Readonly<Record<string, string>>;
  readonly scope: string;
  readonly redirectUri: string;
  readonly codeChallenge: string;
};

const plain = new Set([
  "client_id",
  "response_type",
  "response_mode",
  "scope",
  "redirect_uri",
  "state",
  "nonce",
  "code_challenge",
  "code_challenge_method",
]);

/** Every parameter known, not empty and there once. */
export function allPlain(
  params: Readonly<Record<string, unknown>>,
  names: ReadonlySet<string>,
): params is Readonly<Record<string, string>> {
  for (const name in params) {
    const value = params[name];
    if (!names.has(name) || typeof value !== "string" || value === "") return false;
  }
  return true;
}

/** Reads an authorization request; undefined unless the provider would find nothing to say about it. */
export function readVraag(clientOf: ClientOf, params: Readonly<Record<string, unknown>>): Vraag | undefined {
  if (!allPlain(params, plain)) return undefined;
  const { scope, redirect_uri: redirectUri, code_challenge: codeChallenge, response_mode: mode } = params;
  const client = clientOf(params["client_id"]);
  if (!client || scope === undefined || redirectUri === undefined || codeChallenge === undefined)
    return undefined;
  const good =
    params["response_type"] === "code" &&
    (mode === undefined || mode === "query") &&
    params["code_challenge_method"] === "S256" &&
    pkceForm.test(codeChallenge) &&
    client.metadata.redirect_uris?.includes(redirectUri) === true &&
    wrongScope(scope, client.metadata.scope) === undefined &&
    isTidy(scope);
  return good ? { client, params, scope, redirectUri, codeChallenge } : undefined;
}

/** One space between scopes, none twice. */
function isTidy(scope: string): boolean {
  const list = scope.split(" ");
  return !list.includes("") && new Set(list).size === list.length;
}
