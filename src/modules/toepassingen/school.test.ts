import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import fc from "fast-check";
import type { Datum } from "#platform/clock";
import { inSchool, type Context } from "#platform/context";
import type { AccountUuid, Instellingsnummer } from "#platform/ids";
import { Problem } from "#platform/problem";
import { receive } from "#modules/discimus";
import { findAccountOfRegistratie } from "#modules/leerlingen";
import {
  saveRegels,
  getSchoolToepassing,
  importToepassing,
  saveKeuze,
  chooseToepassing,
  listWijzigingen,
  makeVisible,
  overzichtOf,
  stopToepassing,
  countGroepenOf,
  countEffect,
  type Regel,
  type RegelWijziging,
} from "#modules/toepassingen";
import { decide, getFeiten } from "#modules/verstrekking";
import { testDatabase, type TestDatabase } from "#testing/database";
import { inschrijvingRegel, leerlingRegel, schoolRegel, testInsz } from "#testing/discimus";
import { toepassingText } from "#testing/toepassing";
import { runsOf, whole } from "#testing/runs";

const d = (datum: string) => datum as Datum;
/** 999301 was 999300 until the summer; 999302 is another school. */
const school = { instellingsnummer: "999301", lijn: ["999300", "999301"] };
const other = { instellingsnummer: "999302", lijn: ["999302"] };
const door = "vo-1";
const app = (regel: RegelWijziging) => ({ ...regel, toepassing: "bingel" });
const newRegel = (doel: Regel["doel"], van: string | null = null, tot: string | null = null) =>
  app({ soort: "nieuw", regel: { doel, van: van as Datum | null, tot: tot as Datum | null } });

let db: TestDatabase;
/** As a page does it: behind the wall of the school. */
const inside = <T>(work: (ctx: Context) => Promise<T>): Promise<T> => inSchool(db.ctx, school.lijn, work);
const send = async (...regels: string[]) => {
  const answer = await receive(db.ctx, regels, { bron: "http" });
  assert.deepEqual(answer.quarantaine, []);
};
const accounts = new Map<string, AccountUuid>();
async function accountOf(stamnummer: string, instellingsnummer: string): Promise<AccountUuid> {
  const account = await findAccountOfRegistratie(db.ctx, { instellingsnummer, stamnummer });
  assert.ok(account);
  accounts.set(stamnummer, account.account_uuid);
  return account.account_uuid;
}
let tijdelijk: AccountUuid;

