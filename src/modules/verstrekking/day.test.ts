import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import fc from "fast-check";
import { inTransaction } from "#platform/context";
import type { Datum } from "#platform/clock";
import type { AccountUuid } from "#platform/ids";
import { receive } from "#modules/discimus";
import { importToepassing, saveKeuze, makeVisible } from "#modules/toepassingen";
import { decide, getFeiten, chain, nearestInschrijvingen, type Feiten } from "#modules/verstrekking";
import { testDatabase, type TestDatabase } from "#testing/database";
import { inschrijvingRegel, leerlingRegel, schoolRegel, type Fields } from "#testing/discimus";
import { shareKlassen, indelen } from "#testing/klasinformatie";

let db: TestDatabase;
const school = { instellingsnummer: "999001", toepassing: "bingel" } as const;
before(async () => {
  db = await testDatabase();
  const client = {
    client_id: "bingel",
    naam: "b",
    soort: "web",
    client_secret: "s".repeat(40),
    redirect_uris: ["https://bingel.example/terug"],
  };
  await importToepassing(
    db.ctx,
    JSON.stringify({
      toepassing: "bingel",
      naam: "Bingel",
      omschrijving: "Oefenen",
      aanbieder: "Van In",
      start_url: "https://bingel.example/",
      tint: 1,
      initialen: "Bi",
      clients: [client],
    }),
  );
  await db.sql`insert into protocollen.protocol (protocol, versie, toepassing, van, tot, attributen, inhoud, ingevoerd_op)
    values ('bingel', 1, 'bingel', '2020-01-01', null, '[{"attribuut":"Instellingsnummer"}]', '{}', now())`;
  await send(schoolRegel(), schoolRegel({ school: "999002" }, { naam: "Sint-Jozef" }));
  await saveKeuze(db.ctx, { ...school, van: "2020-09-01" as Datum });
  await makeVisible(db.ctx, { ...school, soort: "school" });
});
after(() => db.close());
beforeEach(() => db.clock.set("2026-11-24T08:30:00Z"));

async function send(...regels: string[]): Promise<void> {
  const { quarantaine } = await receive(db.ctx, regels, { bron: "http" });
  assert.deepEqual(quarantaine, []);
}
let nr = 0;
/** A pupil of 999001 with these enrolments i0, i1 …: account and stamnummer. */
async function pupil(...inschrijvingen: readonly Fields[]) {
  const stamnummer = `d${++nr}`;
  await send(
    leerlingRegel(stamnummer),
    ...inschrijvingen.map((over, index) =>
      inschrijvingRegel(stamnummer, {}, { inschrijving: `i${index}`, ...over }),
    ),
  );
  const [row] = await db.sql<{ account: AccountUuid }[]>`
    select account_uuid as account from leerlingen.registratie where stamnummer = ${stamnummer} and instellingsnummer = '999001'`;
  assert.ok(row);
  return { account: row.account, stamnummer };
}
async function factsOf(account: AccountUuid, at: string): Promise<Feiten> {
  db.clock.set(at.length === 10 ? `${at}T08:30:00Z` : at);
  const feiten = await getFeiten(db.ctx, account, "bingel", db.clock.vandaag());
  assert.ok(feiten);
  return feiten;
}
const answer = async (account: AccountUuid, at: string) => {
  const besluit = decide(await factsOf(account, at), "bingel", { scopes: new Set() });
  return besluit.toegang ? "ja" : besluit.reden;
};

// What went wrong in other systems that keep pupils and staff with a first and a last day.

test("the first day is put earlier afterwards: it counts from there", async () => {
  const { account, stamnummer } = await pupil({ van: "2026-12-01" });
  assert.equal(await answer(account, "2026-11-24"), "niet-ingeschreven");
  db.clock.set("2026-11-24T08:30:00Z");
  await send(inschrijvingRegel(stamnummer, { versie: 2 }, { inschrijving: "i0", van: "2026-11-24" }));
  assert.equal(await answer(account, "2026-11-23"), "niet-ingeschreven");
  assert.equal(await answer(account, "2026-11-24"), "ja");
});

test("next year's enrolment that arrives in spring ends nothing of this year", async () => {
  const { account } = await pupil(
    { leerjaar: 3, van: "2026-09-01", tot: "2027-08-31" },
    { leerjaar: 4, van: "2027-09-01" },
  );
  for (const [day, leerjaar] of [
    ["2027-03-15", 3],
    ["2027-08-31", 3],
    ["2027-09-01", 4],
  ] as const) {
    assert.equal(await answer(account, day), "ja");
    const { lopend } = (await factsOf(account, day)).inschrijvingen;
    assert.deepEqual(
      lopend.map((one) => one.leerjaar),
      [leerjaar],
      day,
    );
  }
});

