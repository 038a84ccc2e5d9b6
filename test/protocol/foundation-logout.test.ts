import assert from "node:assert/strict";
import { setTimeout as wait } from "node:timers/promises";
import { after, before, describe, test } from "node:test";
import { createRemoteJWKSet, generateKeyPair, jwtVerify, SignJWT } from "jose";
import type { Worker } from "#platform/jobs";
import { startJobs } from "#leerid";
import type { Answer } from "./browser.ts";
import { hushLogouts, payloadOf, userinfo, type Params } from "./flow.ts";
import { discover, makeParty, resultsOf, written, type Flow, type Module, type Party } from "./foundation.ts";
import { world, type World } from "./world.ts";

// The plans RP-initiated logout and back-channel logout of the OpenID Foundation, module by module.

let w: World;
let worker: Worker;
before(async () => {
  w = await world();
  worker = await startJobs({ urls: { acm: w.origin }, LEERID_PRODUCTIE: false }, w.ctx);
});
after(async () => {
  await worker.stop();
  await w.close();
});

const backTo = "https://bingel.example/afgemeld";
const ownPage = () => `${w.issuer}/v1/logout/success`;

/** Sends who signed in to the end session endpoint, as the suite does. */
const leave = ({ visitor }: Flow, params: Params): Promise<Answer> => {
  const given = Object.entries(params).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return visitor.get(`${w.issuer}/v1/logout?${new URLSearchParams(given)}`);
};

async function isSignedIn(party: Party, { visitor }: Flow): Promise<boolean> {
  const { answer } = await party.ask({ prompt: "none" }, { visitor });
  const error = party.back(answer).get("error");
  assert.ok(error === null || error === "login_required");
  return error === null;
}

/** Asked, and not sent back before he answers; "ja" signs out and goes no further than a page of ours. */
async function asksFirst(party: Party, flow: Flow, params: Params): Promise<void> {
  const page = await leave(flow, params);
  assert.deepEqual([page.status, page.location], [200, undefined]);
  assert.match(page.text, /Wil je je afmelden/);
  assert.equal(await isSignedIn(party, flow), true);
  const yes = await flow.visitor.post(page.action ?? "", { ...page.fields, logout: "yes" });
  assert.equal(yes.location, ownPage());
  assert.equal(await isSignedIn(party, flow), false);
}

const fine = (run: (party: Party, flow: Flow) => Promise<void>): Module => ({
  result: "voldoet",
  run: async (party) => run(party, await party.flow()),
});
const differs = (run: (party: Party, flow: Flow) => Promise<void>): Module => ({
  ...fine(run),
  result: "wijkt af",
});

/** Signed out, and on a page of ours. */
async function endsHere(party: Party, flow: Flow, params: Params): Promise<void> {
  const done = await leave(flow, params);
  assert.deepEqual([done.status, done.location], [303, ownPage()]);
  assert.match((await flow.visitor.get(ownPage())).text, /Je bent afgemeld/);
  assert.equal(await isSignedIn(party, flow), false);
}