before(async () => {
  db = await testDatabase();
  for (const naam of ["bingel", "ander", "straks", "voorbij", "zonder"])
    await importToepassing(db.ctx, toepassingText(naam));
  await db.sql`insert into protocollen.protocol (protocol, versie, toepassing, van, tot, attributen, inhoud, ingevoerd_op)
    values ('bingel', 1, 'bingel', '2024-07-10', null, '[{"attribuut":"Instellingsnummer"}]', '{}', now()),
           ('ander', 1, 'ander', '2024-07-10', null, '[]', '{}', now()),
           ('straks', 1, 'straks', '2027-01-01', null, '[]', '{}', now()),
           ('voorbij', 1, 'voorbij', '2024-07-10', '2026-06-30', '[]', '{}', now())`;
  const [oud, hier, elders] = ["999300", "999301", "999302"].map((instelling) => ({ school: instelling }));
  await send(
    schoolRegel(oud, { tot: "2026-08-31", opvolger: "999301" }),
    schoolRegel(hier, { van: "2026-09-01", niveaus: ["kleuter", "lager"] }),
    schoolRegel(elders, { niveaus: ["lager", "secundair"] }),
  );
  const soorten = [
    ["kleuter", 2],
    ["lager", 1],
    ["lager", 3],
    ["lager", 3],
    ["secundair", 1],
  ] as const;
  for (const [index, [niveau, leerjaar]] of [...soorten, ...soorten].entries()) {
    const kop = index % 4 === 3 ? oud : hier; // some are still known under the old number
    await send(
      leerlingRegel(`S${index}`, kop),
      inschrijvingRegel(`S${index}`, kop, { niveau, leerjaar, van: "2025-09-01" }),
    );
    await accountOf(`S${index}`, kop?.school ?? "");
  }
  // Two years at once; in two schools at once; ended; later; cancelled; another school only.
  await send(
    leerlingRegel("twee", hier),
    inschrijvingRegel("twee", hier, { leerjaar: 1 }),
    inschrijvingRegel("twee", hier, { inschrijving: "i2", niveau: "secundair", leerjaar: 1 }),
    leerlingRegel("samen", hier, { insz: testInsz("170502") }),
    leerlingRegel("samen-elders", elders, { insz: testInsz("170502") }),
    inschrijvingRegel("samen", hier, { leerjaar: 3 }),
    inschrijvingRegel("samen-elders", elders, { leerjaar: 4 }),
    ...["weg", "later", "nooit"].map((stamnummer) => leerlingRegel(stamnummer, hier)),
    inschrijvingRegel("weg", hier, { tot: "2026-11-23" }),
    inschrijvingRegel("later", hier, { van: "2026-11-25" }),
    inschrijvingRegel("nooit", hier, { status: "geannuleerd" }),
    leerlingRegel("elders", elders),
    inschrijvingRegel("elders", elders),
    leerlingRegel("word", hier),
    inschrijvingRegel("word", hier),
  );
  for (const stamnummer of ["twee", "samen", "weg", "later", "nooit"]) await accountOf(stamnummer, "999301");
  await accountOf("elders", "999302");
  tijdelijk = await accountOf("word", "999301");
  await send(leerlingRegel("word", { ...hier, versie: 2 }, { insz: testInsz("180611") }));
  assert.notEqual(await accountOf("word", "999301"), tijdelijk);
});
after(() => db.close());
beforeEach(async () => {
  await db.sql`delete from toepassingen.zichtbaarheid`;
  await db.sql`delete from toepassingen.keuze`;
  db.clock.set("2026-11-24T08:30:00Z");
});

const problem = (code: string) => (error: unknown) => error instanceof Problem && error.kind.code === code;
async function besluit(account: AccountUuid, op = db.clock.vandaag()) {
  const feiten = await getFeiten(db.ctx, account, "bingel", op);
  return decide(feiten, "bingel", { scopes: new Set() });
}
/** Does he see it through this school? */
async function sees(account: AccountUuid): Promise<boolean> {
  const outcome = await besluit(account);
  return outcome.toegang && outcome.via.includes(school.instellingsnummer as Instellingsnummer);
}
const keuzes = async () => (await inside((ctx) => getSchoolToepassing(ctx, school, "bingel")))?.keuzes;
const setKeuze = (naam: string, van = "2026-11-24") =>
  inside((ctx) => chooseToepassing(ctx, { school, door, toepassing: naam, van: d(van) }));
const stop = (tot: string) =>
  inside((ctx) => stopToepassing(ctx, { school, door, toepassing: "bingel", tot: d(tot) }));

test("R54: a school switches an application on from today or later and off after a last day; what was stays known", async () => {
  await setKeuze("bingel");
  await setKeuze("bingel");
  assert.deepEqual(await keuzes(), [{ van: "2026-11-24", tot: null }]);
  await stop("2026-12-18");
  assert.deepEqual(await keuzes(), [{ van: "2026-11-24", tot: "2026-12-18" }]);
  db.clock.set("2026-12-19T08:00:00Z");
  await setKeuze("bingel", "2027-01-04");
  assert.deepEqual(await keuzes(), [
    { van: "2026-11-24", tot: "2026-12-18" },
    { van: "2027-01-04", tot: null },
  ]);
  await setKeuze("bingel", "2026-12-21"); // earlier: the later start goes
  assert.deepEqual((await keuzes())?.at(-1), { van: "2026-12-21", tot: null });
  db.clock.set("2027-02-01T08:00:00Z");
  await stop("2027-01-31"); // at once
  assert.deepEqual(await keuzes(), [
    { van: "2026-11-24", tot: "2026-12-18" },
    { van: "2026-12-21", tot: "2027-01-31" },
  ]);
  await assert.rejects(stop("2027-01-30"), problem("datum-voorbij"));
  await assert.rejects(setKeuze("bingel", "2027-01-31"), problem("datum-voorbij"));
});

