import assert from "node:assert/strict";
import { setTimeout as wait } from "node:timers/promises";
import { after, before, describe, test } from "node:test";
import { createRemoteJWKSet, jwtVerify } from "jose";
import { inTransaction } from "#platform/context";
import { openDatabase } from "#platform/database";
import { enqueue, type Worker } from "#platform/jobs";
import { startJobs } from "#leerid";
import { openVensterFor } from "#modules/aanmelding";
import { endSessies } from "#sites/acm";
import {
  authUrl,
  authUrlOf,
  codeOf,
  hushLogouts,
  openApplication,
  payloadOf,
  redeem,
  redeemOf,
  signIn,
  userinfo,
} from "./flow.ts";
import { browser, typePassword, world, type World } from "./world.ts";

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

const logoutUrl = (params: Record<string, string> = {}) =>
  `${w.issuer}/v1/logout?${new URLSearchParams(params)}`;
const backTo = "https://bingel.example/afgemeld";

async function signedIn(name: string) {
  const pupil = await w.addPupil(name);
  const { visitor, answer } = await signIn(w, { pupil });
  const { body } = await redeem(w, codeOf(answer));
  return { pupil, visitor, hint: String(body["id_token"]), token: String(body["access_token"]) };
}

const sessionsOf = async (account: string) =>
  (await w.db.sql`select 1 from acm.sessie where account_uuid = ${account}`).length;

const until = async (done: () => boolean) => {
  for (let turn = 0; turn < 500 && !done(); turn += 1) await wait(20);
  assert.ok(done());
};

