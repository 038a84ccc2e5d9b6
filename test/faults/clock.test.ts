import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { fixedClock } from "#platform/clock";
import type { Context } from "#platform/context";
import { authenticate, makeGate } from "#modules/aanmelding";
import { verifyChain, zegel } from "#modules/privacylog";
import { createAcm, type AcmSite } from "#sites/acm";
import { testDatabase, type TestDatabase } from "#testing/database";
import { application, fillSchool, password, type Pupil } from "./school.ts";
import { authorize, redeem, signIn, userinfo, type Tokens } from "./sign-in-client.ts";

const bingel = application("bingel");
const other = application("tweede");

type World = {
  readonly db: TestDatabase;
  readonly ctx: Context;
  readonly clock: ReturnType<typeof fixedClock>;
  readonly acm: AcmSite;
  readonly server: Server;
  readonly origin: string;
  readonly pupil: Pupil;
};
let w: World;

/** ACM at a moment, with one pupil enrolled until a day. */
async function open(iso: string, tot: string): Promise<World> {
  const db = await testDatabase();
  const clock = fixedClock(iso);
  const ctx: Context = { ...db.ctx, clock };
  const [pupil] = await fillSchool(ctx, {
    pupils: 1,
    applications: [bingel, other],
    attributes: [
      { attribuut: "Account_uuid" },
      { attribuut: "Voornaam" },
      { attribuut: "Gebruikersnaam", tot: "2027-12-31" },
      { attribuut: "Instellingsnummer" },
    ],
    tot,
  });
  assert.ok(pupil);
  const server = createServer((req, res) => acm.handler(req, res));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const acm = await createAcm({
    ctx,
    acmUrl: origin,
    apiUrl: "http://api.test",
    loketUrl: "http://loket.test",
  });
  return { db, ctx, clock, acm, server, origin, pupil };
}

async function close(): Promise<void> {
  w.server.closeAllConnections();
  w.server.close();
  await w.acm.close();
  await w.db.close();
}

/** That world for the tests of one suite. */
function worldAt(iso: string, tot: string): void {
  before(async () => {
    w = await open(iso, tot);
  });
  after(close);
}

const claimsOf = ({ idToken }: Tokens): Record<string, unknown> =>
  JSON.parse(Buffer.from(idToken.split(".")[1] ?? "", "base64url").toString("utf8")) as Record<
    string,
    unknown
  >;
const asked = (visitor = new Map<string, string>()) => authorize(w.origin, bingel, w.pupil, visitor);
const all = (visitor = new Map<string, string>()) => signIn(w.origin, bingel, w.pupil, visitor);
const refused = /no code: 403/;
const released = async (): Promise<number> =>
  Number((await w.db.sql`select count(*) as n from privacylog.regel where soort = 'verstrekking'`)[0]?.["n"]);

describe("31 August, 1 September", () => {
  worldAt("2027-08-31T21:59:50Z", "2027-08-31");

  it("an enrolment until 31 August opens the door until midnight in Brussels, and not a second longer", async () => {
    const visitor = new Map<string, string>();
    const tokens = await all(visitor); // 23:59:50
    assert.equal((await userinfo(w.origin, tokens)).status, 200);
    const [sso, form] = [await asked(visitor), await asked()];
    const before = await released();

    w.clock.set("2027-08-31T22:00:00Z"); // midnight: the codes are ten seconds old
    for (const code of [sso, form])
      await assert.rejects(redeem(w.origin, bingel, w.pupil, code), /no token: 400 .*invalid_grant/);
    assert.equal((await userinfo(w.origin, tokens)).status, 401);
    await assert.rejects(asked(visitor), refused);
    await assert.rejects(asked(), refused);
    assert.equal(await released(), before);

    w.clock.set("2027-08-31T21:59:59.999Z"); // and the clock of a node that runs a little behind
    assert.equal((await userinfo(w.origin, tokens)).status, 200);
  });
});

describe("31 December 2027, 1 January 2028", () => {
  worldAt("2027-12-31T22:59:50Z", "2028-06-30");

  it("the username leaves with its date in the agreement: at redemption and at userinfo, for who signed in before", async () => {
    const tokens = await all();
    assert.equal(claimsOf(tokens)["preferred_username"], w.pupil.gebruikersnaam);
    const old = (await (await userinfo(w.origin, tokens)).json()) as Record<string, unknown>;
    assert.equal(old["preferred_username"], w.pupil.gebruikersnaam);
    const code = await asked();

    w.clock.set("2027-12-31T23:00:00Z");
    const late = await redeem(w.origin, bingel, w.pupil, code);
    for (const claims of [claimsOf(late), claimsOf(await all())]) {
      assert.equal("preferred_username" in claims, false);
      assert.deepEqual([claims["sub"], typeof claims["given_name"]], [w.pupil.accountUuid, "string"]);
    }
    const now = (await (await userinfo(w.origin, tokens)).json()) as Record<string, unknown>;
    assert.equal("preferred_username" in now, false);
    assert.equal(typeof now["given_name"], "string");

    const log = await w.db.sql<{ tijdstip: Date; attributen: string[] }[]>`
      select tijdstip, attributen from privacylog.regel order by nr`;
    for (const { tijdstip, attributen } of log)
      assert.equal(attributen.includes("Gebruikersnaam"), tijdstip < new Date("2027-12-31T23:00:00Z"));
  });

  it("the log goes on in the partition of the new year, and its chain with it", async () => {
    while ((await zegel(w.ctx)) > 0);
    assert.deepEqual((await verifyChain(w.ctx)).fouten, []);
  });
});