const logoutModules: Readonly<Record<string, Module>> = {
  "oidcc-rp-initiated-logout-discovery-endpoint-verification": fine(async () => {
    assert.equal((await discover(w))["end_session_endpoint"], `${w.issuer}/v1/logout`);
  }),
  "oidcc-rp-initiated-logout": fine(async (party, flow) => {
    const params = { id_token_hint: flow.idToken, post_logout_redirect_uri: backTo, state: "st 1&=" };
    const done = await leave(flow, params);
    assert.equal(done.status, 303);
    assert.ok(done.location?.startsWith(`${backTo}?`));
    assert.equal(new URL(done.location ?? "").searchParams.get("state"), "st 1&=");
    assert.equal(await isSignedIn(party, flow), false);
  }),
  "oidcc-rp-initiated-logout-bad-post-logout-redirect-uri": differs((party, flow) =>
    endsHere(party, flow, {
      id_token_hint: flow.idToken,
      post_logout_redirect_uri: `${backTo}/x`,
      state: "s",
    }),
  ),
  "oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri": differs((party, flow) =>
    endsHere(party, flow, {
      id_token_hint: flow.idToken,
      post_logout_redirect_uri: `${backTo}?a=b`,
      state: "s",
    }),
  ),
  "oidcc-rp-initiated-logout-modified-id-token-hint": fine((party, flow) => {
    const [head, , signature] = flow.idToken.split(".");
    const payload = Buffer.from(JSON.stringify({ ...payloadOf(flow.idToken), sub: "anders" }));
    const changed = `${head}.${payload.toString("base64url")}.${signature}`;
    return asksFirst(party, flow, { id_token_hint: changed, post_logout_redirect_uri: backTo, state: "s" });
  }),
  "oidcc-rp-initiated-logout-bad-id-token-hint": fine(async (party, flow) => {
    const { privateKey } = await generateKeyPair("RS256");
    const own = await new SignJWT(payloadOf(flow.idToken))
      .setProtectedHeader({ alg: "RS256" })
      .sign(privateKey);
    await asksFirst(party, flow, { id_token_hint: own, post_logout_redirect_uri: backTo, state: "s" });
  }),
  "oidcc-rp-initiated-logout-no-id-token-hint": fine((party, flow) =>
    asksFirst(party, flow, { post_logout_redirect_uri: backTo, state: "s" }),
  ),
  "oidcc-rp-initiated-logout-no-params": fine((party, flow) => asksFirst(party, flow, {})),
  "oidcc-rp-initiated-logout-only-state": fine((party, flow) => asksFirst(party, flow, { state: "s" })),
  "oidcc-rp-initiated-logout-no-post-logout-redirect-uri": fine((party, flow) =>
    endsHere(party, flow, { id_token_hint: flow.idToken, state: "s" }),
  ),
  "oidcc-rp-initiated-logout-no-state": fine(async (party, flow) => {
    const done = await leave(flow, { id_token_hint: flow.idToken, post_logout_redirect_uri: backTo });
    assert.deepEqual([done.status, done.location], [303, backTo]);
    assert.equal(await isSignedIn(party, flow), false);
  }),
};

const backChannelModules: Readonly<Record<string, Module>> = {
  "oidcc-backchannel-rp-initiated-logout-discovery-endpoint-verification": fine(async () => {
    const found = await discover(w);
    for (const name of ["backchannel_logout_supported", "backchannel_logout_session_supported"])
      assert.equal(found[name], true, name);
  }),
  "oidcc-backchannel-rp-initiated-logout": fine(async (party, flow) => {
    await hushLogouts(w);
    const params = { id_token_hint: flow.idToken, post_logout_redirect_uri: backTo, state: "s" };
    assert.equal((await leave(flow, params)).location, `${backTo}?state=s`);
    for (let turn = 0; turn < 200 && w.logoutTokens.length === 0; turn += 1) await wait(25);
    const [told, ...more] = w.logoutTokens;
    assert.deepEqual([told?.client, more], [party.clientId, []]);
    const { payload } = await jwtVerify(
      told?.token ?? "",
      createRemoteJWKSet(new URL(`${w.issuer}/v1/keys`)),
      {
        issuer: w.issuer,
        audience: party.clientId,
        algorithms: ["RS256"], // as its ID tokens
        typ: "logout+jwt",
        requiredClaims: ["iat", "exp", "jti", "events", "sid", "sub"],
      },
    );
    assert.deepEqual(payload["events"], { "http://schemas.openid.net/event/backchannel-logout": {} });
    assert.deepEqual([payload.sub, payload["sid"]], [flow.claims.sub, flow.claims["sid"]]);
    assert.equal("nonce" in payload, false);
    assert.equal((await userinfo(w, flow.tokens.body["access_token"])).status, 401);
    assert.equal(await isSignedIn(party, flow), false);
  }),
};

for (const [plan, modules] of [
  ["RP-initiated logout", logoutModules],
  ["back-channel logout", backChannelModules],
] as const)
  for (const [clientId, pkce] of [
    ["stichting", true],
    ["stichting-vrij", false],
  ] as const)
    describe(`${plan}, ${pkce ? "with" : "without"} PKCE`, () => {
      for (const [module, { run }] of Object.entries(modules))
        test(module, () => run(makeParty(w, { clientId, pkce, mode: "query" })));
    });

test("what a plan comes to is what docs/conformiteit.md says of it", () => {
  assert.deepEqual(written("RP-initiated logout"), resultsOf(logoutModules));
  assert.deepEqual(written("Back-channel logout"), resultsOf(backChannelModules));
});
