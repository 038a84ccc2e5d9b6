import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { decodeProtectedHeader } from "jose";
import { authUrl, basic, call, challenge, userinfo, verifier, type Params } from "./flow.ts";
import { whole } from "#testing/runs";
import { discover, makeParty, resultsOf, written, type Module, type Party } from "./foundation.ts";
import { browser, redirectUri, typePassword, vraagUri, world, type World } from "./world.ts";

// The plans Basic, Form Post and Config of the OpenID Foundation, module by module, by a client that sends PKCE and by one that was freed of it.

let w: World;
before(async () => {
  w = await world();
});
after(() => w.close());

const fine = (run: (party: Party) => Promise<unknown>): Module => ({
  result: "voldoet",
  run: async (party) => void (await run(party)),
});
const goesWell = (changes: Params) => fine((party) => party.flow(changes));

/** The suite skips what discovery does not offer; asked for all the same, it is refused. */
const skipped = (run: (party: Party) => Promise<void>): Module => ({ result: "overgeslagen", run });
const differs = (run: (party: Party) => Promise<void>): Module => ({ result: "wijkt af", run });

const scopeNotOffered = (scopes: readonly string[]) =>
  skipped(async (party) => {
    const offered = (await discover(w))["scopes_supported"] as string[];
    assert.deepEqual(
      scopes.filter((scope) => offered.includes(scope)),
      [],
    );
    const { answer } = await party.ask({ scope: ["openid", ...scopes].join(" ") });
    assert.equal(party.back(answer).get("error"), "invalid_scope");
  });

const object = (claims: object) =>
  `${Buffer.from('{"alg":"none"}').toString("base64url")}.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.`;

const showsPage = async (party: Party, changes: Params) => {
  const { page } = await party.ask(changes);
  assert.equal(page.status, 400);
  assert.equal(page.location, undefined);
  assert.match(page.text, /lang="nl-BE"/);
};

