import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair } from "jose";
import { Provider, type KoaContextWithOIDC } from "oidc-provider";
import type { Target } from "#bench/client/sign-in";
import { answerCalls } from "#bench/processes";
import { openDatabase, type Sql } from "#platform/database";
import { plainAdapter, structure } from "./plain-adapter.ts";
import { makeUsage, type Usage } from "./usage.ts";

const counter = makeUsage();
let sql: Sql | undefined;

/**
 * The anchor of sign-in and hop: a plain oidc-provider as its documentation sets it up. An interaction of its own with the usual steps
 * (authorization, redirect, form, answer, resume), first-party clients that are granted without asking, no password
 * check, no decision, no log.
 */
const calls = {
  async start(args: {
    readonly url: string;
    readonly clients: Target["clients"];
    readonly count: boolean;
  }): Promise<Target> {
    sql = openDatabase({
      url: await counter.through(args.url, args.count),
      role: "eigenaar",
    });
    await sql.unsafe(structure).catch(() => {}); // there already
    const server = createServer({ keepAliveTimeout: 65_000 });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const provider = await makeProvider(sql, `http://localhost:${port}`, args.clients);
    const callback = provider.callback();
    server.on("request", (request, response) => {
      if (request.url?.startsWith("/interaction/")) {
        interaction(provider, request, response).catch((error: unknown) =>
          response.writeHead(500).end(String(error)),
        );
      } else void callback(request, response);
    });
    return {
      port,
      authPath: "/auth",
      tokenPath: "/token",
      scope: "openid",
      fields: { name: "gebruikersnaam", password: "wachtwoord" },
      clients: args.clients,
    };
  },
  usage: (_: undefined): Usage => counter.usage(),
};
export type ProviderCalls = typeof calls;

async function makeProvider(sql: Sql, issuer: string, clients: Target["clients"]): Promise<Provider> {
  const { privateKey } = await generateKeyPair("ES256", { extractable: true });
  return new Provider(issuer, {
    adapter: plainAdapter(sql),
    clients: clients.map(({ id, secret, redirectUri }) => ({
      client_id: id,
      client_secret: secret,
      redirect_uris: [redirectUri],
      grant_types: ["authorization_code"],
      response_types: ["code"],
      id_token_signed_response_alg: "ES256",
    })),
    jwks: { keys: [{ ...(await exportJWK(privateKey)), kid: "anker", alg: "ES256", use: "sig" }] },
    cookies: { keys: ["a secret that signs the cookies of the anchor"] },
    scopes: ["openid"],
    features: { devInteractions: { enabled: false } },
    pkce: { required: () => true },
    interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
    findAccount: (_ctx, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    loadExistingGrant, // the documented way to skip consent
    ttl: {
      AccessToken: 3600,
      AuthorizationCode: 30,
      IdToken: 3600,
      Interaction: 600,
      Session: 28_800,
      Grant: 28_800,
    },
    renderError: (ctx, out, error) => {
      ctx.body = `${JSON.stringify(out)} ${String(error)}`;
    },
  });
}

async function loadExistingGrant(ctx: KoaContextWithOIDC) {
  const { client, session, provider, account } = ctx.oidc;
  if (!client || !account) return undefined;
  const grantId = session?.grantIdFor(client.clientId);
  if (typeof grantId === "string") return provider.Grant.find(grantId);
  const grant = new provider.Grant({ clientId: client.clientId, accountId: account.accountId });
  grant.addOIDCScope("openid");
  await grant.save();
  return grant;
}

async function interaction(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method === "GET") {
    const { uid } = await provider.interactionDetails(request, response);
    response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(
      `<!doctype html><title>Sign in</title><form method="post" action="/interaction/${uid}">
        <input name="gebruikersnaam"><input name="wachtwoord" type="password"><button>Sign in</button></form>`,
    );
    return;
  }
  let body = "";
  for await (const part of request) body += String(part);
  const accountId = new URLSearchParams(body).get("gebruikersnaam") ?? "";
  await provider.interactionFinished(
    request,
    response,
    { login: { accountId } },
    { mergeWithLastSubmission: false },
  );
}

answerCalls(calls, async () => sql?.end({ timeout: 2 }));
