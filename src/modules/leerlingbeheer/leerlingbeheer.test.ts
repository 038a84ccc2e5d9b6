import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import fc from "fast-check";
import { receive } from "#modules/discimus";
import {
  findLeerling,
  overviewOf,
  sorteringen,
  statussen,
  countNew,
  searchLeerlingen,
  type Filter,
  type Leerling,
} from "#modules/leerlingbeheer";
import { fold } from "#modules/leerlingen";
import { onOtherDay } from "#testing/days";
import { testDatabase, type TestDatabase } from "#testing/database";
import { inschrijvingRegel, leerlingRegel, schoolRegel } from "#testing/discimus";
import { shareKlassen, indelen } from "#testing/klasinformatie";
import { runsOf } from "#testing/runs";
import { yearEarlier, readZoekvraag } from "./rules.ts";

let db: TestDatabase;
before(async () => {
  db = await testDatabase();
});
after(() => db.close());

const vandaag = "2026-11-24";
const school = "999001";

const namen = ["Van den Broeck", "D'hondt", "Şahin", "Novák", "Kowalczyk", "Peeters", "De Smet", "Øster"];
const voornamen = ["Zoë", "Łucja", "Čeněk", "Noor", "Yağmur", "Anne-Sofie", "Jan"];

/** Enrolments as days before (negative) or after today: van, tot. */
const looptijden = {
  loopt: ["2026-09-01", null],
  eindigtVandaag: ["2026-09-01", vandaag],
  komt: ["2027-01-08", null],
  gisterenGestopt: ["2025-09-01", "2026-11-23"],
  jaarGeledenGestopt: ["2024-09-01", "2025-11-24"],
  langGeledenGestopt: ["2020-09-01", "2025-11-23"],
} as const;

type Inschrijving = {
  readonly looptijd: keyof typeof looptijden;
  readonly leerjaar: number;
  readonly groep: string | null;
  readonly geannuleerd: boolean;
};
type Sleutel = "geen" | "klaar" | "uitgereikt" | "naam-veranderd" | "eigen";
/** In which classes he is today; `gisteren` = a class that he left. */
const indelingen = {
  geen: [],
  "3A": [["3A"]],
  "3A en zwemmen": [["3A"], ["3A", "Zwemmen"]],
  "3A, 3Aa": [["3A", "3Aa"]],
  B: [["B"]],
  gisteren: [["B", null, "2026-09-01", "2026-11-23"]],
} as const;
type ModelLeerling = {
  readonly indeling: keyof typeof indelingen;
  readonly naam: string;
  readonly voornaam: string;
  readonly insz: boolean;
  readonly sleutel: Sleutel;
  readonly inschrijvingen: readonly Inschrijving[];
};

const leerling: fc.Arbitrary<ModelLeerling> = fc.record({
  indeling: fc.constantFrom(...(Object.keys(indelingen) as (keyof typeof indelingen)[])),
  naam: fc.constantFrom(...namen),
  voornaam: fc.constantFrom(...voornamen),
  insz: fc.boolean(),
  sleutel: fc.constantFrom<Sleutel[]>("geen", "klaar", "uitgereikt", "naam-veranderd", "eigen"),
  inschrijvingen: fc.array(
    fc.record({
      looptijd: fc.constantFrom(...(Object.keys(looptijden) as (keyof typeof looptijden)[])),
      leerjaar: fc.constantFrom(3, 4),
      groep: fc.constantFrom("A", "B", null),
      geannuleerd: fc.boolean(),
    }),
    { maxLength: 3 },
  ),
});

const filter: fc.Arbitrary<Filter> = fc.record(
  {
    zoek: fc.constantFrom(
      "van den",
      "broeck zoe",
      "zoë",
      "sahin",
      "ŞAHİN yag",
      "d'h",
      "lucja.kow",
      "o",
      ", ",
      "noor.peeters2",
      "xyz",
      "oster",
      "anne-sofie",
      "3A",
      "3aa",
      " zwemmen ",
      "b",
    ),
    niveau: fc.constant("lager" as const),
    leerjaar: fc.constantFrom(3, 4),
    groep: fc.constantFrom("A", "B", null),
    klas: fc.constantFrom(
      null,
      { klas: "3A" },
      { klas: "3A", subklas: "Zwemmen" },
      { klas: "B" },
      { klas: "9Z" },
    ),
    status: fc.constantFrom(...statussen),
  },
  { requiredKeys: [] },
);

