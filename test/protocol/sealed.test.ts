import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { after, before, describe, test } from "node:test";
import { rotate } from "#modules/tokens";
import { createAcm } from "#sites/acm";
import {
  authUrl,
  authUrlOf,
  codeOf,
  countLog,
  endEnrolment,
  payloadOf,
  redeem,
  redeemOf,
  signIn,
  userinfo,
} from "./flow.ts";
import { browser, redirectUri, typePassword, vraagUri, world, type Pupil, type World } from "./world.ts";

// A code carries all that was decided, sealed (ADR 0025): what it is worth is found out when it is redeemed.

let w: World;
/** Another node on the same database. */
let second: World;
let stopSecond: () => Promise<void>;
before(async () => {
  w = await world();
  const acm = await createAcm({
    ctx: w.ctx,
    acmUrl: w.origin,
    apiUrl: w.apiUrl,
    loketUrl: "https://loket.leerid.example",
  });
  const server = createServer((req, res) => acm.handler(req, res));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  second = { ...w, issuer: `http://127.0.0.1:${(server.address() as AddressInfo).port}/op` };
  stopSecond = async () => {
    server.closeAllConnections();
    server.close();
    await acm.close();
  };
});
after(async () => {
  await stopSecond();
  await w.close();
});

const linesOf = () => (w.ctx.log as unknown as { lines: string[] }).lines;
async function freshCode(name: string): Promise<{ readonly pupil: Pupil; readonly code: string }> {
  const pupil = await w.addPupil(name);
  return { pupil, code: codeOf((await signIn(w, { pupil })).answer) };
}

describe("once", () => {
  test("20 redemptions at once: one token, one record in the log, and replay ends the token", async () => {
    const { pupil, code } = await freshCode("twintig.keer");
    const nodes = [w, second];
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, nr) => redeem(nodes[nr % 2] ?? w, code)),
    );
    const good = answers.filter(({ status }) => status === 200);
    assert.equal(good.length, 1);
    for (const { status, body } of answers)
      if (status !== 200) assert.deepEqual([status, body["error"]], [400, "invalid_grant"]);
    assert.equal(await countLog(w, pupil), 1);
    const rows = await w.db.sql`select 1 from acm.machtiging where account_uuid = ${pupil.accountUuid}`;
    assert.equal(rows.length, 1);
    assert.equal((await userinfo(w, good[0]?.body["access_token"])).status, 401, "it came again");
  });

  test("coming again it ends its token, also when it is too old by itself, or comes elsewhere", async () => {
    for (const [name, node, later] of [
      ["weer.meteen", w, 0],
      ["weer.elders", second, 0],
      ["weer.later", w, 31_000],
      ["weer.muchlater", w, 3_000_000],
    ] as const) {
      const { pupil, code } = await freshCode(name);
      const { body } = await redeem(w, code);
      assert.equal((await userinfo(w, body["access_token"])).status, 200);
      w.clock.advance(later);
      assert.equal((await redeem(node, code)).body["error"], "invalid_grant", name);
      assert.equal((await userinfo(w, body["access_token"])).status, 401, name);
      w.clock.advance(-later);
      assert.equal(await countLog(w, pupil), 1);
    }
  });

  test("of the two codes of one form, as a second click makes them, one is redeemed", async () => {
    const pupil = await w.addPupil("twee.kliks");
    const visitor = browser();
    const page = await visitor.get(authUrl(w));
    const [one, two] = await Promise.all([
      typePassword(visitor, page, pupil),
      typePassword(visitor, page, pupil),
    ]);
    assert.notEqual(codeOf(one), codeOf(two));
    const answers = [await redeem(w, codeOf(two)), await redeem(w, codeOf(one))];
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 400],
    );
    assert.equal(await countLog(w, pupil), 1);
    // A third click, after the application took its code: where it begins, signed in.
    const third = await typePassword(visitor, page, pupil);
    assert.deepEqual([third.status, third.location], [303, "https://bingel.example/"]);
  });
});

