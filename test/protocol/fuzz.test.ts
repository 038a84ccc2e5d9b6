import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import * as fc from "fast-check";
import { runsOf } from "#testing/runs";
import { authUrl, basic, call, codeOf, redeem, signIn, verifier } from "./flow.ts";
import { browser, redirectUri, world, type World } from "./world.ts";

let w: World;
before(async () => {
  w = await world();
});
after(() => w.close());

const nasty = fc.oneof(
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.string({ maxLength: 60 }),
  fc.constantFrom(
    "",
    " ",
    "\0",
    "%00",
    "__proto__",
    "constructor",
    "[object Object]",
    "' or 1=1 --",
    "<script>alert(1)</script>",
    "openid",
    "openid openid",
    "none",
    "login",
    "S256",
    "code",
    "query",
    "form_post",
    "jwt",
    "a.b.c",
    "e30.e30.e30",
    "-1",
    "9".repeat(30),
    "{}",
    "[]",
    "https://bingel.example/terug",
    "javascript:alert(1)",
    "x".repeat(4000),
    "é".repeat(500),
    "\ud800",
  ),
);
const names = [
  "client_id",
  "redirect_uri",
  "response_type",
  "scope",
  "state",
  "nonce",
  "code_challenge",
  "code_challenge_method",
  "prompt",
  "max_age",
  "login_hint",
  "id_token_hint",
  "acr_values",
  "claims",
  "resource",
  "response_mode",
  "request",
  "request_uri",
  "ui_locales",
  "registration",
  "dpop_jkt",
  "authorization_details",
  "web_message_uri",
  "__proto__",
  "constructor",
];
const changes = fc.dictionary(fc.constantFrom(...names), nasty, { maxKeys: 5, noNullPrototype: true });

test("whatever comes at the authorization endpoint: never a 5xx, never a code, never a redirect elsewhere", async () => {
  const { visitor } = await signIn(w);
  await fc.assert(
    fc.asyncProperty(changes, fc.boolean(), async (change, known) => {
      const answer = await (known ? visitor : browser()).get(authUrl(w, change));
      assert.ok(answer.status < 500, `${answer.status}`);
      if (answer.location) assert.ok(answer.location.startsWith(redirectUri), answer.location);
      if (!known) assert.doesNotMatch(answer.location ?? "", /[?&#]code=/);
    }),
    { ...runsOf(400), examples: [[{ client_id: "\0" }, true]] },
  );
});

test("whatever comes at the token endpoint: never a 5xx, never a token", async () => {
  const tokenNames = [
    "grant_type",
    "code",
    "redirect_uri",
    "code_verifier",
    "client_id",
    "client_secret",
    "client_assertion",
    "client_assertion_type",
    "scope",
    "resource",
    "__proto__",
  ];
  await fc.assert(
    fc.asyncProperty(
      fc.dictionary(fc.constantFrom(...tokenNames), nasty, { maxKeys: 4, noNullPrototype: true }),
      fc.option(nasty, { nil: undefined }),
      async (change, header) => {
        const form = {
          grant_type: "authorization_code",
          code: "x",
          redirect_uri: redirectUri,
          code_verifier: verifier,
          ...change,
        };
        const headers =
          header === undefined
            ? basic("bingel")
            : { authorization: `Basic ${Buffer.from(header).toString("base64")}` };
        const { status, body } = await call(w, "/v1/token", form, headers);
        assert.ok(status >= 400 && status < 500, `${status}`);
        assert.equal(body["access_token"], undefined);
        assert.equal(typeof body["error"], "string");
      },
    ),
    runsOf(300),
  );
});

test("whatever is typed in the form: the form again or a page, never a 5xx", async () => {
  const visitor = browser();
  const page = await visitor.get(authUrl(w));
  await fc.assert(
    fc.asyncProperty(
      fc.dictionary(fc.constantFrom("gebruikersnaam", "wachtwoord", "x"), nasty, { noNullPrototype: true }),
      async (form) => {
        const answer = await visitor.post(page.action ?? "", form);
        assert.ok([413, 422, 429].includes(answer.status), String(answer.status));
        assert.doesNotMatch(answer.text, /<script>alert/);
      },
    ),
    runsOf(60),
  );
});

test("whatever comes at the other endpoints: never a 5xx", async () => {
  const visitor = browser();
  const page = await visitor.get(authUrl(w));
  const uid = new URL(page.action ?? "").pathname.split("/").at(-1) ?? "";
  const { body } = await redeem(w, codeOf((await signIn(w)).answer));
  await fc.assert(
    fc.asyncProperty(nasty, nasty, async (one, two) => {
      const encoded = encodeURIComponent(one.toWellFormed());
      const answers = await Promise.all([
        call(w, "/v1/introspect", { token: one, token_type_hint: two }, basic("bingel")),
        call(w, "/v1/revoke", { token: one, token_type_hint: two }, basic("bingel")),
        call(w, "/v1/userinfo", { access_token: one }),
        browser().get(`${w.issuer}/v1/logout?id_token_hint=${encoded}&client_id=${encoded}`),
        browser().get(`${w.issuer}/v1/logout?post_logout_redirect_uri=${encoded}&state=${encoded}`),
        browser().post(`${w.issuer}/v1/logout/confirm`, { afmelding: one, logout: two }),
        browser().get(`${w.issuer}/v1/aanmelden/${encoded}`),
        visitor.get(`${page.action}${encoded}`),
        visitor.get(`${w.issuer}/v1/aanmelden/${uid}?vraag=${encoded}`),
        visitor.post(`${w.issuer}/v1/aanmelden/${uid}/wachtwoord?vraag=${encoded}`, { wachtwoord: one }),
        visitor.get(`${w.issuer}/v1/aanmelden/${uid}/medewerker?state=${encoded}&code=${encoded}`),
        browser().get(`${w.issuer}/${encoded}`),
      ]);
      for (const [index, { status }] of answers.entries()) assert.ok(status < 500, `${index}: ${status}`);
    }),
    runsOf(120),
  );
  const info = await call(w, "/v1/userinfo", { access_token: String(body["access_token"]) });
  assert.equal(info.status, 200);
});

test("a body that never ends, or is no form, is refused and not kept", async () => {
  for (const [path, type] of [
    ["/v1/token", "application/x-www-form-urlencoded"],
    ["/v1/auth", "application/x-www-form-urlencoded"],
    ["/v1/logout", "multipart/form-data"],
    ["/v1/aanmelden/aaaaaaaaaaaaaaaaaaaaa", "application/json"],
  ] as const) {
    const response = await fetch(`${w.issuer}${path}`, {
      method: "POST",
      headers: { "content-type": type },
      body: "a=".padEnd(300_000, "x"),
    });
    await response.text();
    assert.ok(response.status >= 400 && response.status < 500, `${path}: ${response.status}`);
  }
});
