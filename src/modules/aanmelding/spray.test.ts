import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import type { Context } from "#platform/context";
import type { AccountUuid } from "#platform/ids";
import { makeGate, authenticate, authenticateBadge } from "#modules/aanmelding";
import { setOwnWachtwoord } from "#modules/sleutels";
import { testDatabase, type TestDatabase } from "#testing/database";
import { guardedLog } from "#testing/guarded-log";

let db: TestDatabase;
before(async () => {
  db = await testDatabase();
});
after(() => db.close());

const klas = "192.0.2.7";
/** A process of its own, with what it held back, in milliseconds, and what it logged. */
function makeProcess() {
  const gewacht: number[] = [];
  const poort = makeGate({ sleep: async (ms) => void gewacht.push(ms) });
  const log = guardedLog(["doel", "192.0.2", "198.51.100"]);
  const ctx: Context = { ...db.ctx, log };
  const trySignIn = (gebruikersnaam: string, wachtwoord: string, bron?: string) =>
    authenticate(ctx, poort, { gebruikersnaam, wachtwoord, clientId: "bingel", bron });
  return { gewacht, poort, log, ctx, probeer: trySignIn };
}
async function leerling(basis: string): Promise<void> {
  const account = randomUUID() as AccountUuid;
  const nu = new Date(db.clock.now());
  await db.sql`insert into leerlingen.account (account_uuid, naam, voornaam, gebruikersnaam_basis, gebruikersnaam_nr, aangemaakt_op, gewijzigd_op)
    values (${account}, 'Vermeulen', 'Noor', ${basis}, 1, ${nu}, ${nu})`;
  await setOwnWachtwoord(db.ctx, { accountUuid: account, wachtwoord: "drie rode vissen" });
}
const letters = (nr: number) => [...String(nr)].map((cijfer) => "abcdefghij"[Number(cijfer)]).join("");

test("D7: one password on many names from one address: an alarm without a name, and only what fails there is slow", async () => {
  await leerling("an.goed");
  const { gewacht, poort, log, ctx, probeer } = makeProcess();
  for (let nr = 0; nr < 50; nr++) await probeer(`doel.${letters(nr)}`, "Welkom123", klas);
  assert.deepEqual([gewacht, log.lines], [[], []]);
  assert.deepEqual(poort.sproei.stand(ctx.clock.now()), { namen: 50, alarm: false });
  for (let nr = 50; nr < 60; nr++) await probeer(`doel.${letters(nr)}`, "Welkom123", klas);
  assert.equal(gewacht.length, 10);
  assert.ok(gewacht.every((ms, nr) => ms >= 1000 && ms <= 8000 && ms >= (gewacht[nr - 1] ?? 0)));
  assert.equal(log.lines.length, 1);
  assert.match(log.lines[0] ?? "", /"namen":51,"gelukt":0,"bereik":"adres"/);
  assert.deepEqual(poort.sproei.stand(ctx.clock.now()), { namen: 60, alarm: true });

  gewacht.length = 0;
  assert.equal((await probeer("an.goed", "drie rode vissen", klas)).soort, "gelukt");
  assert.equal((await probeer("an.goed", "typfout", "198.51.100.1")).soort, "onjuist");
  assert.deepEqual(gewacht, [], "a right password, and another address, wait for nobody");
  await authenticateBadge(ctx, poort, { badge: "K7M2-P4TR", plaatje: "zon", clientId: "", bron: klas });
  assert.equal(gewacht.length, 1, "badges are names too");
  db.clock.advance(5 * 60_000);
  await probeer("doel.weer", "Welkom123", klas);
  assert.equal(gewacht.length, 1, "it is over when they stop");
});

test("D7: from very many addresses: seen over the whole", async () => {
  const { poort, ctx, log } = makeProcess();
  const traag = Array.from({ length: 201 }, (_, nr) =>
    poort.sproei.note(ctx, { naam: `doel${nr}`, bron: `198.51.100.${nr}`, gelukt: false }),
  );
  assert.deepEqual([traag.slice(0, 200).some((ms) => ms > 0), traag[200]], [false, 1005]);
  assert.match(log.lines.join(), /"namen":201,"gelukt":0,"bereik":"geheel"/);
});

test("D7: 30 pupils behind one address of whom some mistype, and a whole school in the morning, wait for nothing", async () => {
  const { gewacht, poort, ctx, log, probeer } = makeProcess();
  for (let nr = 0; nr < 30; nr++) await leerling(`klas.${letters(nr)}`);
  for (let nr = 0; nr < 30; nr++) {
    if (nr % 10 === 0) await probeer(`klas.${letters(nr)}`, "typfout", klas);
    assert.equal((await probeer(`klas.${letters(nr)}`, "drie rode vissen", klas)).soort, "gelukt");
  }
  assert.equal(poort.sproei.stand(ctx.clock.now()).namen, 0, "who gets in after all does not count");
  // 1,500 pupils of one campus: one in ten fails, half of those give up.
  const traag = Array.from({ length: 1500 }, (_, nr) => {
    const poging = { naam: `s${nr}`, bron: klas };
    const eerst = nr % 10 === 0 ? poort.sproei.note(ctx, { ...poging, gelukt: false }) : 0;
    return eerst + (nr % 20 === 0 ? 0 : poort.sproei.note(ctx, { ...poging, gelukt: true }));
  });
  assert.ok(traag.every((ms) => ms === 0));
  assert.deepEqual([gewacht, log.lines], [[], []]);
});
