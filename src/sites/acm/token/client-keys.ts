import type { JWK } from "jose";
import type { ClientMetadata } from "oidc-provider";
import { hash } from "#platform/crypto";
import type { ClientRecord } from "#modules/toepassingen";
import { clientMetadata, clientRules } from "../clients.ts";

/** How one client proves who it is, made ready once for each registration. */
export type ClientProof =
  | {
      readonly kind: "secret"; // by Basic or in the form: a client may show its secret either way, as the library allows
      /** SHA-256 of its secret. */ readonly secretHash: Buffer;
    }
  | {
      readonly kind: "assertion";
      /** What it may sign with. */ readonly algs: readonly string[];
      readonly keys: readonly JWK[];
    };

const prepared = new WeakMap<ClientRecord, ClientProof | undefined>();

/** How this client proves who it is; undefined where its registration gives nothing to prove it with. */
export function proofOf(client: ClientRecord): ClientProof | undefined {
  if (!prepared.has(client)) prepared.set(client, prepare(client.geheim, clientMetadata(client)));
  return prepared.get(client);
}

function prepare(geheim: string | undefined, metadata: ClientMetadata): ClientProof | undefined {
  if (metadata.token_endpoint_auth_method === "private_key_jwt") {
    const { token_endpoint_auth_signing_alg: alg, jwks } = metadata;
    return {
      kind: "assertion",
      algs: alg === undefined ? clientRules.enabledJWA.clientAuthSigningAlgValues : [alg],
      keys: (jwks?.keys ?? []) as readonly JWK[],
    };
  }
  return geheim === undefined ? undefined : { kind: "secret", secretHash: hash(geheim) };
}
