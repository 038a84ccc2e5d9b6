import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, describe, test } from "node:test";
import * as oidc from "openid-client";
import {
  basic,
  backOf,
  codeOf,
  authUrl,
  authUrlOf,
  countLog,
  payloadOf,
  redeem,
  redeemOf,
  signIn,
  userinfo,
} from "./flow.ts";
import { browser, redirectUri, secret, typePassword, world, type World } from "./world.ts";

let w: World;
before(async () => {
  w = await world();
});
after(() => w.close());

type Case = {
  readonly client: string;
  readonly auth: oidc.ClientAuth;
  readonly alg: string;
  readonly mode?: string;
};

describe("an unchanged, strict relying party signs a pupil in (Basic OP)", () => {
  const key = () => oidc.PrivateKeyJwt({ key: w.clientKey, kid: "rp-1" });
  const cases: (() => Case)[] = [
    () => ({ client: "bingel", auth: oidc.ClientSecretBasic(secret), alg: "RS256" }),
    () => ({ client: "bingel", auth: oidc.ClientSecretBasic(secret), alg: "RS256", mode: "form_post" }),
    () => ({ client: "bingel-post", auth: oidc.ClientSecretPost(secret), alg: "RS256" }),
    () => ({ client: "bingel-es", auth: oidc.ClientSecretBasic(secret), alg: "ES256" }),
    () => ({ client: "bingel-jwt", auth: key(), alg: "RS256" }),
  ];
  for (const [index, make] of cases.entries()) {
    test(`client ${index + 1}`, async () => {
      const { client, auth, alg, mode } = make();
      const pupil = await w.addPupil(`leerling.nummer${"abcdefgh".charAt(index)}`);
      const rp = await oidc.discovery(
        new URL(w.issuer),
        client,
        { id_token_signed_response_alg: alg },
        auth,
        { execute: [oidc.allowInsecureRequests] },
      );
      const code = oidc.randomPKCECodeVerifier();
      const [state, nonce] = [oidc.randomState(), oidc.randomNonce()];
      const url = oidc.buildAuthorizationUrl(rp, {
        redirect_uri: redirectUri,
        scope: "openid profile leerid",
        code_challenge: await oidc.calculatePKCECodeChallenge(code),
        code_challenge_method: "S256",
        state,
        nonce,
        ...(mode !== undefined && { response_mode: mode }),
      });
      const { answer } = await signIn(w, { url: url.href, pupil });
      let callback = answer.location ?? "";
      if (mode === "form_post") {
        assert.equal(answer.status, 200);
        assert.equal(answer.action, redirectUri);
        assert.match(answer.text, /lang="nl-BE"/);
        assert.match(
          answer.headers.get("content-security-policy") ?? "",
          /form-action 'self' https:\/\/bingel.example/,
        );
        callback = `${redirectUri}?${new URLSearchParams(answer.fields)}`;
      }
      const tokens = await oidc.authorizationCodeGrant(rp, new URL(callback), {
        pkceCodeVerifier: code,
        expectedState: state,
        expectedNonce: nonce,
        idTokenExpected: true,
        maxAge: 60,
      });
      const claims = tokens.claims();
      assert.equal(claims?.sub, pupil.accountUuid);
      assert.equal(claims["given_name"], "Noor");
      assert.deepEqual(claims["instellingsnummer"], ["999001"]);
      assert.deepEqual(claims["amr"], ["pwd"]);
      assert.equal(claims["acr"], "urn:leerid:acr:wachtwoord");
      assert.equal(typeof claims["sid"], "string");
      const info: Record<string, unknown> = await oidc.fetchUserInfo(rp, tokens.access_token, claims.sub);
      for (const [name, value] of Object.entries(info)) assert.deepEqual(claims[name], value, name);
      assert.equal(await countLog(w, pupil), 1);
      assert.equal(await countLog(w, pupil, "userinfo"), 1);
    });
  }
});