describe("RP-initiated logout", () => {
  test("with the hint of this session: at once, without a question, back with state; tokens are dead", async () => {
    const { pupil, visitor, hint, token } = await signedIn("weg.een");
    const done = await visitor.get(
      logoutUrl({ id_token_hint: hint, post_logout_redirect_uri: backTo, state: "s 1&" }),
    );
    assert.equal(done.status, 303);
    assert.equal(new URL(done.location ?? "").searchParams.get("state"), "s 1&");
    assert.ok(done.location?.startsWith(backTo));
    assert.equal(await sessionsOf(pupil.accountUuid), 0);
    assert.equal(visitor.cookies.has("/ leerid"), false);
    assert.equal((await userinfo(w, token)).status, 401);
    assert.equal((await visitor.get(authUrl(w))).status, 200, "the form again");
  });

  test("by POST as well, also from another site, and then no ID token stands in an address", async () => {
    const { pupil, visitor, hint } = await signedIn("weg.post");
    // Without the cookie, as a browser sends it from there (SameSite=Lax).
    const form = { id_token_hint: hint, post_logout_redirect_uri: backTo, state: `<"&'` };
    const page = await browser().post(`${w.issuer}/v1/logout`, form);
    assert.deepEqual([page.status, page.location], [200, undefined]);
    assert.equal(page.action, `${w.issuer}/v1/logout`);
    assert.match(page.text, /<form[^>]*method="post"/);
    assert.match(page.text, /document\.forms\[0\]\.submit\(\)/);
    const done = await visitor.post(page.action ?? "", page.fields);
    assert.deepEqual(
      [done.status, done.location],
      [303, `${backTo}?${new URLSearchParams({ state: form.state })}`],
    );
    assert.equal(await sessionsOf(pupil.accountUuid), 0);
    // Who is signed in nowhere is not sent round for ever.
    const again = await browser().post(page.action ?? "", page.fields);
    assert.equal(again.status, 303);
    // From a page of ours, or of a browser that sends its cookie along: at once.
    const other = await signedIn("weg.postzelf");
    const direct = await other.visitor.post(`${w.issuer}/v1/logout`, { id_token_hint: other.hint });
    assert.equal(direct.location, `${w.issuer}/v1/logout/success`);
    assert.equal(await sessionsOf(other.pupil.accountUuid), 0);
  });

  test("without a hint the pupil is asked; yes ends the session, no keeps it", async () => {
    const { pupil, visitor } = await signedIn("weg.twee");
    const ask = await visitor.get(
      logoutUrl({ client_id: "bingel", post_logout_redirect_uri: backTo, state: "x" }),
    );
    assert.equal(ask.status, 200);
    assert.match(ask.text, /Wil je je afmelden/);
    assert.match(ask.text, /Bingel/);
    const no = await visitor.post(ask.action ?? "", { ...ask.fields });
    assert.equal(no.status, 303);
    assert.equal(await sessionsOf(pupil.accountUuid), 1);
    const again = await visitor.get(logoutUrl());
    const yes = await visitor.post(again.action ?? "", { ...again.fields, logout: "yes" });
    assert.equal(yes.location, `${w.issuer}/v1/logout/success`);
    assert.match((await visitor.get(yes.location ?? "")).text, /Je bent afgemeld/);
    assert.equal(await sessionsOf(pupil.accountUuid), 0);
  });

  test("the question cannot be answered by another site", async () => {
    const { pupil, visitor } = await signedIn("weg.drie");
    const ask = await visitor.get(logoutUrl());
    const yes = { ...ask.fields, logout: "yes" };
    for (const headers of [
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
      { origin: "https://kwaad.example" },
      { origin: "null" },
    ] as Record<string, string>[]) {
      const answer = await visitor.post(ask.action ?? "", yes, headers);
      assert.deepEqual([answer.status, answer.location], [303, `${w.issuer}/v1/logout`], "asked again");
    }
    await browser().post(ask.action ?? "", yes);
    assert.equal(await sessionsOf(pupil.accountUuid), 1);
    assert.equal((await visitor.post(ask.action ?? "", yes)).status, 303);
    assert.equal(await sessionsOf(pupil.accountUuid), 0);
    const twice = await visitor.post(ask.action ?? "", yes);
    assert.equal(twice.location, `${w.issuer}/v1/logout/success`, "a second click");
  });

  test("a hint of another session asks first", async () => {
    const one = await signedIn("weg.vier");
    const two = await signedIn("weg.vijf");
    const ask = await two.visitor.get(
      logoutUrl({ id_token_hint: one.hint, post_logout_redirect_uri: backTo }),
    );
    assert.equal(ask.status, 200);
    assert.match(ask.text, /Wil je je afmelden/);
    assert.equal(await sessionsOf(one.pupil.accountUuid), 1);
    assert.equal(await sessionsOf(two.pupil.accountUuid), 1);
  });

  test("an address that is not registered: signed out with the hint of this session, and no further than our page", async () => {
    for (const [nr, uri] of ["https://kwaad.example/", `${backTo}/`, `${backTo}?a=b`].entries()) {
      const { pupil, visitor, hint } = await signedIn(`weg.adres${"abc".charAt(nr)}`);
      const done = await visitor.get(logoutUrl({ id_token_hint: hint, post_logout_redirect_uri: uri }));
      assert.deepEqual([done.status, done.location], [303, `${w.issuer}/v1/logout/success`], uri);
      assert.equal(await sessionsOf(pupil.accountUuid), 0);
    }
  });

  test("broken and foreign hints are as if nothing was said: whoever sits there is asked, and yes is yes", async () => {
    const { pupil, visitor, hint } = await signedIn("weg.zes");
    const [head = "", , signature = ""] = hint.split(".");
    const forged = `${head}.${Buffer.from(JSON.stringify({ ...payloadOf(hint), aud: "derde" })).toString("base64url")}.${signature}`;
    for (const params of [
      { id_token_hint: hint, client_id: "derde", post_logout_redirect_uri: backTo },
      { id_token_hint: "kapot", client_id: "bingel", post_logout_redirect_uri: backTo },
      { id_token_hint: forged, post_logout_redirect_uri: backTo },
      { client_id: "onbekend", post_logout_redirect_uri: backTo },
    ] as Record<string, string>[]) {
      const answer = await visitor.get(logoutUrl(params));
      assert.equal(answer.status, 200, JSON.stringify(params));
      assert.match(answer.text, /Wil je je afmelden/);
      const no = await visitor.post(answer.action ?? "", answer.fields);
      assert.equal(no.location, "https://loket.leerid.example/", "no further than what we know ourselves");
      assert.equal(await sessionsOf(pupil.accountUuid), 1);
    }
    const ask = await visitor.get(logoutUrl({ post_logout_redirect_uri: "https://kwaad.example/" }));
    const yes = await visitor.post(ask.action ?? "", { ...ask.fields, logout: "yes" });
    assert.equal(yes.location, `${w.issuer}/v1/logout/success`);
    assert.equal(await sessionsOf(pupil.accountUuid), 0);
  });

  test("who is not signed in goes straight on, without a session", async () => {
    const visitor = browser();
    const done = await visitor.get(
      logoutUrl({ client_id: "bingel", post_logout_redirect_uri: backTo, state: "y" }),
    );
    assert.equal(done.location, `${backTo}?state=y`);
    assert.equal(visitor.cookies.size, 0);
    assert.equal((await visitor.get(logoutUrl())).location, `${w.issuer}/v1/logout/success`);
  });
});

