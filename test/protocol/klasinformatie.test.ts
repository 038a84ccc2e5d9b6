import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { makeVisible } from "#modules/toepassingen";
import { shareKlassen, indelen, stop } from "#testing/klasinformatie";
import { authUrlOf, codeOf, payloadOf, redeemOf, signIn, userinfo } from "./flow.ts";
import { world, type Pupil, type World } from "./world.ts";

const school = "999001";
const other = "999002";
const altijd = ["2020-09-01", "2099-08-31"] as const;

describe("class information", () => {
  let w: World;
  let pupil: Pupil;
  before(async () => {
    w = await world();
    pupil = await w.addPupil("klas.kind");
    await w.db
      .sql`insert into scholen.school (instellingsnummer, naam, gemeente, niveaus, van, versie, inhoud, gewijzigd_op)
        values (${other}, 'Sint-Jozef', 'Gent', '{lager}', '2000-09-01', 1, 0, now())`;
    await indelen(w.db, school, [
      [pupil.accountUuid, "3A", null, ...altijd],
      [pupil.accountUuid, "3A", "Zwemmen", ...altijd],
      [pupil.accountUuid, "2B", null, "2020-09-01", "2020-10-01"],
    ]);
  });
  after(() => w.close());

  const begin = async (name: string, scope: string) =>
    codeOf((await signIn(w, { url: authUrlOf(w, name, { scope }), pupil })).answer);
  /** What an application gets: in the ID token, which must be what userinfo says. */
  async function klasOf(name: string, scope = "openid leerid klasinformatie"): Promise<unknown> {
    const { status, body } = await redeemOf(w, name, await begin(name, scope));
    assert.equal(status, 200, JSON.stringify(body));
    const token = payloadOf(body["id_token"])["klasinformatie"];
    const info = await userinfo(w, body["access_token"]);
    assert.deepEqual(info.body["klasinformatie"], token, "ID token and userinfo say the same");
    const gelogd = await w.db.sql<{ attributen: string[] }[]>`
        select attributen from privacylog.regel where account_uuid = ${pupil.accountUuid} order by nr desc limit 2`;
    for (const { attributen } of gelogd)
      assert.equal(attributen.includes("Klasinformatie"), token !== undefined, "the log says what left");
    return token;
  }
  const zijn = [
    { instellingsnummer: school, klas: "3A" },
    { instellingsnummer: school, klas: "3A", subklas: "Zwemmen" },
  ];

  test("D4, R56, R64: released only with akkoord, integrated, scope and agreement", async () => {
    for (const akkoord of [false, true]) {
      if (akkoord) await shareKlassen(w.db, school);
      for (const [name, scope] of [
        ["klas", "openid leerid klasinformatie"],
        ["klas", "openid leerid"],
        ["klas-los", "openid leerid klasinformatie"],
        ["klas-niet", "openid leerid klasinformatie"],
      ] as const) {
        const mag = akkoord && name === "klas" && scope.includes("klasinformatie");
        assert.deepEqual(await klasOf(name, scope), mag ? zijn : undefined, `${name} ${scope} ${akkoord}`);
      }
    }
  });

  test("R68: a stop between code and redemption, and between redemption and userinfo, takes the class away at once", async () => {
    const scope = "openid leerid klasinformatie";
    await shareKlassen(w.db, school);
    const code = await begin("klas", scope);
    const open = await redeemOf(w, "klas", await begin("klas", scope));
    assert.ok(payloadOf(open.body["id_token"])["klasinformatie"]);
    assert.ok((await userinfo(w, open.body["access_token"])).body["klasinformatie"]);
    await stop(w.db, school);
    const laat = await redeemOf(w, "klas", code);
    assert.equal(laat.status, 200, "signing in goes on");
    assert.equal(payloadOf(laat.body["id_token"])["klasinformatie"], undefined);
    const info = await userinfo(w, open.body["access_token"]);
    assert.deepEqual([info.status, info.body["klasinformatie"]], [200, undefined]);
    await shareKlassen(w.db, school);
    assert.deepEqual(await klasOf("klas"), zijn, "a new akkoord");
  });

  test("R68, D6: what a rule on a class opened, a stop closes between code and redemption", async () => {
    await shareKlassen(w.db, school);
    const regels = w.db
      .sql`delete from toepassingen.zichtbaarheid where toepassing = 'klas' returning regel_id`;
    await regels;
    await makeVisible(w.ctx, {
      instellingsnummer: school,
      toepassing: "klas",
      soort: "klas",
      klas: "3A",
    });
    const code = await begin("klas", "openid klasinformatie");
    const open = await redeemOf(w, "klas", await begin("klas", "openid klasinformatie"));
    await stop(w.db, school);
    const { status, body } = await redeemOf(w, "klas", code);
    assert.deepEqual([status, body["error"]], [400, "invalid_grant"]);
    assert.equal((await userinfo(w, open.body["access_token"])).status, 401);
    await shareKlassen(w.db, school);
    assert.deepEqual(await klasOf("klas"), zijn, "awake again");
    await w.db.sql`delete from toepassingen.zichtbaarheid where toepassing = 'klas'`;
    await makeVisible(w.ctx, { instellingsnummer: school, toepassing: "klas", soort: "school" });
  });

  test("R41, R56: of two schools the classes of the one that shares, and only where he sees the application through it", async () => {
    const stamnummer = "twee";
    await w.db
      .sql`insert into leerlingen.registratie (instellingsnummer, stamnummer, account_uuid, naam, voornaam, zoek, geboortedatum, versie, tijdstip, inhoud)
        values (${other}, ${stamnummer}, ${pupil.accountUuid}, 'Vermeulen', 'Noor', 'vermeulen noor', '2016-05-02', 1, now(), 0)`;
    await w.db
      .sql`insert into inschrijvingen.inschrijving (instellingsnummer, stamnummer, inschrijving, vestiging, niveau, leerjaar, van, geannuleerd, versie, inhoud, gewijzigd_op)
        values (${other}, ${stamnummer}, ${randomUUID()}, '1', 'lager', 3, '2020-09-01', false, 1, 0, now())`;
    await indelen(w.db, other, [[pupil.accountUuid, "6Z", null, ...altijd]]);
    await shareKlassen(w.db, school);
    await stop(w.db, other);
    assert.deepEqual(await klasOf("klas"), zijn, "the other one does not share");
    await shareKlassen(w.db, other);
    assert.deepEqual(await klasOf("klas"), zijn, "the other one did not choose the application");
    await w.db
      .sql`insert into toepassingen.keuze (instellingsnummer, toepassing, van) values (${other}, 'klas', '2020-09-01')`;
    await makeVisible(w.ctx, { instellingsnummer: other, toepassing: "klas", soort: "klas", klas: "6Z" });
    assert.deepEqual(await klasOf("klas"), [...zijn, { instellingsnummer: other, klas: "6Z" }]);
    await stop(w.db, school);
    assert.deepEqual(await klasOf("klas"), [{ instellingsnummer: other, klas: "6Z" }]);
    await shareKlassen(w.db, school);
  });
});
