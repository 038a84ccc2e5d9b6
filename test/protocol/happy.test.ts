import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import * as oidc from "openid-client";
import { browser, password, redirectUri, secret, typePassword, world, type World } from "./world.ts";

let w: World;
before(async () => {
  w = await world();
});
after(() => w.close());

/** An unchanged, strict relying party. */
export async function relyingParty(
  w: World,
  clientId = "bingel",
  auth = oidc.ClientSecretBasic(secret),
  metadata = {},
) {
  return oidc.discovery(new URL(w.issuer), clientId, { ...metadata }, auth, {
    execute: [oidc.allowInsecureRequests],
  });
}

test("a pupil signs in with the code flow and the relying party accepts all of it", async () => {
  const rp = await relyingParty(w);
  const verifier = oidc.randomPKCECodeVerifier();
  const state = oidc.randomState();
  const nonce = oidc.randomNonce();
  const url = oidc.buildAuthorizationUrl(rp, {
    redirect_uri: redirectUri,
    scope: "openid profile leerid",
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    state,
    nonce,
  });
  const visitor = browser();
  const page = await visitor.get(url.href);
  assert.equal(page.status, 200);
  const back = await typePassword(visitor, page, w.pupil, password);
  assert.equal(back.status, 303, back.text);
  const tokens = await oidc.authorizationCodeGrant(rp, new URL(back.location ?? ""), {
    pkceCodeVerifier: verifier,
    expectedState: state,
    expectedNonce: nonce,
    idTokenExpected: true,
  });
  const claims = tokens.claims();
  assert.equal(claims?.sub, w.pupil.accountUuid);
  assert.equal(claims?.["given_name"], "Noor");
  const info = await oidc.fetchUserInfo(rp, tokens.access_token, claims?.sub ?? "");
  assert.equal(info["family_name"], "Vermeulen");
  console.log(claims, info);
});
