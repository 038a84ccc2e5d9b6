import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import ssh2 from "ssh2";
import type { Datum } from "#platform/clock";
import { Problem } from "#platform/problem";
import {
  findPakketOfClient,
  findPakketOfSleutel,
  importSchoolsoftware,
  listGebruik,
  listPakketten,
  pakketOf,
  stopGebruik,
  fingerprintOf,
  changeGebruik,
} from "#modules/schoolsoftware";
import { receive } from "#modules/discimus";
import { testDatabase, type TestDatabase } from "#testing/database";
import { schoolRegel } from "#testing/discimus";
import { sshKeyPair } from "#testing/ssh-key";

let db: TestDatabase;
before(async () => {
  db = await testDatabase();
  const scholen = ["999001", "999002", "999003"].map((school) => schoolRegel({ school }));
  await receive(db.ctx, scholen, { bron: "http" });
});
after(() => db.close());

const sleutel = () => sshKeyPair().public;
const afdruk = (regel: string) => fingerprintOf(Buffer.from(regel.split(" ")[1] ?? "", "base64"));
const [one, two, drie] = [sleutel(), sleutel(), sleutel()];
const pakket = (naam: string, sleutels: string[], over: Record<string, unknown> = {}) => ({
  pakket: naam,
  naam: naam.toUpperCase(),
  levert_klasinformatie: true,
  publieke_sleutels: sleutels,
  ...over,
});
const importPakketten = (pakketten: unknown[], scholen: unknown[] = []) =>
  importSchoolsoftware(db.ctx, JSON.stringify({ pakketten, scholen }));
const weigering = async (werk: Promise<unknown>): Promise<string> => {
  try {
    await werk;
  } catch (error) {
    assert.ok(error instanceof Problem, String(error));
    return `${error.kind.code}: ${error.detail ?? ""}`;
  }
  return "";
};
const row = (instellingsnummer: string, naam: string, van: string, tot: string | null = null) => ({
  instellingsnummer,
  pakket: naam,
  van: van as Datum,
  tot: tot as Datum | null,
});
const snapshot = async () =>
  JSON.stringify([
    await db.sql`select * from schoolsoftware.pakket order by 1`,
    await db.sql`select * from schoolsoftware.sleutel order by 1`,
    await db.sql`select * from schoolsoftware.gebruik order by 1, 2`,
  ]);

test("R21: packages, their keys and their use by schools come in as a whole; again nothing changes", async () => {
  const file = () =>
    importPakketten(
      [pakket("wisa", [`${one} wisa@server`, two], { client_id: "wisa-machine" }), pakket("broekx", [drie])],
      [row("999001", "broekx", "2020-09-01"), row("999001", "wisa", "2026-09-01")],
    );
  await file();
  const eerst = await snapshot();
  db.clock.advance(60_000);
  await file();
  assert.equal(await snapshot(), eerst);
  assert.deepEqual(
    (await listPakketten(db.ctx)).map((p) => p.naam),
    ["BROEKX", "WISA"],
  );
  assert.equal((await findPakketOfClient(db.ctx, "wisa-machine"))?.pakket, "wisa");
  assert.equal(await findPakketOfClient(db.ctx, "broekx"), undefined);
  const found = await findPakketOfSleutel(db.ctx, afdruk(one));
  assert.equal(found?.pakket, "wisa");
  assert.equal(found?.publiekeSleutel, one.split(" ").slice(0, 2).join(" "), "without the comment");
  assert.equal(await findPakketOfSleutel(db.ctx, afdruk(sleutel())), undefined);
  assert.deepEqual(
    (await listGebruik(db.ctx, ["999001"])).map((g) => `${g.pakket} ${g.van} ${g.tot}`),
    ["wisa 2026-09-01 null", "broekx 2020-09-01 2026-08-31"],
  );
});

test("R21: a key that is no longer in the file opens nothing; of others nothing changes", async () => {
  await importPakketten([pakket("wisa", [two], { client_id: "wisa-machine" })]);
  assert.equal(await findPakketOfSleutel(db.ctx, afdruk(one)), undefined);
  assert.equal((await findPakketOfSleutel(db.ctx, afdruk(two)))?.pakket, "wisa");
  assert.equal((await findPakketOfSleutel(db.ctx, afdruk(drie)))?.pakket, "broekx");
  // In one file two packages may swap keys and clients.
  await importPakketten([pakket("wisa", [drie]), pakket("broekx", [two], { client_id: "wisa-machine" })]);
  assert.equal((await findPakketOfSleutel(db.ctx, afdruk(two)))?.pakket, "broekx");
  assert.equal((await findPakketOfClient(db.ctx, "wisa-machine"))?.pakket, "broekx");
});