test("between two school years nobody is enrolled: the explanation names the next first day, without one the last day", async () => {
  const until = { leerjaar: 3, van: "2026-09-01", tot: "2027-06-30" };
  const nearest = async (account: AccountUuid) => {
    const feiten = await factsOf(account, "2027-07-15");
    const { reden, inschrijving } = chain(feiten, "bingel");
    assert.equal(inschrijving, nearestInschrijvingen(feiten)[0] ?? null);
    return [reden, inschrijving?.van, inschrijving?.tot];
  };
  const stays = await pupil(until, { van: "2028-09-01" }, { van: "2027-09-01", tot: "2028-06-30" });
  assert.deepEqual(await nearest(stays.account), ["niet-ingeschreven", "2027-09-01", "2028-06-30"]);
  const left = await pupil(until, { van: "2026-12-01", tot: "2026-12-24" });
  assert.deepEqual(await nearest(left.account), ["niet-ingeschreven", "2026-09-01", "2027-06-30"]);
  assert.deepEqual(await nearest((await pupil()).account), ["niet-ingeschreven", undefined, undefined]);
});

test("the last day counts until midnight in Brussels, in summer and in winter", async () => {
  const { account } = await pupil(
    { van: "2026-09-01", tot: "2026-11-24" },
    { van: "2027-06-30", tot: "2027-06-30" },
  );
  for (const [at, expected] of [
    ["2026-11-24T22:59:59Z", "ja"],
    ["2026-11-24T23:00:00Z", "niet-ingeschreven"],
    ["2027-06-29T21:59:59Z", "niet-ingeschreven"],
    ["2027-06-29T22:00:00Z", "ja"],
    ["2027-06-30T21:59:59Z", "ja"],
    ["2027-06-30T22:00:00Z", "niet-ingeschreven"],
  ] as const)
    assert.equal(await answer(account, at), expected, at);
});

test("a day is a day in every time zone of a server", async () => {
  const { account } = await pupil({ van: "2026-11-24", tot: "2026-11-24" });
  for (const zone of ["Pacific/Kiritimati", "America/Los_Angeles", "UTC"])
    await inTransaction(db.ctx, async (tx) => {
      await tx.sql`select set_config('timezone', ${zone}, true)`;
      const feiten = await getFeiten(tx, account, "bingel", "2026-11-24" as Datum);
      assert.equal(feiten?.vandaag, "2026-11-24");
      assert.deepEqual(
        feiten.inschrijvingen.lopend.map(({ van, tot }) => [van, tot]),
        [["2026-11-24", "2026-11-24"]],
        zone,
      );
    });
});

test("who left a school stays in no class of it, also when its package forgets to say so", async () => {
  const { account, stamnummer } = await pupil({ van: "2026-09-01", tot: "2026-11-20" });
  await send(
    leerlingRegel(stamnummer, { school: "999002" }),
    inschrijvingRegel(stamnummer, { school: "999002" }, { van: "2026-11-23" }),
  );
  // The same pupil in the other school, as if both had sent his INSZ.
  await db.sql`update leerlingen.registratie set account_uuid = ${account} where stamnummer = ${stamnummer}`;
  for (const [nummer, klas] of [
    ["999001", "3A"],
    ["999002", "3Z"],
  ] as const) {
    await shareKlassen(db, nummer);
    await indelen(db, nummer, [[account, klas]]);
  }
  const classes = async (day: string) => (await factsOf(account, day)).klassen.map(({ klas }) => klas);
  assert.deepEqual(await classes("2026-11-20"), ["3A"]);
  assert.deepEqual(await classes("2026-11-21"), [], "a weekend between two schools");
  assert.deepEqual(await classes("2026-11-23"), ["3Z"]);
});

const day = fc
  .integer({ min: 0, max: 400 })
  .map((n) => new Date(Date.UTC(2026, 7, 1, 12) + n * 86_400_000).toISOString().slice(0, 10) as Datum);
const enrolment = fc
  .record({
    van: day,
    tot: fc.option(day, { freq: 3 }),
    leerjaar: fc.integer({ min: 1, max: 6 }),
    status: fc.constantFrom("gerealiseerd", "gerealiseerd", "gerealiseerd", "geannuleerd"),
  })
  .filter(({ van, tot }) => tot === null || van <= tot);

test("whatever he was enrolled in, on every day each enrolment that exists is in exactly one of three, as SQL divides them", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(enrolment, { maxLength: 5 }),
      fc.array(day, { minLength: 1, maxLength: 6 }),
      async (all, days) => {
        const { account, stamnummer } = await pupil(...all);
        const key = ({ van, tot, leerjaar }: { van: string; tot: string | null; leerjaar: number }) =>
          `${van} ${tot} ${leerjaar}`;
        for (const dag of days) {
          const { vandaag, inschrijvingen } = await factsOf(account, dag);
          assert.equal(vandaag, dag);
          const rows = await db.sql<
            { stand: keyof Feiten["inschrijvingen"]; van: string; tot: string | null; leerjaar: number }[]
          >`
          select case when kalender.is_vroeger(${dag}::date, tot) then 'vroeger' when kalender.is_straks(${dag}::date, van) then 'straks'
                      else 'lopend' end as stand, van, tot, leerjaar
            from inschrijvingen.geldig where stamnummer = ${stamnummer}`;
          assert.equal(rows.length, all.filter(({ status }) => status !== "geannuleerd").length);
          for (const stand of ["lopend", "vroeger", "straks"] as const)
            assert.deepEqual(
              inschrijvingen[stand].map((one) => key(one)).toSorted(),
              rows
                .filter((row) => row.stand === stand)
                .map((row) => key(row))
                .toSorted(),
              `${stand} on ${dag}`,
            );
        }
      },
    ),
    { numRuns: 40 },
  );
});
