import assert from "node:assert/strict";
import { setTimeout as wait } from "node:timers/promises";
import { after, before, describe, test } from "node:test";
import * as openid from "openid-client";
import { startJobs } from "#leerid";
import type { Worker } from "#platform/jobs";
import { demoAcr } from "#demo/upstream/personas";
import type { Answer, Browser } from "./browser.ts";
import {
  authUrl,
  authUrlOf,
  backOf,
  call,
  codeOf,
  hushLogouts,
  openApplication,
  payloadOf,
  redeem,
  redeemOf,
  signIn,
  userinfo,
} from "./flow.ts";
import * as keys from "./key-of-adults.ts";
import { browser, secret, world, type World } from "./world.ts";

const { follow, loketScope } = keys;

let w: World;
let key: keys.Key;
let worker: Worker;
before(async () => {
  key = await keys.worldWithKey();
  ({ w } = key);
  worker = await startJobs({ urls: { acm: w.origin }, LEERID_PRODUCTIE: false }, w.ctx);
});
after(async () => {
  await worker.stop();
  await key.close();
});

const loketUrl = (changes: Record<string, string> = {}) => keys.loketUrl(key, changes);
const atKey = (...args: [visitor: Browser, url?: string]) => keys.atKey(key, ...args);
const choose = (visitor: Browser, form: Answer, login: string) => keys.choose(key, visitor, form, login);
const adult = (login: string, options: { visitor?: Browser; url?: string } = {}) =>
  keys.signInAdult(key, login, options);

const sessions = async (voId: string) =>
  (await w.db.sql`select 1 from acm.sessie where medewerker::json ->> 'voId' = ${voId}`).length;
const until = async (done: () => boolean) => {
  for (let turn = 0; turn < 500 && !done(); turn += 1) await wait(20);
  assert.ok(done());
};