const basicModules: Readonly<Record<string, Module>> = {
  "oidcc-server": goesWell({}),
  "oidcc-response-type-missing": fine(async (party) => {
    const { answer } = await party.ask({ response_type: undefined });
    assert.equal(party.back(answer).get("error"), "invalid_request");
  }),
  "oidcc-idtoken-signature": fine(async (party) => {
    const { idToken } = await party.flow();
    const { alg, kid } = decodeProtectedHeader(idToken);
    const { keys } = (await (await fetch(`${w.issuer}/v1/keys`)).json()) as { keys: { kid: string }[] };
    assert.deepEqual([alg, keys.some((key) => key.kid === kid)], ["RS256", true]);
  }),
  "oidcc-idtoken-unsigned": skipped(async () => {
    const algs = (await discover(w))["id_token_signing_alg_values_supported"] as string[];
    assert.equal(algs.includes("none"), false);
  }),
  "oidcc-userinfo-get": goesWell({}),
  "oidcc-userinfo-post-header": fine(async (party) => {
    const { tokens, claims } = await party.flow();
    const headers = { authorization: `Bearer ${String(tokens.body["access_token"])}` };
    assert.equal((await call(w, "/v1/userinfo", {}, headers)).body["sub"], claims.sub);
  }),
  "oidcc-userinfo-post-body": fine(async (party) => {
    const { tokens, claims } = await party.flow();
    const form = { access_token: String(tokens.body["access_token"]) };
    assert.equal((await call(w, "/v1/userinfo", form)).body["sub"], claims.sub);
  }),
  "oidcc-ensure-request-without-nonce-succeeds-for-code-flow": goesWell({ nonce: undefined }),
  "oidcc-scope-profile": differs(async (party) => {
    const { info } = await party.flow({ scope: "openid profile" });
    assert.deepEqual(Object.keys(info).toSorted(), [
      "family_name",
      "given_name",
      "preferred_username",
      "sub",
    ]);
  }),
  "oidcc-scope-email": scopeNotOffered(["email"]),
  "oidcc-scope-address": scopeNotOffered(["address"]),
  "oidcc-scope-phone": scopeNotOffered(["phone"]),
  "oidcc-scope-all": scopeNotOffered(["email", "address", "phone"]),
  "oidcc-alternate-happy-flow": goesWell({ scope: "leerid profile openid", login_hint: "noor.vermeulen" }),
  "oidcc-display-page": goesWell({ display: "page" }),
  "oidcc-display-popup": goesWell({ display: "popup" }),
  "oidcc-prompt-login": fine(async (party) => {
    const first = await party.flow();
    w.clock.advance(2000);
    const again = await party.flow({ prompt: "login" }, first);
    assert.equal(again.asked, true);
    assert.equal(again.claims.sub, first.claims.sub);
    assert.ok(Number(again.claims["auth_time"]) > Number(first.claims["auth_time"]));
  }),
  "oidcc-prompt-none-not-logged-in": fine(async (party) => {
    const { answer } = await party.ask({ prompt: "none" });
    assert.equal(party.back(answer).get("error"), "login_required");
  }),
  "oidcc-prompt-none-logged-in": fine(async (party) => {
    const first = await party.flow();
    const again = await party.flow({ prompt: "none" }, first);
    assert.equal(again.asked, false);
    for (const name of ["sub", "auth_time"]) assert.equal(again.claims[name], first.claims[name], name);
  }),
  "oidcc-max-age-1": fine(async (party) => {
    const first = await party.flow();
    w.clock.advance(2500);
    const again = await party.flow({ max_age: "1" }, first);
    assert.equal(again.asked, true);
    assert.ok(Number(again.claims["auth_time"]) > Number(first.claims["auth_time"]));
  }),
  "oidcc-max-age-10000": fine(async (party) => {
    const first = await party.flow();
    w.clock.advance(2500);
    const again = await party.flow({ max_age: "10000" }, first);
    assert.equal(again.asked, false);
    assert.equal(again.claims["auth_time"], first.claims["auth_time"]);
  }),
  "oidcc-ensure-request-with-unknown-parameter-succeeds": goesWell({ extra: "foobar" }),
  "oidcc-id-token-hint": fine(async (party) => {
    const first = await party.flow();
    const again = await party.flow({ prompt: "none", id_token_hint: first.idToken }, first);
    assert.deepEqual([again.asked, again.claims.sub], [false, first.claims.sub]);
  }),
  "oidcc-login-hint": fine(async (party) => {
    const { page } = await party.flow({ login_hint: "buffy@example.com" });
    assert.match(page.text, /value="buffy@example\.com"/);
  }),
  "oidcc-ui-locales": goesWell({ ui_locales: "se" }),
  "oidcc-claims-locales": goesWell({ claims_locales: "se" }),
  "oidcc-ensure-request-with-acr-values-succeeds": fine(async (party) => {
    const { claims } = await party.flow({ acr_values: "1 2" });
    assert.equal(claims["acr"], "urn:leerid:acr:wachtwoord", "what it was, not what was asked");
  }),
  "oidcc-codereuse": fine(async (party) => {
    const { code } = await party.flow();
    assert.equal((await party.redeem(code)).body["error"], "invalid_grant");
  }),
  "oidcc-codereuse-30seconds": fine(async (party) => {
    const { code, tokens } = await party.flow();
    w.clock.advance(30_500);
    assert.equal((await party.redeem(code)).body["error"], "invalid_grant");
    assert.equal((await userinfo(w, tokens.body["access_token"])).status, 401, "its token ended");
  }),
  "oidcc-ensure-registered-redirect-uri": fine((party) =>
    showsPage(party, { redirect_uri: `${redirectUri}/1234567890` }),
  ),
  "oidcc-ensure-post-request-succeeds": fine(async (party) => {
    const visitor = browser();
    const first = await visitor.post(
      `${w.issuer}/v1/auth`,
      Object.fromEntries(new URL(party.url()).searchParams),
    );
    const answer = await typePassword(visitor, await visitor.get(first.location ?? ""), w.pupil);
    assert.equal((await party.redeem(party.back(answer).get("code") ?? "")).status, 200);
  }),
  "oidcc-server-client-secret-post": fine((party) => party.flow({}, { secret: "post" })),
  "oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported": skipped(async (party) => {
    assert.notEqual((await discover(w))["request_parameter_supported"], true);
    const { answer } = await party.ask({ request: object({ state: "anders" }) });
    const back = party.back(answer);
    assert.deepEqual([back.get("error"), back.get("state")], ["request_not_supported", "toestand"]);
  }),
  "oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported": skipped(async (party) => {
    assert.notEqual((await discover(w))["request_uri_parameter_supported"], true);
    const { answer } = await party.ask({ request_uri: "https://stichting.example/vraag" });
    assert.equal(party.back(answer).get("error"), "request_uri_not_supported");
  }),
  "oidcc-ensure-request-object-with-redirect-uri": skipped((party) =>
    showsPage(party, {
      redirect_uri: `${redirectUri}/anders`,
      request: object({ redirect_uri: redirectUri }),
    }),
  ),
  "oidcc-claims-essential": differs(async (party) => {
    assert.equal((await discover(w))["claims_parameter_supported"], false);
    const { info } = await party.flow({ claims: '{"userinfo":{"name":{"essential":true}}}' });
    assert.equal("name" in info, false);
  }),
  "oidcc-refresh-token": differs(async (party) => {
    const { tokens } = await party.flow({ prompt: "consent" });
    assert.equal("refresh_token" in tokens.body, false);
    const form = { grant_type: "refresh_token", refresh_token: "x" };
    const { status } = await call(w, "/v1/token", form, basic(party.clientId));
    assert.equal(status, 400);
    const { answer } = await party.ask({ scope: "openid offline_access" });
    assert.equal(party.back(answer).get("error"), "invalid_scope");
  }),
  "oidcc-ensure-request-with-valid-pkce-succeeds": fine(async (party) => {
    const { answer } = await party.ask({ code_challenge: challenge, code_challenge_method: "S256" });
    const code = party.back(answer).get("code") ?? "";
    assert.equal((await party.redeem(code, { code_verifier: verifier })).status, 200);
  }),
};

