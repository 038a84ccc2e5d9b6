import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { hash } from "#platform/crypto";
import { Problem } from "#platform/problem";
import {
  findOntvangst,
  listOntvangsten,
  receiveFile,
  processLevering,
  type ReceivedFile,
} from "#modules/leveringen";
import { receive } from "#modules/discimus";
import { testDatabase, type TestDatabase } from "#testing/database";
import { inschrijvingRegel, leerlingRegel, testInsz } from "#testing/discimus";
import { klassenOf, kop, deliverFile, makeSchool, fileNameOf, type Pupil } from "#testing/levering";

let db: TestDatabase;
let leerlingen: Pupil[];
before(async () => {
  db = await testDatabase();
  leerlingen = await makeSchool(db.ctx, "999001", { leerlingen: 60 });
});
after(() => db.close());

const row = (leerling: Pupil, klas: string, rest = ";;") => `${leerling.leerId};;${klas};${rest}`;
const file = (...rows: string[]) => `${[kop, ...rows].join("\n")}\n`;
const klas = (leerling: Pupil) => (Number(leerling.stamnummer.slice(1)) % 2 === 0 ? "1A" : "1B");
const all = (anders = 0) =>
  file(...leerlingen.map((leerling, nr) => row(leerling, nr < anders ? "9Z" : klas(leerling))));
const step = (n: number) => fileNameOf("999001", new Date(Date.UTC(2026, 10, 1, 0, n)).toISOString());
const problem = (code: string) => (error: unknown) => error instanceof Problem && error.kind.code === code;
const waitFor = (naam: string, inhoud: string): ReceivedFile => ({
  pakket: "wisa",
  naam,
  inhoud: Buffer.from(inhoud),
  kanaal: "sftp",
});