describe("back-channel logout", () => {
  test("every application of the session hears it, each with its own sub and sid", async () => {
    const { pupil, visitor, hint } = await signedIn("hoor.een");
    const second = await redeemOf(
      w,
      "tweede",
      codeOf(await visitor.get(authUrlOf(w, "tweede", { scope: "openid profile" }))),
    );
    await redeemOf(w, "derde", codeOf(await visitor.get(authUrlOf(w, "derde"))));
    await hushLogouts(w);
    await visitor.get(logoutUrl({ id_token_hint: hint }));
    await until(() => w.logoutTokens.length === 3);
    assert.deepEqual(w.logoutTokens.map(({ client }) => client).toSorted(), ["bingel", "derde", "tweede"]);
    const keys = createRemoteJWKSet(new URL(`${w.issuer}/v1/keys`));
    for (const { client, token } of w.logoutTokens) {
      const { payload, protectedHeader } = await jwtVerify(token, keys, {
        issuer: w.issuer,
        audience: client,
        typ: "logout+jwt",
      });
      assert.deepEqual(payload["events"], { "http://schemas.openid.net/event/backchannel-logout": {} });
      assert.equal(payload["nonce"], undefined);
      assert.equal(typeof payload.jti, "string");
      assert.ok(protectedHeader.kid);
      const idToken =
        client === "bingel"
          ? payloadOf(hint)
          : client === "tweede"
            ? payloadOf(second.body["id_token"])
            : undefined;
      if (idToken) assert.deepEqual([payload.sub, payload["sid"]], [idToken["sub"], idToken["sid"]]);
      if (client === "tweede") assert.notEqual(payload.sub, pupil.accountUuid);
    }
  });

  test("one that fails or does not answer holds nobody up, and nothing personal is logged", async () => {
    const { visitor, hint } = await signedIn("hoor.twee");
    for (const name of ["kapot", "traag"]) await openApplication(w, visitor, name);
    const lines = (w.ctx.log as unknown as { lines: string[] }).lines;
    lines.length = 0;
    const begin = performance.now();
    assert.equal((await visitor.get(logoutUrl({ id_token_hint: hint }))).status, 303);
    assert.ok(performance.now() - begin < 1000);
    await until(() => lines.length > 0);
    assert.match(lines[0] ?? "", /back-channel logout did not arrive/);
    assert.doesNotMatch(lines.join(), /Vermeulen|hoor\.twee|[0-9a-f]{8}-[0-9a-f]{4}-/);
  });

  test("somebody else at the same computer counts as a sign-out", async () => {
    const { visitor } = await signedIn("hoor.drie");
    await hushLogouts(w);
    const page = await visitor.get(authUrl(w, { prompt: "login" }));
    await visitor.post(page.action ?? "", {
      gebruikersnaam: w.pupil.gebruikersnaam,
      wachtwoord: "paard fiets lamp 7",
    });
    await until(() => w.logoutTokens.length === 1);
  });
});

test("a visit that was on its way when the session ended does not bring it back", async () => {
  const { pupil, visitor, hint } = await signedIn("race.kind");
  const answers = await Promise.all([
    visitor.get(logoutUrl({ id_token_hint: hint })),
    ...["derde", "vierde", "tweede"].map((name) =>
      visitor.get(authUrlOf(w, name, { scope: "openid profile" })),
    ),
  ]);
  assert.equal(await sessionsOf(pupil.accountUuid), 0);
  for (const [index, name] of ["derde", "vierde", "tweede"].entries()) {
    const code = new URL(answers[index + 1]?.location ?? "http://x").searchParams.get("code");
    if (code !== null) assert.equal((await redeemOf(w, name, code)).body["error"], "invalid_grant");
  }
});