test("R54: switched on and off on one day, it never had a day", async () => {
  await setKeuze("bingel");
  await stop("2026-11-23");
  assert.deepEqual(await keuzes(), []);
});

test("D5: without an agreement in force an application cannot be switched on", async () => {
  for (const naam of ["straks", "voorbij", "zonder"])
    await assert.rejects(setKeuze(naam), problem("toepassing-niet-beschikbaar"), naam);
  await setKeuze("straks", "2027-01-01");
  await assert.rejects(setKeuze("bestaat-niet"), problem("niet-gevonden"));
});

test("R54, D3: a choice and rules under the old number count for the school, and can be changed by it", async () => {
  await saveKeuze(db.ctx, { instellingsnummer: "999300", toepassing: "bingel", van: d("2025-09-01") });
  const oud = await makeVisible(db.ctx, {
    instellingsnummer: "999300",
    toepassing: "bingel",
    soort: "school",
  });
  assert.equal(await sees(accounts.get("S0") as AccountUuid), true);
  const [regel] = (await inside((ctx) => getSchoolToepassing(ctx, school, "bingel")))?.regels ?? [];
  assert.equal(regel?.regelId, oud);
  await inside((ctx) =>
    saveRegels(ctx, {
      school,
      door,
      wijzigingen: [app({ soort: "weg", regelId: oud }), newRegel({ soort: "niveau", niveau: "lager" })],
    }),
  );
  assert.deepEqual(
    [...(await db.sql`select instellingsnummer, soort from toepassingen.zichtbaarheid`)],
    [{ instellingsnummer: "999301", soort: "niveau" }],
  );
  await setKeuze("bingel");
  assert.deepEqual(await keuzes(), [{ van: "2025-09-01", tot: null }], "it stood already");
});

test("R54: rules of another school are not touched, and no rule is made for another school's pupil", async () => {
  const vreemd = await makeVisible(db.ctx, {
    instellingsnummer: "999302",
    toepassing: "bingel",
    soort: "school",
  });
  const save = (wijziging: RegelWijziging) =>
    inside((ctx) => saveRegels(ctx, { school, door, wijzigingen: [app(wijziging)] }));
  await save({ soort: "weg", regelId: vreemd });
  await assert.rejects(
    save({ soort: "periode", regelId: vreemd, van: null, tot: d("2026-01-01") }),
    problem("regel-weg"),
  );
  const leerling = accounts.get("elders") as AccountUuid;
  await assert.rejects(
    inside((ctx) =>
      saveRegels(ctx, {
        school,
        door,
        wijzigingen: [
          newRegel({ soort: "school" }),
          newRegel({ soort: "leerling", accountUuid: leerling, uitgesloten: false }),
        ],
      }),
    ),
    problem("leerling-van-ander"),
  );
  const rows = await db.sql`select regel_id, tot from toepassingen.zichtbaarheid`;
  assert.deepEqual([...rows], [{ regel_id: vreemd, tot: null }], "all or nothing");
  await assert.rejects(
    save({
      soort: "nieuw",
      regel: { doel: { soort: "school" }, van: d("2026-12-02"), tot: d("2026-12-01") },
    }),
    problem("periode-omgekeerd"),
  );
});