test("discovery says what we do, whatever the Host header says (Config OP)", async () => {
  for (const path of ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"]) {
    const { request } = await import("node:http");
    const body = await new Promise<string>((resolve, reject) => {
      const req = request(
        `${w.issuer}${path}`,
        {
          headers: {
            host: "kwaad.example",
            "x-forwarded-host": "kwaad.example",
            "x-forwarded-proto": "https",
            forwarded: "host=kwaad.example",
          },
        },
        (res) => {
          let text = "";
          res.on("data", (part: Buffer) => (text += part.toString()));
          res.on("end", () => resolve(text));
        },
      );
      req.on("error", reject).end();
    });
    assert.doesNotMatch(body, /kwaad/);
    const found = JSON.parse(body) as Record<string, unknown>;
    assert.equal(found["issuer"], w.issuer);
    for (const [name, end] of Object.entries({
      authorization_endpoint: "auth",
      token_endpoint: "token",
      jwks_uri: "keys",
      userinfo_endpoint: "userinfo",
      introspection_endpoint: "introspect",
      revocation_endpoint: "revoke",
      end_session_endpoint: "logout",
    })) {
      assert.equal(found[name], `${w.issuer}/v1/${end}`);
    }
    assert.deepEqual(found["response_types_supported"], ["code"]);
    assert.deepEqual(found["code_challenge_methods_supported"], ["S256"]);
    assert.deepEqual(
      new Set(found["id_token_signing_alg_values_supported"] as string[]),
      new Set(["RS256", "ES256"]),
    );
    assert.deepEqual(found["token_endpoint_auth_methods_supported"], [
      "client_secret_basic",
      "client_secret_post",
      "private_key_jwt",
    ]);
    assert.deepEqual(found["grant_types_supported"], ["authorization_code", "client_credentials"]);
    assert.equal(found["authorization_response_iss_parameter_supported"], true);
    assert.equal(found["backchannel_logout_supported"], true);
    assert.equal(found["claims_parameter_supported"], false);
  }
});

test("keys are published without their private part, the next ones ahead", async () => {
  const { keys } = (await (await fetch(`${w.issuer}/v1/keys`)).json()) as { keys: Record<string, unknown>[] };
  assert.deepEqual(keys.map((key) => key["alg"]).toSorted(), ["ES256", "ES256", "RS256", "RS256"]);
  for (const key of keys)
    for (const secretPart of ["d", "p", "q", "dp", "dq", "qi"]) assert.equal(key[secretPart], undefined);
});

test("once signed in, every other application opens without a form (R32), also when they are opened at once", async () => {
  const pupil = await w.addPupil("milan.janssens");
  const { visitor, answer } = await signIn(w, { pupil });
  assert.equal((await redeem(w, codeOf(answer))).status, 200);
  const names = ["tweede", "derde", "vierde", "loket"];
  const answers = await Promise.all(
    names.map((name) =>
      visitor.get(authUrlOf(w, name, { scope: name === "loket" ? "openid" : "openid profile leerid" })),
    ),
  );
  for (const [index, one] of answers.entries()) {
    assert.equal(backOf(one).get("iss"), w.issuer);
    const tokens = await redeemOf(w, names[index] ?? "", codeOf(one));
    assert.equal(tokens.status, 200, JSON.stringify(tokens.body));
  }
  // The parallel first visits all stay in the session: each will hear of its end.
  const [row] = await w.db.sql<{ clients: Record<string, string> }[]>`
    select clients from acm.sessie where account_uuid = ${pupil.accountUuid}`;
  assert.deepEqual(Object.keys(row?.clients ?? {}).toSorted(), ["bingel", ...names].toSorted());
  assert.equal(await countLog(w, pupil), 5);
});

test("what is released is never more than the agreement; sub is a pseudonym where Account_uuid is not in it", async () => {
  const pupil = await w.addPupil("lotte.claes");
  const { visitor } = await signIn(w, { pupil });
  const { body } = await redeemOf(
    w,
    "tweede",
    codeOf(await visitor.get(authUrlOf(w, "tweede", { scope: "openid profile leerid" }))),
  );
  const claims = payloadOf(body["id_token"]);
  assert.equal(claims["given_name"], "Noor");
  for (const name of [
    "family_name",
    "preferred_username",
    "leer_id_uuid",
    "account_uuid",
    "instellingsnummer",
  ]) {
    assert.equal(claims[name], undefined);
  }
  assert.notEqual(claims["sub"], pupil.accountUuid);
  assert.ok(!JSON.stringify(claims).includes(pupil.accountUuid));
  const info = await userinfo(w, body["access_token"]);
  assert.deepEqual(info.body, { sub: claims["sub"], given_name: "Noor" });
  const [row] = await w.db.sql`
    select attributen, ontvanger, protocol, aanleiding from privacylog.regel where account_uuid = ${pupil.accountUuid} and soort = 'verstrekking'`;
  assert.deepEqual(
    { ...row },
    {
      attributen: ["Voornaam"],
      ontvanger: "tweede",
      protocol: "tweede@1",
      aanleiding: "volgende-toepassing",
    },
  );
});

