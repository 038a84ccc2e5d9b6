import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { openDatabase, type Sql } from "#platform/database";
import { withoutBrowser, tooWide, type Page } from "#testing/browser";
import { bingelClaims, openSetting, schooljaarOfNow, shownClaims, signIn, type Setting } from "./setting.ts";

const jaar = schooljaarOfNow();
/** A school with its package, and one of its pupils whose class changes. */
const pakketten = [
  { pakket: "wisa", school: "999001", stamnummer: `${jaar - 1}-0002`, klas: "5C", subklas: "Zon" },
  { pakket: "informat", school: "999002", stamnummer: `${jaar}-0101`, klas: "1D", subklas: "LAT" },
  { pakket: "broekx", school: "999003", stamnummer: `${jaar - 1}-0010`, klas: "1E", subklas: "MOW" },
] as const;

describe("journeys of class information", { skip: withoutBrowser() }, () => {
  let setting: Setting;
  let sql: Sql;
  before(async () => {
    setting = await openSetting();
    sql = openDatabase({ url: setting.database, max: 1, role: "eigenaar" });
  });
  after(async () => {
    await sql.end();
    await setting.close();
  });
  const heading = (page: Page, name: string | RegExp) =>
    page.getByRole("heading", { name }).first().waitFor();
  /** The package delivers: the button of the simulator runs the real connector. */
  async function send(page: Page, pakket: string, outcome = "verwerkt"): Promise<void> {
    await page.goto(`${setting.demo.sites.schoolpakket}/${pakket}/versturen`);
    await page.getByRole("button", { name: "Nu versturen" }).click({ timeout: 60_000 });
    await heading(page, "Laatste zendingen");
    const last = page.locator(".todo > li").first();
    assert.equal(await last.getAttribute("data-uitkomst"), outcome, await last.innerText());
  }
  /** A pupil who signs in at Bingel on a computer of his own, and what Bingel got. */
  async function atBingel(geval: "gewoon" | "naamgenoot") {
    const page = await setting.page();
    await signIn(page, setting.demo.sites.bingel, setting.leerling(geval));
    await heading(page, /^Dag /);
    const claims = await shownClaims(page);
    await page.context().close();
    return claims;
  }

  for (const { pakket, school, stamnummer, klas, subklas } of pakketten) {
    test(`R9, R25b, R65: ${pakket}: another class in the package stands in LeerID after the next delivery`, async () => {
      const page = await setting.page();
      await page.goto(`${setting.demo.sites.schoolpakket}/${pakket}/leerlingen/${stamnummer}`);
      await page.getByLabel("Klas", { exact: true }).fill(klas);
      await page.getByLabel("Subklas").fill(subklas);
      await page.getByRole("button", { name: "Bewaren" }).click();
      await send(page, pakket);
      await setting.look(page);
      const rows = await sql`
        select i.klas, i.subklas from klassen.indeling i
          join leerlingen.registratie r using (account_uuid, instellingsnummer)
         where r.instellingsnummer = ${school} and r.stamnummer = ${stamnummer}`;
      assert.deepEqual([...rows], [{ klas, subklas }]);
      await page.context().close();
    });
  }

  test("R47-R56, R64-R68: a director agrees, the package delivers, a beheerder uses the classes, Bingel gets one, the director stops", async () => {
    const { sites } = setting.demo;
    const noor = setting.leerling("gewoon");
    const directeur = await setting.staff("els.vandamme");
    const beheerder = await setting.staff("nele.segers");
    const pakket = await setting.page();
    const { klasinformatie: _, ...zonderKlas } = bingelClaims(noor);
    const klasknop = beheerder.getByLabel("(Sub)klas");

    // The demo begins with an akkoord: the director stops it, and starts anew (R52).
    const stop = async () => {
      await directeur.goto(`${sites.schoolloket}/schoolinstellingen`);
      await directeur.getByRole("link", { name: "Stop het delen van klasinformatie met LeerID" }).click();
      await directeur.getByRole("button", { name: "Stop het delen van klasinformatie" }).click();
      await directeur.getByText("Momenteel deelt je school geen klasinformatie met LeerID").waitFor();
    };
    await stop();
    await send(pakket, "wisa", "mislukt");
    assert.match(await pakket.locator(".todo > li").first().innerText(), /akkoord|deelt|delen/);
    await directeur.getByRole("link", { name: "Deel klasinformatie met LeerID" }).click();
    const protocol = directeur.getByRole("region", { name: "Tekst van het protocol" });
    assert.ok((await protocol.innerText()).length > 1000, "the whole agreement is there to read");
    await setting.look(directeur);
    await directeur.getByRole("button", { name: "Deel klasinformatie", exact: true }).click();
    await directeur.getByText("Klasinformatie wordt gedeeld met LeerID").waitFor();
    assert.deepEqual(await atBingel("gewoon"), zonderKlas);

    await send(pakket, "wisa");

    // R55a: filter by class.
    await beheerder.goto(`${sites.schoolloket}/leerid-beheer`);
    await klasknop.selectOption({ label: "3A" });
    await beheerder.getByRole("button", { name: "Zoeken" }).click();
    await beheerder.waitForURL(/klas=/);
    const rows = beheerder.locator("tbody tr");
    assert.ok((await rows.count()) > 5);
    assert.equal(await rows.filter({ hasText: "3A" }).count(), await rows.count());
    await setting.look(beheerder);

    // R55c: print for the class.
    await beheerder
      .getByRole("checkbox", { name: /kiezen$/ })
      .first()
      .check();
    await beheerder.getByRole("button", { name: "Accounts afdrukken" }).first().click();
    await heading(beheerder, "Accounts afdrukken");
    assert.match(await beheerder.locator("main").innerText(), /3A/);

    // R55b: Cijferbos for class 3A only, instead of for everybody.
    await beheerder.goto(`${sites.schoolloket}/applicatiebeheer/cijferbos`);
    await beheerder.getByRole("link", { name: "Wijzig de regel Hele school" }).click();
    await beheerder.getByRole("link", { name: "Haal de regel weg" }).click();
    await beheerder.getByRole("button", { name: "Bewaar" }).click();
    await beheerder.waitForURL(/bewaard=/);
    await beheerder.getByLabel(/^3A/).check();
    await beheerder.getByRole("button", { name: "Bekijk het effect" }).first().click();
    await heading(beheerder, "Dit verandert er");
    await beheerder.getByRole("button", { name: "Bewaar" }).click();
    await beheerder.waitForURL(/bewaard=/);

    // R41, R56: the pupil of 3A opens Bingel, which shows the class; Cijferbos opens, and gets none.
    assert.deepEqual((await atBingel("gewoon"))["klasinformatie"], ["3A (school 999001)"]);
    assert.deepEqual((await atBingel("naamgenoot"))["klasinformatie"], ["5C, groep Zon (school 999001)"]);
    const leerling = await setting.page();
    await signIn(leerling, sites.tweede, noor);
    await heading(leerling, /^Dag /);
    assert.equal((await shownClaims(leerling))["klasinformatie"], undefined);
    await leerling.context().close();
    const other = await setting.page();
    await signIn(other, sites.tweede, setting.leerling("naamgenoot"));
    await heading(other, "Cijferbos kan nu niet open");
    await other.context().close();

    // R68: after the stop no class anywhere.
    await stop();
    await setting.look(directeur);
    assert.deepEqual(await atBingel("gewoon"), zonderKlas);
    await beheerder.goto(`${sites.schoolloket}/leerid-beheer`);
    await heading(beheerder, "LeerID-beheer");
    assert.equal(await klasknop.count(), 0, "the filter is gone");
    await beheerder.goto(`${sites.schoolloket}/applicatiebeheer/cijferbos`);
    await beheerder.getByText("1 regel slaapt").waitFor();
    await setting.look(beheerder);
    const dicht = await setting.page();
    await signIn(dicht, sites.tweede, noor);
    await heading(dicht, "Cijferbos kan nu niet open");
    await dicht.context().close();
    for (let poging = 0; ; poging++) {
      const [over] =
        await sql`select count(*)::int as rijen from klassen.indeling where instellingsnummer = '999001'`;
      if (over?.["rijen"] === 0) break;
      assert.ok(poging < 200, "the classes are erased");
      await directeur.waitForTimeout(100);
    }

    // A new akkoord and a delivery wake the rule (D6).
    await directeur.getByRole("link", { name: "Deel klasinformatie met LeerID" }).click();
    await directeur.getByRole("button", { name: "Deel klasinformatie", exact: true }).click();
    await directeur.getByText("Klasinformatie wordt gedeeld met LeerID").waitFor();
    await send(pakket, "wisa");
    const weer = await setting.page();
    await signIn(weer, sites.tweede, noor);
    await heading(weer, /^Dag /);
    for (const page of [weer, directeur, beheerder, pakket]) await page.context().close();
  });

  test("R14, R69, R71, R72, R73: Wisa's planning runs the connector by itself, and not without the tick", async () => {
    const { schoolpakket } = setting.demo.sites;
    const page = await setting.page();
    const zendingen = async () => {
      await page.goto(`${schoolpakket}/wisa/versturen`);
      return page.getByText("volgens de planning").count();
    };
    const voor = await zendingen();
    await page.goto(`${schoolpakket}/wisa/scheduling`);
    await page.getByRole("button", { name: "Invoegen" }).click();
    await page.getByText("Eenmalig, op 1899-12-30 00:00").first().waitFor();
    await page.getByLabel("Type job").selectOption("Leerid synchronisatie");
    await page.getByRole("button", { name: "Tijdstip instellen" }).click();
    await page.getByLabel("Elke N minuten").check();
    await page.getByLabel("N", { exact: true }).fill("1");
    await setting.look(page);
    await page.getByRole("button", { name: "OK" }).click();
    await page.getByRole("button", { name: "Bewaren" }).click();
    await page.getByRole("link", { name: "Elke minuut" }).waitFor();
    await setting.look(page);
    for (let poging = 0; (await zendingen()) === voor; poging++) {
      assert.ok(poging < 100, "a delivery by itself within some minutes");
      await page.waitForTimeout(1000);
    }
    assert.equal(await page.locator(".todo > li").first().getAttribute("data-uitkomst"), "verwerkt");
    await page.goto(`${schoolpakket}/wisa/scheduling`);
    await page.getByRole("link", { name: "Elke minuut" }).click();
    await page.getByRole("button", { name: "Verwijderen" }).click();
    await page.context().close();
  });

  test("the pages of the packages fit a narrow screen, light and dark", async () => {
    const { schoolpakket } = setting.demo.sites;
    for (const theme of ["light", "dark"] as const) {
      const page = await setting.page({ width: 320, height: 640, theme });
      const paths = [
        "/",
        "/wisa/leerlingen",
        `/wisa/leerlingen/${jaar - 1}-0001`,
        "/informat/export",
        "/broekx/versturen",
      ];
      const wisa = [
        "instellingen",
        "instellingen/999001",
        "instellingen/999001/extra",
        "extra",
        "scheduling",
        "scheduling/1",
        "scheduling/1/tijdstip",
      ];
      for (const path of [...paths, ...wisa.map((naam) => `/wisa/${naam}`)]) {
        await page.goto(`${schoolpakket}${path}`);
        assert.deepEqual(await tooWide(page), [], path);
        await setting.look(page);
      }
      await page.context().close();
    }
  });
});