test("R54: saving twice writes one rule, and every change is on the list with who and when", async () => {
  const eerder = await listWijzigingen(db.ctx, school, { toepassing: "bingel", hoogstens: 100 });
  const wijzigingen = [
    newRegel({ soort: "leerjaar", niveau: "lager", leerjaar: 3 }, "2026-12-01"),
    newRegel({ soort: "leerling", accountUuid: accounts.get("S0") as AccountUuid, uitgesloten: true }),
  ];
  const bundel = await inside((ctx) => saveRegels(ctx, { school, door, wijzigingen }));
  await inside((ctx) => saveRegels(ctx, { school, door: "vo-2", wijzigingen }));
  const all = await listWijzigingen(db.ctx, school, { toepassing: "bingel", hoogstens: 100 });
  const list = all.slice(0, all.length - eerder.length);
  assert.equal(list.length, 2);
  assert.ok(list.every((regel) => regel.door === "vo-1" && regel.bundel === bundel));
  assert.equal(list[0]?.tijdstip.toISOString(), "2026-11-24T08:30:00.000Z");
  assert.equal(list[0]?.leerling, "Noor Peeters");
  const [opgeslagen] = await db.sql`select string_agg(wat, ' ') as wat from toepassingen.wijziging`;
  assert.doesNotMatch(String(opgeslagen?.["wat"]), /Noor|Peeters/);
  assert.deepEqual(await listWijzigingen(db.ctx, other, { hoogstens: 10 }), []);
  const [jaar] = (await inside((ctx) => getSchoolToepassing(ctx, school, "bingel")))?.regels ?? [];
  const periode = {
    soort: "periode",
    regelId: jaar?.regelId ?? "",
    van: null,
    tot: d("2027-06-30"),
  } as const;
  await inside((ctx) => saveRegels(ctx, { school, door, wijzigingen: [app(periode)] }));
  await inside((ctx) =>
    saveRegels(ctx, {
      school,
      door,
      wijzigingen: [app({ soort: "weg", regelId: jaar?.regelId ?? "" })],
    }),
  );
  const soorten = (await listWijzigingen(db.ctx, school, { hoogstens: 10 })).map(({ soort, wat }) => [
    soort,
    wat.tot,
  ]);
  assert.deepEqual(soorten.slice(0, 2), [
    ["weg", "2027-06-30"],
    ["periode", "2027-06-30"],
  ]);
});

test("D6: a rule that goes and the same one that comes, in one save, end as the preview says, whatever the plan", async () => {
  const wijzigingen: ReturnType<typeof app>[] = [newRegel({ soort: "school" })];
  for (const setting of ["enable_hashjoin", "enable_nestloop", "enable_mergejoin"]) {
    const [one, ...meer] = await inside(async (ctx) => {
      await ctx.sql.unsafe(`set local ${setting} = off`);
      await saveRegels(ctx, { school, door, wijzigingen });
      return (await getSchoolToepassing(ctx, school, "bingel"))?.regels ?? [];
    });
    assert.equal(meer.length, 0, `without ${setting}`);
    wijzigingen[1] = app({ soort: "weg", regelId: one?.regelId ?? "" });
  }
});

test("D6: rules are live: who comes into a year by a message at 10:00 sees its applications at 10:01", async () => {
  await setKeuze("bingel");
  await inside((ctx) =>
    saveRegels(ctx, {
      school,
      door,
      wijzigingen: [newRegel({ soort: "leerjaar", niveau: "lager", leerjaar: 6 })],
    }),
  );
  const rows = async () =>
    (await db.sql<{ aantal: number }[]>`select count(*)::int as aantal from toepassingen.zichtbaarheid`)[0]
      ?.aantal;
  const voor = (await inside((ctx) => overzichtOf(ctx, school, "bingel"))).toepassingen[0]?.zien;
  await send(
    leerlingRegel("live", { school: "999301" }),
    inschrijvingRegel("live", { school: "999301" }, { leerjaar: 6, van: "2026-11-24" }),
  );
  const account = await accountOf("live", "999301");
  assert.equal(await sees(account), true);
  assert.equal(
    (await inside((ctx) => overzichtOf(ctx, school, "bingel"))).toepassingen[0]?.zien,
    (voor ?? 0) + 1,
  );
  assert.equal(await rows(), 1, "no row per pupil");
  await send(
    inschrijvingRegel(
      "live",
      { school: "999301", versie: 2 },
      { leerjaar: 6, van: "2026-11-01", tot: "2026-11-23" },
    ),
  );
  const weg = await besluit(account);
  assert.equal(weg.toegang ? "ja" : weg.reden, "niet-ingeschreven"); // R31
});