describe("a password or badge that was replaced (D7)", () => {
  test("whoever was signed in with the old one is out, and the applications hear it; others stay", async () => {
    const { pupil, visitor, token } = await signedIn("weg.papier");
    const other = await signedIn("blijft.staan");
    await hushLogouts(w);
    await endSessies(w.ctx, [pupil.accountUuid]);
    assert.equal(await sessionsOf(pupil.accountUuid), 0);
    assert.equal((await userinfo(w, token)).status, 401);
    assert.match((await visitor.get(authUrl(w))).text, /name="wachtwoord"/);
    await until(() => w.logoutTokens.length === 1);
    assert.equal(w.logoutTokens[0]?.client, "bingel");
    assert.equal(payloadOf(w.logoutTokens[0]?.token ?? "")["sub"], pupil.accountUuid);
    assert.equal(await sessionsOf(other.pupil.accountUuid), 1);
  });

  test("a school withdraws the badge: the job that it asks for ends the session", async () => {
    const { pupil, token } = await signedIn("weg.badge");
    await hushLogouts(w);
    await enqueue(w.ctx, "sessies-beeindigen", { account: pupil.accountUuid });
    await until(() => w.logoutTokens.length === 1);
    assert.equal(await sessionsOf(pupil.accountUuid), 0);
    assert.equal((await userinfo(w, token)).status, 401);
  });

  for (const [how, sql] of [
    ["the connection is gone", "perform pg_terminate_backend(pg_backend_pid()); perform pg_sleep(1)"],
    ["ending them fails", "raise exception 'planted'"],
  ] as const)
    test(`one commit: when ${how} between the new password and the end of the sessions, nothing happened, and the same form works afterwards`, async () => {
      const { pupil, token } = await signedIn(`geplant.${how.replace(/\W/g, "").slice(0, 12)}`);
      await w.db.sql`update sleutels.sleutel set soort = 'eerste' where account_uuid = ${pupil.accountUuid}`;
      const visitor = browser();
      const form = await visitor.get(authUrl(w));
      const kies = await typePassword(visitor, form, pupil);
      const nieuw = "gele tram over zee";
      const fields = { ...kies.fields, nieuw_wachtwoord: nieuw, nieuw_wachtwoord_herhaald: nieuw };
      const owner = openDatabase({ url: w.db.url, max: 1, role: "eigenaar" });
      try {
        await owner.unsafe(`create function acm.planted() returns trigger language plpgsql as $$ begin ${sql}; return old; end $$;
          grant execute on function acm.planted() to leerid_app; alter function acm.planted() security definer;
          create trigger planted before delete on acm.sessie for each row execute function acm.planted()`);
        const broken = await visitor.post(kies.action ?? "", fields);
        assert.ok(broken.status === 500 || broken.status === 503, String(broken.status));
        assert.equal((await userinfo(w, token)).status, 200, "and nobody was told that he is out");
        const old = await w.db
          .sql`select 1 from sleutels.sleutel where account_uuid = ${pupil.accountUuid} and soort = 'eerste'`;
        assert.equal(old.length, 1, "the password is the old one");
      } finally {
        await owner.unsafe("drop trigger planted on acm.sessie; drop function acm.planted()");
        await owner.end();
      }
      await redeem(w, codeOf(await visitor.post(kies.action ?? "", fields)));
      assert.equal((await userinfo(w, token)).status, 401);
      assert.equal(await sessionsOf(pupil.accountUuid), 1);
    });

  test("not when the transaction that replaces it does not end well", async () => {
    const { pupil } = await signedIn("weg.tochniet");
    const afgebroken = inTransaction(w.ctx, async (tx) => {
      await endSessies(tx, [pupil.accountUuid]);
      throw new Error("no");
    });
    await assert.rejects(afgebroken, /^Error: no$/);
    assert.equal(await sessionsOf(pupil.accountUuid), 1);
  });

  test("through the window of five minutes: the pupil chooses, the session elsewhere ends, the own one stands", async () => {
    const { pupil, token } = await signedIn("weg.venster");
    await hushLogouts(w);
    const code = await openVensterFor(w.ctx, { ...pupil, voId: "vo-1" });
    const visitor = browser();
    const form = await visitor.get(authUrl(w));
    const kies = await visitor.post(form.action ?? "", {
      ...form.fields,
      gebruikersnaam: pupil.gebruikersnaam,
      wachtwoord: code,
    });
    assert.equal((await userinfo(w, token)).status, 200, "nothing is replaced yet");
    const nieuw = "gele tram over zee";
    const binnen = await visitor.post(kies.action ?? "", {
      ...kies.fields,
      nieuw_wachtwoord: nieuw,
      nieuw_wachtwoord_herhaald: nieuw,
    });
    await redeem(w, codeOf(binnen));
    assert.equal((await userinfo(w, token)).status, 401);
    await until(() => w.logoutTokens.length === 1);
    assert.equal(await sessionsOf(pupil.accountUuid), 1);
  });
});
