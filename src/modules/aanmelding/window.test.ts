import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import type { AccountUuid } from "#platform/ids";
import {
  chooseWachtwoord,
  makeGate,
  authenticate,
  nameHashOf,
  openVensterFor,
  countPogingen,
} from "#modules/aanmelding";
import { setOwnWachtwoord } from "#modules/sleutels";
import { testDatabase, type TestDatabase } from "#testing/database";

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
const trySignIn = (gebruikersnaam: string, wachtwoord: string, poort = makeGate()) =>
  authenticate(db.ctx, poort, { gebruikersnaam, wachtwoord, clientId: "bingel" });
const open = (accountUuid: AccountUuid, gebruikersnaam: string) =>
  openVensterFor(db.ctx, { accountUuid, gebruikersnaam, voId: "vo-1" });

test("D7: within five minutes the code lets the pupil choose, once; the old password holds until he did", async () => {
  const accountUuid = await leerling("lies.vergeten", "drie rode vissen");
  const code = await open(accountUuid, "lies.vergeten");
  assert.match(code, /^\d{6}$/);
  const oud = await trySignIn("lies.vergeten", "drie rode vissen");
  assert.ok(oud.soort === "gelukt" && !oud.kiesWachtwoord, "found it after all");
  const binnen = await trySignIn("Lies.Vergeten", ` ${code.slice(0, 3)} ${code.slice(3)}`);
  assert.ok(binnen.soort === "gelukt" && binnen.kiesWachtwoord);
  assert.equal((await trySignIn("lies.vergeten", code)).soort, "onjuist", "the code counts once");
  const choose = (nieuw: string) =>
    chooseWachtwoord(
      db.ctx,
      { accountUuid, sleutelVersie: binnen.sleutelVersie, nieuw, herhaald: nieuw },
      async () => {},
    );
  assert.equal((await choose("vier blauwe vogels")).soort, "gelukt");
  assert.equal((await choose("vijf gele bijen")).soort, "verlopen");
  assert.equal((await trySignIn("lies.vergeten", "drie rode vissen")).soort, "onjuist");
  assert.equal((await trySignIn("lies.vergeten", "vier blauwe vogels")).soort, "gelukt");
});

test("D7: who only knows the username gains nothing; after five minutes, or with a newer code, neither does the code", async () => {
  const accountUuid = await leerling("jan.venster", "drie rode vissen");
  const andere = await leerling("piet.venster", "drie rode vissen");
  const first = await open(accountUuid, "jan.venster");
  for (const niets of ["", "      ", `${first}0`, first.slice(1)])
    assert.equal((await trySignIn("jan.venster", niets)).soort, "onjuist");
  assert.equal((await trySignIn("piet.venster", first)).soort, "onjuist", "of another pupil");
  const tweede = await open(accountUuid, "jan.venster");
  if (first !== tweede) assert.equal((await trySignIn("jan.venster", first)).soort, "onjuist");
  db.clock.advance(5 * 60_000);
  assert.equal((await trySignIn("jan.venster", tweede)).soort, "onjuist");
  await open(andere, "piet.venster");
  assert.equal((await trySignIn("piet.venster", "drie rode vissen")).soort, "gelukt");
});

test("D7: a pupil who never had a password gets one this way", async () => {
  const accountUuid = await leerling("nel.zonder");
  const binnen = await trySignIn("nel.zonder", await open(accountUuid, "nel.zonder"));
  assert.ok(binnen.soort === "gelukt" && binnen.kiesWachtwoord);
});

test("D7: 200 guesses at the code at once are counted, and at most 10 are looked at before it closes", async () => {
  const accountUuid = await leerling("an.raden", "drie rode vissen");
  for (let i = 0; i < 8; i++) await trySignIn("an.raden", "fout");
  assert.equal((await trySignIn("an.raden", "drie rode vissen")).soort, "wachten");
  const code = await open(accountUuid, "an.raden");
  const voordien = await countPogingen(db.ctx, nameHashOf(db.ctx, "an.raden"));
  const poorten = [makeGate(), makeGate()] as const;
  const salvo = (aantal: number) =>
    Promise.all(
      Array.from({ length: aantal }, (_, i) =>
        trySignIn("an.raden", String((Number(code) + 1 + i) % 1_000_000).padStart(6, "0"), poorten[i % 2]),
      ),
    );
  const evaluated = (outcomes: { soort: string }[]) =>
    outcomes.filter(({ soort }) => soort !== "wachten").length;
  let gezien = evaluated(await salvo(200));
  assert.equal(await countPogingen(db.ctx, nameHashOf(db.ctx, "an.raden")), voordien + 200);
  for (let minuut = 0; minuut < 5; minuut++) {
    db.clock.advance(60_000);
    gezien += evaluated(await salvo(4));
  }
  assert.ok(gezien <= 10, `looked at ${gezien}`);
});

test("D7: one code typed twice at once lets one in", async () => {
  const accountUuid = await leerling("els.samen", "drie rode vissen");
  const code = await open(accountUuid, "els.samen");
  const outcomes = await Promise.all([trySignIn("els.samen", code), trySignIn("els.samen", code)]);
  assert.deepEqual(outcomes.map(({ soort }) => soort).toSorted(), ["gelukt", "onjuist"]);
});