test("D6: the years of the school with their pupils of today", async () => {
  const { groepen, ingeschreven } = await inside((ctx) => countGroepenOf(ctx, school));
  assert.deepEqual(groepen, [
    { niveau: "kleuter", leerjaar: 2, aantal: 2 },
    { niveau: "lager", leerjaar: 1, aantal: 3 }, // with the one who also sits in secundair
    { niveau: "lager", leerjaar: 3, aantal: 6 },
    { niveau: "secundair", leerjaar: 1, aantal: 2 },
  ]);
  assert.equal(ingeschreven, 13);
});

const datum = fc.constantFrom(
  null,
  null,
  null,
  null,
  "2026-09-01",
  "2026-11-23",
  "2026-11-24",
  "2026-11-25",
  "2027-06-30",
);
const doel = fc.oneof(
  fc.constant({ soort: "school" } as const),
  fc.record({
    soort: fc.constant("niveau" as const),
    niveau: fc.constantFrom("kleuter", "lager", "secundair"),
  }),
  fc.record({
    soort: fc.constant("leerjaar" as const),
    niveau: fc.constantFrom("kleuter", "lager", "secundair"),
    leerjaar: fc.constantFrom(1, 2, 3),
  }),
  fc.record({
    soort: fc.constant("leerling" as const),
    wie: fc.constantFrom("S0", "S2", "S3", "S4", "twee", "samen", "word", "weg", "word-tijdelijk"),
    uitgesloten: fc.boolean(),
  }),
);
const regel = fc
  .record({ doel, van: datum, tot: datum })
  .filter(({ van, tot }) => van === null || tot === null || van <= tot);
const altijd: [string, string | null] = ["2026-09-01", null];
const keuze = fc.constantFrom(
  null,
  altijd,
  altijd,
  altijd,
  altijd,
  altijd,
  ["2026-09-01", "2026-11-23"],
  ["2026-11-25", null],
);

test("R54, D5, D6: a preview counts exactly the pupils for whom the decision says yes, now and after saving", async () => {
  const leerlingen = [...accounts.entries()].filter(([stamnummer]) => stamnummer !== "elders");
  const doelOf = (van: (typeof regel extends fc.Arbitrary<infer R> ? R : never)["doel"]): Regel["doel"] => {
    if (van.soort !== "leerling") return van as Regel["doel"];
    const accountUuid = van.wie === "word-tijdelijk" ? tijdelijk : (accounts.get(van.wie) as AccountUuid);
    return { soort: "leerling", accountUuid, uitgesloten: van.uitgesloten };
  };
  let verschillend = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(regel, { maxLength: 4 }),
      fc.array(regel, { maxLength: 4 }),
      fc.array(fc.nat(3), { maxLength: 2 }),
      keuze,
      fc.array(regel, { maxLength: 1 }),
      async (staand, erbij, eraf, gekozen, vanElders) => {
        await db.sql`delete from toepassingen.zichtbaarheid`;
        await db.sql`delete from toepassingen.keuze`;
        for (const instellingsnummer of ["999301", "999302"])
          if (gekozen)
            await db.sql`insert into toepassingen.keuze (instellingsnummer, toepassing, van, tot)
              values (${instellingsnummer}, 'bingel', ${gekozen[0] ?? null}, ${gekozen[1] ?? null})`;
        const row = (one: (typeof staand)[number], instellingsnummer: string) => ({
          instellingsnummer,
          toepassing: "bingel",
          van: one.van as Datum | null,
          tot: one.tot as Datum | null,
          ...doelOf(one.doel),
        });
        for (const [index, one] of staand.entries())
          await makeVisible(db.ctx, row(one, index % 2 === 0 ? "999301" : "999300"));
        for (const one of vanElders) await makeVisible(db.ctx, row(one, "999302"));

        const nu = await inside((ctx) => getSchoolToepassing(ctx, school, "bingel"));
        assert.ok(nu);
        const wijzigingen: RegelWijziging[] = [
          ...erbij.map(({ doel: naar, van, tot }) => ({
            soort: "nieuw" as const,
            regel: {
              doel: doelOf(
                naar.soort === "leerling" && naar.wie === "word-tijdelijk" ? { ...naar, wie: "word" } : naar,
              ),
              van: van as Datum | null,
              tot: tot as Datum | null,
            },
          })),
          ...[...new Set(eraf)].flatMap((index) => {
            const weg = nu.regels[index];
            return weg ? { soort: "weg" as const, regelId: weg.regelId } : [];
          }),
        ];
        const telling = await inside((ctx) => countEffect(ctx, school, nu, { regels: wijzigingen }));
        const tally = async () => {
          let aantal = 0;
          for (const [, account] of leerlingen) if (await sees(account)) aantal++;
          return aantal;
        };
        const ervoor = await tally();
        assert.equal(telling.nu, ervoor);
        assert.equal(telling.zonder, ervoor);
        assert.equal(
          (await inside((ctx) => overzichtOf(ctx, school, "bingel"))).toepassingen[0]?.zien,
          ervoor,
        );
        await inside((ctx) => saveRegels(ctx, { school, door, wijzigingen: wijzigingen.map(app) }));
        const erna = await tally();
        assert.equal(telling.straks, erna);
        const sum = (list: readonly { readonly aantal: number }[]) =>
          list.reduce((total, { aantal }) => total + aantal, 0);
        assert.equal(sum(telling.erbij) - sum(telling.eraf), erna - ervoor);
        if (erna !== ervoor) verschillend++;
      },
    ),
    runsOf(60),
  );
  if (whole) assert.ok(verschillend > 5, `${verschillend} of 60 changes changed something`);
});

