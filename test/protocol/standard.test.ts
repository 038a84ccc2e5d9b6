import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import {
  assertion,
  authUrl,
  authUrlOf,
  backOf,
  basic,
  codeOf,
  countLog,
  redeem,
  signIn,
  userinfo,
  type Params,
} from "./flow.ts";
import { send } from "./raw.ts";
import { browser, redirectUri, secret, vraagUri, world, type World } from "./world.ts";

// What the standards say to the letter, where applications and proxies were once answered otherwise.

let w: World;
before(async () => {
  w = await world();
});
after(() => w.close());

const pathOf = (url: string) => url.slice(w.origin.length);
const linesOf = () => (w.ctx.log as unknown as { lines: string[] }).lines;

describe("the registered query of a redirect address is kept to the letter (RFC 6749 3.1.2)", () => {
  const asked = (changes: Params = {}) =>
    authUrl(w, { client_id: "bingel-vraag", redirect_uri: vraagUri, ...changes });
  /** As it stands in the header: `URL` would spell it anew. */
  const locationOf = async (path: string, cookie = "") =>
    String((await send(w.origin, path, { headers: { cookie } })).headers["location"]);

  test("with a code, an error, a refusal by form_post, and the code redeems", async () => {
    const { visitor, answer } = await signIn(w, { url: asked() });
    const cookie = `leerid=${visitor.cookies.get("/ leerid")?.value}`;
    for (const [path, start] of [
      [pathOf(asked()), `${vraagUri}&code=`],
      [pathOf(asked({ prompt: "kwaad" })), `${vraagUri}&error=invalid_request`],
      [pathOf(asked({ redirect_uri: "https://bingel.example/?" })), "https://bingel.example/?code="],
    ] as const)
      assert.ok((await locationOf(path, cookie)).startsWith(start), path);
    const posted = await visitor.get(asked({ response_mode: "form_post" }));
    assert.equal(posted.action, vraagUri);
    assert.match(posted.text, /action="https:\/\/bingel\.example\/terug\?x=a%20b&(amp;)?y=%7e&(amp;)?z"/);
    const tokens = await redeem(w, codeOf(answer), { redirect_uri: vraagUri }, basic("bingel-vraag"));
    assert.equal(tokens.status, 200, JSON.stringify(tokens.body));
  });

  test("another spelling of it is another address", async () => {
    for (const uri of [
      vraagUri.replace("%20", "+"),
      vraagUri.replace("%7e", "~"),
      `${vraagUri}=`,
      redirectUri,
    ])
      assert.equal((await browser().get(asked({ redirect_uri: uri }))).location, undefined, uri);
  });
});

describe("id_token_hint names who is meant, and nobody else will do (OpenID Connect Core 3.1.2.1)", () => {
  test("somebody else signs in: login_required, and no code", async () => {
    const [meant, other] = [await w.addPupil("bedoeld.kind"), await w.addPupil("ander.kind")];
    const first = await signIn(w, { pupil: meant });
    const hint = String((await redeem(w, codeOf(first.answer))).body["id_token"]);
    const wrong = await signIn(w, { pupil: other, url: authUrl(w, { id_token_hint: hint }) });
    assert.deepEqual(
      [backOf(wrong.answer).get("error"), backOf(wrong.answer).get("code")],
      ["login_required", null],
    );
    // Signed in already: asked again, with prompt=none told.
    assert.equal((await wrong.visitor.get(authUrl(w, { id_token_hint: hint }))).status, 200);
    const silent = await wrong.visitor.get(authUrl(w, { id_token_hint: hint, prompt: "none" }));
    assert.equal(backOf(silent).get("error"), "login_required");
    const right = await signIn(w, { pupil: meant, url: authUrl(w, { id_token_hint: hint }) });
    assert.ok(codeOf(right.answer));
  });

  test("a pseudonym is a hint as well", async () => {
    const { visitor } = await signIn(w, { url: authUrlOf(w, "tweede", { scope: "openid profile" }) });
    const url = (changes: Params = {}) => authUrlOf(w, "tweede", { scope: "openid profile", ...changes });
    const { body } = await redeem(
      w,
      codeOf(await visitor.get(url())),
      { redirect_uri: "https://tweede.example/terug" },
      basic("tweede"),
    );
    const hint = String(body["id_token"]);
    assert.ok(codeOf(await visitor.get(url({ id_token_hint: hint, prompt: "none" }))));
  });
});

