import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import type { Datum } from "#platform/clock";
import type { AccountUuid } from "#platform/ids";
import { receive } from "#modules/discimus";
import { findAccountOfRegistratie } from "#modules/leerlingen";
import { importToepassing, saveKeuze, makeVisible } from "#modules/toepassingen";
import { decide, getFeiten, type Besluit } from "#modules/verstrekking";
import { onOtherDay } from "#testing/days";
import { testDatabase, type TestDatabase } from "#testing/database";

let db: TestDatabase;
before(async () => {
  db = await testDatabase();
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
      clients: [
        {
          client_id: "bingel",
          naam: "b",
          soort: "web",
          client_secret: "s".repeat(40),
          redirect_uris: ["https://bingel.example/terug"],
        },
      ],
    }),
  );
  await db.sql`insert into protocollen.protocol (protocol, versie, toepassing, van, tot, attributen, inhoud, ingevoerd_op)
    values ('bingel', 1, 'bingel', '2024-07-10', null, '[{"attribuut":"Instellingsnummer"},{"attribuut":"Historiek_account_uuid"}]', '{}', now()),
           ('bingel', 2, 'bingel', '2027-01-01', null, '[{"attribuut":"Instellingsnummer"}]', '{}', now())`;
});
after(() => db.close());

const send = (
  ...berichten: {
    soort: string;
    sleutel: Record<string, string>;
    gegevens: Record<string, unknown>;
    versie?: number;
  }[]
) =>
  receive(
    db.ctx,
    berichten.map((bericht) =>
      JSON.stringify({
        id: randomUUID(),
        volgnummer: 1,
        tijdstip: "2026-09-01T07:12:33Z",
        versie: 1,
        ...bericht,
      }),
    ),
    { bron: "http" },
  );
const school = (instellingsnummer: string, over: Record<string, unknown> = {}, versie = 1) => ({
  soort: "school",
  sleutel: { instellingsnummer },
  versie,
  gegevens: {
    naam: `School ${instellingsnummer}`,
    gemeente: "Gent",
    niveaus: ["lager"],
    van: "2000-09-01",
    vestigingen: [],
    ...over,
  },
});
let teller = 0;
async function leerling(instellingsnummer: string, over: Record<string, unknown> = {}): Promise<AccountUuid> {
  const sleutel = { instellingsnummer, stamnummer: `S${++teller}` };
  const answer = await send(
    {
      soort: "leerling",
      sleutel,
      gegevens: { naam: "Peeters", voornaam: "Noor", insz: null, geboortedatum: "2017-05-02" },
    },
    {
      soort: "inschrijving",
      sleutel,
      gegevens: {
        inschrijving: "I1",
        vestiging: "1",
        niveau: "lager",
        leerjaar: 3,
        van: "2026-09-01",
        status: "gerealiseerd",
        ...over,
      },
    },
  );
  assert.equal(answer.verwerkt, 2);
  const account = await findAccountOfRegistratie(db.ctx, sleutel);
  assert.ok(account);
  return account.account_uuid;
}
async function besluit(account: AccountUuid, op = "2026-11-24"): Promise<Besluit> {
  const vandaag = op as Datum;
  return decide(await getFeiten(db.ctx, account, "bingel", vandaag), "bingel", {
    scopes: new Set(["leerid"]),
  });
}
const numbers = (outcome: Besluit) => (outcome.toegang ? outcome.claims["instellingsnummer"] : outcome.reden);

test("D3: everything follows a school that gets a new number, from the day after its last; the old number stays in history", async () => {
  await send(school("999101"));
  const account = await leerling("999101");
  await saveKeuze(db.ctx, { instellingsnummer: "999101", toepassing: "bingel", van: "2026-09-01" as Datum });
  await makeVisible(db.ctx, {
    instellingsnummer: "999101",
    toepassing: "bingel",
    soort: "leerjaar",
    niveau: "lager",
    leerjaar: 3,
  });
  assert.deepEqual(numbers(await besluit(account)), ["999101"]);

  await send(
    school("999101", { tot: "2026-12-31", opvolger: "999102" }, 2),
    school("999102", { van: "2027-01-01" }),
  );
  assert.deepEqual(numbers(await besluit(account, "2026-12-31")), ["999101"]);
  assert.deepEqual(
    numbers(await besluit(account, "2027-01-01")),
    ["999102"],
    "choice and rules were made under the old number",
  );

  // Enrolled under the new number; the choice still stands under the old one.
  const nieuw = await leerling("999102");
  assert.deepEqual(numbers(await besluit(nieuw, "2027-01-02")), ["999102"]);
});