/** Which of his enrolments stand for the pupil: those not ended, else those ended less than a year ago. */
function standing({ inschrijvingen }: ModelLeerling): readonly Inschrijving[] {
  const echt = inschrijvingen.filter((one) => !one.geannuleerd);
  const levend = echt.filter((one) => (looptijden[one.looptijd][1] ?? "9999") >= vandaag);
  if (levend.length > 0) return levend;
  return echt.filter((one) => (looptijden[one.looptijd][1] ?? "") >= "2025-11-24");
}

function matches(one: ModelLeerling, gebruikersnaam: string, vraag: Filter, deelt = true): boolean {
  const klassen = deelt ? indelingen[one.indeling].filter(([, , van]) => van === undefined) : [];
  const isInResult = (naam: string) =>
    klassen.some(([klas, subklas]) => [klas, subklas].some((one) => one?.toLowerCase() === naam));
  if (vraag.klas === null && klassen.length > 0) return false;
  if (vraag.klas) {
    const { klas, subklas } = vraag.klas;
    if (!klassen.some((row) => row[0] === klas && (subklas === undefined || row[1] === subklas)))
      return false;
  }
  const query = isInResult((vraag.zoek ?? "").trim().toLowerCase()) ? "" : (vraag.zoek ?? "");
  const rows = standing(one).filter(
    (row) =>
      (vraag.leerjaar === undefined || row.leerjaar === vraag.leerjaar) &&
      (vraag.groep === undefined || row.groep === vraag.groep),
  );
  if (rows.length === 0) return false;
  for (const woord of query.split(" ")) {
    const isNaam = !/\d|[a-z]\.[a-z]/.test(woord);
    const waar = isNaam ? `${fold(one.naam)} ${fold(one.voornaam)}` : gebruikersnaam;
    if (!waar.includes(isNaam ? fold(woord) : woord)) return false;
  }
  const weg = standing(one).every((row) => (looptijden[row.looptijd][1] ?? "9999") < vandaag);
  if (vraag.status === undefined) return true;
  if (vraag.status === "uitgeschreven" || weg) return vraag.status === "uitgeschreven" && weg;
  return {
    nieuw: one.sleutel === "geen" || one.sleutel === "klaar",
    aangepast: one.sleutel === "naam-veranderd",
    "niet-uitgereikt": one.sleutel !== "uitgereikt" && one.sleutel !== "eigen",
    "nooit-aangemeld": one.sleutel !== "eigen",
    "zonder-insz": !one.insz,
  }[vraag.status];
}

/** Loads a school of these pupils and gives the usernames in the same order. */
async function load(nummer: string, leerlingen: readonly ModelLeerling[]): Promise<Leerlingnaam[]> {
  const regels = leerlingen.flatMap((one, i) => {
    const stamnummer = `s${i}`;
    return [
      leerlingRegel(stamnummer, { school: nummer, id: `l${i}` }, { naam: one.naam, voornaam: one.voornaam }),
      ...one.inschrijvingen.map((row, n) =>
        inschrijvingRegel(
          stamnummer,
          { school: nummer, id: `i${i}-${n}` },
          {
            inschrijving: `i${n}`,
            leerjaar: row.leerjaar,
            administratieve_groep: row.groep,
            van: looptijden[row.looptijd][0],
            tot: looptijden[row.looptijd][1],
            status: row.geannuleerd ? "geannuleerd" : "gerealiseerd",
          },
        ),
      ),
    ];
  });
  const outcome = await receive(db.ctx, [schoolRegel({ school: nummer }), ...regels], { bron: "http" });
  assert.deepEqual(outcome.quarantaine, []);
  const namenVan = await db.sql<Leerlingnaam[]>`
    select r.account_uuid, a.gebruikersnaam_basis || case when a.gebruikersnaam_nr > 1 then a.gebruikersnaam_nr::text else '' end as gebruikersnaam
      from leerlingen.registratie r join leerlingen.account a using (account_uuid)
     where r.instellingsnummer = ${nummer} order by substr(r.stamnummer, 2)::int`;
  for (const [i, one] of leerlingen.entries()) {
    const { account_uuid = "" } = namenVan[i] ?? {};
    if (one.insz)
      await db.sql`update leerlingen.account set leer_id_uuid = gen_random_uuid() where account_uuid = ${account_uuid}`;
    if (one.sleutel === "naam-veranderd")
      await db.sql`update leerlingen.account set gewijzigd_op = aangemaakt_op + interval '2 hours' where account_uuid = ${account_uuid}`;
    if (one.sleutel !== "geen")
      await db.sql`
        insert into sleutels.sleutel (account_uuid, soort, hash, peper, uitgereikt_op, gewijzigd_op)
        values (${account_uuid}, ${one.sleutel === "eigen" ? "eigen" : "eerste"}, 'h', 'p',
                ${one.sleutel === "klaar" ? null : new Date(db.clock.now() + 3_600_000)}, now())`;
  }
  await indelen(
    db,
    nummer,
    leerlingen.flatMap((one, i) =>
      indelingen[one.indeling].map(
        ([klas, subklas, van, tot]) => [namenVan[i]?.account_uuid ?? "", klas, subklas, van, tot] as const,
      ),
    ),
  );
  return [...namenVan];
}
type Leerlingnaam = { account_uuid: string; gebruikersnaam: string };

