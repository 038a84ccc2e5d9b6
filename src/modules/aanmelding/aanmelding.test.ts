import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import type { Context } from "#platform/context";
import type { AccountUuid } from "#platform/ids";
import { chooseWachtwoord, makeGate, authenticate, nameHashOf, countPogingen } from "#modules/aanmelding";
import { giveFirstWachtwoord, setOwnWachtwoord } from "#modules/sleutels";
import { servedKeys, testDatabase, type TestDatabase } from "#testing/database";
import { waitTime } from "./rules.ts";

let db: TestDatabase;
before(async () => {
  db = await testDatabase();
});
after(() => db.close());

async function leerling(basis: string, wachtwoord?: string): Promise<AccountUuid> {
  const account = randomUUID() as AccountUuid;
  const nu = new Date(db.clock.now());
  await db.sql`insert into leerlingen.account (account_uuid, naam, voornaam, gebruikersnaam_basis, gebruikersnaam_nr, aangemaakt_op, gewijzigd_op)
    values (${account}, 'Vermeulen', 'Noor', ${basis}, 1, ${nu}, ${nu})`;
  if (wachtwoord !== undefined) await setOwnWachtwoord(db.ctx, { accountUuid: account, wachtwoord });
  return account;
}

const trySignIn = (gebruikersnaam: string, wachtwoord: string, ctx: Context = db.ctx, poort = makeGate()) =>
  authenticate(ctx, poort, { gebruikersnaam, wachtwoord, clientId: "bingel" });

test("R26: a right name and password, however typed, in one round trip", async () => {
  const account = await leerling("noor.vermeulen", "drie rode vissen");
  await trySignIn("noor.vermeulen", "drie rode vissen"); // types and plans are fetched
  const voor = db.statements.length;
  const outcome = await trySignIn(" Noor.Vermeulen", "drie rode vissen");
  assert.equal(db.statements.length - voor, 1);
  assert.ok(outcome.soort === "gelukt");
  assert.equal(outcome.accountUuid, account);
  assert.equal(outcome.feiten.account.gebruikersnaam, "noor.vermeulen");
  assert.equal(outcome.kiesWachtwoord, false);
});

test("D7: known and unknown names get the same answers in the same order, however often", async () => {
  await leerling("an.bekend", "drie rode vissen");
  const tryRepeatedly = async (naam: string) => {
    const answers: string[] = [];
    for (let poging = 0; poging < 8; poging++) {
      const outcome = await trySignIn(naam, "fout");
      answers.push(outcome.soort === "wachten" ? `wachten ${outcome.seconden}` : outcome.soort);
    }
    return answers;
  };
  const bekend = await tryRepeatedly("an.bekend");
  assert.deepEqual(await tryRepeatedly("an.onbekend"), bekend);
  assert.deepEqual(bekend, [
    "onjuist",
    "onjuist",
    "onjuist",
    "onjuist",
    "onjuist",
    "wachten 30",
    "wachten 30",
    "wachten 30",
  ]);
});

test("D7: the delay grows and ends; the right password then opens and the count starts again", async () => {
  await leerling("jan.traag", "drie rode vissen");
  const hash = nameHashOf(db.ctx, "jan.traag");
  for (let i = 0; i < 5; i++) await trySignIn("jan.traag", "fout");
  assert.deepEqual(
    await trySignIn("jan.traag", "drie rode vissen"),
    { soort: "wachten", seconden: 30 },
    "not looked at while closed",
  );
  db.clock.advance(30_000);
  assert.equal((await trySignIn("jan.traag", "fout")).soort, "onjuist");
  assert.equal((await trySignIn("jan.traag", "fout")).soort, "wachten");
  db.clock.advance(900_000);
  assert.equal((await trySignIn("jan.traag", "drie rode vissen")).soort, "gelukt");
  assert.equal(await countPogingen(db.ctx, hash), 0);
});

test("D7: 200 guesses at once on one account: all counted, at most 10 looked at in ten minutes, on two nodes", async () => {
  await leerling("piet.doelwit", "drie rode vissen");
  // Two nodes: each its own gate, one database. Attempts that are looked at answer "onjuist".
  const poorten = [makeGate(), makeGate()] as const;
  const salvo = (aantal: number) =>
    Promise.all(
      Array.from({ length: aantal }, (_, i) => trySignIn("piet.doelwit", `gok ${i}`, db.ctx, poorten[i % 2])),
    );
  const evaluated = (outcomes: { soort: string }[]) =>
    outcomes.filter((outcome) => outcome.soort === "onjuist").length;
  let gezien = evaluated(await salvo(200));
  assert.equal(await countPogingen(db.ctx, nameHashOf(db.ctx, "piet.doelwit")), 200);
  for (let minuut = 0; minuut < 10; minuut++) {
    db.clock.advance(60_000);
    gezien += evaluated(await salvo(4));
  }
  assert.ok(gezien <= 10, `looked at ${gezien}`);
  assert.ok(gezien >= 5);
});