test("D3: a chain of successors is followed; a ring in the feed does not hang", async () => {
  await send(
    school("999111", { tot: "2026-10-01", opvolger: "999112" }),
    school("999112", { tot: "2026-11-01", opvolger: "999113" }),
    school("999113"),
    school("999121", { opvolger: "999122" }),
    school("999122", { opvolger: "999121" }),
  );
  const account = await leerling("999111");
  await saveKeuze(db.ctx, { instellingsnummer: "999113", toepassing: "bingel", van: "2026-09-01" as Datum });
  await makeVisible(db.ctx, { instellingsnummer: "999113", toepassing: "bingel", soort: "school" });
  assert.deepEqual(numbers(await besluit(account)), ["999113"]);
  const ring = await leerling("999121");
  assert.equal(numbers(await besluit(ring)), "niet-gekozen");
});

test("D3: a cancelled enrolment was never there, and a school that Discimus never sent opens nothing", async () => {
  await send(school("999131"));
  await saveKeuze(db.ctx, { instellingsnummer: "999131", toepassing: "bingel", van: "2026-09-01" as Datum });
  await makeVisible(db.ctx, { instellingsnummer: "999131", toepassing: "bingel", soort: "school" });
  assert.deepEqual(numbers(await besluit(await leerling("999131"))), ["999131"]);
  assert.equal(
    numbers(await besluit(await leerling("999131", { status: "geannuleerd" }))),
    "niet-ingeschreven",
  );
  assert.equal(numbers(await besluit(await leerling("999199"))), "school-niet-open");
});

test("D6: a rule on one pupil keeps working when his temporary account is replaced", async () => {
  await send(school("999141"));
  const sleutel = { instellingsnummer: "999141", stamnummer: "R1" };
  const gegevens = { naam: "Maes", voornaam: "Lien", geboortedatum: "2016-05-02" };
  await send(
    { soort: "leerling", sleutel, gegevens: { ...gegevens, insz: null } },
    {
      soort: "inschrijving",
      sleutel,
      gegevens: {
        inschrijving: "I1",
        vestiging: "1",
        niveau: "lager",
        leerjaar: 4,
        van: "2026-09-01",
        status: "gerealiseerd",
      },
    },
  );
  const tijdelijk = await findAccountOfRegistratie(db.ctx, sleutel);
  assert.ok(tijdelijk);
  await saveKeuze(db.ctx, { instellingsnummer: "999141", toepassing: "bingel", van: "2026-09-01" as Datum });
  await makeVisible(db.ctx, {
    instellingsnummer: "999141",
    toepassing: "bingel",
    soort: "leerling",
    accountUuid: tijdelijk.account_uuid,
  });
  assert.deepEqual(numbers(await besluit(tijdelijk.account_uuid)), ["999141"]);
  const rest = 97 - (2_160_502_999 % 97);
  await send({
    soort: "leerling",
    sleutel,
    versie: 2,
    gegevens: { ...gegevens, insz: `160502999${String(rest).padStart(2, "0")}` },
  });
  const vast = await findAccountOfRegistratie(db.ctx, sleutel);
  assert.ok(vast?.leer_id_uuid);
  const outcome = await besluit(vast.account_uuid);
  assert.ok(outcome.toegang);
  assert.deepEqual(outcome.claims["historiek_account_uuid"], [tijdelijk.account_uuid]); // R38
  assert.equal(numbers(await besluit(tijdelijk.account_uuid)), "account-vervangen");
});

test("the agreement in force today is the newest one that has begun", async () => {
  await send(school("999151"));
  const account = await leerling("999151");
  await saveKeuze(db.ctx, { instellingsnummer: "999151", toepassing: "bingel", van: "2026-09-01" as Datum });
  await makeVisible(db.ctx, { instellingsnummer: "999151", toepassing: "bingel", soort: "school" });
  const protocol = async (op: string) => {
    const outcome = await besluit(account, op);
    return outcome.toegang ? outcome.protocol : outcome.reden;
  };
  assert.equal(await protocol("2026-12-31"), "bingel@1");
  assert.equal(await protocol("2027-01-01"), "bingel@2");
});

