import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { generateKeyPair } from "jose";
import { openDatabase } from "#platform/database";
import {
  assertion,
  authUrl,
  authUrlOf,
  basic,
  call,
  codeOf,
  countLog,
  endEnrolment,
  redeem,
  signIn,
  userinfo,
  verifier,
  type Params,
} from "./flow.ts";
import { redirectUri, secret, world, type World } from "./world.ts";

let w: World;
before(async () => {
  w = await world();
});
after(() => w.close());

const freshCode = async () => codeOf((await signIn(w)).answer);

test("a code counts once; coming again it ends the token it was redeemed for", async () => {
  const pupil = await w.addPupil("her.haling");
  const { answer } = await signIn(w, { pupil });
  const first = await redeem(w, codeOf(answer));
  assert.equal(first.status, 200);
  assert.equal(first.headers.get("cache-control"), "no-store");
  assert.equal((await userinfo(w, first.body["access_token"])).status, 200);
  const second = await redeem(w, codeOf(answer));
  assert.deepEqual([second.status, second.body["error"]], [400, "invalid_grant"]);
  assert.equal((await userinfo(w, first.body["access_token"])).status, 401);
  assert.equal(await countLog(w, pupil), 1);
});

test("8 redemptions of one code at once: one token, one log record (10 rounds)", async () => {
  const pupil = await w.addPupil("tegelijk.kind");
  for (let round = 1; round <= 10; round += 1) {
    const { answer } = await signIn(w, { pupil });
    const code = codeOf(answer);
    const answers = await Promise.all(Array.from({ length: 8 }, () => redeem(w, code)));
    assert.equal(answers.filter(({ status }) => status === 200).length, 1);
    for (const { status, body } of answers) {
      if (status !== 200) assert.deepEqual([status, body["error"]], [400, "invalid_grant"]);
    }
    assert.equal(await countLog(w, pupil), round);
    const [row] = await w.db.sql`
      select (select count(*) from privacylog.regel) = (select count(*) from privacylog.wachtrij) as gelijk`;
    assert.equal(row?.["gelijk"], true);
  }
});

