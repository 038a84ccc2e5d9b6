import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import type { AccountUuid } from "#platform/ids";
import { kiesWachtwoord, maakPoort, meldAan, meldAanMetBadge } from "#modules/aanmelding";
import { ontvang } from "#modules/discimus";
import { geefEersteWachtwoord, maakBadge, plaatjes, zetBadge } from "#modules/sleutels";
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
  const { quarantaine } = await ontvang(
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
  const [rij] = await db.sql<{ account_uuid: AccountUuid }[]>`
    select account_uuid from leerlingen.registratie where stamnummer = ${stamnummer}`;
  assert.ok(rij);
  return rij.account_uuid;
}

async function metBadge(account: AccountUuid): Promise<(dag: string) => Promise<string>> {
  const badge = maakBadge();
  const plaatje = plaatjes[await zetBadge(db.ctx, account, badge, new Date(db.clock.now()))]?.naam ?? "";
  return async (dag) => {
    db.clock.set(`${dag}T08:30:00Z`);
    const uitkomst = await meldAanMetBadge(db.ctx, maakPoort(), {
      badge: badge.code,
      plaatje,
      clientId: "b",
    });
    return uitkomst.soort;
  };
}

test("D7: who may sign in with a badge follows from the enrolments of that day, not from an earlier or a later year", async () => {
  const over = await metBadge(
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

  const terug = await metBadge(
    await leerling(
      { leerjaar: 3, van: "2026-09-01", tot: "2026-11-30" },
      { leerjaar: 2, van: "2026-12-01", tot: null },
    ),
  );
  assert.equal(await terug("2026-11-30"), "te-oud", "a year that is still to come opens nothing");
  assert.equal(await terug("2026-12-01"), "gelukt");

  const beide = await metBadge(await leerling({ leerjaar: 3 }, { niveau: "kleuter", leerjaar: 3 }));
  assert.equal(await beide("2026-11-24"), "gelukt", "one of the two that run is enough");
});

/** How many characters his first own password must have, on this day. */
async function minimum(account: AccountUuid, dag: string): Promise<number> {
  db.clock.set(`${dag}T08:30:00Z`);
  const wachtwoord = await geefEersteWachtwoord(db.ctx, { accountUuid: account, niveau: "lager" });
  const [rij] = await db.sql<{ naam: string }[]>`
    select gebruikersnaam_basis || case when gebruikersnaam_nr > 1 then gebruikersnaam_nr::text else '' end as naam
      from leerlingen.account where account_uuid = ${account}`;
  const uitkomst = await meldAan(db.ctx, maakPoort(), {
    gebruikersnaam: rij?.naam ?? "",
    wachtwoord,
    clientId: "b",
  });
  assert.ok(uitkomst.soort === "gelukt" && uitkomst.kiesWachtwoord);
  const vraag = (nieuw: string) =>
    kiesWachtwoord(
      db.ctx,
      { accountUuid: account, sleutelVersie: uitkomst.sleutelVersie, nieuw, herhaald: nieuw },
      async () => {},
    );
  for (const lengte of [8, 10]) {
    const keuze = await vraag("vlakgom-waterig".slice(0, lengte));
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
