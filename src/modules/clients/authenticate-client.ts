import { timingSafeEqual } from "node:crypto";
import { decodeJwt } from "jose";
import { errors } from "oidc-provider";
import { hash } from "#platform/crypto";
import type { ClientRecord } from "#modules/toepassingen";
import type { Checking } from "./contract.ts";
import { checkAssertion, type Assertie } from "./client-assertion.ts";
import { proofOf } from "./client-keys.ts";

const { InvalidClientAuth, InvalidRequest } = errors;

/** What a request shows of who sends it: its `Authorization` header, and the parameters of its body. */
export type Asked = {
  readonly authorization: string | undefined;
  readonly params: Readonly<Record<string, string | readonly string[] | undefined>>;
};

/**
 * The client that asks, by its secret (RFC 6749 2.3.1) or by an assertion that it signed (OpenID Connect Core 9, RFC 7523).
 * What is refused here is what the library refuses at the endpoints that it serves, with the same code; a test holds the two
 * together. The caller stores `assertie`, and refuses the request when it stands there already.
 * @throws InvalidRequest what is shown cannot be read, or is shown twice · InvalidClientAuth the proof is not one of this client
 */
export async function authenticateClient(
  acm: Pick<Checking, "ctx" | "issuer" | "clients" | "allowPrivateNetwork">,
  asked: Asked,
): Promise<{ readonly client: ClientRecord; readonly assertie: Assertie | undefined }> {
  const { clientId, secret, jwt } = readShown(asked);
  const client = typeof clientId === "string" ? acm.clients().get(clientId) : undefined;
  if (!client) throw new InvalidClientAuth("client not found");
  const proof = proofOf(acm, client);
  if (secret !== undefined && proof?.kind === "secret") {
    if (!timingSafeEqual(proof.secretHash, hash(secret)))
      throw new InvalidClientAuth("invalid secret provided");
    return { client, assertie: undefined };
  }
  if (jwt !== undefined && proof?.kind === "assertion")
    return { client, assertie: await checkAssertion(acm, jwt, { ...proof, clientId: client.clientId }) };
  throw new InvalidClientAuth(
    "the provided authentication mechanism does not match the registered client authentication method",
  );
}

/** The registered client that a request says it is of, proven or not: for who reads the log. */
export function namedClient(acm: Pick<Checking, "clients">, asked: Asked): string | undefined {
  try {
    const { clientId } = readShown(asked);
    return typeof clientId === "string" && acm.clients().has(clientId) ? clientId : undefined;
  } catch {
    return undefined;
  }
}

/** The header `WWW-Authenticate` of this refusal: whoever came with a header hears which scheme is known here (RFC 6749 5.2). */
export const challengeOf = (
  { issuer }: Pick<Checking, "issuer">,
  { authorization }: Pick<Asked, "authorization">,
  refusal: Pick<errors.OIDCProviderError, "statusCode" | "error" | "error_description">,
): string | undefined =>
  refusal.statusCode === 401 && authorization !== undefined
    ? `Basic realm="${issuer}", error="${refusal.error}", error_description="${refusal.error_description}"`
    : undefined;

/** `clientId` as it was said: a claim can be anything. */
type Shown = { readonly clientId: unknown; readonly secret?: string; readonly jwt?: string };

const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const names = ["client_id", "client_secret", "client_assertion", "client_assertion_type"] as const;

/** Reads who the request says it is of, and the one proof that it shows. */
function readShown({ authorization, params }: Asked): Shown {
  const twice = names.filter((name) => Array.isArray(params[name]));
  if (twice.length > 0)
    throw new InvalidRequest(
      `${englishList.format(twice.map((name) => `'${name}'`))} ${twice.length === 1 ? "parameter" : "parameters"} must not be provided twice`,
    );
  // A parameter without a value counts as left out (RFC 6749 3.2).
  const [named, secret, jwt, type] = names.map((name) => (params[name] || undefined) as string | undefined);
  if ([authorization, secret, jwt].filter(Boolean).length > 1)
    throw new InvalidRequest("client authentication must only be provided using one mechanism");
  if (secret !== undefined) return { clientId: oneOf(named, undefined), secret };
  if (authorization !== undefined) {
    const [clientId, shown] = readBasic(authorization);
    if (shown === "") throw new InvalidRequest("client_secret must be provided in the Authorization header");
    return { clientId: oneOf(named, clientId), secret: shown };
  }
  return jwt === undefined
    ? { clientId: oneOf(named, undefined) }
    : { clientId: oneOf(named, readSubject(jwt, type)), jwt };
}

const englishList = new Intl.ListFormat("en", { type: "conjunction" });

/** The client_id that parameter and proof give; two different ones are a mistake, and none is too. */
function oneOf(named: string | undefined, proven: unknown): unknown {
  if (named !== undefined && proven !== undefined && named !== proven)
    throw new InvalidRequest("client_id mismatch");
  const clientId = proven ?? named;
  if (clientId === undefined || clientId === "")
    throw new InvalidRequest("no client authentication mechanism provided");
  return clientId;
}

/** Client and secret of a Basic header, each of them encoded as in a form (RFC 6749 2.3.1). */
function readBasic(header: string): readonly [clientId: string, secret: string] {
  const encoded = /^basic ([A-Za-z0-9+/]+)(={0,2})$/i.exec(header);
  const [, text = "", padding = ""] = encoded ?? [];
  const whole = padding === "" ? text.length % 4 !== 1 : (text.length + padding.length) % 4 === 0;
  const pair = Buffer.from(text, "base64").toString("utf8");
  const colon = pair.indexOf(":");
  if (!encoded || !whole || colon === -1)
    throw new InvalidRequest("invalid authorization header value format");
  return [decode(pair.slice(0, colon)), decode(pair.slice(colon + 1))];
}

function decode(text: string): string {
  try {
    const decoded = decodeURIComponent(text.replaceAll("+", "%20"));
    if (/^[\x20-\x7e]*$/.test(decoded)) return decoded;
  } catch {
    // told below, as any other text that nothing can be read from
  }
  throw new InvalidRequest(
    "client_id and client_secret in the authorization header are not properly encoded",
  );
}

/** Whom an assertion says it is of. It is verified later, with the keys of that client. */
function readSubject(jwt: string, type: string | undefined): unknown {
  const sub = decodeSubject(jwt);
  if (!sub) throw new InvalidClientAuth("sub (JWT subject) must be provided in the client_assertion JWT");
  if (type === undefined) throw new InvalidRequest("client_assertion_type must be provided");
  if (type !== assertionType)
    throw new InvalidRequest(`client_assertion_type must have value ${assertionType}`);
  return sub;
}

function decodeSubject(jwt: string): unknown {
  try {
    return decodeJwt(jwt).sub;
  } catch (cause) {
    throw new InvalidRequest("invalid client_assertion format", undefined, { cause });
  }
}