test("D7: 30 pupils at once behind one address, a tenth of them mistypes first: 30 in", async () => {
  const namen = await Promise.all(
    Array.from({ length: 30 }, async (_, i) => {
      const naam = `klas.leerling${String.fromCodePoint(97 + (i % 26))}${i < 26 ? "" : "x"}`;
      await leerling(naam, `drie rode vissen ${i}`);
      return naam;
    }),
  );
  const poort = makeGate();
  const outcomes = await Promise.all(
    namen.map(async (naam, i) => {
      if (i % 10 === 0) assert.equal((await trySignIn(naam, "typfout", db.ctx, poort)).soort, "onjuist");
      return trySignIn(naam, `drie rode vissen ${i}`, db.ctx, poort);
    }),
  );
  assert.deepEqual(
    outcomes.map((outcome) => outcome.soort),
    Array.from({ length: 30 }, () => "gelukt"),
  );
});

test("D7: at the first sign-in an own password is chosen, by the rules of the pupil's level", async () => {
  const account = await leerling("lies.nieuw");
  assert.equal((await trySignIn("lies.nieuw", "")).soort, "onjuist", "no password yet: nobody signs in");
  const papier = await giveFirstWachtwoord(db.ctx, { accountUuid: account, niveau: "lager" });
  const first = await trySignIn("lies.nieuw", papier);
  assert.ok(first.soort === "gelukt" && first.kiesWachtwoord);
  const choose = (nieuw: string) =>
    chooseWachtwoord(
      db.ctx,
      { accountUuid: account, sleutelVersie: first.sleutelVersie, nieuw, herhaald: nieuw },
      async () => {},
    );
  assert.equal((await choose("noor vermeulen")).soort, "geweigerd");
  assert.equal((await choose("drie rode vissen")).soort, "gelukt");
  assert.equal((await trySignIn("lies.nieuw", papier)).soort, "onjuist");
  const daarna = await trySignIn("lies.nieuw", "drie rode vissen");
  assert.ok(daarna.soort === "gelukt" && !daarna.kiesWachtwoord);
});

test("D7: a hash of a lower cost is made anew at sign-in, without anyone noticing", async () => {
  const account = await leerling("oud.hash", "drie rode vissen"); // hashed at the cost of tests
  const served: Context = { ...db.ctx, keys: servedKeys };
  const cost = async () => {
    const [row] = await db.sql<
      { hash: string }[]
    >`select hash from sleutels.sleutel where account_uuid = ${account}`;
    return /m=.*?(?=\$)/.exec(row?.hash ?? "")?.[0];
  };
  assert.equal(await cost(), "m=8,t=1,p=1");
  assert.equal((await trySignIn("oud.hash", "fout", served)).soort, "onjuist");
  assert.equal(await cost(), "m=8,t=1,p=1", "only who knows the password makes it anew");
  assert.equal((await trySignIn("oud.hash", "drie rode vissen", served)).soort, "gelukt");
  assert.equal(await cost(), "m=19456,t=2,p=1");
  assert.equal((await trySignIn("oud.hash", "drie rode vissen", served)).soort, "gelukt");
});

test("a blank anywhere in a name, also one that nobody sees, is not meant: the same name, and the same count", async () => {
  await leerling("noor.blanco", "drie rode vissen");
  const typed = [
    "noor. blanco",
    "noor.blanco ",
    "noor.\u00A0blanco",
    "Noor .Blanco\u202F",
    "\u200Bnoor.blanco\t",
  ];
  for (const naam of typed)
    assert.equal((await trySignIn(naam, "drie rode vissen")).soort, "gelukt", JSON.stringify(naam));
  for (const naam of typed) await trySignIn(naam, "fout");
  assert.equal(await countPogingen(db.ctx, nameHashOf(db.ctx, "noor.blanco")), typed.length);
});

test("hostile names and passwords are just wrong", async () => {
  for (const naam of [
    "",
    " ",
    "x".repeat(100_000),
    "a'; drop table leerlingen.account; --",
    "noor.vermeulen\u0000",
    "ＮＯＯＲ",
    "noor.vermeulen1",
    "noor.vermeulen01",
    "noor.vermeulen99999999999999999999",
    "\uD800",
  ]) {
    assert.equal((await trySignIn(naam, "drie rode vissen")).soort, "onjuist", naam.slice(0, 20));
  }
  assert.equal((await trySignIn("noor.vermeulen", "\u0000")).soort, "onjuist");
});

test("the growing delay, in milliseconds", () => {
  assert.deepEqual(
    [1, 4, 5, 6, 7, 8, 9, 10, 20].map(waitTime),
    [0, 0, 30_000, 600_000, 900_000, 900_000, 900_000, 900_000, 900_000],
  );
});