let volgendeSchool = 999100;

test(
  "R4, R55: search, filters, statuses and their counts are those of a plain model",
  { skip: onOtherDay() },
  async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(leerling, { maxLength: 12 }),
        fc.array(filter, { minLength: 4, maxLength: 6 }),
        fc.boolean(),
        async (leerlingen, vragen, deelt) => {
          const nummer = String(volgendeSchool++);
          const bekend = await load(nummer, leerlingen);
          if (deelt) await shareKlassen(db, nummer);
          for (const vraag of vragen) {
            const verwacht = leerlingen.flatMap((one, i) =>
              matches(one, bekend[i]?.gebruikersnaam ?? "", vraag, deelt) ? [bekend[i]?.gebruikersnaam] : [],
            );
            for (const sorteer of sorteringen) {
              const found = await searchLeerlingen(db.ctx, [nummer], {
                filter: vraag,
                sorteer,
                bladzijde: 1,
              });
              assert.deepEqual(
                found.leerlingen.map((one) => one.gebruikersnaam).toSorted(),
                verwacht.toSorted(),
                JSON.stringify(vraag),
              );
              assert.equal(found.totaal, verwacht.length);
              for (const one of found.leerlingen) {
                const { indeling = "geen" } =
                  leerlingen[bekend.findIndex((row) => row.account_uuid === one.accountUuid)] ?? {};
                const klassen = indelingen[indeling].filter(([, , van]) => van === undefined && deelt);
                assert.equal(one.klassen.length, klassen.length, "no class without an akkoord");
              }
            }
          }
          const nieuw = leerlingen.filter((one, i) =>
            matches(one, bekend[i]?.gebruikersnaam ?? "", { status: "nieuw" }),
          );
          const banner = await countNew(db.ctx, [nummer]);
          assert.equal(banner.aantal, nieuw.length);
          for (const { klas, aantal } of banner.perGroep)
            if (klas !== null)
              assert.equal(
                nieuw.filter((one) => indelingen[one.indeling].some(([naam, , van]) => naam === klas && !van))
                  .length,
                aantal,
              );
          assert.ok(deelt || banner.perGroep.every(({ klas }) => klas === null));
          const vandaagHier = leerlingen.filter((one) =>
            standing(one).some(({ looptijd }) => looptijd === "loopt" || looptijd === "eindigtVandaag"),
          );
          assert.equal(
            (
              await overviewOf(
                db.ctx,
                { sessie: randomUUID(), school: { instellingsnummer: nummer, lijn: [nummer] } },
                { vers: true },
              )
            ).ingeschreven,
            vandaagHier.length,
          );
        },
      ),
      runsOf(15),
    );
  },
);

const gewoon: ModelLeerling = {
  indeling: "geen",
  naam: "Peeters",
  voornaam: "Noor",
  insz: true,
  sleutel: "eigen",
  inschrijvingen: [{ looptijd: "loopt", leerjaar: 3, groep: "A", geannuleerd: false }],
};

test("R4: pages of fifty follow on each other, each pupil once, also past the end", async () => {
  const nummer = "999002";
  await load(
    nummer,
    Array.from({ length: 120 }, () => gewoon),
  );
  const gezien = new Set<string>();
  for (const bladzijde of [1, 2, 3]) {
    const part = await searchLeerlingen(db.ctx, [nummer], { filter: {}, sorteer: "naam", bladzijde });
    assert.equal(part.totaal, 120);
    assert.equal(part.leerlingen.length, bladzijde === 3 ? 20 : 50);
    for (const one of part.leerlingen) gezien.add(one.accountUuid);
  }
  assert.equal(gezien.size, 120);
  const last = await searchLeerlingen(db.ctx, [nummer], { filter: {}, sorteer: "naam", bladzijde: 99 });
  assert.deepEqual([last.bladzijde, last.leerlingen.length], [3, 20]);
});

