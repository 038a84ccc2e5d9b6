import type { IncomingMessage, ServerResponse } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { exportJWK, generateKeyPair } from "jose";
import { Provider, type Configuration, type KoaContextWithOIDC } from "oidc-provider";
import { securityHeaders, staticAssets } from "#platform/html";
import { Hono, type Context } from "hono";
import { errorSheet, personenSheet } from "./pages.ts";
import { demoAcr, type Persona } from "./personas.ts";
import { memory } from "./store.ts";

export type UpstreamOptions = {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly redirectUri: string;
  readonly personas: readonly Persona[];
  readonly now: () => number;
  /** Puts all claims in the ID token; else they are at userinfo, as OpenID has it. */
  readonly alsInIdToken?: boolean;
};

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * The demo's key for adults: an OpenID provider in the place of ACM/IDM, where anybody signs in as an invented persona, without
 * a password. It remembers who signed in, like a real one.
 */
export async function createUpstream(options: UpstreamOptions): Promise<Listener> {
  const { personas } = options;
  const { privateKey } = await generateKeyPair("RS256", { extractable: true });
  const provider = new Provider(options.issuer, {
    ...configuration(options),
    jwks: { keys: [{ ...(await exportJWK(privateKey)), kid: "demo-1", alg: "RS256", use: "sig" }] },
  });
  provider.on("server_error", (_ctx, error) => {
    console.error(`Demosleutel voor medewerkers: ${error.name}`);
  });

  const app = new Hono<{ Bindings: { incoming: IncomingMessage; outgoing: ServerResponse } }>();
  // The form ends at an application that only ACM knows, and browsers hold every redirect after a form to form-action.
  app.use(securityHeaders({ formAction: "anywhere" }));
  app.route("/", staticAssets());
  // A second click, the button Back: whoever asked knows who is signed in by now.
  const goBack = (http: Context) => {
    const state = http.req.query("state");
    if (state === undefined) return http.html(errorSheet(), 400);
    const answer = new URLSearchParams({ error: "access_denied", state, iss: options.issuer });
    return http.redirect(`${options.redirectUri}?${answer}`, 303);
  };
  app.get("/kies/:uid", async (http) => {
    const { incoming, outgoing } = http.env;
    const vraag = await provider.interactionDetails(incoming, outgoing).catch(() => undefined);
    if (vraag?.uid !== http.req.param("uid")) return goBack(http);
    return http.html(personenSheet({ actie: addressOf(vraag), personas }));
  });
  app.post("/kies/:uid", async (http) => {
    const { incoming, outgoing } = http.env;
    const vraag = await provider.interactionDetails(incoming, outgoing).catch(() => undefined);
    if (vraag?.uid !== http.req.param("uid")) return goBack(http);
    const form = await http.req.parseBody();
    const login = typeof form["login"] === "string" ? form["login"].trim().toLowerCase() : "";
    const persona = personas.find((one) => one.login === login);
    if (!persona)
      return http.html(personenSheet({ actie: addressOf(vraag), personas, onbekend: login }), 422);
    // Somebody else was signed in here: not any more. The library would ask to sign out first, and that takes script.
    const { session } = vraag;
    if (session && session.accountId !== persona.login) {
      await (await provider.Session.find(session.cookie))?.destroy();
      delete vraag.session;
      await vraag.save(3600);
    }
    const verder = await provider.interactionResult(incoming, outgoing, {
      login: { accountId: persona.login, remember: true, acr: persona.acr ?? demoAcr, amr: ["mfa"] },
    });
    return http.redirect(verder, 303);
  });
  const pages = getRequestListener(app.fetch);
  const openid = provider.callback();
  return (request, response) => {
    if (/^\/(kies|static)\b/.test(request.url ?? "")) void pages(request, response);
    else void openid(request, response);
  };
}

/** The question of who somebody is. It names the question of the application, which outlives it. */
const addressOf = ({ uid, params }: { readonly uid: string; readonly params: Record<string, unknown> }) =>
  `/kies/${uid}?${new URLSearchParams({ state: String(params["state"]) })}`;

function configuration(options: UpstreamOptions): Configuration {
  const { personas } = options;
  const html = (ctx: KoaContextWithOIDC, blad: string) => {
    ctx.type = "html";
    ctx.body = blad;
  };
  return {
    adapter: memory(options.now),
    clients: [
      {
        client_id: options.clientId,
        client_secret: options.clientSecret,
        redirect_uris: [options.redirectUri],
        response_types: ["code"],
        grant_types: ["authorization_code"],
        scope: "openid profile vo",
      },
    ],
    scopes: ["openid", "profile", "vo"],
    claims: {
      openid: ["sub"],
      profile: ["family_name", "given_name"],
      vo: ["vo_id", "vo_doelgroepcode", "vo_orgcode", "leerid_rol_3d"],
      acr: null,
      amr: null,
      auth_time: null,
      iss: null,
      sid: null,
    },
    conformIdTokenClaims: options.alsInIdToken !== true,
    acrValues: [...new Set([demoAcr, ...personas.flatMap(({ acr }) => acr ?? [])])],
    pkce: { required: () => true },
    cookies: {
      names: { session: "demosleutel", interaction: "demosleutel-vraag", resume: "demosleutel-verder" },
    },
    ttl: { Session: 8 * 3600, Interaction: 3600, Grant: 8 * 3600, AccessToken: 600, IdToken: 600 },
    interactions: { url: (_ctx, interaction) => addressOf(interaction) },
    findAccount: (_ctx, login) => {
      const persona = personas.find((one) => one.login === login);
      return (
        persona && {
          accountId: login,
          claims: () => ({
            sub: login,
            family_name: persona.naam,
            given_name: persona.voornaam,
            ...persona.claims,
          }),
        }
      );
    },
    // Nobody is asked for consent: an employer's account.
    async loadExistingGrant(ctx) {
      const { client, account, provider } = ctx.oidc;
      const grant = new provider.Grant({
        clientId: client?.clientId ?? "",
        accountId: account?.accountId ?? "",
      });
      grant.addOIDCScope("openid profile vo");
      await grant.save();
      return grant;
    },
    renderError: (ctx) => html(ctx, errorSheet()),
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: { enabled: false }, // who comes back after a sign-out at LeerID is asked to choose again
    },
  };
}
