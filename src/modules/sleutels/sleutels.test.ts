import assert from "node:assert/strict";
import { randomInt, randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import type { AccountUuid } from "#platform/ids";
import { deriveKeys } from "#platform/crypto";
import {
  giveFirstWachtwoord,
  isOutdated,
  chooseOwnWachtwoord,
  matches,
  makeHash,
  move,
  normalizeName,
  setOwnWachtwoord,
  type Sleutel,
} from "#modules/sleutels";
import { servedKeys, testDatabase, testKeys, type TestDatabase } from "#testing/database";
import { checkWachtwoord, makeFirstWachtwoord } from "./rules.ts";
import { findSleutel } from "./store.ts";

let db: TestDatabase;
before(async () => {
  db = await testDatabase();
});
after(() => db.close());

const account = () => randomUUID() as AccountUuid;
const over = { niveau: "lager" as const, namen: ["Vermeulen", "Noor", "noor.vermeulen"] };

test("D7: an own password is long enough, not everybody's first idea and not the own name", () => {
  const check = (wachtwoord: string, herhaald = wachtwoord) => checkWachtwoord(wachtwoord, herhaald, over);
  assert.equal(check(""), "leeg");
  assert.equal(check("kort12"), "te-kort");
  assert.equal(check("x".repeat(257)), "te-lang");
  assert.equal(check("12345678"), "te-gewoon");
  assert.equal(check("aaaaaaaa"), "te-gewoon");
  assert.equal(check("Wachtwoord1"), "te-gewoon");
  assert.equal(check("azerty-1234"), "te-gewoon");
  assert.equal(check("vermeulen1"), "bevat-naam");
  assert.equal(check("Noor Vermeulen"), "bevat-naam");
  assert.equal(check("drie rode vissen", "drie rode visjes"), "ongelijk");
  assert.equal(check("drie rode vissen"), undefined);
  assert.equal(checkWachtwoord("achtteke", "achtteke", { ...over, niveau: "secundair" }), "te-kort");
  // 😀 is one character; é typed as one or as two code points is the same password.
  assert.equal(check("😀😀😀abc"), "te-kort");
  assert.equal(check("caf\u00e9 en koek", "cafe\u0301 en koek"), undefined);
});

test("D7: initial passwords are words that the same rules accept, different each time", () => {
  const gezien = new Set<string>();
  for (let i = 0; i < 200; i++) {
    const wachtwoord = makeFirstWachtwoord(i % 2 ? "lager" : "secundair", (onder) => randomInt(onder));
    assert.match(wachtwoord, i % 2 ? /^[a-z]+(-[a-z]+){2}-\d$/ : /^[a-z]+(-[a-z]+){3}-\d$/);
    gezien.add(wachtwoord);
  }
  assert.ok(gezien.size > 195);
});

test("D7: argon2id with the stated cost, keyed with a pepper that is not in the database", async () => {
  const hash = await makeHash(servedKeys, "drie rode vissen");
  assert.match(hash, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  const sleutel: Sleutel = { soort: "eigen", hash, peper: servedKeys.peperId };
  assert.equal(await matches(servedKeys, sleutel, "drie rode vissen"), true);
  assert.equal(await matches(servedKeys, sleutel, "drie rode visjes"), false);
  assert.equal(await matches(deriveKeys(new Uint8Array(32).fill(8)), sleutel, "drie rode vissen"), false);
  assert.equal(isOutdated(servedKeys, sleutel), false);
  assert.equal(isOutdated(servedKeys, { ...sleutel, hash: hash.replace("t=2", "t=1") }), true);
  assert.equal(isOutdated(servedKeys, { ...sleutel, peper: "oud" }), true);
  const cheap = await makeHash(testKeys, "drie rode vissen");
  assert.equal(isOutdated(servedKeys, { ...sleutel, hash: cheap }), true, "what a test stored is too weak");
});

test("D7: an unknown name costs a whole evaluation too, and never signs in", async () => {
  const sleutel: Sleutel = {
    soort: "eigen",
    hash: await makeHash(servedKeys, "drie rode vissen"),
    peper: servedKeys.peperId,
  };
  const cpu = async (wie: Sleutel | undefined) => {
    const start = process.cpuUsage();
    for (let i = 0; i < 10; i++) assert.equal(await matches(servedKeys, wie, "x"), false);
    return process.cpuUsage(start).user;
  };
  await cpu(sleutel);
  const verhouding = (await cpu(undefined)) / (await cpu(sleutel));
  assert.ok(verhouding > 0.5 && verhouding < 2, `CPU of unknown / known: ${verhouding}`);
  assert.equal(await matches(servedKeys, sleutel, "y".repeat(100_000)), false);
});

test("D7: the pupil replaces the initial password once; the paper is worth nothing after that", async () => {
  const wie = account();
  const papier = await giveFirstWachtwoord(db.ctx, { accountUuid: wie, niveau: "lager" });
  const first = await findSleutel(db.ctx, wie);
  assert.ok(first && first.soort === "eerste");
  const choose = (nieuw: string, bewijs = first.hash) =>
    chooseOwnWachtwoord(
      db.ctx,
      { accountUuid: wie, bewijs, nieuw, herhaald: nieuw, ...over },
      async () => {},
    );
  assert.deepEqual(await choose("kort"), { soort: "geweigerd", fout: "te-kort", minimum: 8 });
  assert.deepEqual(await choose(papier), { soort: "geweigerd", fout: "te-gewoon", minimum: 8 });
  // Two tabs at once: one wins.
  const samen = await Promise.all([choose("drie rode vissen"), choose("vier blauwe vogels")]);
  assert.deepEqual(samen.map((keuze) => keuze.soort).toSorted(), ["gelukt", "verlopen"]);
  const eigen = await findSleutel(db.ctx, wie);
  assert.ok(eigen && eigen.soort === "eigen");
  assert.equal(await matches(testKeys, eigen, papier), false);
  assert.deepEqual(await choose("nog een andere zin"), { soort: "verlopen" });
});

test("D2: a merge moves a password only where there is none", async () => {
  const [oud, nieuw, met] = [account(), account(), account()];
  await setOwnWachtwoord(db.ctx, { accountUuid: oud, wachtwoord: "drie rode vissen" });
  await move(db.ctx, { van: oud, naar: nieuw });
  assert.equal(await findSleutel(db.ctx, oud), undefined);
  const verhuisd = await findSleutel(db.ctx, nieuw);
  assert.ok(verhuisd && (await matches(testKeys, verhuisd, "drie rode vissen")));
  await setOwnWachtwoord(db.ctx, { accountUuid: met, wachtwoord: "vier blauwe vogels" });
  await move(db.ctx, { van: nieuw, naar: met });
  const gebleven = await findSleutel(db.ctx, met);
  assert.ok(gebleven && (await matches(testKeys, gebleven, "vier blauwe vogels")));
  assert.equal(await findSleutel(db.ctx, nieuw), undefined);
});

test("a username is found however a tablet types it", () => {
  assert.equal(normalizeName("  Noor.Peeters "), "noor.peeters");
});