describe("discovery", () => {
  const at = async (path: string) => {
    const { status, headers, text } = await send(w.origin, path);
    assert.equal(status, 200, path);
    assert.match(String(headers["content-type"]), /^application\/json/);
    return JSON.parse(text) as Record<string, unknown>;
  };

  test("says pairwise beside public, the modes and prompts that are taken, and no refresh tokens", async () => {
    const found = await at("/op/.well-known/openid-configuration");
    assert.deepEqual(found["subject_types_supported"], ["public", "pairwise"]);
    assert.deepEqual(found["response_modes_supported"], ["query", "form_post"]);
    assert.deepEqual(found["prompt_values_supported"], ["none", "login", "consent", "select_account"]);
    assert.equal((found["grant_types_supported"] as string[]).includes("refresh_token"), false);
  });

  test("stands where RFC 8414 3.1 looks for it: at the root, before the path of the issuer", async () => {
    const known = await at("/op/.well-known/openid-configuration");
    for (const path of [
      "/.well-known/oauth-authorization-server/op",
      "/.well-known/openid-configuration/op",
      "/op/.well-known/oauth-authorization-server",
    ])
      assert.deepEqual(await at(path), known, path);
  });
});

test("prompt=consent and select_account are taken: nothing more to agree to, and a key says who it is", async () => {
  const { visitor } = await signIn(w);
  assert.ok(codeOf(await visitor.get(authUrl(w, { prompt: "consent" }))));
  for (const prompt of ["select_account", "login consent", "select_account consent"])
    assert.match((await visitor.get(authUrl(w, { prompt }))).text, /name="wachtwoord"/, prompt);
  for (const prompt of ["none consent", "consent none", "none select_account"])
    assert.equal(backOf(await visitor.get(authUrl(w, { prompt }))).get("error"), "invalid_request", prompt);
});

test("Origin changes nothing: scripts of other sites have no business at token and userinfo", async () => {
  const { body } = await redeem(w, codeOf((await signIn(w)).answer));
  const token = String(body["access_token"]);
  const headers = (more: Record<string, string>) => ({ ...basic("machine"), ...more });
  const bearer = (more: Record<string, string>) => ({ authorization: `Bearer ${token}`, ...more });
  const form = (grant: string) => `grant_type=${grant}&code=x&redirect_uri=x`;
  const answers = async (more: Record<string, string>) =>
    Promise.all([
      send(w.origin, "/op/v1/token", { headers: headers(more), form: form("client_credentials") }),
      send(w.origin, "/op/v1/token", {
        headers: { ...basic("bingel"), ...more },
        form: form("authorization_code"),
      }),
      send(w.origin, "/op/v1/token", { headers: { ...basic("bingel"), ...more }, form: form("x") }),
      send(w.origin, "/op/v1/userinfo", { headers: bearer(more) }),
      send(w.origin, "/op/v1/userinfo", { headers: { ...more, authorization: "Bearer onzin" } }),
      send(w.origin, "/op/v1/userinfo", { headers: more, method: "OPTIONS" }),
      send(w.origin, "/op/v1/token", { headers: more, method: "OPTIONS" }),
    ]);
  const plain = await answers({});
  const strange = await answers({ origin: "https://kwaad.example", "access-control-request-method": "POST" });
  assert.deepEqual(
    plain.map(({ status }) => status),
    [200, 400, 400, 200, 401, 204, 204],
  );
  for (const [index, one] of strange.entries()) {
    assert.equal(one.status, plain[index]?.status);
    assert.deepEqual(
      Object.keys(one.headers).toSorted(),
      Object.keys(plain[index]?.headers ?? {}).toSorted(),
    );
    assert.deepEqual(
      Object.keys(one.headers).filter((name) => name.startsWith("access-control-")),
      [],
    );
  }
});

test("an address with its host in front is read (RFC 9112 3.2.2), whatever that host is", async () => {
  for (const host of [w.origin, "http://kwaad.example", "HTTPS://kwaad.example:8443"]) {
    assert.equal((await send(w.origin, `${host}${pathOf(authUrl(w))}`)).status, 200, host);
    const { text } = await send(w.origin, `${host}/op/.well-known/openid-configuration`);
    assert.equal((JSON.parse(text) as { issuer: string }).issuer, w.issuer);
    const form = "grant_type=client_credentials";
    const token = await send(w.origin, `${host}/op/v1/token`, { headers: basic("machine"), form });
    assert.equal(token.status, 200, token.text);
  }
  assert.equal((await send(w.origin, "http://kwaad.example")).status, 404);
});

