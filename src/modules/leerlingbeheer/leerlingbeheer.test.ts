import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import fc from "fast-check";
import { ontvang } from "#modules/discimus";
import {
  findLeerling,
  standVan,
  sorteringen,
  statussen,
  telNieuw,
  zoekLeerlingen,
  type Filter,
  type Leerling,
} from "#modules/leerlingbeheer";
import { vouw } from "#modules/leerlingen";
import { onOtherDay } from "#testing/days";
import { testDatabase, type TestDatabase } from "#testing/database";
import { inschrijvingRegel, leerlingRegel, schoolRegel } from "#testing/discimus";
import { deel, deelIn } from "#testing/klasinformatie";
import { runsOf } from "#testing/runs";
import { jaarEerder, leesZoekvraag } from "./rules.ts";

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
function staande({ inschrijvingen }: ModelLeerling): readonly Inschrijving[] {
  const echt = inschrijvingen.filter((een) => !een.geannuleerd);
  const levend = echt.filter((een) => (looptijden[een.looptijd][1] ?? "9999") >= vandaag);
  if (levend.length > 0) return levend;
  return echt.filter((een) => (looptijden[een.looptijd][1] ?? "") >= "2025-11-24");
}

function past(een: ModelLeerling, gebruikersnaam: string, vraag: Filter, deelt = true): boolean {
  const klassen = deelt ? indelingen[een.indeling].filter(([, , van]) => van === undefined) : [];
  const zitIn = (naam: string) =>
    klassen.some(([klas, subklas]) => [klas, subklas].some((een) => een?.toLowerCase() === naam));
  if (vraag.klas === null && klassen.length > 0) return false;
  if (vraag.klas) {
    const { klas, subklas } = vraag.klas;
    if (!klassen.some((rij) => rij[0] === klas && (subklas === undefined || rij[1] === subklas)))
      return false;
  }
  const zoek = zitIn((vraag.zoek ?? "").trim().toLowerCase()) ? "" : (vraag.zoek ?? "");
  const rijen = staande(een).filter(
    (rij) =>
      (vraag.leerjaar === undefined || rij.leerjaar === vraag.leerjaar) &&
      (vraag.groep === undefined || rij.groep === vraag.groep),
  );
  if (rijen.length === 0) return false;
  for (const woord of zoek.split(" ")) {
    const isNaam = !/\d|[a-z]\.[a-z]/.test(woord);
    const waar = isNaam ? `${vouw(een.naam)} ${vouw(een.voornaam)}` : gebruikersnaam;
    if (!waar.includes(isNaam ? vouw(woord) : woord)) return false;
  }
  const weg = staande(een).every((rij) => (looptijden[rij.looptijd][1] ?? "9999") < vandaag);
  if (vraag.status === undefined) return true;
  if (vraag.status === "uitgeschreven" || weg) return vraag.status === "uitgeschreven" && weg;
  return {
    nieuw: een.sleutel === "geen" || een.sleutel === "klaar",
    aangepast: een.sleutel === "naam-veranderd",
    "niet-uitgereikt": een.sleutel !== "uitgereikt" && een.sleutel !== "eigen",
    "nooit-aangemeld": een.sleutel !== "eigen",
    "zonder-insz": !een.insz,
  }[vraag.status];
}