describe("R18: an adult signs in with the key of adults", () => {
  test("R18: a strict relying party gets who it is, how sure, and nothing of a pupil", async () => {
    const [before] = await w.db.sql<{ aantal: number }[]>`select count(*) as aantal from privacylog.regel`;
    const config = await openid.discovery(
      new URL(w.issuer),
      "schoolloket",
      undefined,
      openid.ClientSecretBasic(secret),
      { execute: [openid.allowInsecureRequests, openid.enableNonRepudiationChecks] },
    );
    const verifier = openid.randomPKCECodeVerifier();
    const redirectUri = "https://schoolloket.example/terug";
    const url = openid.buildAuthorizationUrl(config, {
      redirect_uri: redirectUri,
      scope: "openid profile vo",
      state: "s 1",
      nonce: "n-1",
      code_challenge: await openid.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
    });
    const { answer } = await adult("nele.segers", { url: url.href });
    const tokens = await openid.authorizationCodeGrant(config, new URL(answer.location ?? ""), {
      pkceCodeVerifier: verifier,
      expectedState: "s 1",
      expectedNonce: "n-1",
      idTokenExpected: true,
    });
    const claims = tokens.claims();
    assert.ok(claims);
    const { sub, aud, exp, iat, auth_time, at_hash, sid, ...rest } = claims;
    assert.deepEqual(rest, {
      iss: w.issuer,
      nonce: "n-1",
      acr: demoAcr,
      family_name: "Segers",
      given_name: "Nele",
      vo_id: "demo-999001-10",
      vo_doelgroepcode: "OV",
      vo_orgcode: ["999001"],
      leerid_rol_3d: ["LeerIDBeheerder:999001"],
    });
    assert.match(sub, /^[\w-]{43}$/);
    assert.equal(typeof sid, "string");
    assert.ok(Math.abs(Number(auth_time) - Date.now() / 1000) < 30);
    assert.deepEqual(await openid.fetchUserInfo(config, tokens.access_token, sub), {
      sub,
      family_name: "Segers",
      given_name: "Nele",
      vo_id: "demo-999001-10",
      vo_doelgroepcode: "OV",
      vo_orgcode: ["999001"],
      leerid_rol_3d: ["LeerIDBeheerder:999001"],
    });
    const [now] = await w.db.sql<{ aantal: number }[]>`select count(*) as aantal from privacylog.regel`;
    assert.equal(now?.aantal, before?.aantal, "no pupil, no record");
    assert.deepEqual([aud, exp - iat, typeof at_hash], ["schoolloket", 3600, "string"]);
  });

  test("R18: the second application asks nothing, has another sub, and gets what its scopes are for", async () => {
    const { visitor, answer } = await adult("els.vandamme");
    const first = payloadOf((await redeemOf(w, "schoolloket", codeOf(answer))).body["id_token"]);
    const hop = await visitor.get(authUrlOf(w, "beheer", loketScope));
    const second = payloadOf((await redeemOf(w, "beheer", codeOf(hop))).body["id_token"]);
    assert.equal(second["vo_id"], first["vo_id"]);
    assert.notEqual(second["sub"], first["sub"]);
    assert.notEqual(second["sid"], first["sid"]);
    const small = await visitor.get(
      authUrlOf(w, "beheer", { client_id: "beheer-naam", scope: "openid profile" }),
    );
    const { body } = await redeem(
      w,
      codeOf(small),
      { redirect_uri: "https://beheer.example/terug" },
      { authorization: `Basic ${Buffer.from(`beheer-naam:${secret}`).toString("base64")}` },
    );
    const third = payloadOf(body["id_token"]);
    assert.equal(third["family_name"], "Van Damme");
    assert.equal(third["sub"], second["sub"], "one application, one sub");
    assert.equal("vo_id" in third, false);
    assert.equal("vo_id" in (await userinfo(w, body["access_token"])).body, false);
  });

  test("R18: scopes of pupils are refused for adults, and the other way round, before any sign-in", async () => {
    for (const url of [
      authUrlOf(w, "schoolloket", { scope: "openid profile leerid" }),
      authUrlOf(w, "schoolloket", { scope: "openid klasinformatie" }),
      authUrl(w, { scope: "openid profile vo" }),
    ])
      assert.equal(backOf(await browser().get(url)).get("error"), "invalid_scope");
  });

  test("prompt=none without a session is an answer for the application", async () => {
    assert.equal(backOf(await browser().get(loketUrl({ prompt: "none" }))).get("error"), "login_required");
  });

  test("prompt=login asks the key to ask again, and an older sign-in there is refused", async () => {
    const { visitor } = await adult("els.vandamme");
    const toKey = await visitor.get(loketUrl({ prompt: "login" }));
    const asked = new URL(toKey.location ?? "");
    assert.equal(asked.searchParams.get("prompt"), "login");
    // Somebody takes the question for a new sign-in out of the address.
    asked.searchParams.delete("prompt");
    asked.searchParams.delete("max_age");
    const back = await follow(visitor, await visitor.get(asked.href));
    assert.equal(back.status, 400, back.text.slice(0, 200));
    assert.match(back.text, /klopt niet/);
    // And as it should be: he chooses again, also somebody else.
    const again = await adult("nele.segers", { visitor, url: loketUrl({ prompt: "login" }) });
    const who = payloadOf((await redeemOf(w, "schoolloket", codeOf(again.answer))).body["id_token"]);
    assert.equal(who["given_name"], "Nele");
  });
});

