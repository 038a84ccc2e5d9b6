import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ontvang } from "#modules/discimus";
import {
  beheerwereld,
  dpo,
  eigenAdres,
  levering,
  medewerker,
  metScholen,
  type Beheerwereld,
  type Wie,
} from "#testing/beheer";
import { withoutBrowser, type Page } from "#testing/browser";
import { schoolRegel } from "#testing/discimus";
import { openExaminer, type Examiner } from "#testing/examine";
import { walk } from "#testing/keyboard";
import { deel } from "#testing/klasinformatie";

const skip = withoutBrowser();
let w: Beheerwereld;
let x: Examiner;
before(async () => {
  if (skip !== false) return;
  w = await beheerwereld();
  await metScholen(w);
  for (const school of ["999001", "999002", "999003"]) await deel(w, school);
  await w.sql`update akkoorden.akkoord set gegeven_op = '2026-10-01T08:00:00Z'`;
  // A night as it goes: nearly all at midnight, the rest over the day.
  const nacht = [2, 31, 12, 6, 3, 1, 4, 9, 5];
  for (const [uur, aantal] of nacht.entries())
    for (let nr = 0; nr < aantal; nr += 1)
      await levering(w, {
        pakket: ["wisa", "informat", "wisa"][nr % 3] ?? "wisa",
        school: nr % 2 === 0 ? "999001" : "999002",
        status: nr % 13 === 5 ? "geweigerd" : nr % 7 === 3 ? "deels" : nr === 30 ? "aangehouden" : "verwerkt",
        op: new Date(Date.parse("2026-11-23T22:00:00Z") + uur * 3_600_000 + nr * 60_000).toISOString(),
      });
  await ontvang(w.ctx, ["kwaad"], { bron: "http" });
  await ontvang(
    w.ctx,
    Array.from({ length: 60 }, (_, nr) =>
      schoolRegel(
        { school: String(100_000 + nr), id: `s${nr}` },
        { naam: `Vrije basisschool Onze-Lieve-Vrouw-ten-Hemelopneming ${nr}`, gemeente: "Heist-op-den-Berg" },
      ),
    ),
    { bron: "http" },
  );
  x = await openExaminer(w.app.fetch, { as: eigenAdres });
});
after(async () => {
  if (skip !== false) return;
  await x.close();
  await w.close();
});

const paginas: Readonly<
  Record<string, readonly [Wie | undefined, string, ((page: Page) => Promise<unknown>)?]>
> = {
  toestand: [medewerker, "/toestand"],
  "toestand-tabel": [medewerker, "/toestand", (page) => page.getByText("Toon de cijfers als tabel").click()],
  zoeken: [medewerker, "/schoolsoftware"],
  gevonden: [medewerker, "/schoolsoftware?zoek=vrije"],
  "niet-gevonden": [medewerker, "/schoolsoftware?zoek=zzz"],
  school: [
    medewerker,
    "/schoolsoftware/999001",
    async (page) => {
      if ((await page.getByText("Broekx vanaf").count()) > 0) return;
      await page.getByLabel("Pakket", { exact: true }).selectOption("broekx");
      await page.getByLabel("Eerste dag").fill("2027-01-01");
      await page.getByRole("button", { name: "Bewaar het pakket" }).click();
      await page.getByRole("status").waitFor();
    },
  ],
  "school-fout": [
    medewerker,
    "/schoolsoftware/999003",
    async (page) => {
      await page.getByLabel("Eerste dag").fill("");
      await page.getByRole("button", { name: "Bewaar het pakket" }).click();
      await page.getByText("Vul de eerste dag in").waitFor();
    },
  ],
  "school-dpo": [dpo, "/schoolsoftware/999002"],
  "geen-functie": [{ doelgroepcode: "OV", orgcodes: ["999001"] }, "/"],
  hulp: [medewerker, "/hulp"],
  afgemeld: [undefined, "/afgemeld"],
};

describe("the pages of beheer in a browser", { skip }, () => {
  for (const [naam, [wie, pad, verder]] of Object.entries(paginas)) {
    test(`${naam}: accessible in both themes, down to 320 pixels, and by keyboard alone`, async () => {
      const cookie = wie && (await w.sessieVan(wie));
      assert.deepEqual(await x.examine(`beheer-${naam}`, pad, { cookie, verder }), []);
      const page = await x.open(pad, { cookie, verder });
      assert.deepEqual(await walk(page), []);
      await page.context().close();
    });
  }

  test("R21: without script the package of a school is changed too", async () => {
    const page = await x.open("/schoolsoftware/999002", {
      cookie: await w.sessieVan(medewerker),
      javaScript: false,
    });
    await page.getByLabel("Pakket", { exact: true }).selectOption("wisa");
    await page.getByRole("button", { name: "Bewaar het pakket" }).click();
    await page.getByText("Vanaf de eerste dag mag alleen dit pakket").waitFor();
    await page.context().close();
  });
});
