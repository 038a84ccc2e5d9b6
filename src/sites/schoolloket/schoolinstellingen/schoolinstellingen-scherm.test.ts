import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { maakBeheerder, onthoudMedewerker, vraagToegang } from "#modules/rechten";
import { withoutBrowser } from "#testing/browser";
import { opdrachtRegel } from "#testing/discimus";
import { openExaminer, type Examiner } from "#testing/examine";
import {
  beheerder,
  directeur,
  eigenAdres,
  schoolwereld,
  type Schoolwereld,
  type Staf,
} from "#testing/schoolloket";

const skip = withoutBrowser();
let w: Schoolwereld;
let x: Examiner;
before(async () => {
  w = await schoolwereld();
  const persoon = (voId: string, voornaam: string, naam: string) => ({ vo_id: voId, voornaam, naam });
  await w.lever(opdrachtRegel("v", {}, { persoon: persoon("vo-8", "Els", "Van Damme"), vastbenoemd: true }));
  await w.laad();
  await w.lever(opdrachtRegel("n", {}, { persoon: persoon("vo-9", "Eef", "Nys"), tot: "2027-06-30" }));
  const wie = (voId: string, voornaam: string, naam: string) => ({ voId, voornaam, naam });
  await maakBeheerder(w.ctx, {
    instellingsnummer: "999001",
    wie: wie("vo-3", "Karim", "El Amrani"),
    door: "vo-1",
  });
  const ina = {
    ...wie("vo-4", "Ina", "Van den Broucke-Vandenbussche"),
    orgcodes: [],
    rollen: ["LeerIDBeheerder:999001"],
  };
  await onthoudMedewerker(w.ctx, ina);
  await vraagToegang(w.ctx, { ...wie("vo-5", "Sofie", "Wouters"), orgcodes: ["999001"] }, "999001");
  if (skip !== false) return;
  x = await openExaminer(w.app.fetch, { as: eigenAdres });
});
after(async () => {
  if (skip === false) await x.close();
  await w.close();
});

describe("the pages of Schoolinstellingen in a browser", { skip }, () => {
  const wie: Readonly<Record<string, [Staf, string]>> = {
    directeur: [directeur, "/schoolinstellingen?klaar=jezelf"],
    beheerder: [beheerder, "/schoolinstellingen"],
    verwijderen: [directeur, "/schoolinstellingen/beheerders/"],
    "geen-recht": [{ voId: "vo-5", orgcodes: ["999001", "999002"] }, "/geen-recht"],
    "geen-school": [{ voId: "vo-6" }, "/geen-recht"],
    voorbij: [{ voId: "vo-2", instellingsnummer: "999001" }, "/"],
  };
  for (const [naam, [staf, pad]] of Object.entries(wie)) {
    test(`${naam}: accessible in both themes, down to 320 pixels`, async () => {
      const cookie = await w.sessieVan(staf);
      const [row] = await w.sql<{ beheerder: string }[]>`select beheerder from rechten.beheerder limit 1`;
      const adres = pad.endsWith("/beheerders/") ? `${pad}${row?.beheerder}` : pad;
      assert.deepEqual(await x.examine(`instellingen-${naam}`, adres, { cookie }), []);
    });
  }
});