describe("R18: what is less than asked is refused, with a way on", () => {
  const refused = (page: Answer, status: number, text: RegExp) => {
    assert.equal(page.status, status, page.text.slice(0, 300));
    assert.match(page.text, text);
    assert.match(page.text, /Waarom\?/);
    assert.match(page.text, /Wie kan helpen\?/);
    assert.match(page.text, /Nummer om door te geven/);
    assert.match(page.text, /Opnieuw/);
  };

  test("R18: a password alone is too weak; nobody is signed in by it", async () => {
    const { visitor, answer } = await adult("zwak");
    refused(answer, 403, /sterkere sleutel/);
    assert.equal(visitor.cookies.has("/ leerid"), false);
    assert.equal(await sessions("demo-zwak"), 0);
    const url = new URL(key.seen.find((one) => one.startsWith("/auth?")) ?? "", key.url);
    assert.equal(url.searchParams.get("acr_values"), `urn:sterker ${demoAcr}`, "it was asked for");
  });

  test("without vo_id nobody can be told apart", async () => {
    refused((await adult("zonder-nummer")).answer, 403, /niet wie je bent/);
  });

  test("a wrong state, a foreign browser, an answer from nowhere", async () => {
    const visitor = browser();
    const back = new URL(await choose(visitor, await atKey(visitor), "els.vandamme"));
    const state = back.searchParams.get("state") ?? "";
    const stranger = browser();
    refused(await follow(stranger, await stranger.get(back.href)), 400, /Begin opnieuw/);
    refused(await visitor.get(`${w.issuer}/v1/medewerker/terug?code=x`), 400, /Begin opnieuw/);
    back.searchParams.set("state", `${state}x`);
    refused(await follow(visitor, await visitor.get(back.href)), 400, /klopt niet/);
    assert.equal((await visitor.post(back.href, {})).status, 405);
  });

  test("the code of another sign-in has another nonce and verifier", async () => {
    const one = browser();
    const two = browser();
    const right = await choose(one, await atKey(one), "els.vandamme");
    const first = new URL(right);
    const second = new URL(await choose(two, await atKey(two), "nele.segers"));
    first.searchParams.set("code", second.searchParams.get("code") ?? "");
    refused(await follow(one, await one.get(first.href)), 400, /klopt niet/);
    assert.equal(one.cookies.has("/ leerid"), false);
    refused(await follow(one, await one.get(right)), 400, /Begin opnieuw/);
  });

  test("an answer counts once, also with the cookies of then", async () => {
    const visitor = browser();
    const back = await choose(visitor, await atKey(visitor), "els.vandamme");
    const then = browser([...visitor.cookies.values()]);
    assert.ok(codeOf(await follow(visitor, await visitor.get(back))));
    // Signed in he is by now: on to where he works, with a new question.
    const again = await follow(visitor, await visitor.get(back));
    assert.deepEqual([again.status, again.location], [303, "https://schoolloket.example/"]);
    refused(await follow(then, await then.get(back)), 400, /klopt niet/);
  });

  test("who stops at the key, or may not, can begin again; what the key says of itself does not reach the page", async () => {
    const texts = {
      access_denied: 403,
      server_error: 503,
      temporarily_unavailable: 503,
      login_required: 400,
    };
    for (const [error, status] of Object.entries(texts)) {
      const visitor = browser();
      const toKey = await visitor.get(loketUrl());
      const state = new URL(toKey.location ?? "").searchParams.get("state") ?? "";
      const answer = `${w.issuer}/v1/medewerker/terug?${new URLSearchParams({ error, state, iss: key.url, error_description: "geheime-tekst" })}`;
      const page = await follow(visitor, await visitor.get(answer));
      refused(page, status, /Opnieuw naar Schoolloket/);
      assert.doesNotMatch(page.text, /geheime-tekst/);
      assert.match(page.text, /href="https:\/\/schoolloket\.example\/"/, "where the application asks anew");
    }
  });
});