test("a request by POST that holds an ID token never puts it in an address", async () => {
  const { visitor, answer } = await signIn(w);
  const { body } = await redeem(w, codeOf(answer));
  const hint = String(body["id_token"]);
  const form = Object.fromEntries(new URL(authUrl(w, { id_token_hint: hint })).searchParams);
  // Without the cookie, as a browser sends it from another site (SameSite=Lax).
  const page = await browser().post(`${w.issuer}/v1/auth`, form);
  assert.deepEqual([page.status, page.location, page.action], [200, undefined, `${w.issuer}/v1/auth`]);
  assert.ok(codeOf(await visitor.post(page.action ?? "", page.fields)));
  // Of who is signed in nowhere it is the form, and no further round.
  assert.match((await browser().post(page.action ?? "", page.fields)).text, /name="wachtwoord"/);
});

test("a request may be a POST, as long as a GET may be, and comes to the same", async () => {
  const { visitor } = await signIn(w);
  const outcome = async (changes: Params, how: "get" | "post") => {
    const url = authUrl(w, changes);
    const fields = Object.fromEntries(new URL(url).searchParams);
    const first = how === "get" ? undefined : await visitor.post(`${w.issuer}/v1/auth`, fields);
    if (first && first.location === undefined) return first.status;
    if (first) assert.equal(first.status, 303);
    const answer = await visitor.get(first?.location ?? url);
    if (answer.location === undefined) return answer.status;
    const { searchParams } = new URL(answer.location);
    return [answer.status, searchParams.get("error") ?? searchParams.has("code"), searchParams.get("state")];
  };
  const long = (length: number) => ({ state: "s".repeat(length) });
  for (const changes of [
    ...[{}, { prompt: "login" }, { prompt: "kwaad" }, { max_age: "0" }, { client_id: "onbekend" }],
    ...[{ state: "a b+c&é%" }, long(3000), long(6000), long(7500)],
  ])
    assert.deepEqual(await outcome(changes, "post"), await outcome(changes, "get"), JSON.stringify(changes));
  // Too long is too long both ways; each has its own name for it.
  assert.deepEqual([await outcome(long(9000), "post"), await outcome(long(9000), "get")], [413, 414]);
});

test("machines hear in JSON that there is nothing at an address, or not by this method, whatever they accept", async () => {
  for (const accept of ["application/json", "*/*", "text/html,*/*;q=0.8"])
    for (const [path, method, status] of [
      ["/v1/token", "GET", 405],
      ["/v1/token/x", "POST", 404],
      ["/v1/keys", "DELETE", 405],
      ["/v1/userinfo", "PUT", 405],
      ["/v1/userinfo", "HEAD", 405],
      ["/v1/introspect", "GET", 405],
      ["/v1/revoke/", "POST", 404],
      ["/.well-known/openid-configuration", "POST", 405],
      ["/.well-known/webfinger", "GET", 404],
    ] as const) {
      const answer = await send(w.origin, `/op${path}`, { method, headers: { accept } });
      const what = `${method} ${path} ${accept}`;
      assert.equal(answer.status, status, what);
      assert.match(String(answer.headers["content-type"]), /^application\/json/, what);
      if (method !== "HEAD") assert.equal(typeof JSON.parse(answer.text).error, "string");
      assert.equal(answer.headers["allow"] !== undefined, status === 405, what);
    }
  const large = await send(w.origin, "/op/v1/token", { form: `grant_type=${"x".repeat(20_000)}` });
  assert.deepEqual(
    [large.status, (JSON.parse(large.text) as { error: string }).error],
    [413, "invalid_request"],
  );
  const people = await send(w.origin, "/op/v1/bestaat-niet", { headers: { accept: "text/html,*/*" } });
  assert.match(people.text, /lang="nl-BE"/, "people read a page");
});

