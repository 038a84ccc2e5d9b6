import { isDeepStrictEqual } from "node:util";
import { errors, Provider, type Adapter } from "oidc-provider";
import type { Context } from "#platform/context";
import { listClients, type ClientRecord } from "#modules/toepassingen";
import { clientMetadata, clientRules } from "./metadata.ts";

/** A registration that the OpenID library does not take, and its reason in English. */
export type Refused = { readonly clientId: string; readonly reason: string };

// What it signs with has to be there for each algorithm that it may be asked for; here it signs nothing.
const part = "-";
const namesOfKeys = [
  { kty: "EC" as const, crv: "P-256", use: "sig", x: part, y: part, d: part },
  {
    ...{ kty: "RSA" as const, use: "sig", n: part, e: part, d: part },
    ...{ p: part, q: part, dp: part, dq: part, qi: part },
  },
];

/** A storage of the library that keeps nothing; whoever keeps something puts it over this. */
export const keepsNothing: Adapter = {
  upsert: async () => {},
  find: async () => undefined,
  findByUserCode: async () => undefined,
  findByUid: async () => undefined,
  consume: async () => {},
  destroy: async () => {},
  revokeByGrantId: async () => {},
};

/** Which of these clients the library refuses, by its own check: what it would say at their first request. */
export async function findRefused(clients: readonly ClientRecord[]): Promise<readonly Refused[]> {
  const provider = new Provider("https://leerid.invalid/op", {
    ...clientRules,
    clients: clients.map(clientMetadata),
    jwks: { keys: namesOfKeys },
    adapter: () => keepsNothing,
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      backchannelLogout: { enabled: true },
    },
  });
  const refused: Refused[] = [];
  for (const { clientId } of clients) {
    try {
      await provider.Client.find(clientId);
    } catch (error) {
      if (!(error instanceof errors.OIDCProviderError)) throw error;
      refused.push({ clientId, reason: error.error_description ?? error.error });
    }
  }
  return refused;
}

/**
 * Reads the clients that can be served. One that was stored before the library refused its kind is left out, and named in the log:
 * it stops nobody else. What did not change since the last time is not looked at again.
 */
export function servedClients(ctx: Context): () => Promise<readonly ClientRecord[]> {
  let last:
    | { readonly stored: readonly ClientRecord[]; readonly served: readonly ClientRecord[] }
    | undefined;
  return async () => {
    const stored = await listClients(ctx);
    if (last && isDeepStrictEqual(last.stored, stored)) return last.served;
    const refused = new Map((await findRefused(stored)).map(({ clientId, reason }) => [clientId, reason]));
    for (const [client, reden] of refused)
      ctx.log.warn({ client, reden }, "a client is not served: the OpenID library refuses its registration");
    last = { stored, served: stored.filter(({ clientId }) => !refused.has(clientId)) };
    return last.served;
  };
}
