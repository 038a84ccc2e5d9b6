import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import * as fc from "fast-check";
import type { Datum } from "#platform/clock";
import type { AccountUuid } from "#platform/ids";
import { importToepassing, makeVisible } from "#modules/toepassingen";
import { decide, getFeiten } from "#modules/verstrekking";
import { inschrijvingRegel, leerlingRegel, testInsz } from "#testing/discimus";
import { shareKlassen, indelen, stop } from "#testing/klasinformatie";
import { schoolwereld, type SchoolWorld } from "#testing/schoolloket";
import { toepassingText } from "#testing/toepassing";
import { runsOf, whole } from "#testing/runs";

const scholen = ["999001", "999002"] as const;
let w: SchoolWorld;
let account: AccountUuid;
before(async () => {
  w = await schoolwereld();
  for (const [naam, attributen] of [
    ["bingel", '[{"attribuut":"Klasinformatie"}]'],
    ["zonder", "[]"],
  ] as const) {
    await importToepassing(w.ctx, toepassingText(naam));
    await w.sql`insert into protocollen.protocol (protocol, versie, toepassing, van, attributen, inhoud, ingevoerd_op)
      values (${naam}, 1, ${naam}, '2024-07-10', ${attributen}, '{}', now())`;
  }
  const insz = { insz: testInsz("170502") };
  for (const school of scholen) await w.deliver(leerlingRegel("x", { school }, insz));
  account = (await w.accountOf("x")) as AccountUuid;
});
after(() => w.close());

const meestal = fc.constantFrom(true, true, true, false);
/** Around today, 24 November 2026. */
const loopt = fc.constantFrom(
  ["2026-09-01", "2027-08-31"],
  ["2026-09-01", "2027-08-31"],
  ["2026-09-01", "2027-08-31"],
  ["2026-11-24", "2026-11-24"],
  ["2026-09-01", "2026-11-23"],
  ["2026-11-25", "2027-08-31"],
) as fc.Arbitrary<[string, string]>;
const isCurrent = ([van, tot]: readonly [string, string]) => van <= "2026-11-24" && tot >= "2026-11-24";
const regel = fc.constantFrom("school", "3A", "3A Zwemmen", "4B", "leerling", "niet");

const hier = fc.record({
  akkoord: meestal,
  gekozen: meestal,
  ingeschreven: loopt,
  klas: fc.constantFrom("3A", "3A Zwemmen", "4B"),
  indeling: loopt,
  regels: fc.array(regel, { minLength: 1, maxLength: 3 }),
});

let versie = 1;
test("D4, R56, R64, R68: a class leaves if and only if akkoord, integrated, visible, scope and agreement, per school", async () => {
  const gezien = { ja: 0, nee: 0 };
  await fc.assert(
    fc.asyncProperty(
      fc.tuple(hier, hier),
      fc.record({ integreert: meestal, scope: meestal, protocol: meestal }),
      async (perSchool, { integreert, scope, protocol }) => {
        versie += 1;
        await w.sql`delete from toepassingen.zichtbaarheid`;
        await w.sql`delete from toepassingen.keuze`;
        await w.sql`update toepassingen.toepassing set integreert_klasinformatie = ${integreert}`;
        const toepassing = protocol ? "bingel" : "zonder";
        const verwacht: unknown[] = [];
        let zichtbaar = false;
        for (const [nr, one] of perSchool.entries()) {
          const school = scholen[nr] ?? "";
          const [van, tot] = one.ingeschreven;
          await w.deliver(
            inschrijvingRegel(
              "x",
              { school, versie, tijdstip: "2026-09-01T07:12:33Z", id: `i${nr}-${versie}` },
              { van, tot, leerjaar: 3 },
            ),
          );
          const [klas = "", subklas = null] = one.klas.split(" ");
          await indelen(w, school, [[account, klas, subklas, ...one.indeling]]);
          await (one.akkoord ? shareKlassen : stop)(w, school);
          if (one.gekozen)
            await w.sql`insert into toepassingen.keuze (instellingsnummer, toepassing, van) values (${school}, ${toepassing}, '2026-09-01')`;
          for (const wat of one.regels) {
            const bij = { instellingsnummer: school, toepassing } as const;
            const [k = "", s] = wat.split(" ");
            await makeVisible(
              w.ctx,
              wat === "school"
                ? { ...bij, soort: "school" }
                : wat === "leerling" || wat === "niet"
                  ? { ...bij, soort: "leerling", accountUuid: account, uitgesloten: wat === "niet" }
                  : s === undefined
                    ? { ...bij, soort: "klas", klas: k }
                    : { ...bij, soort: "subklas", klas: k, subklas: s },
            );
          }
          // The plain model.
          const inKlas = one.akkoord && isCurrent(one.indeling);
          const concerns = (wat: string) =>
            wat === "school" || wat === "leerling" || (inKlas && (wat === one.klas || wat === klas));
          const ziet =
            isCurrent(one.ingeschreven) &&
            one.gekozen &&
            one.regels.some(concerns) &&
            !one.regels.includes("niet");
          zichtbaar ||= ziet;
          if (ziet && inKlas) verwacht.push({ instellingsnummer: school, klas, ...(subklas && { subklas }) });
        }
        const vandaag = "2026-11-24" as Datum;
        const besluit = decide(await getFeiten(w.ctx, account, toepassing, vandaag), toepassing, {
          scopes: new Set(scope ? ["klasinformatie"] : []),
        });
        assert.equal(besluit.toegang, zichtbaar);
        const mag = integreert && scope && protocol && verwacht.length > 0;
        if (besluit.toegang) {
          assert.deepEqual(besluit.claims["klasinformatie"], mag ? verwacht : undefined);
          assert.equal(besluit.attributen.includes("Klasinformatie"), mag);
        }
        gezien[mag ? "ja" : "nee"] += 1;
      },
    ),
    runsOf(150),
  );
  if (whole) assert.ok(gezien.ja > 0 && gezien.nee > 0, JSON.stringify(gezien));
});
