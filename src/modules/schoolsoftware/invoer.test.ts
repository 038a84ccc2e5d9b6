import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import ssh2 from "ssh2";
import type { Datum } from "#platform/clock";
import { Problem } from "#platform/problem";
import {
  findPakketVanClient,
  findPakketVanSleutel,
  importeerSchoolsoftware,
  listGebruik,
  listPakketten,
  pakketVan,
  stopGebruik,
  vingerafdrukVan,
  wijzigGebruik,
} from "#modules/schoolsoftware";
import { testDatabase, type TestDatabase } from "#testing/database";
import { sshKeyPair } from "#testing/ssh-key";

let db: TestDatabase;
before(async () => {
  db = await testDatabase();
});
after(() => db.close());

const sleutel = () => sshKeyPair().public;
const afdruk = (regel: string) => vingerafdrukVan(Buffer.from(regel.split(" ")[1] ?? "", "base64"));
const [een, twee, drie] = [sleutel(), sleutel(), sleutel()];
const pakket = (naam: string, sleutels: string[], over: Record<string, unknown> = {}) => ({
  pakket: naam,
  naam: naam.toUpperCase(),
  levert_klasinformatie: true,
  publieke_sleutels: sleutels,
  ...over,
});
const voerIn = (pakketten: unknown[], scholen: unknown[] = []) =>
  importeerSchoolsoftware(db.ctx, JSON.stringify({ pakketten, scholen }));
const weigering = async (werk: Promise<unknown>): Promise<string> => {
  try {
    await werk;
  } catch (error) {
    assert.ok(error instanceof Problem, String(error));
    return `${error.kind.code}: ${error.detail ?? ""}`;
  }
  return "";
};
const rij = (instellingsnummer: string, naam: string, van: string, tot: string | null = null) => ({
  instellingsnummer,
  pakket: naam,
  van: van as Datum,
  tot: tot as Datum | null,
});
const toestand = async () =>
  JSON.stringify([
    await db.sql`select * from schoolsoftware.pakket order by 1`,
    await db.sql`select * from schoolsoftware.sleutel order by 1`,
    await db.sql`select * from schoolsoftware.gebruik order by 1, 2`,
  ]);

test("R21: packages, their keys and their use by schools come in as a whole; again nothing changes", async () => {
  const bestand = () =>
    voerIn(
      [pakket("wisa", [`${een} wisa@server`, twee], { client_id: "wisa-machine" }), pakket("broekx", [drie])],
      [rij("999001", "broekx", "2020-09-01"), rij("999001", "wisa", "2026-09-01")],
    );
  await bestand();
  const eerst = await toestand();
  db.clock.advance(60_000);
  await bestand();
  assert.equal(await toestand(), eerst);
  assert.deepEqual(
    (await listPakketten(db.ctx)).map((p) => p.naam),
    ["BROEKX", "WISA"],
  );
  assert.equal((await findPakketVanClient(db.ctx, "wisa-machine"))?.pakket, "wisa");
  assert.equal(await findPakketVanClient(db.ctx, "broekx"), undefined);
  const gevonden = await findPakketVanSleutel(db.ctx, afdruk(een));
  assert.equal(gevonden?.pakket, "wisa");
  assert.equal(gevonden?.publiekeSleutel, een.split(" ").slice(0, 2).join(" "), "without the comment");
  assert.equal(await findPakketVanSleutel(db.ctx, afdruk(sleutel())), undefined);
  assert.deepEqual(
    (await listGebruik(db.ctx, ["999001"])).map((g) => `${g.pakket} ${g.van} ${g.tot}`),
    ["wisa 2026-09-01 null", "broekx 2020-09-01 2026-08-31"],
  );
});

test("R21: a key that is no longer in the file opens nothing; of others nothing changes", async () => {
  await voerIn([pakket("wisa", [twee], { client_id: "wisa-machine" })]);
  assert.equal(await findPakketVanSleutel(db.ctx, afdruk(een)), undefined);
  assert.equal((await findPakketVanSleutel(db.ctx, afdruk(twee)))?.pakket, "wisa");
  assert.equal((await findPakketVanSleutel(db.ctx, afdruk(drie)))?.pakket, "broekx");
  // In one file two packages may swap keys and clients.
  await voerIn([pakket("wisa", [drie]), pakket("broekx", [twee], { client_id: "wisa-machine" })]);
  assert.equal((await findPakketVanSleutel(db.ctx, afdruk(twee)))?.pakket, "broekx");
  assert.equal((await findPakketVanClient(db.ctx, "wisa-machine"))?.pakket, "broekx");
});