test("R4: sorted as a Dutch list is: without accents, spaces and capitals; groups by year", async () => {
  const nummer = "999003";
  const modelLeerling = (
    naam: string,
    voornaam: string,
    leerjaar: number,
    groep: string | null,
  ): ModelLeerling => ({
    ...gewoon,
    naam,
    voornaam,
    inschrijvingen: [{ looptijd: "loopt", leerjaar, groep, geannuleerd: false }],
  });
  await load(nummer, [
    modelLeerling("Şahin", "Ela", 4, "A"),
    modelLeerling("van den Broeck", "Ali", 3, null),
    modelLeerling("Vanaken", "Zoë", 3, "B"),
    modelLeerling("Ábel", "Łucja", 3, "A"),
    modelLeerling("Sels", "Bo", 3, "B"),
  ]);
  const list = async (sorteer: (typeof sorteringen)[number]) =>
    (await searchLeerlingen(db.ctx, [nummer], { filter: {}, sorteer, bladzijde: 1 })).leerlingen.map(
      (row) => row.voornaam,
    );
  assert.deepEqual(await list("naam"), ["Łucja", "Ela", "Bo", "Zoë", "Ali"]);
  assert.deepEqual(await list("voornaam"), ["Ali", "Bo", "Ela", "Łucja", "Zoë"]);
  assert.deepEqual(await list("groep"), ["Łucja", "Bo", "Zoë", "Ali", "Ela"]);
  assert.deepEqual(await list("-naam"), ["Ali", "Zoë", "Bo", "Ela", "Łucja"]);
  assert.deepEqual(await list("-voornaam"), ["Zoë", "Łucja", "Ela", "Bo", "Ali"]);
  assert.deepEqual(await list("-groep"), ["Ela", "Ali", "Bo", "Zoë", "Łucja"]);
});

test("R4, D2: a pupil under two stamnummers, or under a school's old number, is one line with today's enrolment", async () => {
  const insz = { insz: null };
  await receive(
    db.ctx,
    [
      leerlingRegel("a", { school: "999004" }, insz),
      leerlingRegel("b", { school: "999005", tijdstip: "2026-09-02T07:00:00Z" }, insz),
      inschrijvingRegel("a", { school: "999004" }, { van: "2025-09-01", tot: "2026-08-31", leerjaar: 2 }),
      inschrijvingRegel("b", { school: "999005" }, { van: "2026-09-01", leerjaar: 3 }),
    ],
    { bron: "http" },
  );
  await db.sql`
    update leerlingen.registratie set account_uuid = (select account_uuid from leerlingen.registratie where instellingsnummer = '999005' and stamnummer = 'b')
     where instellingsnummer = '999004' and stamnummer = 'a'`;
  const lijn = ["999004", "999005"];
  const { leerlingen, totaal } = await searchLeerlingen(db.ctx, lijn, {
    filter: {},
    sorteer: "naam",
    bladzijde: 1,
  });
  assert.equal(totaal, 1);
  assert.deepEqual([leerlingen[0]?.leerjaar, leerlingen[0]?.uitgeschreven], [3, false]);
  assert.equal(
    (await searchLeerlingen(db.ctx, lijn, { filter: { leerjaar: 2 }, sorteer: "naam", bladzijde: 1 })).totaal,
    0,
    "an ended enrolment says nothing of who is still here",
  );
});

test("R4: a pupil of another school is not there", async () => {
  const nummer = "999006";
  await load(nummer, [gewoon]);
  const [one] = (await searchLeerlingen(db.ctx, [nummer], { filter: {}, sorteer: "naam", bladzijde: 1 }))
    .leerlingen;
  assert.ok(one);
  assert.deepEqual(await findLeerling(db.ctx, [nummer], one.accountUuid), one satisfies Leerling);
  assert.equal(await findLeerling(db.ctx, [school], one.accountUuid), undefined);
});

test("R4: what was typed is taken apart", () => {
  assert.deepEqual(readZoekvraag("  Peeters,  Noor "), {
    namen: ["peeters", "noor"],
    gebruikersnamen: [],
    letterlijk: [],
  });
  assert.deepEqual(readZoekvraag("noor.peeters2 Ольга %_"), {
    namen: [],
    gebruikersnamen: ["noor.peeters2"],
    letterlijk: ["ольга"],
  });
  assert.equal(readZoekvraag("a ".repeat(100)).namen.length, 8);
  assert.equal(yearEarlier("2028-02-29" as never), "2027-02-28");
});