test("D6: a rule on a temporary account is counted for the pupil who has another one by now", async () => {
  await saveKeuze(db.ctx, { instellingsnummer: "999301", toepassing: "bingel", van: d("2026-09-01") });
  await makeVisible(db.ctx, {
    instellingsnummer: "999301",
    toepassing: "bingel",
    soort: "leerling",
    accountUuid: tijdelijk,
  });
  assert.equal(await sees(accounts.get("word") as AccountUuid), true);
  const overzicht = await inside((ctx) => overzichtOf(ctx, school, "bingel"));
  assert.equal(overzicht.toepassingen[0]?.zien, 1);
  assert.equal(overzicht.toepassingen[0]?.toepassing.regels[0]?.leerling, "Noor Peeters");
});

test("R54: a preview of switching on, and of a rule that begins later, counts on the day it begins", async () => {
  const nu = await inside((ctx) => getSchoolToepassing(ctx, school, "bingel"));
  assert.ok(nu);
  const op = d("2026-12-01");
  const telling = await countEffect(
    db.ctx,
    school,
    nu,
    {
      keuzes: [{ van: d("2026-11-24"), tot: null }],
      regels: [{ soort: "nieuw", regel: { doel: { soort: "niveau", niveau: "lager" }, van: op, tot: null } }],
    },
    op,
  );
  const lager = 9;
  assert.deepEqual([telling.nu, telling.zonder, telling.straks, telling.ingeschreven], [0, 0, lager, 13]);
  assert.deepEqual(telling.erbij, [
    { niveau: "lager", leerjaar: 1, aantal: 3 },
    { niveau: "lager", leerjaar: 3, aantal: 6 },
  ]);
});

test("R54: a preview takes one query, a whole catalogue two, whatever the size of the school", async () => {
  const nu = await inside((ctx) => getSchoolToepassing(ctx, school, "bingel"));
  assert.ok(nu);
  db.statements.length = 0;
  const countSelects = () => db.statements.filter((text) => /^\s*(with|select t\.)/.test(text)).length;
  await inside((ctx) => countEffect(ctx, school, nu, { regels: [{ soort: "weg", regelId: "x" }] }));
  assert.equal(countSelects(), 1);
  await inside((ctx) => overzichtOf(ctx, school));
  assert.equal(countSelects(), 3);
});