test("only what was asked by scope is released", async () => {
  const pupil = await w.addPupil("emma.maes");
  const { answer } = await signIn(w, { pupil, url: authUrl(w, { scope: "openid" }) });
  const { body } = await redeem(w, codeOf(answer));
  assert.equal(body["scope"], "openid");
  const claims = payloadOf(body["id_token"]);
  assert.deepEqual(
    Object.keys(claims).toSorted(),
    ["acr", "amr", "at_hash", "aud", "auth_time", "exp", "iat", "iss", "nonce", "sid", "sub"].toSorted(),
  );
});

for (const client of ["bingel", "bingel-es"]) {
  test(`at_hash binds the ID token to its access token (OpenID Connect Core 3.1.3.6): ${client}`, async () => {
    const pupil = await w.addPupil(`at.hash${client === "bingel" ? "rs" : "es"}`);
    const { answer } = await signIn(w, { pupil, url: authUrl(w, { client_id: client }) });
    const { body } = await redeem(w, codeOf(answer), {}, basic(client));
    const digest = createHash("sha256").update(String(body["access_token"])).digest();
    const claims = payloadOf(body["id_token"]);
    assert.equal(claims["at_hash"], digest.subarray(0, digest.length / 2).toString("base64url"));
    assert.equal(claims["iss"], w.issuer);
    assert.equal(claims["aud"], client);
    assert.equal(Number(claims["exp"]) - Number(claims["iat"]), 3600);
  });
}

test("the request may be a POST, also from another site", async () => {
  const visitor = browser();
  const first = await visitor.post(
    `${w.issuer}/v1/auth`,
    Object.fromEntries(new URL(authUrl(w)).searchParams),
  );
  assert.equal(first.status, 303);
  assert.equal(first.location, authUrl(w));
});

test("prompt=none: an answer at once, with a session or without", async () => {
  assert.equal(backOf(await browser().get(authUrl(w, { prompt: "none" }))).get("error"), "login_required");
  const { visitor } = await signIn(w);
  const back = backOf(await visitor.get(authUrl(w, { prompt: "none" })));
  assert.ok(back.get("code"));
  assert.equal(back.get("state"), "toestand");
});

test("prompt=login, max_age and id_token_hint ask for the password again; the session gets another id", async () => {
  const { visitor, answer } = await signIn(w);
  const { body } = await redeem(w, codeOf(answer));
  const before = visitor.cookies.get("/ leerid")?.value;
  const page = await visitor.get(authUrl(w, { prompt: "login" }));
  assert.equal(page.status, 200);
  const again = await typePassword(visitor, page, w.pupil);
  const second = payloadOf((await redeem(w, codeOf(again))).body["id_token"]);
  assert.notEqual(visitor.cookies.get("/ leerid")?.value, before);
  assert.ok(Number(second["auth_time"]) >= Number(payloadOf(body["id_token"])["auth_time"]));
  assert.equal(second["sid"], payloadOf(body["id_token"])["sid"], "it is still the same session");

  assert.equal((await visitor.get(authUrl(w, { max_age: "0" }))).status, 200);
  assert.equal((await visitor.get(authUrl(w, { max_age: "10000" }))).status, 303);

  const hint = String(body["id_token"]);
  assert.ok(backOf(await visitor.get(authUrl(w, { prompt: "none", id_token_hint: hint }))).get("code"));
  const other = await signIn(w, { pupil: await w.addPupil("ander.kind") });
  assert.equal(
    backOf(await other.visitor.get(authUrl(w, { prompt: "none", id_token_hint: hint }))).get("error"),
    "login_required",
  );
});

