import assert from "node:assert/strict";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, beforeEach, test } from "node:test";
import { exportJWK, generateKeyPair, type JWK } from "jose";
import type { Context } from "#platform/context";
import { guardedLog } from "#testing/guarded-log";
import { remoteKeys } from "./remote-keys.ts";

let server: Server;
let uri: string;
/** What the client's server says, and how often it was asked. */
let answer: RequestListener;
let asked: number;
const jwks: JWK[] = [];
before(async () => {
  for (const kid of ["een", "twee"]) {
    const { publicKey } = await generateKeyPair("ES256");
    jwks.push({ ...(await exportJWK(publicKey)), kid });
  }
  server = createServer((req, res) => {
    asked += 1;
    answer(req, res);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  uri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/sleutels`;
});
after(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  asked = 0;
});

const say =
  (body: unknown, status = 200, headers: Record<string, string> = {}): RequestListener =>
  (_req, res) =>
    void res.writeHead(status, headers).end(typeof body === "string" ? body : JSON.stringify(body));

/** Keys at that address, with a clock of their own. */
function known(allowPrivateNetwork = true) {
  let now = 1_800_000_000_000;
  const log = guardedLog();
  const ctx = { clock: { now: () => now }, log } as unknown as Context;
  const keysOf = remoteKeys({ ctx, allowPrivateNetwork }, { clientId: "rekenen", uri });
  const kids = async (kid?: string) => (await keysOf(kid)).map((key) => key.kid);
  return { kids, log, pass: (seconds: number) => void (now += seconds * 1000) };
}

test("keys are read once and remembered; a server without an answer is not asked for each request", async () => {
  answer = say({ keys: jwks });
  const { kids } = known();
  assert.deepEqual(await Promise.all([kids("een"), kids("twee"), kids()]), [
    ["een"],
    ["twee"],
    ["een", "twee"],
  ]);
  assert.equal(asked, 1);
});

test("an unknown kid makes us look again, once a minute at most", async () => {
  answer = say({ keys: jwks.slice(0, 1) });
  const { kids, pass } = known();
  assert.deepEqual(await kids("een"), ["een"]);
  answer = say({ keys: jwks });
  for (let turn = 0; turn < 5; turn += 1) assert.deepEqual(await kids("twee"), []);
  pass(59);
  assert.deepEqual(await kids("twee"), []);
  assert.equal(asked, 1);
  pass(1);
  assert.deepEqual(await kids("twee"), ["twee"]);
  assert.deepEqual(await kids("een"), ["een"]);
  assert.equal(asked, 2);
});

test("a key that was taken away ends within ten minutes", async () => {
  answer = say({ keys: jwks });
  const { kids, pass } = known();
  assert.deepEqual(await kids("een"), ["een"]);
  answer = say({ keys: jwks.slice(1) });
  pass(601);
  assert.deepEqual(await kids("een"), []);
});

test("a server that is away stops nobody for a day; after that it does", async () => {
  answer = say({ keys: jwks });
  const { kids, pass, log } = known();
  assert.deepEqual(await kids("een"), ["een"]);
  answer = (req) => req.socket.destroy();
  pass(3600);
  for (let turn = 0; turn < 5; turn += 1) assert.deepEqual(await kids("een"), ["een"]);
  assert.equal(asked, 2);
  assert.match(
    log.lines[0] ?? "",
    /^the keys of a client could not be read .*"client":"rekenen".*"code":"ECONNRESET"/,
  );
  pass(24 * 3600);
  assert.deepEqual(await kids("een"), []);
  answer = say({ keys: jwks });
  assert.deepEqual(await kids("een"), []);
  pass(5);
  assert.deepEqual(await kids("een"), ["een"]);
});

test("what is no set of public keys gives none, and says why in the log", async () => {
  const cases: readonly (readonly [RequestListener, string | undefined])[] = [
    [say("geen json"), "SyntaxError"],
    [say({}), "TypeError"],
    [say("null"), "TypeError"],
    [say({ keys: jwks }, 404), "EHTTP404"],
    [say("", 302, { location: uri }), "EHTTP302"],
    [say({ keys: jwks, x: "x".repeat(70_000) }), "ETOOLARGE"],
    [say({ keys: [null, 5, { kty: "oct", k: "c2xldXRlbA" }, { ...jwks[0], d: "x" }] }), undefined],
    [(_req, res) => void res.writeHead(200).write("{"), "TimeoutError|ABORT_ERR|ECONNRESET"],
  ];
  for (const [said, reason] of cases) {
    answer = said;
    asked = 0;
    const { kids, log } = known();
    assert.deepEqual(await kids(), []);
    assert.equal(asked, 1, "no redirect is followed");
    assert.equal(log.lines.length, reason === undefined ? 0 : 1);
    if (reason !== undefined) assert.match(log.lines[0] ?? "", new RegExp(reason));
  }
});

test("in production an address inside is not asked", async () => {
  answer = say({ keys: jwks });
  const { kids, log } = known(false);
  assert.deepEqual(await kids(), []);
  assert.equal(asked, 0);
  assert.match(log.lines[0] ?? "", /EINSIDE/);
});