describe("nothing but what we sealed, and everything that we sealed", () => {
  test("one character more, less or otherwise is another code; the right one still counts", async () => {
    const { pupil, code } = await freshCode("een.letter");
    const other = (at: number) => (code[at] === "A" ? "B" : "A");
    const changed = [
      ...Array.from({ length: 30 }, (_, nr) => Math.floor((nr * code.length) / 30)),
      code.length - 1,
    ].map((at) => code.slice(0, at) + other(at) + code.slice(at + 1));
    for (const one of [
      ...changed,
      code.slice(1),
      code.slice(0, -1),
      `${code}A`,
      `${code}=`,
      `${code} `,
      `${code}\n`,
    ])
      assert.equal((await redeem(w, one)).body["error"], "invalid_grant", one.slice(-8));
    assert.equal(await countLog(w, pupil), 0);
    assert.equal((await redeem(w, code)).status, 200);
  });

  test("nothing of it can be read: no number, no name, no address", async () => {
    const { pupil, code } = await freshCode("niet.leesbaar");
    const bytes = Buffer.from(code, "base64url").toString("latin1");
    for (const own of [pupil.accountUuid, "bingel", "openid", "eenmalig"]) {
      assert.equal(code.includes(own), false);
      assert.equal(bytes.includes(own), false);
    }
    assert.ok(code.length < 1500, `${code.length}: it stands in an address`);
  });

  test("another node redeems it", async () => {
    const { pupil, code } = await freshCode("ander.knooppunt");
    assert.equal((await redeem(second, code)).status, 200);
    assert.equal(await countLog(w, pupil), 1);
  });

  test("a form that another node made is answered here", async () => {
    const visitor = browser();
    const page = await visitor.get(authUrl(second));
    const here = new URL(page.action ?? "");
    here.port = new URL(w.origin).port;
    const answer = await typePassword(visitor, { ...page, action: here.href }, w.pupil);
    assert.equal((await redeem(second, codeOf(answer))).status, 200);
  });
});

test("an address that is withdrawn while a form is open gets no code: the pupil is signed in, and begins where the application does", async () => {
  const pupil = await w.addPupil("adres.weg");
  const visitor = browser();
  const asked = authUrl(w, { client_id: "stichting", redirect_uri: vraagUri });
  const page = await visitor.get(asked);
  assert.equal(page.status, 200);
  await w.db.sql`update toepassingen.client
    set metadata = (metadata::jsonb || ${JSON.stringify({ redirect_uris: [redirectUri] })}::jsonb)::text where client_id = 'stichting'`;
  await w.db.sql`select pg_notify('leerid_clients', '')`;
  for (let n = 0; n < 200 && (await browser().get(asked)).status !== 400; n += 1) await wait(20);
  const answer = await typePassword(visitor, page, pupil);
  assert.deepEqual([answer.status, answer.location], [303, "https://bingel.example/"]);
  assert.ok(codeOf(await visitor.get(authUrl(w, { client_id: "stichting" }))));
});

describe("keys turn over", () => {
  const kids = async (node: World) => {
    const { keys } = (await (await fetch(`${node.issuer}/v1/keys`)).json()) as { keys: { kid: string }[] };
    return keys.map(({ kid }) => kid).join();
  };
  async function turn(): Promise<void> {
    const before = await Promise.all([kids(w), kids(second)]);
    await rotate(w.ctx);
    for (let n = 0; n < 200; n += 1) {
      const now = await Promise.all([kids(w), kids(second)]);
      if (now[0] !== before[0] && now[1] !== before[1]) return;
      await wait(20);
    }
    assert.fail("no node heard of the rotation");
  }
  const reasonFor = async (code: string) => {
    linesOf().length = 0;
    assert.equal((await redeem(w, code)).body["error"], "invalid_grant");
    return linesOf().join();
  };

  test("between authorization and redemption, and while a form is open: as if nothing happened", async () => {
    const { code } = await freshCode("sleutel.draait");
    const pupil = await w.addPupil("formulier.open");
    const visitor = browser();
    const page = await visitor.get(authUrl(w));
    await turn();
    assert.equal((await redeem(second, code)).status, 200);
    const answer = await typePassword(visitor, page, pupil);
    assert.equal((await redeem(w, codeOf(answer))).status, 200);
  });

  test("a key that left the ring opens nothing any more", async () => {
    const { code } = await freshCode("oude.code");
    await turn();
    w.clock.advance(31_000);
    assert.match(await reasonFor(code), /expired/, "still read");
    w.clock.advance(49 * 3_600_000);
    await turn();
    assert.match(await reasonFor(code), /not found/, "no longer");
    w.clock.advance(-49 * 3_600_000 - 31_000);
  });
});