test("login_hint is filled in, unknown and optional parameters do no harm", async () => {
  const page = await browser().get(
    authUrl(w, {
      login_hint: "noor.vermeulen",
      ui_locales: "fr en",
      acr_values: "1 2",
      display: "page",
      claims: '{"id_token":{"naam":null}}',
      extra: "x",
    }),
  );
  assert.equal(page.status, 200);
  assert.match(page.text, /value="noor.vermeulen"/);
});

test("another pupil at the same computer: the first session ends", async () => {
  const one = await w.addPupil("eerste.kind");
  const two = await w.addPupil("tweede.kind");
  const { visitor } = await signIn(w, { pupil: one });
  const page = await visitor.get(authUrl(w, { prompt: "login" }));
  const back = await typePassword(visitor, page, two);
  assert.equal(payloadOf((await redeem(w, codeOf(back))).body["id_token"])["sub"], two.accountUuid);
  const sessions = await w.db.sql`select 1 from acm.sessie where account_uuid = ${one.accountUuid}`;
  assert.equal(sessions.length, 0);
});

test("tabs, as many as there are: each form leads to its own application", async () => {
  const visitor = browser();
  const pages = [];
  const names = ["bingel", "derde", "vierde", ...Array.from({ length: 12 }, () => "derde")];
  for (const name of names) pages.push(await visitor.get(authUrlOf(w, name)));
  for (const [index, name] of names.entries()) {
    const page = pages[index];
    assert.ok(page);
    const back = await typePassword(visitor, page, w.pupil);
    assert.equal(new URL(back.location ?? "").origin, `https://${name}.example`);
    assert.ok(codeOf(back));
  }
});

test("a first password: an own one has to be chosen, then the sign-in goes on", async () => {
  const pupil = await w.addPupil("nieuw.kind", { first: true, password: "drie korte woorden" });
  const visitor = browser();
  const page = await visitor.get(authUrl(w));
  const choose = await typePassword(visitor, page, pupil, "drie korte woorden");
  assert.equal(choose.status, 200);
  assert.match(choose.action ?? "", /\/wachtwoord\?vraag=/);
  assert.equal(
    (await w.db.sql`select 1 from acm.sessie where account_uuid = ${pupil.accountUuid}`).length,
    0,
  );
  const url = choose.action ?? "";
  const unequal = await visitor.post(url, {
    nieuw_wachtwoord: "zebra kasteel wolk",
    nieuw_wachtwoord_herhaald: "zebra",
  });
  assert.equal(unequal.status, 422);
  const done = await visitor.post(url, {
    nieuw_wachtwoord: "zebra kasteel wolk",
    nieuw_wachtwoord_herhaald: "zebra kasteel wolk",
  });
  assert.equal((await redeem(w, codeOf(done))).status, 200);
  // Once more: signed in he is, and the application took its code.
  const again = await visitor.post(url, {
    nieuw_wachtwoord: "zebra kasteel wolk",
    nieuw_wachtwoord_herhaald: "zebra kasteel wolk",
  });
  const on = await visitor.get(again.location ?? "");
  assert.deepEqual([again.status, on.status, on.location], [303, 303, "https://bingel.example/"]);
  // The proof counted once, and the old password no more.
  const late = await visitor.post(url, {
    nieuw_wachtwoord: "appel bezem kroon",
    nieuw_wachtwoord_herhaald: "appel bezem kroon",
  });
  assert.equal(late.status, 303);
  for (const [tried, status] of [
    ["appel bezem kroon", 422],
    ["zebra kasteel wolk", 303],
  ] as const) {
    const elsewhere = browser();
    const form = await elsewhere.get(authUrl(w));
    assert.equal((await typePassword(elsewhere, form, pupil, tried)).status, status, tried);
  }
  const old = await typePassword(browser(), await browser().get(authUrl(w)), pupil, "drie korte woorden");
  assert.notEqual(old.status, 303);
});

test("a request too large for a cookie still works", async () => {
  const state = "s".repeat(6000);
  const { answer } = await signIn(w, { url: authUrl(w, { state }) });
  assert.equal(backOf(answer).get("state"), state);
});