test("R21: what belongs to another package, or to none, is refused and nothing of the file is kept", async () => {
  const eerst = await snapshot();
  assert.equal(
    await weigering(importPakketten([pakket("informat", [two])])),
    `sleutel-van-ander: ${afdruk(two)}`,
  );
  assert.match(
    await weigering(importPakketten([pakket("informat", [], { client_id: "wisa-machine" })])),
    /^client-van-ander-pakket: wisa-machine/,
  );
  assert.match(
    await weigering(importPakketten([pakket("informat", [])], [row("999001", "informaat", "2027-01-01")])),
    /^pakket-onbekend: scholen\.0\.pakket/,
  );
  assert.equal(await snapshot(), eerst);
});

test("each field that is wrong has its own line, without its value", async () => {
  const rsa = ssh2.utils.generateKeyPairSync("rsa", { bits: 2048 }).public;
  const text = await weigering(
    importPakketten(
      [
        pakket("Wisa!", ["geheim-van-wisa", rsa, one.slice(0, -9)], { wachtwoord: "x" }),
        { pakket: "b", naam: " ", levert_klasinformatie: "ja", publieke_sleutels: [] },
      ],
      [row("12", "wisa", "2026-02-30"), row("999001", "wisa", "2026-02-02", "2026-02-01")],
    ),
  );
  for (const veld of [
    "pakketten.0.pakket: ",
    "pakketten.0.publieke_sleutels.0: begint niet met",
    "pakketten.0.publieke_sleutels.1: is een RSA-sleutel met minder dan 3072 bits",
    "pakketten.0.publieke_sleutels.2: is geen volledige sleutel",
    'pakketten.0: onbekend veld "wachtwoord"',
    "pakketten.1.naam: ",
    "pakketten.1.levert_klasinformatie: ",
    "scholen.0.instellingsnummer: geen zes cijfers",
    "scholen.0.van: geen bestaande datum",
    "scholen.1.tot: ligt voor van",
  ])
    assert.ok(text.includes(veld), `${veld}\n${text}`);
  assert.doesNotMatch(text, /geheim-van|2026-02/);
  const dubbel = await weigering(
    importPakketten(
      [pakket("a", [one], { client_id: "x" }), pakket("a", [one], { client_id: "x" })],
      [row("999001", "a", "2026-09-01"), row("999001", "b", "2026-09-01")],
    ),
  );
  for (const veld of ["1.pakket", "1.client_id", "1.publieke_sleutels.0", "scholen.1.van"])
    assert.match(dubbel, new RegExp(`${veld}: staat er twee keer`));
  const geheim = sshKeyPair().private;
  assert.match(
    await weigering(importPakketten([pakket("a", [geheim])])),
    /publieke_sleutels\.0: dit is een geheime sleutel/,
  );
});

test("R21: a school changes its package: the former ends the day before, and nothing comes back by itself", async () => {
  const pakketOn = async (datum: string) => (await pakketOf(db.ctx, ["999007"], datum as Datum))?.pakket;
  await changeGebruik(db.ctx, row("999007", "broekx", "2020-09-01"));
  await changeGebruik(db.ctx, row("999007", "wisa", "2026-09-01", "2027-08-31"));
  assert.equal(await pakketOn("2026-08-31"), "broekx");
  assert.equal(await pakketOn("2026-09-01"), "wisa");
  assert.equal(await pakketOn("2027-09-01"), undefined);
  await stopGebruik(db.ctx, row("999007", "", "2026-09-01", "2026-12-31"));
  assert.equal(await pakketOn("2027-01-01"), undefined);
  await changeGebruik(db.ctx, row("999007", "wisa", "2026-09-01"));
  assert.equal(await pakketOn("2027-01-01"), "wisa");
  assert.match(await weigering(stopGebruik(db.ctx, row("999007", "", "2026-09-02"))), /^gebruik-onbekend/);
  for (const werk of [changeGebruik, stopGebruik])
    assert.match(
      await weigering(werk(db.ctx, row("999007", "wisa", "2026-09-01", "2026-08-31"))),
      /^gebruik-omgekeerd/,
    );
  assert.match(await weigering(changeGebruik(db.ctx, row("999007", "w", "2028-09-01"))), /^pakket-onbekend/);
});

test("many changes of one school at once leave periods that do not overlap", async () => {
  const dagen = Array.from({ length: 20 }, (_, i) => `2026-03-${String(i + 1).padStart(2, "0")}`);
  await Promise.all(dagen.map((van) => changeGebruik(db.ctx, row("999008", "wisa", van))));
  const periodes = (await listGebruik(db.ctx, ["999008"])).toReversed();
  assert.equal(periodes.length, 20);
  for (const [i, { van, tot }] of periodes.entries())
    assert.equal(tot, i === 19 ? null : van, "each lasts one day, the last one on");
});