describe("what changes between authorization and redemption is seen (D5)", () => {
  /** What leaves: the claims, and what the log says of it; or the refusal. */
  async function redeemAfter(name: string, application: string, change: (pupil: Pupil) => Promise<unknown>) {
    const pupil = await w.addPupil(name);
    const { visitor } = await signIn(w, { pupil });
    const code = codeOf(await visitor.get(authUrlOf(w, application)));
    await change(pupil);
    const { status, body } = await redeemOf(w, application, code);
    const [regel] = await w.db.sql<{ attributen: string[]; protocol: string }[]>`
      select attributen, protocol from privacylog.regel
       where account_uuid = ${pupil.accountUuid} and ontvanger = ${application}`;
    const [nee] = await w.db.sql<{ reden: string }[]>`
      select reden from verstrekking.weigering where account_uuid = ${pupil.accountUuid}`;
    const [sessie] = await w.db.sql<{ sub: string | null }[]>`
      select clients ->> ${application} as sub from acm.sessie where account_uuid = ${pupil.accountUuid}`;
    const claims = status === 200 ? payloadOf(body["id_token"]) : {};
    return { pupil, status, error: body["error"], claims, regel, reden: nee?.reden, sub: sessie?.sub };
  }
  type Outcome = Awaited<ReturnType<typeof redeemAfter>>;
  const refused = ({ status, error, regel, reden, sub }: Outcome, why: RegExp) => {
    assert.deepEqual([status, error, regel, sub], [400, "invalid_grant", undefined, null]);
    assert.match(reden ?? "none", why);
  };

  test("nothing changed: what was decided", async () => {
    const { status, claims, regel, pupil, sub } = await redeemAfter("zelfde.feiten", "derde", async () => {});
    assert.deepEqual([status, claims["sub"], sub], [200, pupil.accountUuid, pupil.accountUuid]);
    assert.equal(regel?.attributen.length, 7);
  });

  test("the enrolment ended", async () => {
    refused(
      await redeemAfter("einde.inschrijving", "derde", (pupil) => endEnrolment(w, pupil)),
      /niet-ingeschreven/,
    );
  });

  test("another name: the new one leaves", async () => {
    const { status, claims } = await redeemAfter(
      "andere.naam",
      "derde",
      ({ accountUuid }) =>
        w.db.sql`update leerlingen.account set voornaam = 'Nora' where account_uuid = ${accountUuid}`,
    );
    assert.deepEqual([status, claims["given_name"]], [200, "Nora"]);
  });

  test("the account was merged into another one", async () => {
    const { status, error, regel } = await redeemAfter(
      "samen.gevoegd",
      "derde",
      ({ accountUuid }) => w.db.sql`
        update leerlingen.account set vervangen_door = ${w.pupil.accountUuid}, vervangen_op = now() where account_uuid = ${accountUuid}`,
    );
    assert.deepEqual([status, error, regel], [400, "invalid_grant", undefined]);
  });

  test("the school hid the application", async () => {
    refused(
      await redeemAfter(
        "niet.zichtbaar",
        "vierde",
        () => w.db.sql`delete from toepassingen.zichtbaarheid where toepassing = 'vierde'`,
      ),
      /zichtbaar/,
    );
  });

  test("the school no longer chose it", async () => {
    refused(
      await redeemAfter(
        "niet.gekozen",
        "kapot",
        () => w.db.sql`delete from toepassingen.keuze where toepassing = 'kapot'`,
      ),
      /keuze|gekozen/,
    );
  });

  test("the agreement ended", async () => {
    refused(
      await redeemAfter(
        "einde.protocol",
        "traag",
        () =>
          w.db
            .sql`update protocollen.protocol set tot = ${w.clock.vandaag()}::date - 1 where toepassing = 'traag'`,
      ),
      /protocol/,
    );
  });

  test("an attribute left the agreement: it does not leave us, and the log does not say it did; a new sub where that one was it", async () => {
    const attributen = JSON.stringify([{ attribuut: "Voornaam" }, { attribuut: "Instellingsnummer" }]);
    const { pupil, status, claims, regel, sub } = await redeemAfter(
      "minder.attributen",
      "derde",
      () => w.db.sql`update protocollen.protocol set attributen = ${attributen} where toepassing = 'derde'`,
    );
    assert.equal(status, 200);
    assert.deepEqual(regel?.attributen.toSorted(), ["Instellingsnummer", "Voornaam"]);
    assert.deepEqual(
      Object.keys(claims)
        .filter((claim) => /name|uuid|instelling/.test(claim))
        .toSorted(),
      ["given_name", "instellingsnummer"],
    );
    assert.notEqual(claims["sub"], pupil.accountUuid);
    assert.equal(sub, claims["sub"], "the session tells the application by the sub that it knows");
  });
});