describe("R18: a pupil is no adult", () => {
  test("R18: signed in as a pupil is not signed in for adults; that session lives until somebody else signs in", async () => {
    const pupil = await w.addPupil("geen.medewerker");
    const { visitor, answer } = await signIn(w, { pupil });
    const { body } = await redeem(w, codeOf(answer));
    const form = await atKey(visitor);
    assert.equal(backOf(await visitor.get(loketUrl({ prompt: "none" }))).get("error"), "login_required");
    assert.ok(codeOf(await visitor.get(authUrl(w))), "still signed in as a pupil");
    assert.equal((await userinfo(w, body["access_token"])).status, 200);

    await hushLogouts(w);
    const back = await choose(visitor, form, "els.vandamme");
    assert.ok(codeOf(await follow(visitor, await visitor.get(back))));
    await until(() => w.logoutTokens.length === 1);
    assert.equal(w.logoutTokens[0]?.client, "bingel", "somebody else at this computer counts as a sign-out");
    assert.equal((await userinfo(w, body["access_token"])).status, 401);
    assert.match((await visitor.get(authUrl(w))).text, /Gebruikersnaam/, "and an adult is no pupil");
  });

  test("R18: a pupil's password opens nothing for adults, nor an adult's answer anything for pupils", async () => {
    const visitor = browser();
    const toKey = await visitor.get(loketUrl());
    const uid = (new URL(toKey.location ?? "").searchParams.get("state") ?? "").split(".")[0];
    const own = `${w.issuer}/v1/aanmelden/${uid}`;
    for (const path of [own, `${own}/wachtwoord`, `${own}/wissel`]) {
      const answer = await visitor.post(path, {
        gebruikersnaam: w.pupil.gebruikersnaam,
        wachtwoord: "paard fiets lamp 7",
      });
      assert.equal(answer.status, 400, path);
      assert.equal(visitor.cookies.has("/ leerid"), false);
    }
    const pupils = await visitor.get(authUrl(w));
    const answer = new URL(pupils.action ?? "");
    answer.pathname += "/medewerker";
    answer.search = "code=x&state=y";
    assert.equal((await visitor.get(answer.href)).status, 400);
  });

  test("R18: signed in as an adult is not signed in for pupils; a pupil who signs in ends that session everywhere", async () => {
    const { visitor, answer } = await adult("sofie.maes");
    const { body } = await redeemOf(w, "schoolloket", codeOf(answer));
    const page = await visitor.get(authUrl(w));
    assert.match(page.text, /Gebruikersnaam/);
    assert.ok(codeOf(await visitor.get(loketUrl())), "still signed in as an adult");
    await hushLogouts(w);
    const pupil = await w.addPupil("na.medewerker");
    const done = await visitor.post(page.action ?? "", {
      gebruikersnaam: pupil.gebruikersnaam,
      wachtwoord: "paard fiets lamp 7",
    });
    assert.ok(codeOf(done));
    await until(() => w.logoutTokens.length === 1);
    assert.equal(w.logoutTokens[0]?.client, "schoolloket");
    assert.equal((await userinfo(w, body["access_token"])).status, 401);
    assert.equal(await sessions("demo-dov-1"), 0);
    await atKey(visitor);
  });

  test("R18: the decision itself knows no application of adults for a pupil", async () => {
    const { getFeiten, decide } = await import("#modules/verstrekking");
    const vandaag = w.clock.vandaag();
    const feiten = await getFeiten(w.ctx, w.pupil.accountUuid, "schoolloket", vandaag);
    const besluit = decide(feiten, "schoolloket", { scopes: new Set(["openid"]) });
    assert.equal(!besluit.toegang && besluit.reden, "toepassing-onbekend");
  });
});

