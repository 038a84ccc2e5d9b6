import assert from "node:assert/strict";
import { request } from "node:http";
import { after, before, describe, test } from "node:test";
import { authUrl, authUrlOf, backOf, codeOf, endEnrolment, redeem, signIn } from "./flow.ts";
import { browser, redirectUri, typePassword, world, type World } from "./world.ts";

let w: World;
before(async () => {
  w = await world();
});
after(() => w.close());

describe("what may not go back to the application is a page", () => {
  const cases: Record<string, Record<string, string | undefined>> = {
    "an unknown client": { client_id: "onbekend" },
    "no client": { client_id: undefined },
    "no redirect_uri": { redirect_uri: undefined },
    "another path": { redirect_uri: `${redirectUri}/` },
    "another host": { redirect_uri: "https://bingel.example.kwaad.example/terug" },
    "a query more": { redirect_uri: `${redirectUri}?a=b` },
    "a fragment": { redirect_uri: `${redirectUri}#x` },
    "a user in front": { redirect_uri: "https://bingel.example@kwaad.example/terug" },
    "other case": { redirect_uri: "https://bingel.example/Terug" },
    "a step back": { redirect_uri: "https://bingel.example/x/../terug" },
    "of another application": { redirect_uri: "https://tweede.example/terug" },
    "no address": { redirect_uri: "javascript:alert(1)" },
    "a machine": { client_id: "machine" },
  };
  for (const [name, changes] of Object.entries(cases)) {
    test(name, async () => {
      for (const more of [
        {},
        { scope: "openid kwaad" },
        { response_type: "token" },
        { code_challenge: undefined },
        { prompt: "none" },
      ]) {
        const answer = await browser().get(authUrl(w, { ...more, ...changes }));
        assert.ok(answer.status === 400 || answer.status === 401, String(answer.status));
        assert.equal(answer.location, undefined);
        assert.match(answer.text, /<html lang="nl-BE"/);
        assert.doesNotMatch(answer.text, /oidc-provider|at \w+ \(/);
        assert.equal(answer.headers.getSetCookie().length, 0);
      }
    });
  }
});

describe("a bad request goes back as an error, before anybody signs in", () => {
  const cases: [string, Record<string, string | undefined>, string][] = [
    ["no PKCE", { code_challenge: undefined, code_challenge_method: undefined }, "invalid_request"],
    ["PKCE plain", { code_challenge_method: "plain" }, "invalid_request"],
    ["PKCE without method", { code_challenge_method: undefined }, "invalid_request"],
    ["PKCE too short", { code_challenge: "kort" }, "invalid_request"],
    ["implicit", { response_type: "token" }, "unsupported_response_type"],
    ["implicit id_token", { response_type: "id_token" }, "unsupported_response_type"],
    ["hybrid", { response_type: "code id_token" }, "unsupported_response_type"],
    ["no response type", { response_type: undefined }, "invalid_request"],
    ["a scope of machines", { scope: "openid discimus:schrijven" }, "invalid_scope"],
    ["a scope not registered", { scope: "openid klasinformatie" }, "invalid_scope"],
    ["an unknown scope", { scope: "openid kwaad" }, "invalid_scope"],
    ["no openid", { scope: "profile", nonce: undefined }, "invalid_scope"],
    ["no scope", { scope: undefined, nonce: undefined }, "invalid_scope"],
    ["an unknown prompt", { prompt: "kwaad" }, "invalid_request"],
    ["none and login", { prompt: "none login" }, "invalid_request"],
    ["a bad max_age", { max_age: "-1" }, "invalid_request"],
    ["a request object", { request: "e30.e30." }, "request_not_supported"],
    ["a request address", { request_uri: "https://kwaad.example" }, "request_uri_not_supported"],
    ["a broken hint", { id_token_hint: "kapot" }, "invalid_request"],
    ["a resource", { resource: "https://api.leerid.example" }, "invalid_target"],
    ["fragment mode", { response_mode: "fragment" }, "invalid_request"],
  ];
  for (const [name, changes, error] of cases) {
    test(name, async () => {
      const answer = await browser().get(authUrl(w, changes));
      assert.equal(answer.status, 303, answer.text.slice(0, 200));
      const { origin, pathname, hash, searchParams } = new URL(answer.location ?? "");
      assert.equal(`${origin}${pathname}`, redirectUri);
      const back = hash ? new URLSearchParams(hash.slice(1)) : searchParams;
      assert.equal(back.get("error"), error);
      assert.equal(back.get("state"), "toestand");
      assert.equal(back.get("iss"), w.issuer);
      assert.equal(back.get("code"), null);
    });
  }

  test("a scope that this client is not registered for, but another one is", async () => {
    const url = authUrl(w, { client_id: "bingel-klein", scope: "openid leerid" });
    assert.equal(backOf(await browser().get(url)).get("error"), "invalid_scope");
  });

  test("a parameter twice", async () => {
    for (const extra of ["scope=openid", "state=x", "code_challenge=y", "response_type=code"]) {
      const answer = await browser().get(`${authUrl(w)}&${extra}`);
      assert.notEqual(answer.status, 200);
      if (answer.location) assert.equal(backOf(answer).get("error"), "invalid_request");
    }
    for (const extra of ["client_id=bingel", `redirect_uri=${encodeURIComponent(redirectUri)}`]) {
      const answer = await browser().get(`${authUrl(w)}&${extra}`);
      assert.equal(answer.status, 400);
      assert.equal(answer.location, undefined);
    }
  });
});

test("an error by form_post is a page of ours that goes to the application", async () => {
  const answer = await browser().get(
    authUrl(w, { response_mode: "form_post", prompt: "none", state: `<"&'` }),
  );
  assert.equal(answer.status, 400);
  assert.equal(answer.action, redirectUri);
  assert.match(answer.text, /lang="nl-BE"/);
  assert.equal(answer.fields["error"], "login_required");
  assert.equal(answer.fields["state"], `<"&'`);
  assert.equal(answer.fields["iss"], w.issuer);
});

test("an interaction belongs to the browser that began", async () => {
  const mine = browser();
  const page = await mine.get(authUrl(w));
  const theirs = await typePassword(browser(), page, w.pupil);
  assert.equal(theirs.status, 400);
  assert.match(theirs.text, /bewaart geen cookies/, "as a browser without any says it");
  // Not even with an interaction of its own, or the cookie under another uid.
  const attacker = browser();
  await attacker.get(authUrl(w));
  assert.equal((await typePassword(attacker, page, w.pupil)).status, 400);
  const [cookie] = [...attacker.cookies.values()].filter(({ name }) => name === "leerid-aanmelding");
  assert.ok(cookie);
  const path = new URL(page.action ?? "").pathname;
  const planted = await typePassword(browser([{ ...cookie, path }]), page, w.pupil);
  assert.equal(planted.status, 400);
  assert.match(planted.text, /Begin opnieuw/);
  // A sibling site that plants its cookie still says where its form comes from.
  const form = { gebruikersnaam: w.pupil.gebruikersnaam, wachtwoord: "x" };
  assert.equal((await mine.post(page.action ?? "", form, { "sec-fetch-site": "same-site" })).status, 400);
  assert.equal((await typePassword(mine, page, w.pupil)).status, 303);
});

test("after ten minutes the application has forgotten what it asked: the right password signs in, and it begins anew", async () => {
  const pupil = await w.addPupil("lang.gewacht");
  const visitor = browser();
  const page = await visitor.get(authUrl(w));
  w.clock.advance(601_000);
  const late = await typePassword(visitor, page, pupil);
  assert.deepEqual([late.status, late.location], [303, "https://bingel.example/"]);
  assert.ok(codeOf(await visitor.get(authUrl(w))), "signed in");
  w.clock.advance(-601_000);
});

test("the provider's own way back is closed to the outside", async () => {
  const visitor = browser();
  const page = await visitor.get(authUrl(w));
  const uid = new URL(page.action ?? "").pathname.split("/").at(-1) ?? "";
  for (const path of [`/v1/auth/${uid}`, `/v1/AUTH/${uid}`, `/V1/auth/${uid}/`]) {
    const answer = await visitor.get(`${w.issuer}${path}`, { cookie: `leerid-hervat=${uid}` });
    assert.equal(answer.status, 404, path);
  }
});

test("wrong password, empty fields: the form again, nothing stored", async () => {
  const pupil = await w.addPupil("fout.kind");
  const visitor = browser();
  const page = await visitor.get(authUrl(w));
  const wrong = await typePassword(visitor, page, pupil, "fout wachtwoord");
  assert.equal(wrong.status, 422);
  assert.match(wrong.text, /value="fout.kind"/);
  assert.doesNotMatch(wrong.text, /fout wachtwoord/);
  const unknown = await typePassword(visitor, page, { ...pupil, gebruikersnaam: "niemand" }, "x");
  assert.equal(unknown.status, 422);
  assert.equal((await visitor.post(page.action ?? "", {})).status, 422);
  assert.equal((await visitor.post(page.action ?? "", { gebruikersnaam: "x".repeat(20_000) })).status, 413);
  assert.equal(
    (await w.db.sql`select 1 from acm.sessie where account_uuid = ${pupil.accountUuid}`).length,
    0,
  );
  assert.equal((await typePassword(visitor, page, pupil)).status, 303);
});

test("the sign-in page may not be framed and its form may end at the application only", async () => {
  const { headers } = await browser().get(authUrl(w));
  const policy = headers.get("content-security-policy") ?? "";
  assert.match(policy, /frame-ancestors 'none'/);
  assert.match(policy, /form-action 'self' https:\/\/bingel\.example(;|$)/);
  assert.equal(headers.get("cache-control"), "no-store");
  const cookies = headers.getSetCookie();
  assert.ok(cookies.length > 0);
  for (const cookie of cookies) assert.match(cookie, /httponly/i);
  for (const cookie of cookies) assert.match(cookie, /samesite=lax/i);
});

test("D5 says no: what, why, who and a number; and the ways on work", async () => {
  const pupil = await w.addPupil("uit.geschreven");
  await endEnrolment(w, pupil);
  const { visitor, answer } = await signIn(w, { pupil });
  assert.equal(answer.status, 403);
  assert.match(answer.text, /niet ingeschreven/);
  const [row] = await w.db.sql<{ referentie: string; reden: string; client_id: string }[]>`
    select referentie, reden, client_id from verstrekking.weigering where account_uuid = ${pupil.accountUuid}`;
  assert.deepEqual([row?.reden, row?.client_id], ["niet-ingeschreven", "bingel"]);
  assert.ok(answer.text.includes(row?.referentie ?? "geen"));
  const back = /href="(https:\/\/bingel\.example\/terug\?[^"]*)"/
    .exec(answer.text)?.[1]
    ?.replaceAll("&amp;", "&");
  const params = new URL(back ?? "").searchParams;
  assert.deepEqual(
    [params.get("error"), params.get("state"), params.get("iss")],
    ["access_denied", "toestand", w.issuer],
  );
  assert.equal(
    (await w.db.sql`select 1 from acm.machtiging where account_uuid = ${pupil.accountUuid}`).length,
    0,
  );
  // With the session that now exists: the same page; with prompt=none: the error.
  assert.equal((await visitor.get(authUrl(w))).status, 403);
  assert.equal(backOf(await visitor.get(authUrl(w, { prompt: "none" }))).get("error"), "access_denied");
  // "Ik ben Noor niet"
  const again = await visitor.post(answer.action ?? "", {});
  assert.equal(again.status, 303);
  assert.equal(visitor.cookies.has("/ leerid"), false);
  assert.equal(
    (await w.db.sql`select 1 from acm.sessie where account_uuid = ${pupil.accountUuid}`).length,
    0,
  );
  const form = await visitor.get(again.location ?? "");
  assert.ok(codeOf(await typePassword(visitor, form, w.pupil)));
});

