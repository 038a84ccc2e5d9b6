import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRemoteJWKSet, jwtVerify, type JWTPayload } from "jose";
import type { Answer, Browser } from "./browser.ts";
import { authUrl, basic, redeem, userinfo, type Params, type TokenAnswer } from "./flow.ts";
import { browser, redirectUri, typePassword, type Pupil, type World } from "./world.ts";

/** What a module of the conformance suite of the OpenID Foundation comes to; docs/conformiteit.md says it of each. */
export type Result = "voldoet" | "overgeslagen" | "wijkt af";

/** One module: what the suite does and looks at, and what we choose when that is not what it hopes for. */
export type Module = { readonly result: Result; readonly run: (party: Party) => Promise<void> };

/** A relying party as the suite is one. */
export type Party = {
  readonly w: World;
  readonly clientId: string;
  readonly pkce: boolean;
  url(changes?: Params): string;
  /** What came back to the redirect address, in the way that this plan asks for. */
  back(answer: Answer): URLSearchParams;
  /** Asks in this browser, and types the password when there is a form. */
  ask(changes?: Params, options?: { readonly visitor?: Browser; readonly pupil?: Pupil }): Promise<Asked>;
  redeem(code: string, changes?: Params, headers?: Record<string, string>): Promise<TokenAnswer>;
  /** The whole way, with everything that the suite looks at in passing. */
  flow(
    changes?: Params,
    options?: { readonly visitor?: Browser; readonly pupil?: Pupil; readonly secret?: "basic" | "post" },
  ): Promise<Flow>;
};

export type Asked = {
  readonly visitor: Browser;
  /** Was somebody asked who he is? */
  readonly asked: boolean;
  readonly page: Answer;
  readonly answer: Answer;
};

export type Flow = Asked & {
  readonly code: string;
  readonly tokens: TokenAnswer;
  readonly idToken: string;
  readonly claims: JWTPayload;
  readonly info: Readonly<Record<string, unknown>>;
};

export function makeParty(
  w: World,
  { clientId, pkce, mode }: { readonly clientId: string; readonly pkce: boolean; readonly mode: string },
): Party {
  const keys = createRemoteJWKSet(new URL(`${w.issuer}/v1/keys`));
  const party: Party = {
    w,
    clientId,
    pkce,
    url: (changes = {}) =>
      authUrl(w, {
        client_id: clientId,
        ...(mode === "form_post" && { response_mode: mode }),
        ...(!pkce && { code_challenge: undefined, code_challenge_method: undefined }),
        ...changes,
      }),
    back(answer) {
      if (mode !== "form_post") {
        assert.equal(answer.status, 303, answer.text.slice(0, 300));
        return new URL(answer.location ?? "").searchParams;
      }
      assert.equal(answer.action?.split("?")[0], redirectUri, answer.text.slice(0, 300));
      assert.match(answer.text, /<form[^>]*method="post"/);
      return new URLSearchParams(answer.fields);
    },
    async ask(changes = {}, { visitor = browser(), pupil = w.pupil } = {}) {
      const page = await visitor.get(party.url(changes));
      const asked = /name="wachtwoord"/.test(page.text);
      return { visitor, asked, page, answer: asked ? await typePassword(visitor, page, pupil) : page };
    },
    redeem: (code, changes = {}, headers = basic(clientId)) =>
      redeem(w, code, { ...(!pkce && { code_verifier: undefined }), ...changes }, headers),
    async flow(changes = {}, { secret: way = "basic", ...options } = {}) {
      const went = await party.ask(changes, options);
      const back = party.back(went.answer);
      assert.equal(back.get("error"), null, `${back}`);
      const { state = "state" in changes ? null : "toestand" } = changes;
      assert.deepEqual([back.get("state"), back.get("iss")], [state, w.issuer]);
      const code = back.get("code") ?? "";
      const shown = { ...(changes["redirect_uri"] && { redirect_uri: changes["redirect_uri"] }) };
      const tokens = await (way === "basic"
        ? party.redeem(code, shown)
        : party.redeem(code, { ...shown, client_id: clientId, client_secret: secretOf(clientId) }, {}));
      assert.equal(tokens.status, 200, JSON.stringify(tokens.body));
      assert.equal(String(tokens.body["token_type"]).toLowerCase(), "bearer");
      assert.match(tokens.headers.get("cache-control") ?? "", /no-store/);
      const idToken = String(tokens.body["id_token"]);
      const { payload } = await jwtVerify(idToken, keys, {
        issuer: w.issuer,
        audience: clientId,
        algorithms: ["RS256"],
        requiredClaims: ["sub", "exp", "iat", "auth_time"],
      });
      const { nonce = "nonce" in changes ? undefined : "eenmalig" } = changes;
      assert.equal(payload["nonce"], nonce);
      const info = await userinfo(w, tokens.body["access_token"]);
      assert.deepEqual([info.status, info.body["sub"]], [200, payload.sub]);
      return { ...went, code, tokens, idToken, claims: payload, info: info.body };
    },
  };
  return party;
}

const secretOf = (clientId: string) =>
  Buffer.from((basic(clientId)["authorization"] ?? "").slice("Basic ".length), "base64")
    .toString()
    .slice(clientId.length + 1);

export async function discover(w: World): Promise<Readonly<Record<string, unknown>>> {
  const response = await fetch(`${w.issuer}/.well-known/openid-configuration`);
  assert.deepEqual(
    [response.status, response.headers.get("content-type")?.split(";")[0]],
    [200, "application/json"],
  );
  return (await response.json()) as Record<string, unknown>;
}

/** What docs/conformiteit.md says of each module of a plan. */
export function written(plan: string): Readonly<Record<string, string>> {
  const page = readFileSync(new URL("../../docs/conformiteit.md", import.meta.url), "utf8");
  const part = page.split(/^## /m).find((one) => one.startsWith(plan)) ?? "";
  return Object.fromEntries(
    [...part.matchAll(/^\| `([\w-]+)` \| ([a-z ]+?) \|/gm)].map(([, module = "", result = ""]) => [
      module,
      result,
    ]),
  );
}

/** The result of each, as the page writes it. */
export const resultsOf = (modules: Readonly<Record<string, Module>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(modules).map(([module, { result }]) => [module, result]));
