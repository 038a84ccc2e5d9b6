import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { errors, Provider, type Adapter, type AdapterPayload, type ClientMetadata } from "oidc-provider";
import { listClients, machineScopes, type ClientRecord } from "#modules/toepassingen";
import { openKeyRing } from "#modules/tokens";
import { attributen } from "#modules/verstrekking";
import { send, type Raw } from "./raw.ts";
import type { World } from "./world.ts";

/** Addresses behind the issuer, as ours. */
const routes = {
  authorization: "/v1/auth",
  token: "/v1/token",
  jwks: "/v1/keys",
  userinfo: "/v1/userinfo",
};

/** A provider that is the certified library and nothing else, beside ours: the same issuer, keys and clients. */
export type Oracle = {
  /** Where it listens; it believes that it is at the address of ours. */
  readonly origin: string;
  /** Signs the pupil in: the header `cookie` of a browser that is. */
  signIn(path: string): Promise<string>;
  close(): Promise<void>;
};

export async function makeOracle(w: World): Promise<Oracle> {
  const ring = await openKeyRing(w.ctx);
  const claims: Record<string, string[]> = { openid: ["sub"] };
  for (const { claim, scope } of Object.values(attributen)) (claims[scope] ??= []).push(claim);
  const provider = new Provider(w.issuer, {
    adapter: inMemory(),
    clients: (await listClients(w.ctx)).map(metadataOf),
    jwks: { keys: ring.sleutels().map(({ prive }) => prive) },
    routes,
    claims,
    scopes: [...Object.keys(claims), "vo", ...Object.keys(machineScopes)],
    conformIdTokenClaims: false,
    allowOmittingSingleRegisteredRedirectUri: false, // OpenID Connect Core 3.1.2.1 requires it
    responseTypes: ["code"],
    clientAuthMethods: ["client_secret_basic", "client_secret_post", "private_key_jwt"],
    enabledJWA: {
      idTokenSigningAlgValues: ["RS256", "ES256"],
      clientAuthSigningAlgValues: ["RS256", "ES256"],
    },
    pkce: { required: () => true },
    clockTolerance: 15,
    cookies: { keys: ["orakel"] },
    ttl: {
      AccessToken: 3600,
      AuthorizationCode: 60,
      IdToken: 3600,
      Interaction: 600,
      Session: 3600,
      Grant: 3600,
    },
    features: {
      devInteractions: { enabled: false },
      dPoP: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      backchannelLogout: { enabled: true },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: () => {
          throw new errors.InvalidTarget();
        },
      },
    },
    renderError: (koa, { error }) => void (koa.body = error),
    interactions: { url: (_koa, { uid }) => `/wie/${uid}` },
    // Everybody agreed beforehand, as with us: the agreement and the school did.
    async loadExistingGrant({ oidc }) {
      const { client, session } = oidc;
      const grant = new oidc.provider.Grant({
        clientId: client?.clientId ?? "",
        accountId: session?.accountId ?? "",
      });
      grant.addOIDCScope(String(client?.scope ?? ""));
      await grant.save();
      return grant;
    },
    findAccount: (_koa, accountId) => ({
      accountId,
      claims: () => ({
        sub: accountId,
        ...Object.fromEntries(Object.values(attributen).map(({ claim }) => [claim, "x"])),
      }),
    }),
  });
  provider.proxy = true;
  const answer = provider.callback();
  const { host, protocol } = new URL(w.issuer);
  const server = createServer((req, res) => {
    const url = req.url ?? "/";
    if (url.startsWith("/wie/")) {
      const login = { accountId: w.pupil.accountUuid, amr: ["pwd"] };
      return void provider.interactionFinished(req, res, { login });
    }
    req.headers.host = host;
    req.headers["x-forwarded-proto"] = protocol.slice(0, -1);
    Object.assign(req, { originalUrl: url });
    req.url = url.slice("/op".length);
    return void answer(req, res);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    async signIn(path) {
      const jar = new Map<string, string>();
      let at = path;
      for (let hop = 0; hop < 5; hop += 1) {
        const { headers } = await send(origin, at, {
          headers: { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join("; ") },
        });
        for (const line of [headers["set-cookie"] ?? []].flat()) {
          const [pair = ""] = line.split(";");
          jar.set(pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1));
        }
        const to = new URL(String(headers["location"]), w.origin);
        if (to.searchParams.has("code"))
          return ["_session", "_session.sig"].map((name) => `${name}=${jar.get(name)}`).join("; ");
        at = `${to.pathname}${to.search}`;
      }
      throw new Error(`the oracle signed nobody in: ${at}`);
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await ring.close();
    },
  };
}