/** Of the plan Dynamic, what a registered client can do. */
const redirectModules: Readonly<Record<string, Module>> = {
  "oidcc-redirect-uri-query-OK": fine(async (party) => {
    const { answer } = await party.flow({ redirect_uri: vraagUri });
    const to = answer.location ?? answer.action ?? "";
    assert.equal(new URL(to).searchParams.get("x"), "a b");
  }),
  "oidcc-redirect-uri-query-mismatch": fine((party) =>
    showsPage(party, { redirect_uri: vraagUri.replace("a%20b", "anders") }),
  ),
  "oidcc-redirect-uri-query-added": fine((party) => showsPage(party, { redirect_uri: `${redirectUri}?x=y` })),
  "oidcc-ensure-redirect-uri-in-authorization-request": fine((party) =>
    showsPage(party, { redirect_uri: undefined }),
  ),
};

const configModules: Readonly<Record<string, Module>> = {
  "oidcc-discovery-endpoint-verification": fine(async () => {
    const found = await discover(w);
    assert.equal(found["issuer"], w.issuer);
    for (const name of ["authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"])
      assert.ok(String(found[name]).startsWith(`${w.issuer}/`), name);
    for (const [name, value] of [
      ["response_types_supported", "code"],
      ["subject_types_supported", "public"],
      ["id_token_signing_alg_values_supported", "RS256"],
      ["scopes_supported", "openid"],
      ["claims_supported", "sub"],
      ["grant_types_supported", "authorization_code"],
      ["token_endpoint_auth_methods_supported", "client_secret_basic"],
      ["code_challenge_methods_supported", "S256"],
    ] as const)
      assert.ok((found[name] as string[]).includes(value), name);
    const { keys } = (await (await fetch(String(found["jwks_uri"]))).json()) as {
      keys: Record<string, string>[];
    };
    assert.ok(keys.length > 0);
    for (const { kid, use, kty, d } of keys)
      assert.deepEqual([typeof kid, use, typeof kty, d], ["string", "sig", "string", undefined]);
  }),
};

const clients = [
  { clientId: "stichting", pkce: true },
  { clientId: "stichting-vrij", pkce: false },
] as const;
for (const [plan, mode] of [
  ["Basic", "query"],
  ["Form Post", "form_post"],
] as const)
  for (const client of clients.filter(({ pkce }) => whole || pkce === (mode === "form_post")))
    describe(`${plan}, ${client.pkce ? "with" : "without"} PKCE`, () => {
      for (const [module, { run }] of Object.entries({ ...basicModules, ...redirectModules }))
        test(module, () => run(makeParty(w, { ...client, mode })));
    });

describe("Config", () => {
  for (const [module, { run }] of Object.entries(configModules))
    test(module, () => run(makeParty(w, { ...clients[0], mode: "query" })));
});

test("what a plan comes to is what docs/conformiteit.md says of it", () => {
  assert.deepEqual(written("Basic en Form Post"), resultsOf({ ...basicModules, ...redirectModules }));
  assert.deepEqual(written("Config"), resultsOf(configModules));
});

describe("a client that was freed of PKCE (RFC 9700 2.1.1)", () => {
  const free = () => makeParty(w, { ...clients[1], mode: "query" });

  test("is held to it when it sends a challenge", async () => {
    const party = free();
    const { answer } = await party.ask({ code_challenge: challenge, code_challenge_method: "S256" });
    const code = party.back(answer).get("code") ?? "";
    for (const wrong of [undefined, "w".repeat(43)])
      assert.equal((await party.redeem(code, { code_verifier: wrong })).body["error"], "invalid_grant");
    assert.equal((await party.redeem(code, { code_verifier: verifier })).status, 200);
  });

  test("a verifier without a challenge: somebody took it out of the request", async () => {
    const party = free();
    const code = party.back((await party.ask()).answer).get("code") ?? "";
    assert.equal((await party.redeem(code, { code_verifier: verifier })).body["error"], "invalid_grant");
    assert.equal((await party.redeem(code)).status, 200);
  });

  test("and nobody else is free of it", async () => {
    const url = authUrl(w, {
      client_id: "stichting",
      code_challenge: undefined,
      code_challenge_method: undefined,
    });
    const { location } = await browser().get(url);
    assert.equal(new URL(location ?? "").searchParams.get("error"), "invalid_request");
  });
});