/** Loads a school of these pupils and gives the usernames in the same order. */
async function laad(nummer: string, leerlingen: readonly ModelLeerling[]): Promise<Leerlingnaam[]> {
  const regels = leerlingen.flatMap((een, i) => {
    const stamnummer = `s${i}`;
    return [
      leerlingRegel(stamnummer, { school: nummer, id: `l${i}` }, { naam: een.naam, voornaam: een.voornaam }),
      ...een.inschrijvingen.map((rij, n) =>
        inschrijvingRegel(
          stamnummer,
          { school: nummer, id: `i${i}-${n}` },
          {
            inschrijving: `i${n}`,
            leerjaar: rij.leerjaar,
            administratieve_groep: rij.groep,
            van: looptijden[rij.looptijd][0],
            tot: looptijden[rij.looptijd][1],
            status: rij.geannuleerd ? "geannuleerd" : "gerealiseerd",
          },
        ),
      ),
    ];
  });
  const uitkomst = await ontvang(db.ctx, [schoolRegel({ school: nummer }), ...regels], { bron: "http" });
  assert.deepEqual(uitkomst.quarantaine, []);
  const namenVan = await db.sql<Leerlingnaam[]>`
    select r.account_uuid, a.gebruikersnaam_basis || case when a.gebruikersnaam_nr > 1 then a.gebruikersnaam_nr::text else '' end as gebruikersnaam
      from leerlingen.registratie r join leerlingen.account a using (account_uuid)
     where r.instellingsnummer = ${nummer} order by substr(r.stamnummer, 2)::int`;
  for (const [i, een] of leerlingen.entries()) {
    const { account_uuid = "" } = namenVan[i] ?? {};
    if (een.insz)
      await db.sql`update leerlingen.account set leer_id_uuid = gen_random_uuid() where account_uuid = ${account_uuid}`;
    if (een.sleutel === "naam-veranderd")
      await db.sql`update leerlingen.account set gewijzigd_op = aangemaakt_op + interval '2 hours' where account_uuid = ${account_uuid}`;
    if (een.sleutel !== "geen")
      await db.sql`
        insert into sleutels.sleutel (account_uuid, soort, hash, peper, uitgereikt_op, gewijzigd_op)
        values (${account_uuid}, ${een.sleutel === "eigen" ? "eigen" : "eerste"}, 'h', 'p',
                ${een.sleutel === "klaar" ? null : new Date(db.clock.now() + 3_600_000)}, now())`;
  }
  await deelIn(
    db,
    nummer,
    leerlingen.flatMap((een, i) =>
      indelingen[een.indeling].map(
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
          const bekend = await laad(nummer, leerlingen);
          if (deelt) await deel(db, nummer);
          for (const vraag of vragen) {
            const verwacht = leerlingen.flatMap((een, i) =>
              past(een, bekend[i]?.gebruikersnaam ?? "", vraag, deelt) ? [bekend[i]?.gebruikersnaam] : [],
            );
            for (const sorteer of sorteringen) {
              const gevonden = await zoekLeerlingen(db.ctx, [nummer], {
                filter: vraag,
                sorteer,
                bladzijde: 1,
              });
              assert.deepEqual(
                gevonden.leerlingen.map((een) => een.gebruikersnaam).toSorted(),
                verwacht.toSorted(),
                JSON.stringify(vraag),
              );
              assert.equal(gevonden.totaal, verwacht.length);
              for (const een of gevonden.leerlingen) {
                const { indeling = "geen" } =
                  leerlingen[bekend.findIndex((rij) => rij.account_uuid === een.accountUuid)] ?? {};
                const klassen = indelingen[indeling].filter(([, , van]) => van === undefined && deelt);
                assert.equal(een.klassen.length, klassen.length, "no class without an akkoord");
              }
            }
          }
          const nieuw = leerlingen.filter((een, i) =>
            past(een, bekend[i]?.gebruikersnaam ?? "", { status: "nieuw" }),
          );
          const banner = await telNieuw(db.ctx, [nummer]);
          assert.equal(banner.aantal, nieuw.length);
          for (const { klas, aantal } of banner.perGroep)
            if (klas !== null)
              assert.equal(
                nieuw.filter((een) => indelingen[een.indeling].some(([naam, , van]) => naam === klas && !van))
                  .length,
                aantal,
              );
          assert.ok(deelt || banner.perGroep.every(({ klas }) => klas === null));
          const vandaagHier = leerlingen.filter((een) =>
            staande(een).some(({ looptijd }) => looptijd === "loopt" || looptijd === "eindigtVandaag"),
          );
          assert.equal(
            (
              await standVan(
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
  await laad(
    nummer,
    Array.from({ length: 120 }, () => gewoon),
  );
  const gezien = new Set<string>();
  for (const bladzijde of [1, 2, 3]) {
    const deel = await zoekLeerlingen(db.ctx, [nummer], { filter: {}, sorteer: "naam", bladzijde });
    assert.equal(deel.totaal, 120);
    assert.equal(deel.leerlingen.length, bladzijde === 3 ? 20 : 50);
    for (const een of deel.leerlingen) gezien.add(een.accountUuid);
  }
  assert.equal(gezien.size, 120);
  const laatste = await zoekLeerlingen(db.ctx, [nummer], { filter: {}, sorteer: "naam", bladzijde: 99 });
  assert.deepEqual([laatste.bladzijde, laatste.leerlingen.length], [3, 20]);
});

test("R4: sorted as a Dutch list is: without accents, spaces and capitals; groups by year", async () => {
  const nummer = "999003";
  const een = (naam: string, voornaam: string, leerjaar: number, groep: string | null): ModelLeerling => ({
    ...gewoon,
    naam,
    voornaam,
    inschrijvingen: [{ looptijd: "loopt", leerjaar, groep, geannuleerd: false }],
  });
  await laad(nummer, [
    een("Şahin", "Ela", 4, "A"),
    een("van den Broeck", "Ali", 3, null),
    een("Vanaken", "Zoë", 3, "B"),
    een("Ábel", "Łucja", 3, "A"),
    een("Sels", "Bo", 3, "B"),
  ]);
  const lijst = async (sorteer: (typeof sorteringen)[number]) =>
    (await zoekLeerlingen(db.ctx, [nummer], { filter: {}, sorteer, bladzijde: 1 })).leerlingen.map(
      (rij) => rij.voornaam,
    );
  assert.deepEqual(await lijst("naam"), ["Łucja", "Ela", "Bo", "Zoë", "Ali"]);
  assert.deepEqual(await lijst("voornaam"), ["Ali", "Bo", "Ela", "Łucja", "Zoë"]);
  assert.deepEqual(await lijst("groep"), ["Łucja", "Bo", "Zoë", "Ali", "Ela"]);
  assert.deepEqual(await lijst("-naam"), ["Ali", "Zoë", "Bo", "Ela", "Łucja"]);
  assert.deepEqual(await lijst("-voornaam"), ["Zoë", "Łucja", "Ela", "Bo", "Ali"]);
  assert.deepEqual(await lijst("-groep"), ["Ela", "Ali", "Bo", "Zoë", "Łucja"]);
});

test("R4, D2: a pupil under two stamnummers, or under a school's old number, is one line with today's enrolment", async () => {
  const insz = { insz: null };
  await ontvang(
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
  const { leerlingen, totaal } = await zoekLeerlingen(db.ctx, lijn, {
    filter: {},
    sorteer: "naam",
    bladzijde: 1,
  });
  assert.equal(totaal, 1);
  assert.deepEqual([leerlingen[0]?.leerjaar, leerlingen[0]?.uitgeschreven], [3, false]);
  assert.equal(
    (await zoekLeerlingen(db.ctx, lijn, { filter: { leerjaar: 2 }, sorteer: "naam", bladzijde: 1 })).totaal,
    0,
    "an ended enrolment says nothing of who is still here",
  );
});

test("R4: a pupil of another school is not there", async () => {
  const nummer = "999006";
  await laad(nummer, [gewoon]);
  const [een] = (await zoekLeerlingen(db.ctx, [nummer], { filter: {}, sorteer: "naam", bladzijde: 1 }))
    .leerlingen;
  assert.ok(een);
  assert.deepEqual(await findLeerling(db.ctx, [nummer], een.accountUuid), een satisfies Leerling);
  assert.equal(await findLeerling(db.ctx, [school], een.accountUuid), undefined);
});

test("R4: what was typed is taken apart", () => {
  assert.deepEqual(leesZoekvraag("  Peeters,  Noor "), {
    namen: ["peeters", "noor"],
    gebruikersnamen: [],
    letterlijk: [],
  });
  assert.deepEqual(leesZoekvraag("noor.peeters2 Ольга %_"), {
    namen: [],
    gebruikersnamen: ["noor.peeters2"],
    letterlijk: ["ольга"],
  });
  assert.equal(leesZoekvraag("a ".repeat(100)).namen.length, 8);
  assert.equal(jaarEerder("2028-02-29" as never), "2027-02-28");
});