function metadataOf({ clientId, soort, geheim, metadata }: ClientRecord): ClientMetadata {
  return {
    ...metadata,
    client_id: clientId,
    ...(geheim !== undefined && { client_secret: geheim }),
    ...(soort === "web"
      ? { grant_types: ["authorization_code"], response_types: ["code"] }
      : { grant_types: ["client_credentials"], response_types: [], redirect_uris: [] }),
    ...("backchannel_logout_uri" in metadata && { backchannel_logout_session_required: true }),
  };
}

/** Keeps everything for as long as the test runs. */
function inMemory(): (name: string) => Adapter {
  const kept = new Map<string, AdapterPayload>();
  return (name) => {
    const key = (id: string) => `${name}:${id}`;
    return {
      upsert: async (id, payload) => void kept.set(key(id), payload),
      find: async (id) => kept.get(key(id)),
      findByUid: async (uid) =>
        [...kept].find(([at, payload]) => at.startsWith(`${name}:`) && payload.uid === uid)?.[1],
      findByUserCode: async () => undefined,
      consume: async (id) => void Object.assign(kept.get(key(id)) ?? {}, { consumed: 1 }),
      destroy: async (id) => void kept.delete(key(id)),
      revokeByGrantId: async (grantId) => {
        for (const [at, payload] of kept) if (payload.grantId === grantId) kept.delete(at);
      },
    };
  };
}

/** What an answer to an authorization request comes to, whoever gave it. */
export type Outcome =
  | { readonly kind: "asks who it is" }
  | { readonly kind: "refuses, and nothing goes back" }
  | {
      readonly kind: "answers the application";
      readonly mode: string;
      /** Its address with all that came back but texts, in the order of the alphabet; a code by its presence. */
      readonly target: string;
      readonly params: Readonly<Record<string, string>>;
    };

export function outcomeOf({ status, headers, text }: Raw): Outcome | string {
  const location = headers["location"] === undefined ? undefined : String(headers["location"]);
  if (status === 303 && location !== undefined && /^\/wie\/|\/wie\//.test(location))
    return { kind: "asks who it is" };
  if (status === 200 && /name="wachtwoord"/.test(text)) return { kind: "asks who it is" };
  if (status === 303 && location !== undefined) {
    const [target = "", more = ""] = location.split(/[?#](.*)/s);
    return answer(location.includes("#") ? "fragment" : "query", target, new URLSearchParams(more));
  }
  const action = /<form[^>]*action="([^"]*)"/.exec(text)?.[1];
  if (action?.startsWith("https://")) {
    const fields = [...text.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)].map(
      ([, name = "", value = ""]): [string, string] => [plain(name), plain(value)],
    );
    return answer("form_post", plain(action), new URLSearchParams(fields));
  }
  if (status >= 400 && status < 500) return { kind: "refuses, and nothing goes back" };
  return `${status} ${location} ${text.slice(0, 200)}`;
}

function answer(mode: string, target: string, params: URLSearchParams): Outcome {
  params.delete("error_description");
  if (params.has("code")) params.set("code", "a code");
  return {
    kind: "answers the application",
    ...{ mode, target, params: Object.fromEntries([...params].toSorted(([a], [b]) => (a < b ? -1 : 1))) },
  };
}

const plain = (text: string): string =>
  text
    .replaceAll("&quot;", '"')
    .replaceAll(/&#0?39;/g, "'")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");
