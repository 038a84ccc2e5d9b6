import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { AccountUuid } from "#platform/ids";
import { findBatch, listBatches, makeAfdruk, makeBatch, processBatch } from "#modules/uitreiking";
import { inschrijvingRegel, leerlingRegel } from "#testing/discimus";
import { shareKlassen, indelen, stop } from "#testing/klasinformatie";
import { readPdf } from "#testing/pdf";
import { schoolwereld, type SchoolWorld } from "#testing/schoolloket";

let w: SchoolWorld;
before(async () => {
  w = await schoolwereld();
});
after(() => w.close());

const school = { instellingsnummer: "999001", naam: "De Regenboog", lijn: ["999001"] };

test("R55c, R68: papers per class and subclass, by name; a batch keeps no class, so a stop leaves none", async () => {
  const leden = [
    ["Zoë", "10A"],
    ["Ada", "9B", "Zwemmen"],
    ["Bo", "9B"],
    ["Cas", null],
    ["Dré", "9B", "Zwemmen"],
  ] as const;
  const accounts: AccountUuid[] = [];
  for (const [voornaam] of leden) {
    await w.deliver(leerlingRegel(voornaam, {}, { voornaam, naam: "Maes" }), inschrijvingRegel(voornaam));
    accounts.push((await w.accountOf(voornaam)) as AccountUuid);
  }
  await indelen(
    w,
    "999001",
    leden.flatMap(([, klas, subklas], nr) =>
      klas === null ? [] : [[accounts[nr] ?? "", klas, subklas] as const],
    ),
  );
  await shareKlassen(w, "999001");
  const batch = await w.inSchool("999001", (ctx) =>
    makeBatch(ctx, { school, voId: "vo-1", soort: "strookjes", accounts }),
  );
  await processBatch(w.ctx, batch, async () => {});
  const print = () =>
    w.inSchool("999001", async (ctx) => {
      const gegevens = await findBatch(ctx, school.lijn, batch);
      assert.ok(gegevens);
      const { pdf } = await makeAfdruk(ctx, gegevens, { school, adres: "leerid.test" });
      const [first] = await listBatches(ctx, school.lijn);
      const names = (teksten: readonly string[]) => teksten.filter((one) => one.endsWith(" Maes"));
      return {
        bladen: readPdf(pdf).paginas.map(({ teksten }) => [teksten[0]?.split(":")[0], ...names(teksten)]),
        groepen: first?.groepen.toSorted(),
      };
    });
  const { bladen, groepen } = await print();
  assert.deepEqual(bladen, [
    ["Klas 9B", "Bo Maes"],
    ["Klas 9B, Zwemmen", "Ada Maes", "Dré Maes"],
    ["Klas 10A", "Zoë Maes"],
    ["3de leerjaar", "Cas Maes"],
  ]);
  assert.deepEqual(groepen, ["3de leerjaar", "Klas 10A", "Klas 9B", "Klas 9B, Zwemmen"]);
  const bewaard = await w.sql`select distinct groep from uitreiking.item`;
  assert.deepEqual(
    bewaard.map(({ groep }) => groep),
    ["3de leerjaar"],
  );
  await stop(w, "999001");
  const erna = await print();
  assert.equal(erna.bladen.length, 1);
  assert.deepEqual(erna.groepen, ["3de leerjaar"]);
});