test("a redemption that fails is logged with its reason and its client, and nothing personal", async () => {
  const pupil = await w.addPupil("stil.kind");
  const { visitor } = await signIn(w, { pupil });
  const code = async () => codeOf(await visitor.get(authUrl(w)));
  const spent = await code();
  await redeem(w, spent);
  const cases: [Params, Record<string, string>, string | undefined, RegExp][] = [
    [{ code: "onzin" }, basic("bingel"), "bingel", /invalid_grant.*not found/],
    [{ code: spent }, basic("bingel"), "bingel", /invalid_grant.*already consumed/],
    [{ code: await code() }, basic("tweede"), "tweede", /invalid_grant.*another client/],
    [{ code: await code(), code_verifier: "w".repeat(43) }, basic("bingel"), "bingel", /PKCE/],
    [
      { code: await code(), redirect_uri: "https://x.example/" },
      basic("bingel"),
      "bingel",
      /redirect_uri mismatch/,
    ],
    [{ code: await code(), redirect_uri: undefined }, basic("bingel"), "bingel", /invalid_request/],
    [{ code: await code() }, basic("bingel", "fout"), "bingel", /invalid_client.*secret/],
    [
      { code: await code(), ...(await assertion(w, "bingel-jwt", { until: "1y" })) },
      {},
      "bingel-jwt",
      /an hour/,
    ],
    [{ code: await code() }, basic("onbekend"), undefined, /invalid_client.*client not found/],
  ];
  for (const [changes, headers, client, reason] of cases) {
    linesOf().length = 0;
    const { status } = await redeem(w, String(changes["code"]), changes, headers);
    assert.ok(status === 400 || status === 401);
    assert.equal(linesOf().length, 1, "once");
    const line = JSON.parse((linesOf()[0] ?? "").replace(/^[^{]*/, "")) as Record<string, unknown>;
    assert.equal(line["client"], client);
    assert.match(String(line["reden"]), reason);
    const all = linesOf().join();
    for (const own of [String(changes["code"]), secret, pupil.accountUuid, "stil.kind", "Vermeulen"])
      assert.equal(all.includes(own), false, own.slice(0, 20));
  }
});

test("a HEAD has no effect, at any address", async () => {
  const pupil = await w.addPupil("alleen.kijken");
  const { visitor, answer } = await signIn(w, { pupil });
  const { body } = await redeem(w, codeOf(answer));
  const hint = String(body["id_token"]);
  const form = await browser().get(authUrl(w));
  const session = visitor.cookies.get("/ leerid");
  const headers = {
    cookie: `leerid=${session?.value}`,
    authorization: `Bearer ${String(body["access_token"])}`,
  };
  const rows = async () =>
    w.db
      .sql`select (select count(*) from acm.sessie) as s, (select count(*) from acm.machtiging) as m, (select count(*) from privacylog.regel) as r`;
  const before = await rows();
  const logout = new URLSearchParams({ id_token_hint: hint });
  for (const path of [
    ...[pathOf(authUrl(w)), pathOf(authUrlOf(w, "derde")), pathOf(authUrl(w, { prompt: "none" }))],
    ...[
      `/op/v1/logout?${logout}`,
      "/op/v1/logout/success",
      "/op/v1/logout/confirm",
      "/op/v1/medewerker/terug?state=x.y",
    ],
    ...[pathOf(form.action ?? ""), pathOf(form.action ?? "").replace("?", "/wissel?")],
    ...["/op/v1/token", "/op/v1/userinfo", "/op/v1/introspect", "/op/v1/revoke", "/op/v1/keys"],
    ...["/op/.well-known/openid-configuration", "/op/v1/bestaat-niet"],
  ]) {
    const answer = await send(w.origin, path, { method: "HEAD", headers });
    assert.equal(answer.text, "", path);
    assert.equal(answer.headers["location"], undefined, path);
    assert.equal(answer.headers["set-cookie"], undefined, path);
  }
  assert.deepEqual(await rows(), before);
  assert.equal(await countLog(w, pupil, "userinfo"), 0);
  assert.equal((await userinfo(w, body["access_token"])).status, 200, "and the session stands");
});

test("the hint of a client without sid ends no session of somebody else, nor one in which it was not opened", async () => {
  const mine = await signIn(w, { url: authUrl(w, { client_id: "bingel-stil" }) });
  const { body } = await redeem(w, codeOf(mine.answer), {}, basic("bingel-stil"));
  const other = await signIn(w, { pupil: await w.addPupil("iemand.anders") });
  const logout = new URLSearchParams({ id_token_hint: String(body["id_token"]) });
  assert.match((await other.visitor.get(`${w.issuer}/v1/logout?${logout}`)).text, /Wil je je afmelden/);
});
