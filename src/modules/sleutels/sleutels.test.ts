import assert from "node:assert/strict";
import { randomInt, randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import type { AccountUuid } from "#platform/ids";
import { deriveKeys } from "#platform/crypto";
import {
  geefEersteWachtwoord,
  isVerouderd,
  kiesEigenWachtwoord,
  klopt,
  maakHash,
  verplaats,
  vormNaam,
  zetEigenWachtwoord,
  type Sleutel,
} from "#modules/sleutels";
import { servedKeys, testDatabase, testKeys, type TestDatabase } from "#testing/database";
import { keurWachtwoord, maakEersteWachtwoord } from "./rules.ts";
import { findSleutel } from "./store.ts";

let db: TestDatabase;
before(async () => {
  db = await testDatabase();
});
after(() => db.close());

const account = () => randomUUID() as AccountUuid;
const over = { niveau: "lager" as const, namen: ["Vermeulen", "Noor", "noor.vermeulen"] };

test("D7: an own password is long enough, not everybody's first idea and not the own name", () => {
  const keur = (wachtwoord: string, herhaald = wachtwoord) => keurWachtwoord(wachtwoord, herhaald, over);
  assert.equal(keur(""), "leeg");
  assert.equal(keur("kort12"), "te-kort");
  assert.equal(keur("x".repeat(257)), "te-lang");
  assert.equal(keur("12345678"), "te-gewoon");
  assert.equal(keur("aaaaaaaa"), "te-gewoon");
  assert.equal(keur("Wachtwoord1"), "te-gewoon");
  assert.equal(keur("azerty-1234"), "te-gewoon");
  assert.equal(keur("vermeulen1"), "bevat-naam");
  assert.equal(keur("Noor Vermeulen"), "bevat-naam");
  assert.equal(keur("drie rode vissen", "drie rode visjes"), "ongelijk");
  assert.equal(keur("drie rode vissen"), undefined);
  assert.equal(keurWachtwoord("achtteke", "achtteke", { ...over, niveau: "secundair" }), "te-kort");
  // 😀 is one character; é typed as one or as two code points is the same password.
  assert.equal(keur("😀😀😀abc"), "te-kort");
  assert.equal(keur("caf\u00e9 en koek", "cafe\u0301 en koek"), undefined);
});

test("D7: initial passwords are words that the same rules accept, different each time", () => {
  const gezien = new Set<string>();
  for (let i = 0; i < 200; i++) {
    const wachtwoord = maakEersteWachtwoord(i % 2 ? "lager" : "secundair", (onder) => randomInt(onder));
    assert.match(wachtwoord, i % 2 ? /^[a-z]+(-[a-z]+){2}-\d$/ : /^[a-z]+(-[a-z]+){3}-\d$/);
    gezien.add(wachtwoord);
  }
  assert.ok(gezien.size > 195);
});

test("D7: argon2id with the stated cost, keyed with a pepper that is not in the database", async () => {
  const hash = await maakHash(servedKeys, "drie rode vissen");
  assert.match(hash, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  const sleutel: Sleutel = { soort: "eigen", hash, peper: servedKeys.peperId };
  assert.equal(await klopt(servedKeys, sleutel, "drie rode vissen"), true);
  assert.equal(await klopt(servedKeys, sleutel, "drie rode visjes"), false);
  assert.equal(await klopt(deriveKeys(new Uint8Array(32).fill(8)), sleutel, "drie rode vissen"), false);
  assert.equal(isVerouderd(servedKeys, sleutel), false);
  assert.equal(isVerouderd(servedKeys, { ...sleutel, hash: hash.replace("t=2", "t=1") }), true);
  assert.equal(isVerouderd(servedKeys, { ...sleutel, peper: "oud" }), true);
  const cheap = await maakHash(testKeys, "drie rode vissen");
  assert.equal(isVerouderd(servedKeys, { ...sleutel, hash: cheap }), true, "what a test stored is too weak");
});

test("D7: an unknown name costs a whole evaluation too, and never signs in", async () => {
  const sleutel: Sleutel = {
    soort: "eigen",
    hash: await maakHash(servedKeys, "drie rode vissen"),
    peper: servedKeys.peperId,
  };
  const cpu = async (wie: Sleutel | undefined) => {
    const start = process.cpuUsage();
    for (let i = 0; i < 10; i++) assert.equal(await klopt(servedKeys, wie, "x"), false);
    return process.cpuUsage(start).user;
  };
  await cpu(sleutel);
  const verhouding = (await cpu(undefined)) / (await cpu(sleutel));
  assert.ok(verhouding > 0.5 && verhouding < 2, `CPU of unknown / known: ${verhouding}`);
  assert.equal(await klopt(servedKeys, sleutel, "y".repeat(100_000)), false);
});

test("D7: the pupil replaces the initial password once; the paper is worth nothing after that", async () => {
  const wie = account();
  const papier = await geefEersteWachtwoord(db.ctx, { accountUuid: wie, niveau: "lager" });
  const eerste = await findSleutel(db.ctx, wie);
  assert.ok(eerste && eerste.soort === "eerste");
  const kies = (nieuw: string, bewijs = eerste.hash) =>
    kiesEigenWachtwoord(
      db.ctx,
      { accountUuid: wie, bewijs, nieuw, herhaald: nieuw, ...over },
      async () => {},
    );
  assert.deepEqual(await kies("kort"), { soort: "geweigerd", fout: "te-kort", minimum: 8 });
  assert.deepEqual(await kies(papier), { soort: "geweigerd", fout: "te-gewoon", minimum: 8 });
  // Two tabs at once: one wins.
  const samen = await Promise.all([kies("drie rode vissen"), kies("vier blauwe vogels")]);
  assert.deepEqual(samen.map((keuze) => keuze.soort).toSorted(), ["gelukt", "verlopen"]);
  const eigen = await findSleutel(db.ctx, wie);
  assert.ok(eigen && eigen.soort === "eigen");
  assert.equal(await klopt(testKeys, eigen, papier), false);
  assert.deepEqual(await kies("nog een andere zin"), { soort: "verlopen" });
});

test("D2: a merge moves a password only where there is none", async () => {
  const [oud, nieuw, met] = [account(), account(), account()];
  await zetEigenWachtwoord(db.ctx, { accountUuid: oud, wachtwoord: "drie rode vissen" });
  await verplaats(db.ctx, { van: oud, naar: nieuw });
  assert.equal(await findSleutel(db.ctx, oud), undefined);
  const verhuisd = await findSleutel(db.ctx, nieuw);
  assert.ok(verhuisd && (await klopt(testKeys, verhuisd, "drie rode vissen")));
  await zetEigenWachtwoord(db.ctx, { accountUuid: met, wachtwoord: "vier blauwe vogels" });
  await verplaats(db.ctx, { van: nieuw, naar: met });
  const gebleven = await findSleutel(db.ctx, met);
  assert.ok(gebleven && (await klopt(testKeys, gebleven, "vier blauwe vogels")));
  assert.equal(await findSleutel(db.ctx, nieuw), undefined);
});

test("a username is found however a tablet types it", () => {
  assert.equal(vormNaam("  Noor.Peeters "), "noor.peeters");
});
