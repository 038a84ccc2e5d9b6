import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { verwerkBatch } from "#modules/uitreiking";
import { withoutBrowser, type Page } from "#testing/browser";
import { openExaminer, type Examiner } from "#testing/examine";
import { beheerder, eigenAdres, schoolwereld, type Schoolwereld } from "#testing/schoolloket";

const skip = withoutBrowser();
let w: Schoolwereld;
let x: Examiner;
let cookie: string;
const lijst = "/leerid-beheer/afdrukken";
const adressen: Record<string, string> = { lijst };
before(async () => {
  if (skip !== false) return;
  w = await schoolwereld();
  cookie = await w.sessieVan({ ...beheerder, instellingsnummer: "999001" });
  const velden = new URLSearchParams([["soort", "strookjes"]]);
  for (const nummer of ["a1", "a2"]) velden.append("account", await w.accountVan(nummer));
  const maak = async () => (await w.post(lijst, cookie, velden)).headers.get("location") ?? "";
  adressen["voorbij"] = await maak();
  w.clock.advance(25 * 3_600_000);
  cookie = await w.sessieVan({ ...beheerder, instellingsnummer: "999001" });
  adressen["klaar"] = await maak();
  await verwerkBatch(w.ctx, adressen["klaar"].slice(-36), async () => {});
  adressen["bezig"] = await maak();
  adressen["venster"] = `/leerid-beheer/leerlingen/${await w.accountVan("a1")}`;
  x = await openExaminer(w.app.fetch, { as: eigenAdres });
});
after(async () => {
  if (skip !== false) return;
  await x.close();
  await w.close();
});

/** The code of a window comes as the answer to a form. */
const openVenster = (page: Page) =>
  Promise.all([
    page.waitForURL("**/venster"),
    page.getByRole("button", { name: "Laat zelf een wachtwoord kiezen" }).click(),
  ]);

describe("the pages of handing out in a browser", { skip }, () => {
  for (const naam of ["lijst", "bezig", "klaar", "voorbij", "venster"]) {
    test(`D7 ${naam}: accessible in both themes, down to 320 pixels`, async () => {
      const verder = naam === "venster" ? openVenster : undefined;
      const gevonden = await x.examine(`afdrukken-${naam}`, adressen[naam] ?? "", { cookie, verder });
      assert.deepEqual(gevonden, []);
    });
  }
});
