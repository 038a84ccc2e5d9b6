import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import type { AccountUuid } from "#platform/ids";
import {
  kiesWachtwoord,
  maakPoort,
  meldAan,
  naamHashVan,
  openVensterVoor,
  telPogingen,
} from "#modules/aanmelding";
import { zetEigenWachtwoord } from "#modules/sleutels";
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
  if (wachtwoord !== undefined) await zetEigenWachtwoord(db.ctx, { accountUuid: account, wachtwoord });
  return account;
}
const probeer = (gebruikersnaam: string, wachtwoord: string, poort = maakPoort()) =>
  meldAan(db.ctx, poort, { gebruikersnaam, wachtwoord, clientId: "bingel" });
const open = (accountUuid: AccountUuid, gebruikersnaam: string) =>
  openVensterVoor(db.ctx, { accountUuid, gebruikersnaam, voId: "vo-1" });

test("D7: within five minutes the code lets the pupil choose, once; the old password holds until he did", async () => {
  const accountUuid = await leerling("lies.vergeten", "drie rode vissen");
  const code = await open(accountUuid, "lies.vergeten");
  assert.match(code, /^\d{6}$/);
  const oud = await probeer("lies.vergeten", "drie rode vissen");
  assert.ok(oud.soort === "gelukt" && !oud.kiesWachtwoord, "found it after all");
  const binnen = await probeer("Lies.Vergeten", ` ${code.slice(0, 3)} ${code.slice(3)}`);
  assert.ok(binnen.soort === "gelukt" && binnen.kiesWachtwoord);
  assert.equal((await probeer("lies.vergeten", code)).soort, "onjuist", "the code counts once");
  const kies = (nieuw: string) =>
    kiesWachtwoord(
      db.ctx,
      { accountUuid, sleutelVersie: binnen.sleutelVersie, nieuw, herhaald: nieuw },
      async () => {},
    );
  assert.equal((await kies("vier blauwe vogels")).soort, "gelukt");
  assert.equal((await kies("vijf gele bijen")).soort, "verlopen");
  assert.equal((await probeer("lies.vergeten", "drie rode vissen")).soort, "onjuist");
  assert.equal((await probeer("lies.vergeten", "vier blauwe vogels")).soort, "gelukt");
});

test("D7: who only knows the username gains nothing; after five minutes, or with a newer code, neither does the code", async () => {
  const accountUuid = await leerling("jan.venster", "drie rode vissen");
  const andere = await leerling("piet.venster", "drie rode vissen");
  const eerste = await open(accountUuid, "jan.venster");
  for (const niets of ["", "      ", `${eerste}0`, eerste.slice(1)])
    assert.equal((await probeer("jan.venster", niets)).soort, "onjuist");
  assert.equal((await probeer("piet.venster", eerste)).soort, "onjuist", "of another pupil");
  const tweede = await open(accountUuid, "jan.venster");
  if (eerste !== tweede) assert.equal((await probeer("jan.venster", eerste)).soort, "onjuist");
  db.clock.advance(5 * 60_000);
  assert.equal((await probeer("jan.venster", tweede)).soort, "onjuist");
  await open(andere, "piet.venster");
  assert.equal((await probeer("piet.venster", "drie rode vissen")).soort, "gelukt");
});

test("D7: a pupil who never had a password gets one this way", async () => {
  const accountUuid = await leerling("nel.zonder");
  const binnen = await probeer("nel.zonder", await open(accountUuid, "nel.zonder"));
  assert.ok(binnen.soort === "gelukt" && binnen.kiesWachtwoord);
});

test("D7: opening ends the wait; 200 guesses at the code at once are counted, and at most 10 are looked at before it closes", async () => {
  const accountUuid = await leerling("an.raden", "drie rode vissen");
  for (let i = 0; i < 8; i++) await probeer("an.raden", "fout");
  assert.equal((await probeer("an.raden", "drie rode vissen")).soort, "wachten");
  const code = await open(accountUuid, "an.raden");
  const poorten = [maakPoort(), maakPoort()] as const;
  const salvo = (aantal: number) =>
    Promise.all(
      Array.from({ length: aantal }, (_, i) =>
        probeer("an.raden", String((Number(code) + 1 + i) % 1_000_000).padStart(6, "0"), poorten[i % 2]),
      ),
    );
  const bekeken = (uitkomsten: { soort: string }[]) =>
    uitkomsten.filter(({ soort }) => soort !== "wachten").length;
  let gezien = bekeken(await salvo(200));
  assert.equal(await telPogingen(db.ctx, naamHashVan(db.ctx, "an.raden")), 200);
  for (let minuut = 0; minuut < 5; minuut++) {
    db.clock.advance(60_000);
    gezien += bekeken(await salvo(4));
  }
  assert.ok(gezien <= 10, `looked at ${gezien}`);
});

test("D7: one code typed twice at once lets one in", async () => {
  const accountUuid = await leerling("els.samen", "drie rode vissen");
  const code = await open(accountUuid, "els.samen");
  const uitkomsten = await Promise.all([probeer("els.samen", code), probeer("els.samen", code)]);
  assert.deepEqual(uitkomsten.map(({ soort }) => soort).toSorted(), ["gelukt", "onjuist"]);
});
