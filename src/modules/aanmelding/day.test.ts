import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import type { AccountUuid } from "#platform/ids";
import { chooseWachtwoord, makeGate, authenticate, authenticateBadge } from "#modules/aanmelding";
import { receive } from "#modules/discimus";
import { giveFirstWachtwoord, makeBadge, plaatjes, setBadge } from "#modules/sleutels";
import { testDatabase, type TestDatabase } from "#testing/database";
import { inschrijvingRegel, leerlingRegel, type Fields } from "#testing/discimus";

let db: TestDatabase;
before(async () => {
  db = await testDatabase();
});
after(() => db.close());
beforeEach(() => db.clock.set("2026-11-24T08:30:00Z"));

let nr = 0;
/** A pupil with these enrolments. */
async function leerling(...inschrijvingen: readonly Fields[]): Promise<AccountUuid> {
  const stamnummer = `d${++nr}`;
  const { quarantaine } = await receive(
    db.ctx,
    [
      leerlingRegel(stamnummer, { id: `l${nr}` }, { naam: "Dagen", voornaam: "Lou" }),
      ...inschrijvingen.map((over, index) =>
        inschrijvingRegel(stamnummer, { id: `i${nr}-${index}` }, { inschrijving: `i${index}`, ...over }),
      ),
    ],
    { bron: "http" },
  );
  assert.deepEqual(quarantaine, []);
  const [row] = await db.sql<{ account_uuid: AccountUuid }[]>`
    select account_uuid from leerlingen.registratie where stamnummer = ${stamnummer}`;
  assert.ok(row);
  return row.account_uuid;
}

async function withBadge(account: AccountUuid): Promise<(dag: string) => Promise<string>> {
  const badge = makeBadge();
  const plaatje = plaatjes[await setBadge(db.ctx, account, badge, new Date(db.clock.now()))]?.naam ?? "";
  return async (dag) => {
    db.clock.set(`${dag}T08:30:00Z`);
    const outcome = await authenticateBadge(db.ctx, makeGate(), {
      badge: badge.code,
      plaatje,
      clientId: "b",
    });
    return outcome.soort;
  };
}

test("D7: who may sign in with a badge follows from the enrolments of that day, not from an earlier or a later year", async () => {
  const over = await withBadge(
    await leerling(
      { leerjaar: 2, van: "2025-09-01", tot: "2026-06-30" },
      { leerjaar: 3, van: "2026-09-01", tot: null },
    ),
  );
  assert.equal(await over("2026-06-30"), "gelukt", "his last day in year 2");
  // In the holidays he is enrolled nowhere: the decision tells him that, whatever he signs in with.
  assert.equal(await over("2026-07-01"), "gelukt");
  assert.equal(await over("2026-08-31"), "gelukt");
  assert.equal(await over("2026-09-01"), "te-oud", "his first day in year 3");
  assert.equal(await over("2027-01-15"), "te-oud");

  const terug = await withBadge(
    await leerling(
      { leerjaar: 3, van: "2026-09-01", tot: "2026-11-30" },
      { leerjaar: 2, van: "2026-12-01", tot: null },
    ),
  );
  assert.equal(await terug("2026-11-30"), "te-oud", "a year that is still to come opens nothing");
  assert.equal(await terug("2026-12-01"), "gelukt");

  const beide = await withBadge(await leerling({ leerjaar: 3 }, { niveau: "kleuter", leerjaar: 3 }));
  assert.equal(await beide("2026-11-24"), "gelukt", "one of the two that run is enough");
});

/** How many characters his first own password must have, on this day. */
async function minimum(account: AccountUuid, dag: string): Promise<number> {
  db.clock.set(`${dag}T08:30:00Z`);
  const wachtwoord = await giveFirstWachtwoord(db.ctx, { accountUuid: account, niveau: "lager" });
  const [row] = await db.sql<{ naam: string }[]>`
    select gebruikersnaam_basis || case when gebruikersnaam_nr > 1 then gebruikersnaam_nr::text else '' end as naam
      from leerlingen.account where account_uuid = ${account}`;
  const outcome = await authenticate(db.ctx, makeGate(), {
    gebruikersnaam: row?.naam ?? "",
    wachtwoord,
    clientId: "b",
  });
  assert.ok(outcome.soort === "gelukt" && outcome.kiesWachtwoord);
  const ask = (nieuw: string) =>
    chooseWachtwoord(
      db.ctx,
      { accountUuid: account, sleutelVersie: outcome.sleutelVersie, nieuw, herhaald: nieuw },
      async () => {},
    );
  for (const lengte of [8, 10]) {
    const keuze = await ask("vlakgom-waterig".slice(0, lengte));
    if (keuze.soort !== "geweigerd") return lengte;
    assert.equal(keuze.fout, "te-kort");
  }
  return Infinity;
}

test("D7: the length of a first own password follows from the level of today; without one from the next, then from the last", async () => {
  const zesde = { leerjaar: 6, van: "2026-09-01", tot: "2027-06-30" };
  const secundair = { niveau: "secundair", leerjaar: 1 };
  assert.equal(await minimum(await leerling(zesde, { ...secundair, van: "2099-09-01" }), "2026-11-24"), 8);
  assert.equal(await minimum(await leerling(zesde, { ...secundair, van: "2027-09-01" }), "2027-06-30"), 8);
  assert.equal(
    await minimum(await leerling(zesde, { ...secundair, van: "2027-09-01" }), "2027-07-15"),
    10,
    "chosen in the holidays, used in secundair",
  );
  assert.equal(await minimum(await leerling(zesde), "2027-07-15"), 8, "only what was");
  assert.equal(
    await minimum(await leerling(zesde, secundair), "2026-11-24"),
    10,
    "of two that run the longest",
  );
  assert.equal(await minimum(await leerling(secundair, { ...zesde, van: "2026-10-01" }), "2026-11-24"), 10);
});