describe("what is wrong does not burn the code", () => {
  const cases: [string, Params, ((() => Record<string, string>) | undefined)?, string?][] = [
    ["another client", {}, () => basic("tweede")],
    ["another client with the same address", { client_id: "bingel-post", client_secret: secret }, () => ({})],
    ["another verifier", { code_verifier: "w".repeat(43) }],
    ["no verifier", { code_verifier: undefined }],
    ["a short verifier", { code_verifier: "kort" }, undefined, "invalid_request"],
    ["the challenge as verifier", { code_verifier: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM" }],
    ["another address", { redirect_uri: "https://bingel.example/anders" }],
    ["no address", { redirect_uri: undefined }, undefined, "invalid_request"],
    ["a wrong secret", {}, () => basic("bingel", "fout"), "invalid_client"],
    ["no secret", { client_id: "bingel" }, () => ({}), "invalid_client"],
    ["an unknown client", {}, () => basic("onbekend"), "invalid_client"],
    ["no client", {}, () => ({}), "invalid_request"],
    ["two ways at once", { client_id: "bingel", client_secret: secret }, undefined, "invalid_request"],
  ];
  for (const [name, changes, headers, error = "invalid_grant"] of cases) {
    test(name, async () => {
      const code = await freshCode();
      const bad = await redeem(w, code, changes, headers?.());
      assert.equal(bad.body["error"], error, JSON.stringify(bad.body));
      assert.ok(bad.status === 400 || bad.status === 401);
      assert.equal(bad.body["access_token"], undefined);
      assert.equal((await redeem(w, code)).status, 200, "the right one still counts");
    });
  }
});

test("a code is too old after 30 seconds", async () => {
  const code = await freshCode();
  w.clock.advance(31_000);
  assert.equal((await redeem(w, code)).body["error"], "invalid_grant");
  w.clock.advance(-31_000);
});

test("a token is too old after an hour", async () => {
  const { body } = await redeem(w, await freshCode());
  assert.equal(body["expires_in"], 3600);
  w.clock.advance(3_590_000);
  assert.equal((await userinfo(w, body["access_token"])).status, 200);
  w.clock.advance(20_000);
  assert.equal((await userinfo(w, body["access_token"])).status, 401);
  w.clock.advance(-3_610_000);
});

test("the code of another client, redeemed with the first one's own code, is no code", async () => {
  const { visitor } = await signIn(w);
  const other = codeOf(await visitor.get(authUrlOf(w, "derde")));
  const bad = await redeem(w, other);
  assert.equal(bad.body["error"], "invalid_grant");
});

describe("D5 again at every step", () => {
  test("enrolment ended between authorization and redemption: no token, no log record, a refusal", async () => {
    const pupil = await w.addPupil("eerst.weg");
    const { answer } = await signIn(w, { pupil });
    await endEnrolment(w, pupil);
    const { status, body } = await redeem(w, codeOf(answer));
    assert.deepEqual([status, body["error"]], [400, "invalid_grant"]);
    assert.equal(await countLog(w, pupil), 0);
    const rows = await w.db
      .sql`select reden from verstrekking.weigering where account_uuid = ${pupil.accountUuid}`;
    assert.deepEqual(
      rows.map((row) => row["reden"]),
      ["niet-ingeschreven"],
    );
  });

  test("between redemption and userinfo: 401, no log record; introspection says inactive, revocation still works", async () => {
    const pupil = await w.addPupil("dan.weg");
    const { answer } = await signIn(w, { pupil });
    const { body } = await redeem(w, codeOf(answer));
    await endEnrolment(w, pupil);
    const token = String(body["access_token"]);
    const info = await userinfo(w, token);
    assert.equal(info.status, 401);
    assert.match(info.headers.get("www-authenticate") ?? "", /invalid_token/);
    assert.equal(await countLog(w, pupil, "userinfo"), 0);
    assert.deepEqual((await call(w, "/v1/introspect", { token }, basic("bingel"))).body, { active: false });
    assert.equal((await call(w, "/v1/revoke", { token }, basic("bingel"))).status, 200);
    const [row] = await w.db
      .sql`select ingetrokken_op from acm.machtiging where account_uuid = ${pupil.accountUuid}`;
    assert.notEqual(row?.["ingetrokken_op"], null);
  });

  test("the session ended before redemption: no token", async () => {
    const pupil = await w.addPupil("uit.gelogd");
    const { answer } = await signIn(w, { pupil });
    await w.db.sql`delete from acm.sessie where account_uuid = ${pupil.accountUuid}`;
    assert.equal((await redeem(w, codeOf(answer))).body["error"], "invalid_grant");
    assert.equal(await countLog(w, pupil), 0);
  });
});

test("introspection and revocation: only by the client it was given to", async () => {
  const { body } = await redeem(w, await freshCode());
  const token = String(body["access_token"]);
  const own = await call(w, "/v1/introspect", { token }, basic("bingel"));
  assert.equal(own.body["active"], true);
  assert.equal(own.body["client_id"], "bingel");
  assert.equal(own.body["scope"], "openid profile leerid");
  assert.equal((await call(w, "/v1/introspect", { token }, basic("tweede"))).body["active"], false);
  assert.equal((await call(w, "/v1/introspect", { token }, {})).status, 400);
  await call(w, "/v1/revoke", { token }, basic("tweede"));
  assert.equal((await userinfo(w, token)).status, 200);
  assert.equal((await call(w, "/v1/revoke", { token }, basic("bingel"))).status, 200);
  assert.equal((await userinfo(w, token)).status, 401);
  assert.equal((await call(w, "/v1/introspect", { token }, basic("bingel"))).body["active"], false);
});

test("userinfo takes a token in the header or the form, nowhere else; one log record per answer", async () => {
  const pupil = await w.addPupil("info.kind");
  const { answer } = await signIn(w, { pupil });
  const token = String((await redeem(w, codeOf(answer))).body["access_token"]);
  const post = await call(w, "/v1/userinfo", { access_token: token });
  assert.equal(post.status, 200);
  assert.equal((await fetch(`${w.issuer}/v1/userinfo?access_token=${token}`)).status, 400);
  assert.equal((await userinfo(w, "onzin")).status, 401);
  assert.equal((await userinfo(w, "")).status, 400);
  assert.equal((await fetch(`${w.issuer}/v1/userinfo`)).status, 401);
  assert.equal(await countLog(w, pupil, "userinfo"), 1);
  const small = await call(w, "/v1/userinfo", { scope: "openid" }, { authorization: `Bearer ${token}` });
  assert.deepEqual(Object.keys(small.body), ["sub"]);
  const rows = await w.db.sql<{ attributen: string[] }[]>`
    select attributen from privacylog.regel where account_uuid = ${pupil.accountUuid} and soort = 'userinfo' order by nr`;
  assert.deepEqual(
    rows.map((row) => row.attributen.length),
    [7, 0],
  );
});

describe("private_key_jwt", () => {
  const withAssertion = async (options: Parameters<typeof assertion>[2] = {}) => {
    const { answer } = await signIn(w, { url: authUrl(w, { client_id: "bingel-jwt" }) });
    const proof = await assertion(w, "bingel-jwt", options);
    return { code: codeOf(answer), proof };
  };
  test("audience is the issuer or the token endpoint, and nothing else", async () => {
    for (const audience of [w.issuer, `${w.issuer}/v1/token`]) {
      const { code, proof } = await withAssertion({ audience });
      assert.equal((await redeem(w, code, proof, {})).status, 200);
    }
    for (const audience of ["https://kwaad.example", `${w.origin}/anders`]) {
      const { code, proof } = await withAssertion({ audience });
      assert.equal((await redeem(w, code, proof, {})).body["error"], "invalid_client");
    }
  });
  test("an assertion counts once, also at once, and a used one redeems nothing", async () => {
    const first = await withAssertion({ jti: "een" });
    const second = await withAssertion({ jti: "een" });
    assert.equal((await redeem(w, first.code, first.proof, {})).status, 200);
    const replay = await redeem(w, second.code, second.proof, {});
    assert.deepEqual([replay.status, replay.body["error"]], [401, "invalid_client"]);
    const fresh = await assertion(w, "bingel-jwt");
    assert.equal((await redeem(w, second.code, fresh, {})).status, 200, "the code was not burnt");
    const parallel = await assertion(w, "bingel-jwt", { jti: "twee" });
    const codes = [];
    for (let index = 0; index < 4; index += 1) codes.push((await withAssertion()).code);
    const answers = await Promise.all(codes.map((code) => redeem(w, code, parallel, {})));
    assert.equal(answers.filter(({ status }) => status === 200).length, 1);
  });
  test("an assertion that came with a bad code is used up as well", async () => {
    const proof = await assertion(w, "bingel-jwt", { jti: "drie" });
    assert.equal((await redeem(w, "onzin", proof, {})).body["error"], "invalid_grant");
    const { code } = await withAssertion();
    assert.equal((await redeem(w, code, proof, {})).body["error"], "invalid_client");
  });
  test("a code that is spent, too old, or of a session that ended is that, also with a fresh assertion", async () => {
    const fresh = () => assertion(w, "bingel-jwt");
    const spent = await withAssertion();
    assert.equal((await redeem(w, spent.code, spent.proof, {})).status, 200);
    assert.equal((await redeem(w, spent.code, await fresh(), {})).body["error"], "invalid_grant");
    const old = await withAssertion();
    w.clock.advance(31_000);
    assert.equal((await redeem(w, old.code, await fresh(), {})).body["error"], "invalid_grant");
    w.clock.advance(-31_000);
    const ended = await withAssertion();
    await w.db.sql`delete from acm.sessie where account_uuid = ${w.pupil.accountUuid}`;
    assert.equal((await redeem(w, ended.code, await fresh(), {})).body["error"], "invalid_grant");
  });
  test("signed with another key, or for another client", async () => {
    const { privateKey } = await generateKeyPair("ES256");
    const { code, proof } = await withAssertion({ key: privateKey });
    assert.equal((await redeem(w, code, proof, {})).body["error"], "invalid_client");
    assert.equal(
      (await redeem(w, code, { ...(await assertion(w, "bingel-jwt")), client_id: "bingel" }, {})).status,
      400,
    );
    const sixParts = { client_assertion: "a.b.c", client_assertion_type: proof["client_assertion_type"] };
    assert.ok((await redeem(w, code, sixParts, {})).status < 500);
  });
});

test("other grants are no grants here", async () => {
  for (const grant_type of [
    "refresh_token",
    "password",
    "implicit",
    "urn:ietf:params:oauth:grant-type:device_code",
    "",
    "x",
  ]) {
    const { status } = await call(
      w,
      "/v1/token",
      { grant_type, refresh_token: "x", username: "x", password: "x" },
      basic("bingel"),
    );
    assert.equal(status, 400, grant_type);
  }
  const json = await fetch(`${w.issuer}/v1/token`, {
    method: "POST",
    body: JSON.stringify({ grant_type: "authorization_code" }),
    headers: { "content-type": "application/json", ...basic("bingel") },
  });
  assert.equal(json.status, 400);
  const twice = await fetch(`${w.issuer}/v1/token`, {
    method: "POST",
    body: `grant_type=authorization_code&code=a&code=b&redirect_uri=${encodeURIComponent(redirectUri)}&code_verifier=${verifier}`,
    headers: { "content-type": "application/x-www-form-urlencoded", ...basic("bingel") },
  });
  assert.equal(twice.status, 400);
});

describe("a fault of ours: a 500 without details, and nothing exists", () => {
  const broken = async (table: string, work: () => Promise<void>, errcode = "P0001") => {
    const owner = openDatabase({ url: w.db.url, max: 1, role: "eigenaar" });
    await owner.unsafe(
      `create or replace function public.kapot() returns trigger language plpgsql as $$ begin raise exception 'geheime melding' using errcode = '${errcode}'; end $$`,
    );
    await owner.unsafe(
      `create trigger kapot before insert on ${table} for each row execute function public.kapot()`,
    );
    try {
      await work();
    } finally {
      await owner.unsafe(`drop trigger kapot on ${table}`);
      await owner.end();
    }
  };

  test("the session cannot be stored: no code", async () => {
    const pupil = await w.addPupil("geen.code");
    await broken("acm.sessie", async () => {
      const { lines } = w.ctx.log as unknown as { lines: string[] };
      lines.length = 0;
      const { visitor, answer } = await signIn(w, { pupil });
      assert.equal(answer.status, 500);
      assert.doesNotMatch(answer.text, /geheime melding|machtiging|postgres/i);
      assert.equal(answer.location, undefined);
      assert.equal(visitor.cookies.has("/ leerid"), false);
      assert.equal(lines.length, 1, "logged once");
      assert.doesNotMatch(lines.join(), /geheime melding|Vermeulen|geen\.code/);
      assert.equal(
        (await w.db.sql`select 1 from acm.sessie where account_uuid = ${pupil.accountUuid}`).length,
        0,
      );
    });
  });

  test("the token or the log record cannot be written: no token, no answer of userinfo", async () => {
    const pupil = await w.addPupil("geen.regel");
    const { visitor, answer } = await signIn(w, { pupil });
    const good = await redeem(w, codeOf(answer));
    const code = codeOf(await visitor.get(authUrl(w)));
    for (const table of ["acm.machtiging", "privacylog.regel", "privacylog.wachtrij"]) {
      await broken(table, async () => {
        const { status, body } = await redeem(w, code);
        assert.deepEqual([status, body["error"]], [500, "server_error"]);
        assert.deepEqual(Object.keys(body), ["error", "error_description"]);
        const info = await userinfo(w, good.body["access_token"]);
        if (table === "acm.machtiging") return;
        assert.equal(info.status, 500);
        assert.doesNotMatch(JSON.stringify(info.body), /Noor|geheime/);
      });
    }
    assert.equal((await redeem(w, code)).status, 200, "the code was not used up");
  });

  test("the database's disk is full: 503, and when to come back", async () => {
    const pupil = await w.addPupil("schijf.vol");
    const { answer } = await signIn(w, { pupil });
    await broken(
      "privacylog.regel",
      async () => {
        const { status, body, headers } = await redeem(w, codeOf(answer));
        assert.deepEqual([status, body["error"]], [503, "temporarily_unavailable"]);
        assert.match(headers.get("retry-after") ?? "", /^\d+$/);
      },
      "53100",
    );
    await broken(
      "acm.sessie",
      async () => {
        const { answer: page } = await signIn(w, { pupil });
        assert.equal(page.status, 503);
        assert.match(page.headers.get("retry-after") ?? "", /^\d+$/);
        assert.doesNotMatch(page.text, /geheime/);
      },
      "53100",
    );
  });
});