test("R21: what belongs to another package, or to none, is refused and nothing of the file is kept", async () => {
  const eerst = await toestand();
  assert.equal(await weigering(voerIn([pakket("informat", [twee])])), `sleutel-van-ander: ${afdruk(twee)}`);
  assert.match(
    await weigering(voerIn([pakket("informat", [], { client_id: "wisa-machine" })])),
    /^client-van-ander-pakket: wisa-machine/,
  );
  assert.match(
    await weigering(voerIn([pakket("informat", [])], [rij("999001", "informaat", "2027-01-01")])),
    /^pakket-onbekend: scholen\.0\.pakket/,
  );
  assert.equal(await toestand(), eerst);
});

test("each field that is wrong has its own line, without its value", async () => {
  const rsa = ssh2.utils.generateKeyPairSync("rsa", { bits: 2048 }).public;
  const tekst = await weigering(
    voerIn(
      [
        pakket("Wisa!", ["geheim-van-wisa", rsa, een.slice(0, -9)], { wachtwoord: "x" }),
        { pakket: "b", naam: " ", levert_klasinformatie: "ja", publieke_sleutels: [] },
      ],
      [rij("12", "wisa", "2026-02-30"), rij("999001", "wisa", "2026-02-02", "2026-02-01")],
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
    assert.ok(tekst.includes(veld), `${veld}\n${tekst}`);
  assert.doesNotMatch(tekst, /geheim-van|2026-02/);
  const dubbel = await weigering(
    voerIn(
      [pakket("a", [een], { client_id: "x" }), pakket("a", [een], { client_id: "x" })],
      [rij("999001", "a", "2026-09-01"), rij("999001", "b", "2026-09-01")],
    ),
  );
  for (const veld of ["1.pakket", "1.client_id", "1.publieke_sleutels.0", "scholen.1.van"])
    assert.match(dubbel, new RegExp(`${veld}: staat er twee keer`));
  const geheim = sshKeyPair().private;
  assert.match(
    await weigering(voerIn([pakket("a", [geheim])])),
    /publieke_sleutels\.0: dit is een geheime sleutel/,
  );
});

test("R21: a school changes its package: the former ends the day before, and nothing comes back by itself", async () => {
  const op = async (datum: string) => (await pakketVan(db.ctx, ["999007"], datum as Datum))?.pakket;
  await wijzigGebruik(db.ctx, rij("999007", "broekx", "2020-09-01"));
  await wijzigGebruik(db.ctx, rij("999007", "wisa", "2026-09-01", "2027-08-31"));
  assert.equal(await op("2026-08-31"), "broekx");
  assert.equal(await op("2026-09-01"), "wisa");
  assert.equal(await op("2027-09-01"), undefined);
  await stopGebruik(db.ctx, rij("999007", "", "2026-09-01", "2026-12-31"));
  assert.equal(await op("2027-01-01"), undefined);
  await wijzigGebruik(db.ctx, rij("999007", "wisa", "2026-09-01"));
  assert.equal(await op("2027-01-01"), "wisa");
  assert.match(await weigering(stopGebruik(db.ctx, rij("999007", "", "2026-09-02"))), /^gebruik-onbekend/);
  for (const werk of [wijzigGebruik, stopGebruik])
    assert.match(
      await weigering(werk(db.ctx, rij("999007", "wisa", "2026-09-01", "2026-08-31"))),
      /^gebruik-omgekeerd/,
    );
  assert.match(await weigering(wijzigGebruik(db.ctx, rij("999007", "w", "2028-09-01"))), /^pakket-onbekend/);
});

test("many changes of one school at once leave periods that do not overlap", async () => {
  const dagen = Array.from({ length: 20 }, (_, i) => `2026-03-${String(i + 1).padStart(2, "0")}`);
  await Promise.all(dagen.map((van) => wijzigGebruik(db.ctx, rij("999008", "wisa", van))));
  const periodes = (await listGebruik(db.ctx, ["999008"])).toReversed();
  assert.equal(periodes.length, 20);
  for (const [i, { van, tot }] of periodes.entries())
    assert.equal(tot, i === 19 ? null : van, "each lasts one day, the last one on");
});