test("an application that the school took away is refused at the next visit", async () => {
  const pupil = await w.addPupil("zonder.vierde");
  const { visitor } = await signIn(w, { pupil });
  await w.db.sql`delete from toepassingen.zichtbaarheid where toepassing = 'vierde'`;
  const answer = await visitor.get(authUrlOf(w, "vierde"));
  assert.equal(answer.status, 403);
  assert.match(answer.text, /niet aan voor jou/);
});

test("a session of a merged account is no session: sign in again", async () => {
  const pupil = await w.addPupil("samen.gevoegd");
  const { visitor, answer } = await signIn(w, { pupil });
  const code = codeOf(answer);
  await w.db
    .sql`update leerlingen.account set vervangen_door = ${w.pupil.accountUuid}, vervangen_op = now() where account_uuid = ${pupil.accountUuid}`;
  assert.equal((await visitor.get(authUrl(w))).status, 200);
  assert.equal((await redeem(w, code)).body["error"], "invalid_grant");
});

test("unknown addresses and methods", async () => {
  for (const [path, method, status] of [
    ["/v1/bestaat-niet", "GET", 404],
    ["", "GET", 404],
    ["/v1/auth", "DELETE", 405],
    ["/v1/token", "GET", 405],
    ["/v1/token", "PUT", 405],
    ["/v1/keys", "POST", 405],
    ["/v1/introspect", "GET", 405],
    ["/v1/logout/confirm", "GET", 405],
    ["/.well-known/openid-configuration", "POST", 405],
  ] as const) {
    const response = await fetch(`${w.issuer}${path}`, { method });
    assert.equal(response.status, status, `${method} ${path}`);
  }
});

test("broken cookies and strange addresses do no harm", async () => {
  for (const cookie of [
    "leerid=kapot",
    "leerid=a; leerid.sig=b",
    "leerid-aanmelding=%%%",
    "=",
    "leerid-open=....",
    "x".repeat(3000),
  ]) {
    const answer = await browser().get(authUrl(w), { cookie });
    assert.equal(answer.status, 200, cookie.slice(0, 30));
  }
  const raw = (path: string) =>
    new Promise<number>((resolve, reject) => {
      const { hostname, port } = new URL(w.origin);
      request({ hostname, port, path, method: "GET" }, (res) => {
        res.resume();
        resolve(res.statusCode ?? 0);
      })
        .on("error", reject)
        .end();
    });
  assert.equal(await raw("//kwaad.example/op/v1/auth"), 400);
  assert.equal(await raw(`/op/v1/auth?${"x".repeat(14_000)}`), 414);
  for (const path of [
    "/op/%",
    "/op/v1/aanmelden/%00",
    "/op/v1/auth?client_id=%ff",
    "/op/../op/v1/keys",
    "/opx",
    "/op?x",
  ]) {
    const status = await raw(path);
    assert.ok(status < 500, `${path}: ${status}`);
  }
});
