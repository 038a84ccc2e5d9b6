import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import fc from "fast-check";
import type { Datum } from "#platform/clock";
import type { AccountUuid } from "#platform/ids";
import { Problem } from "#platform/problem";
import {
  saveRegels,
  getSchoolToepassing,
  importToepassing,
  saveKeuze,
  listWijzigingen,
  overzichtOf,
  countEffect,
  type Regel,
  type RegelWijziging,
} from "#modules/toepassingen";
import { decide, getFeiten } from "#modules/verstrekking";
import { onOtherDay } from "#testing/days";
import { runsOf, whole } from "#testing/runs";
import { inschrijvingRegel, leerlingRegel } from "#testing/discimus";
import { shareKlassen, indelen, stop } from "#testing/klasinformatie";
import { schoolwereld, type SchoolWorld } from "#testing/schoolloket";
import { toepassingText } from "#testing/toepassing";

const school = { instellingsnummer: "999001", lijn: ["999001"] };
let w: SchoolWorld;
const accounts: AccountUuid[] = [];
before(async () => {
  w = await schoolwereld();
  await importToepassing(w.ctx, toepassingText("bingel"));
  await w.sql`insert into protocollen.protocol (protocol, versie, toepassing, van, tot, attributen, inhoud, ingevoerd_op)
    values ('bingel', 1, 'bingel', '2024-07-10', null, '[]', '{}', now())`;
  await saveKeuze(w.ctx, { ...school, toepassing: "bingel", van: "2026-09-01" as Datum });
  for (const [index, leerjaar] of [3, 3, 3, 4, 4].entries()) {
    const stamnummer = `k${index}`;
    await w.deliver(leerlingRegel(stamnummer), inschrijvingRegel(stamnummer, {}, { leerjaar }));
    accounts.push((await w.accountOf(stamnummer)) as AccountUuid);
  }
  for (const stamnummer of ["a1", "a2"]) accounts.push((await w.accountOf(stamnummer)) as AccountUuid);
  const [a = "", b = "", c = "", d = ""] = accounts;
  await indelen(w, "999001", [
    [a, "3A"],
    [a, "3A", "Zwemmen"],
    [b, "3A", "3Aa"],
    [c, "3-4"],
    [d, "3-4"],
    [d, "3A", "Zwemmen", "2026-09-01", "2026-11-23"],
  ]);
});
after(() => w.close());

const newRegel = (doel: Regel["doel"], van: Datum | null = null): RegelWijziging => ({
  soort: "nieuw",
  regel: { doel, van, tot: null },
});
const save = (...wijzigingen: RegelWijziging[]) =>
  w.inSchool("999001", (ctx) =>
    saveRegels(ctx, {
      school,
      door: "vo-1",
      wijzigingen: wijzigingen.map((one) => ({ ...one, toepassing: "bingel" })),
    }),
  );
const overviewSheet = () => w.inSchool("999001", (ctx) => overzichtOf(ctx, school, "bingel"));
/** How many of the pupils may open it, by the decision that the sign-in takes. */
async function countVisible(): Promise<number> {
  const vandaag = w.clock.vandaag();
  const besluiten = await Promise.all(
    accounts.map(async (account) =>
      decide(await getFeiten(w.ctx, account, "bingel", vandaag), "bingel", { scopes: new Set() }),
    ),
  );
  return besluiten.filter(({ toegang }) => toegang).length;
}

test("R54, R55: the classes of a school with their pupils and years; none while it does not share", async () => {
  assert.deepEqual((await overviewSheet()).klassen, []);
  await shareKlassen(w, "999001");
  const { klassen, zonderKlas, deelt } = await overviewSheet();
  assert.deepEqual(
    klassen.map(({ klas, subklas, aantal, groepen }) => [
      klas,
      subklas,
      aantal,
      groepen.map((one) => one.leerjaar),
    ]),
    [
      ["3-4", null, 2, [3, 4]],
      ["3A", null, 2, [3]],
      ["3A", "3Aa", 1, [3]],
      ["3A", "Zwemmen", 1, [3]],
    ],
  );
  assert.deepEqual([zonderKlas, deelt], [3, true]);
});