describe("a file of class information", () => {
  test("R23, D9: the whole list of a school is applied, and the receipt counts it", async () => {
    const taken = await receiveFile(db.ctx, waitFor(step(1), all()));
    assert.deepEqual([taken.status, taken.ontvangst], ["wacht", null]);
    assert.equal(await findOntvangst(db.ctx, "wisa", step(1)), "wacht");
    const [job] = await db.sql`select payload from jobs.job`;
    assert.deepEqual(job?.["payload"], { levering: taken.levering });
    await processLevering(db.ctx, taken.levering);
    const ontvangst = await findOntvangst(db.ctx, "wisa", step(1));
    assert.deepEqual(ontvangst, {
      bestand: step(1),
      instellingsnummer: "999001",
      schooljaar: "2026-2027",
      status: "verwerkt",
      ontvangen_op: "2026-11-24T08:30:00.000Z",
      verwerkt_op: "2026-11-24T08:30:00.000Z",
      ontvangen: 60,
      aanvaard: 60,
      quarantaine: [],
      gewijzigd: { nieuw: 60, anders: 0, weg: 0 },
    });
    const klassen = await klassenOf(db.ctx, "999001");
    assert.equal(klassen.length, 60);
    assert.ok(klassen.every((one) => one.van === "2026-09-01" && one.tot === "2027-08-31"));
    const [over] = await db.sql`select inhoud from leveringen.levering where levering = ${taken.levering}`;
    assert.equal(over?.["inhoud"], null);
    assert.equal(await findOntvangst(db.ctx, "broekx", step(1)), undefined);
    const [list] = await listOntvangsten(db.ctx, "wisa");
    assert.deepEqual(list, {
      naam: `${step(1)}.ontvangst.json`,
      bytes: Buffer.byteLength(JSON.stringify(ontvangst)),
      klaarOp: db.clock.now(),
    });
  });

  test("D9: the same file again changes nothing and gives the same receipt; the same name with other content is refused", async () => {
    const eerst = await findOntvangst(db.ctx, "wisa", step(1));
    assert.deepEqual(await deliverFile(db.ctx, step(1), all()), eerst);
    await assert.rejects(receiveFile(db.ctx, waitFor(step(1), all(1))), problem("naam-hergebruikt"));
  });

  test("D9: the same content in a later file is done in two trips without touching a class, packed or not; an older file never counts", async () => {
    const voor = await db.sql`select xmin, account_uuid from klassen.indeling order by 2`;
    db.statements.length = 0;
    const { status, ontvangst } = await receiveFile(db.ctx, waitFor(step(3), all()));
    assert.deepEqual(
      [status, ontvangst?.aanvaard, ontvangst?.gewijzigd],
      ["verwerkt", 60, { nieuw: 0, anders: 0, weg: 0 }],
    );
    assert.equal(db.statements.length, 2);
    const gz = fileNameOf("999001", "2026-11-01T00:03:30Z", { gz: true });
    assert.equal((await deliverFile(db.ctx, gz, gzipSync(all()))).status, "verwerkt");
    const oud = await deliverFile(db.ctx, step(2), all(3));
    assert.deepEqual([oud.status, oud.reden?.code, oud.ontvangen], ["geweigerd", "verouderd", 0]);
    assert.deepEqual(await db.sql`select xmin, account_uuid from klassen.indeling order by 2`, voor);
  });

  test("R67, D9: bad rows are set apart with line, field and reason; who stands only in bad rows keeps his class", async () => {
    const [one, two, drie] = leerlingen;
    assert.ok(one && two && drie);
    const ontvangst = await deliverFile(
      db.ctx,
      step(10),
      all()
        .replace(row(one, "1A"), row(one, ""))
        .replace(row(two, "1B"), `${two.leerId};${drie.account};2C;;;`)
        .concat(
          `${row(drie, klas(drie))}\n`,
          "geen-uuid;;1A;;;\n",
          `${row(drie, "3C", ";2026-10-01;2027-09-01")}\n`,
        ),
    );
    assert.deepEqual(
      ontvangst.quarantaine.map(({ regel, veld, code }) => [regel, veld, code]),
      [
        [2, "klas", "klas-ontbreekt"],
        [3, "account_uuid", "leerlingen-verschillen"],
        [62, null, "dubbel"],
        [63, "leer_id_uuid", "uuid-ongeldig"],
        [64, "tot", "datum-buiten-schooljaar"],
      ],
    );
    assert.deepEqual(
      [ontvangst.status, ontvangst.ontvangen, ontvangst.aanvaard, ontvangst.gewijzigd],
      ["deels", 63, 58, { nieuw: 0, anders: 0, weg: 0 }],
    );
    const klassen = await klassenOf(db.ctx, "999001");
    assert.equal(klassen.find(({ account }) => account === one.account)?.klas, "1A");
    assert.equal(klassen.length, 60);
    assert.equal((await deliverFile(db.ctx, step(11), all())).status, "verwerkt");
  });

  test("D9: a file that takes more than a fifth out of their class is held until the school decides", async () => {
    const voor = await klassenOf(db.ctx, "999001");
    assert.equal((await deliverFile(db.ctx, step(20), all(12))).status, "verwerkt"); // a fifth, not more
    assert.equal((await deliverFile(db.ctx, step(21), all())).status, "verwerkt");
    const held = await deliverFile(db.ctx, step(22), all(13));
    assert.deepEqual([held.status, held.reden?.code, held.aanvaard], ["aangehouden", "veel-leerlingen", 60]);
    assert.deepEqual(await klassenOf(db.ctx, "999001"), voor);
    const [open] = await db.sql<{ levering: string }[]>`
      select levering from leveringen.levering where naam = ${step(22)} and inhoud is not null`;
    assert.ok(open);
    await processLevering(db.ctx, open.levering); // without a decision nothing happens
    assert.deepEqual(await findOntvangst(db.ctx, "wisa", step(22)), held);
    const besluit = (levering: string, wat: string) =>
      db.sql`update leveringen.levering set besluit = ${wat}, besluit_op = now(), besluit_door = 'vo-1' where levering = ${levering}`;
    await besluit(open.levering, "verwerken");
    await processLevering(db.ctx, open.levering);
    const na = await findOntvangst(db.ctx, "wisa", step(22));
    assert.ok(typeof na === "object");
    assert.deepEqual([na.status, na.gewijzigd], ["verwerkt", { nieuw: 0, anders: 13, weg: 0 }]);
    // Refused by the school; and one that a later file follows.
    const leeg = await deliverFile(db.ctx, step(23), file());
    assert.deepEqual([leeg.status, leeg.reden?.code], ["aangehouden", "leeg"]);
    const [tweede] = await db.sql<
      { levering: string }[]
    >`select levering from leveringen.levering where naam = ${step(23)}`;
    await besluit(tweede?.levering ?? "", "weigeren");
    await processLevering(db.ctx, tweede?.levering ?? "");
    const geweigerd = await findOntvangst(db.ctx, "wisa", step(23));
    assert.equal(typeof geweigerd === "object" && geweigerd.reden?.code, "door-school-geweigerd");
    assert.equal((await deliverFile(db.ctx, step(24), "")).status, "aangehouden");
    assert.equal((await deliverFile(db.ctx, step(25), all(13))).status, "verwerkt");
    const gevolgd = await findOntvangst(db.ctx, "wisa", step(24));
    assert.equal(typeof gevolgd === "object" && gevolgd.reden?.code, "verouderd");
    const [over] = await db.sql`select count(*) as n from leveringen.levering where inhoud is not null`;
    assert.equal(over?.["n"], 0);
  });

  test("R21, R64: what cannot be taken is refused at once, and nothing of it is kept", async () => {
    await makeSchool(db.ctx, "999002", { leerlingen: 1, akkoord: false });
    await makeSchool(db.ctx, "999003", { leerlingen: 1, pakket: null, akkoord: false });
    const reason = async (
      nummer: string,
      opties: Parameters<typeof fileNameOf>[2] = {},
      tijdstip = "2026-11-20T00:00:00Z",
    ) => {
      const { status, ontvangst } = await receiveFile(
        db.ctx,
        waitFor(fileNameOf(nummer, tijdstip, opties), all()),
      );
      assert.equal(status, "geweigerd");
      return ontvangst?.reden?.code;
    };
    assert.equal(await reason("999999"), "onbekende-school");
    assert.equal(await reason("999003"), "ander-pakket");
    assert.equal(await reason("999002"), "geen-akkoord");
    assert.equal(await reason("999001", { schooljaar: "2027-2028" }), "schooljaar");
    assert.equal(await reason("999001", { schooljaar: "2024-2025" }), "schooljaar");
    assert.equal(await reason("999001", {}, "2026-11-26T00:00:00Z"), "tijdstip-in-toekomst");
    const [rest] = await db.sql`select count(*)::int as n from leveringen.levering where inhoud is not null`;
    assert.equal(rest?.["n"], 0);
    const other = { ...waitFor(step(40), all()), pakket: "broekx" };
    assert.equal((await receiveFile(db.ctx, other)).ontvangst?.reden?.code, "ander-pakket");
  });

  test("D9: what is refused at the door: a name, a size, a checksum", async () => {
    await assert.rejects(receiveFile(db.ctx, waitFor("klassen.csv", all())), problem("naam-onleesbaar"));
    await assert.rejects(receiveFile(db.ctx, waitFor(step(50), "a".repeat(2_000_001))), problem("te-groot"));
    const goed = { ...waitFor(step(51), all(13)), sha256: hash(all(13)).toString("hex").toUpperCase() };
    await assert.rejects(
      receiveFile(db.ctx, { ...goed, sha256: hash("x").toString("hex") }),
      problem("sha256-klopt-niet"),
    );
    assert.equal((await receiveFile(db.ctx, goed)).status, "verwerkt");
  });

  test("D9: last year's file is held; next year's may come from 1 July and counts from 1 September", async (t) => {
    t.after(() => db.clock.set("2026-11-24T08:30:00Z"));
    const vorig = await deliverFile(
      db.ctx,
      fileNameOf("999001", "2026-11-02T00:00:00Z", { schooljaar: "2025-2026" }),
      file(),
    );
    assert.equal(vorig.status, "aangehouden");
    const [one] = leerlingen;
    assert.ok(one);
    const inhoud = file(row(one, "2A"));
    const later = (tijdstip: string) =>
      deliverFile(db.ctx, fileNameOf("999001", tijdstip, { schooljaar: "2027-2028" }), inhoud);
    db.clock.set("2027-06-30T20:00:00Z");
    assert.equal((await later("2027-06-30T00:00:00Z")).reden?.code, "schooljaar");
    db.clock.set("2027-06-30T22:30:00Z");
    assert.equal((await later("2027-06-30T22:00:00Z")).status, "verwerkt");
    assert.deepEqual(
      (await klassenOf(db.ctx, "999001"))
        .filter(({ account }) => account === one.account)
        .map(({ klas, van }) => [klas, van]),
      [
        ["2A", "2027-09-01"],
        ["9Z", "2026-09-01"],
      ],
    );
  });

  test("D3: a school with a new number: either name is the same school", async () => {
    const pupils = await makeSchool(db.ctx, "999020", { leerlingen: 3 });
    const list = (naam: string) => file(...pupils.map((leerling) => row(leerling, naam)));
    assert.equal(
      (await deliverFile(db.ctx, fileNameOf("999020", "2026-11-01T00:00:00Z"), list("1A"))).status,
      "verwerkt",
    );
    await makeSchool(db.ctx, "999021", { leerlingen: 0, pakket: null, akkoord: false });
    await db.sql`update scholen.school set opvolger = '999021', tot = '2026-11-01' where instellingsnummer = '999020'`;
    const later = await deliverFile(
      db.ctx,
      fileNameOf("999021", "2026-11-02T00:00:00Z"),
      list("1A").replace("1A", "1B"),
    );
    assert.deepEqual(later.gewijzigd, { nieuw: 0, anders: 1, weg: 0 });
    const oud = await deliverFile(db.ctx, fileNameOf("999020", "2026-11-01T12:00:00Z"), list("1C"));
    assert.equal(oud.reden?.code, "verouderd");
    assert.equal(
      (await deliverFile(db.ctx, fileNameOf("999020", "2026-11-03T00:00:00Z"), list("1D"))).status,
      "verwerkt",
    );
    assert.equal((await klassenOf(db.ctx, "999020")).length, 0);
    assert.equal((await klassenOf(db.ctx, "999021")).length, 3);
  });

  test("R38: a package that still knows a pupil by an account of his past names the pupil who stands", async () => {
    const school = { school: "999030" };
    await makeSchool(db.ctx, "999030", { leerlingen: 2 });
    await receive(db.ctx, [leerlingRegel("h", school), inschrijvingRegel("h", school)], { bron: "http" });
    const [vroeger] = await db.sql<{ account: string }[]>`
      select account_uuid as account from leerlingen.registratie where instellingsnummer = '999030' and stamnummer = 'h'`;
    const insz = testInsz("150615");
    await receive(
      db.ctx,
      [leerlingRegel("h", { ...school, versie: 2 }, { insz, geboortedatum: "2015-06-15" })],
      { bron: "http" },
    );
    const [nu] = await db.sql<{ account: string }[]>`
      select account_uuid as account from leerlingen.registratie where instellingsnummer = '999030' and stamnummer = 'h'`;
    assert.ok(vroeger && nu && vroeger.account !== nu.account);
    const naam = fileNameOf("999030", "2026-11-01T00:00:00Z");
    assert.equal(
      (await deliverFile(db.ctx, naam, file(`;${vroeger.account.toUpperCase()};4A;;;`))).aanvaard,
      1,
    );
    assert.deepEqual(
      (await klassenOf(db.ctx, "999030")).map(({ account, klas }) => [account, klas]),
      [[nu.account, "4A"]],
    );
  });
});