test("D6: rules on another pupil are no facts of this one; all applications at once hold the same as one of them", async () => {
  await send(
    school("999161", { tot: "2026-10-31", opvolger: "999162" }),
    school("999162", { van: "2026-11-01" }),
    school("999163"),
  );
  const account = await leerling("999161");
  await send({
    soort: "inschrijving",
    sleutel: { instellingsnummer: "999161", stamnummer: `S${teller}` },
    gegevens: {
      inschrijving: "I0",
      vestiging: "1",
      niveau: "lager",
      leerjaar: 2,
      van: "2025-09-01",
      tot: "2026-06-30",
      status: "gerealiseerd",
    },
  });
  const other = await leerling("999161");
  const elders = await leerling("999163");
  for (const instellingsnummer of ["999161", "999162", "999163"])
    await saveKeuze(db.ctx, { instellingsnummer, toepassing: "bingel", van: "2026-09-01" as Datum });
  for (const accountUuid of [account, other])
    await makeVisible(db.ctx, {
      instellingsnummer: "999162",
      toepassing: "bingel",
      soort: "leerling",
      accountUuid,
    });

  const vandaag = "2026-11-24" as Datum;
  const feiten = async (van: AccountUuid, client: string | null) => {
    const found = await getFeiten(db.ctx, van, client, vandaag);
    assert.ok(found);
    return found;
  };
  const one = await feiten(account, "bingel");
  assert.deepEqual(
    Object.entries(one.inschrijvingen).map(([wanneer, rows]) => [
      wanneer,
      ...rows.map(({ instellingsnummer, school: naam, leerjaar }) => [instellingsnummer, naam, leerjaar]),
    ]),
    [["lopend", ["999162", "School 999162", 3]], ["vroeger", ["999162", "School 999162", 2]], ["straks"]],
  );
  const [toepassing] = one.toepassingen;
  assert.deepEqual(
    toepassing?.keuzes.map((keuze) => keuze.instellingsnummer),
    ["999162", "999162"],
    "of the old and the new number, each once",
  );
  assert.deepEqual(
    toepassing?.regels.map((regel) => [regel.instellingsnummer, regel.soort]),
    [["999162", "leerling"]],
  );
  assert.deepEqual(await feiten(account, null), {
    ...one,
    toepassingen: [{ ...toepassing, client_id: null }],
  });
  assert.deepEqual((await feiten(elders, "bingel")).toepassingen[0]?.regels, []);
});

test(
  "R41, R64, R68: classes of today are facts while the school has an akkoord, under the number that stands, and from history too",
  { skip: onOtherDay() },
  async () => {
    await send(school("999060"), school("999061"));
    const account = await leerling("999060");
    const indeling = (
      instellingsnummer: string,
      klas: string,
      subklas: string | null,
      van: string,
      tot: string,
    ) =>
      db.sql`insert into klassen.indeling (instellingsnummer, klas, subklas, account_uuid, van, tot, schooljaar)
      values (${instellingsnummer}, ${klas}, ${subklas}, ${account}, ${van}, ${tot}, '2026-2027')`;
    await indeling("999060", "3A", null, "2026-09-01", "2027-08-31");
    await indeling("999060", "3A", "Zwemmen", "2026-11-24", "2026-11-24");
    await indeling("999060", "2B", null, "2026-09-01", "2026-11-23");
    await indeling("999061", "6Z", null, "2026-09-01", "2027-08-31"); // not (any longer) his school
    const klassen = async () => {
      const feiten = await getFeiten(db.ctx, account, "bingel", db.clock.vandaag());
      return feiten?.klassen;
    };
    assert.deepEqual(await klassen(), []);
    await db.sql`insert into akkoorden.overeenkomst (versie, inhoud, ingevoerd_op) values (1, '{}', now()) on conflict do nothing`;
    for (const nummer of ["999060", "999061"])
      await db.sql`insert into akkoorden.akkoord (akkoord, instellingsnummer, versie, gegeven_op, gegeven_door, gegeven_naam)
      values (gen_random_uuid(), ${nummer}, 1, now(), 'vo-1', 'Els Vandamme')`;
    assert.deepEqual(await klassen(), [
      { instellingsnummer: "999060", klas: "3A", subklas: null },
      { instellingsnummer: "999060", klas: "3A", subklas: "Zwemmen" },
    ]);
    await db.sql`update akkoorden.akkoord set gestopt_op = now(), gestopt_door = 'vo-1', gestopt_naam = 'Els Vandamme'
    where instellingsnummer = '999060'`;
    assert.deepEqual(await klassen(), []);
  },
);