const doel = fc.constantFrom<Regel["doel"][]>(
  { soort: "klas", klas: "3A" },
  { soort: "klas", klas: "3-4" },
  { soort: "klas", klas: "3a" },
  { soort: "subklas", klas: "3A", subklas: "Zwemmen" },
  { soort: "subklas", klas: "3-4", subklas: "Zwemmen" },
  { soort: "leerjaar", niveau: "lager", leerjaar: 4 },
);
test("R55, D6: a preview with rules on classes counts exactly whom the decision lets in, sharing or asleep", async () => {
  const gezien = new Set<number>();
  await fc.assert(
    fc.asyncProperty(
      fc.array(doel, { maxLength: 3 }),
      fc.array(doel, { maxLength: 2 }),
      fc.boolean(),
      async (staand, erbij, slaap) => {
        await w.sql`delete from toepassingen.zichtbaarheid`;
        await shareKlassen(w, "999001");
        await save(...staand.map((one) => newRegel(one)));
        const wijzigingen = erbij.map((one) => newRegel(one));
        if (slaap) await stop(w, "999001");
        const nu = await w.inSchool("999001", (ctx) => getSchoolToepassing(ctx, school, "bingel"));
        assert.ok(nu);
        const telling = await w.inSchool("999001", (ctx) =>
          countEffect(ctx, school, nu, { regels: wijzigingen }),
        );
        assert.equal(telling.nu, await countVisible());
        assert.equal((await overviewSheet()).toepassingen[0]?.zien, telling.nu);
        if (slaap) await shareKlassen(w, "999001"); // and awake again
        const wakker = await w.inSchool("999001", (ctx) =>
          countEffect(ctx, school, nu, { regels: wijzigingen }),
        );
        await save(...wijzigingen);
        assert.equal(wakker.straks, await countVisible());
        gezien.add(telling.nu);
      },
    ),
    runsOf(40),
  );
  if (whole) assert.ok(gezien.size > 1, [...gezien].join());
});

test("D6, R68: rules sleep from the stop on and wake with a new akkoord; none is made meanwhile", async () => {
  await w.sql`delete from toepassingen.zichtbaarheid`;
  await shareKlassen(w, "999001");
  await save(
    newRegel({ soort: "klas", klas: "3A" }),
    newRegel({ soort: "subklas", klas: "3A", subklas: "3Aa" }),
  );
  assert.equal(await countVisible(), 2);
  await stop(w, "999001");
  assert.equal(await countVisible(), 0);
  await assert.rejects(
    save(
      newRegel({ soort: "leerjaar", niveau: "lager", leerjaar: 4 }),
      newRegel({ soort: "klas", klas: "4A" }),
    ),
    (error) => error instanceof Problem && error.kind.code === "klasinformatie-gestopt",
  );
  const { regels = [] } = (await overviewSheet()).toepassingen[0]?.toepassing ?? {};
  assert.deepEqual(
    regels.map((one) => one.doel),
    [
      { soort: "klas", klas: "3A" },
      { soort: "subklas", klas: "3A", subklas: "3Aa" },
    ],
    "all or nothing; what stood still stands",
  );
  await save({ soort: "weg", regelId: regels[1]?.regelId ?? "" });
  await shareKlassen(w, "999001");
  assert.equal(await countVisible(), 2);
  const log = await listWijzigingen(w.ctx, school, { toepassing: "bingel", hoogstens: 2 });
  assert.deepEqual(
    log.map((one) => [one.soort, "doel" in one.wat && one.wat.doel]),
    [
      ["weg", { soort: "subklas", klas: "3A", subklas: "3Aa" }],
      ["nieuw", { soort: "subklas", klas: "3A", subklas: "3Aa" }],
    ],
  );
});

test(
  "D6: who joins class 3A on Tuesday gets 3A's applications on Tuesday, and who leaves loses them",
  { skip: onOtherDay() },
  async () => {
    await w.sql`delete from toepassingen.zichtbaarheid`;
    await save(newRegel({ soort: "klas", klas: "3A" }));
    const [, b = "", c = ""] = accounts;
    await indelen(w, "999001", [
      [b, "3A", null, "2026-09-01", "2026-11-24"],
      [c, "3A", null, "2026-11-25"],
    ]);
    const whoIs = async () => {
      const vandaag = w.clock.vandaag();
      const feiten = await Promise.all(
        [b, c].map((one) => getFeiten(w.ctx, one as AccountUuid, "bingel", vandaag)),
      );
      return feiten.map((one) => decide(one, "bingel", { scopes: new Set() }).toegang);
    };
    assert.deepEqual(await whoIs(), [true, false]);
    w.clock.set("2026-11-24T23:00:00Z"); // midnight in Brussels
    assert.deepEqual(await whoIs(), [false, true]);
    w.clock.set("2026-11-24T08:30:00Z");
  },
);
