import type { JWK } from "jose";
import { hash } from "#platform/crypto";
import type { ClientRecord } from "#modules/toepassingen";
import { clientMetadata, clientRules } from "./metadata.ts";
import type { Checking } from "./contract.ts";
import { remoteKeys } from "./remote-keys.ts";

/** How one client proves who it is, made ready once for each registration. */
export type ClientProof =
  | {
      readonly kind: "secret"; // by Basic or in the form: a client may show its secret either way, as the library allows
      /** SHA-256 of its secret. */ readonly secretHash: Buffer;
    }
  | {
      readonly kind: "assertion";
      /** What it may sign with. */ readonly algs: readonly string[];
      /** Its public keys that a `kid` may mean; all of them without one. */
      keysOf(kid: string | undefined): Promise<readonly JWK[]>;
    };

const prepared = new WeakMap<ClientRecord, ClientProof | undefined>();

/** How this client proves who it is; undefined where its registration gives nothing to prove it with. */
export function proofOf(
  acm: Pick<Checking, "ctx" | "allowPrivateNetwork">,
  client: ClientRecord,
): ClientProof | undefined {
  if (!prepared.has(client)) prepared.set(client, prepare(acm, client));
  return prepared.get(client);
}

function prepare(
  acm: Pick<Checking, "ctx" | "allowPrivateNetwork">,
  client: ClientRecord,
): ClientProof | undefined {
  const { clientId, geheim } = client;
  const metadata = clientMetadata(client);
  if (metadata.token_endpoint_auth_method !== "private_key_jwt")
    return geheim === undefined ? undefined : { kind: "secret", secretHash: hash(geheim) };
  const { token_endpoint_auth_signing_alg: alg, jwks, jwks_uri: uri } = metadata;
  const own = (jwks?.keys ?? []) as readonly JWK[];
  return {
    kind: "assertion",
    algs: alg === undefined ? clientRules.enabledJWA.clientAuthSigningAlgValues : [alg],
    keysOf:
      uri === undefined
        ? async (kid) => own.filter((key) => kid === undefined || key.kid === kid)
        : remoteKeys(acm, { clientId, uri }),
  };
}

/**
 * What the library gets when it fetches the keys of a client: those that we know, after we looked again if we may. So it goes
 * nowhere itself.
 * @throws when there are none
 */
export async function fetchKeys(
  acm: Pick<Checking, "ctx" | "allowPrivateNetwork" | "clients">,
  url: string | URL | Request,
): Promise<Response> {
  const client = [...acm.clients().values()].find(({ metadata }) => metadata["jwks_uri"] === String(url));
  const proof = client && proofOf(acm, client);
  if (proof?.kind !== "assertion") throw new Error("no client has its keys there");
  await proof.keysOf(nobodysKid);
  const keys = await proof.keysOf(undefined);
  if (keys.length === 0) throw new Error("the keys of this client are not known");
  return Response.json({ keys });
}

/** No key has it, so that it makes us look again. */
const nobodysKid = "";