describe("sign-out of an adult", () => {
  test("asked by the application: tokens are dead, the others hear of it, and the next one is asked who he is", async () => {
    const { visitor, answer } = await adult("els.vandamme");
    const { body } = await redeemOf(w, "schoolloket", codeOf(answer));
    await openApplication(w, visitor, "beheer", loketScope);
    await hushLogouts(w);
    const done = await visitor.get(
      `${w.issuer}/v1/logout?${new URLSearchParams({
        id_token_hint: String(body["id_token"]),
        post_logout_redirect_uri: "https://schoolloket.example/afgemeld",
      })}`,
    );
    assert.equal(done.location, "https://schoolloket.example/afgemeld");
    await until(() => w.logoutTokens.length === 2);
    assert.deepEqual(w.logoutTokens.map(({ client }) => client).toSorted(), ["beheer", "schoolloket"]);
    const told = payloadOf(w.logoutTokens.find(({ client }) => client === "schoolloket")?.token);
    const idToken = payloadOf(body["id_token"]);
    assert.deepEqual([told["sub"], told["sid"]], [idToken["sub"], idToken["sid"]]);
    assert.equal((await userinfo(w, body["access_token"])).status, 401);
    // The key still knows Els; whoever presses the button now chooses.
    const next = await adult("nele.segers", { visitor });
    const who = payloadOf((await redeemOf(w, "schoolloket", codeOf(next.answer))).body["id_token"]);
    assert.equal(who["given_name"], "Nele");
    // And once somebody proved it anew, the key may remember again.
    visitor.cookies.delete("/ leerid");
    assert.ok(codeOf(await follow(visitor, await visitor.get(loketUrl()))));
  });

  test("asked by nobody: the adult says yes, and the next one is asked who he is", async () => {
    const { visitor } = await adult("fatima.aydin");
    const ask = await visitor.get(`${w.issuer}/v1/logout`);
    const yes = await visitor.post(ask.action ?? "", { ...ask.fields, logout: "yes" });
    assert.match((await visitor.get(yes.location ?? "")).text, /Je bent afgemeld/);
    assert.equal(await sessions("demo-ea-1"), 0);
    await atKey(visitor);
  });

  test("R18: a session from when less was asked counts no longer", async () => {
    const { visitor } = await adult("fatima.aydin");
    assert.ok(codeOf(await visitor.get(loketUrl({ prompt: "none" }))));
    await w.db.sql`update acm.sessie set inhoud = replace(inhoud, ${demoAcr}, 'urn:vroeger')
      where medewerker::json ->> 'voId' = 'demo-ea-1'`;
    assert.equal(backOf(await visitor.get(loketUrl({ prompt: "none" }))).get("error"), "login_required");
  });

  test("a session of an adult is not prolonged by use", async () => {
    const { visitor } = await adult("bram.claes");
    const end = async () =>
      (
        await w.db.sql<
          { verloopt_op: Date }[]
        >`select verloopt_op from acm.sessie where medewerker::json ->> 'voId' = 'demo-dov-2'`
      )[0]?.verloopt_op.getTime();
    const first = await end();
    w.clock.advance(3_600_000);
    assert.ok(codeOf(await visitor.get(loketUrl())));
    assert.equal(await end(), first);
    w.clock.advance(-3_600_000);
  });

  test("a token can be withdrawn, and is introspected by its own client only", async () => {
    const { answer } = await adult("els.vandamme");
    const { body } = await redeemOf(w, "schoolloket", codeOf(answer));
    const auth = { authorization: `Basic ${Buffer.from(`schoolloket:${secret}`).toString("base64")}` };
    const token = String(body["access_token"]);
    assert.equal((await call(w, "/v1/introspect", { token }, auth)).body["active"], true);
    assert.equal((await call(w, "/v1/revoke", { token }, auth)).status, 200);
    assert.equal((await call(w, "/v1/introspect", { token }, auth)).body["active"], false);
  });
});

test("no name, number or address of an adult stands in the log", () => {
  const lines = (w.ctx.log as unknown as { lines: string[] }).lines.join("\n");
  assert.match(lines, /an adult did not get in/);
  assert.doesNotMatch(lines, /demo-\d|Van Damme|Segers|nele|vandamme/i);
});

describe("R18: without a key of adults", () => {
  test("R18: the upstream is down: a page that says so, and another try when it is back", async () => {
    const other = await keys.worldWithKey({ started: false, alsInIdToken: true });
    try {
      const visitor = browser();
      const ask = () => visitor.get(keys.loketUrl(other));
      const down = await ask();
      assert.equal(down.status, 503);
      assert.match(down.text, /antwoordt nu niet/);
      assert.ok(Number(down.headers.get("retry-after")) > 0);
      await other.start();
      const { answer } = await keys.signInAdult(other, " Els.VanDamme ", { visitor });
      assert.ok(codeOf(answer), "with all claims in the ID token");
      // Away again, between the question and the answer.
      visitor.cookies.clear();
      const back = await keys.choose(other, visitor, await keys.atKey(other, visitor), "els.vandamme");
      other.server.closeAllConnections();
      other.server.close();
      const gone = await follow(visitor, await visitor.get(back));
      assert.equal(gone.status, 503);
      assert.match(gone.text, /antwoordt nu niet/);
      const asked = await visitor.get(keys.loketUrl(other, { prompt: "none" }));
      assert.equal(backOf(asked).get("error"), "login_required", "nobody is signed in");
    } finally {
      await other.close();
    }
  });

  test("not set up: the page tells the operator; pupils do not notice", async () => {
    const other = await world();
    try {
      const page = await browser().get(authUrlOf(other, "schoolloket", loketScope));
      assert.equal(page.status, 503);
      assert.match(page.text, /nog niet ingesteld/);
      assert.match(page.text, /LEERID_MEDEWERKERS/);
      assert.equal((await browser().get(authUrl(other))).status, 200);
    } finally {
      await other.close();
    }
  });
});