for (const [name, lastDay, before, at] of [
  // 02:00 becomes 03:00: a day of 23 hours.
  ["the night that summer time begins", "2027-03-28", "2027-03-28T21:59:50Z", "2027-03-28T22:00:00Z"],
  ["the day before summer time begins", "2027-03-27", "2027-03-27T22:59:50Z", "2027-03-27T23:00:00Z"],
  // 03:00 becomes 02:00: a day of 25 hours.
  ["the night that summer time ends", "2027-10-31", "2027-10-31T22:59:50Z", "2027-10-31T23:00:00Z"],
  ["the day before summer time ends", "2027-10-30", "2027-10-30T21:59:50Z", "2027-10-30T22:00:00Z"],
] as const) {
  describe(name, () => {
    worldAt(before, lastDay);

    it(`an enrolment until ${lastDay} ends at midnight in Brussels`, async () => {
      const visitor = new Map<string, string>();
      const tokens = await all(visitor);
      const code = await asked(visitor);
      w.clock.set(at);
      await assert.rejects(redeem(w.origin, bingel, w.pupil, code), /invalid_grant/);
      assert.equal((await userinfo(w.origin, tokens)).status, 401);
      await assert.rejects(asked(visitor), refused);
    });
  });
}

describe("the hour that is skipped, and the hour that comes twice", () => {
  for (const [name, times] of [
    ["skipped", ["2027-03-28T00:59:55Z", "2027-03-28T01:00:05Z", "2027-03-28T01:30:00Z"]],
    [
      "twice",
      ["2027-10-31T00:30:00Z", "2027-10-31T00:59:55Z", "2027-10-31T01:00:05Z", "2027-10-31T01:30:00Z"],
    ],
  ] as const) {
    describe(name, () => {
      worldAt(times[0], "2028-06-30");

      it("session, codes and tokens count seconds, not the hands of the clock", async () => {
        const visitor = new Map<string, string>();
        const tokens = await all(visitor);
        for (const [index, time] of times.entries()) {
          w.clock.set(time);
          const code = await asked(visitor);
          assert.equal(code.form, false);
          const next = times[index + 1];
          // Ten seconds of real time over the change of the hour: a code is still good.
          if (next !== undefined && Date.parse(next) - Date.parse(time) < 30_000) w.clock.set(next);
          await redeem(w.origin, bingel, w.pupil, code);
          const young = w.clock.now() - Date.parse(times[0]) < 3_600_000;
          assert.equal((await userinfo(w.origin, tokens)).status, young ? 200 : 401, time);
        }
      });
    });
  }
});

describe("a clock that jumps back an hour during a session", () => {
  beforeEach(async () => {
    w = await open("2026-11-24T09:30:00Z", "2027-06-30");
  });
  afterEach(close);

  it("keeps session, code and token, gives nothing twice, and the log stays whole", async () => {
    const visitor = new Map<string, string>();
    const tokens = await all(visitor);
    const code = await asked(visitor);
    w.clock.advance(-3_600_000);
    const redeemed = await redeem(w.origin, bingel, w.pupil, code);
    for (const one of [tokens, redeemed]) assert.equal((await userinfo(w.origin, one)).status, 200);
    await assert.rejects(redeem(w.origin, bingel, w.pupil, code), /invalid_grant/);
    const hop = await authorize(w.origin, other, w.pupil, visitor);
    assert.equal(hop.form, false);
    await redeem(w.origin, other, w.pupil, hop);
    while ((await zegel(w.ctx)) > 0);
    const control = await verifyChain(w.ctx);
    assert.deepEqual(control.fouten, []);
    assert.equal(control.wachtend, 0);
    w.clock.advance(3_600_000);
    assert.equal((await authorize(w.origin, other, w.pupil, visitor)).form, false);
  });

  it("an unfinished sign-in goes on", async () => {
    const page = await fetch(
      `${w.origin}/op/v1/auth?${new URLSearchParams({
        client_id: bingel.id,
        redirect_uri: bingel.redirectUri,
        response_type: "code",
        scope: "openid",
        code_challenge: "x".repeat(43),
        code_challenge_method: "S256",
      })}`,
    );
    const action = /<form[^>]*action="([^"]*)"/.exec(await page.text())?.[1] ?? "";
    const cookie = page.headers
      .getSetCookie()
      .map((line) => line.split(";")[0])
      .join("; ");
    w.clock.advance(-3_600_000);
    const answer = await fetch(`${w.origin}${action}`, {
      method: "POST",
      headers: { cookie },
      redirect: "manual",
      body: new URLSearchParams({ gebruikersnaam: w.pupil.gebruikersnaam, wachtwoord: password }),
    });
    assert.equal(answer.status, 303);
    assert.match(answer.headers.get("location") ?? "", /[?&]code=/);
  });

  it("a pupil who had to wait does not wait longer than the longest wait", async () => {
    const gate = makeGate();
    const attempt = (wachtwoord: string) =>
      authenticate(w.ctx, gate, { gebruikersnaam: w.pupil.gebruikersnaam, wachtwoord, clientId: bingel.id });
    for (let n = 0; n < 6; n += 1) await attempt("verkeerd");
    assert.equal((await attempt(password)).soort, "wachten");
    w.clock.advance(-3_600_000);
    w.clock.advance(900_000);
    assert.equal((await attempt(password)).soort, "gelukt");
  });
});
