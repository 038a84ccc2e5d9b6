import assert from "node:assert/strict";
import { test } from "node:test";
import { tooWide, type Page } from "#testing/browser";
import { bingelClaims, shownClaims, signIn, type Setting } from "./setting.ts";

/** What each named pupil is there to show. */
export function caseJourneys(setting: () => Setting): void {
  for (const [geval, waarom] of [
    ["uitgeschreven", /niet (meer )?ingeschreven|ingeschreven/i],
    ["toepassing-niet-zichtbaar", /Bingel/],
  ] as const) {
    test(`${geval}: refused with a reason, who can help and a reference (R31, D5)`, async () => {
      const { sites } = setting().demo;
      const page = await setting().page();
      await signIn(page, sites.bingel, setting().leerling(geval));
      await page.getByRole("heading", { name: "Bingel kan nu niet open" }).waitFor();
      assert.ok(
        page.url().startsWith(new URL(sites.acm).origin),
        "the refusal is LeerID's own, Bingel gets nothing",
      );
      await setting().look(page);
      const text = await page.locator("main").innerText();
      assert.match(text, /Waarom\?/);
      assert.match(text, /Wie kan helpen\?/);
      assert.match(text, waarom);
      assert.match(
        await page.locator(".reference .key").innerText(),
        /^[2-9A-Z]{3}-[2-9A-Z]{3}-[2-9A-Z]{2}$/,
      );
      await page.goto(`${sites.bingel}/`);
      assert.equal(await page.locator("tr[data-claim]").count(), 0);
      await page.context().close();
    });
  }

  test("toepassing-niet-zichtbaar: the other application is still on the launch page and opens", async () => {
    const { sites } = setting().demo;
    const page = await setting().page();
    await signIn(page, sites.tweede, setting().leerling("toepassing-niet-zichtbaar"));
    await page.waitForURL(`${sites.tweede}/`);
    await page.goto(`${sites.leerlingloket}/`);
    await page.getByRole("heading", { name: "Mijn toepassingen" }).waitFor();
    assert.deepEqual(await page.locator(".tile b").allInnerTexts(), ["Cijferbos"]);
    await page.context().close();
  });

  test("zonder-insz: a temporary account, so no leer_id_uuid (R35, R37)", async () => {
    const oumar = setting().leerling("zonder-insz");
    assert.equal(oumar.leer_id_uuid, null);
    const page = await setting().page();
    await signIn(page, setting().demo.sites.bingel, oumar);
    await page.getByRole("heading", { name: "Dag Oumar" }).waitFor();
    assert.deepEqual(await shownClaims(page), bingelClaims(oumar));
    await page.context().close();
  });

  test("twee-scholen: both numbers are given (R40)", async () => {
    const zoe = setting().leerling("twee-scholen");
    const page = await setting().page();
    await signIn(page, setting().demo.sites.bingel, zoe);
    await page.getByRole("heading", { name: "Dag Zoë" }).waitFor();
    assert.deepEqual(await shownClaims(page), bingelClaims(zoe, { instellingsnummer: ["999001", "999004"] }));
    await page.context().close();
  });

  test("samengevoegd: the temporary account is history, the school of last year is not given (R38, R40)", async () => {
    const lucja = setting().leerling("samengevoegd");
    const page = await setting().page();
    await signIn(page, setting().demo.sites.bingel, lucja);
    await page.getByRole("heading", { name: "Dag Łucja" }).waitFor();
    const { historiek_account_uuid: historiek, ...rest } = await shownClaims(page);
    assert.ok(Array.isArray(historiek) && historiek.length === 1 && historiek[0] !== lucja.account_uuid);
    const { historiek_account_uuid: _, ...verwacht } = bingelClaims(lucja);
    assert.deepEqual(rest, verwacht);
    await page.context().close();
  });

  test("kleuter-badge: signs in with a password, and with his badge and picture (D7)", async () => {
    const page = await setting().page();
    await signIn(page, setting().demo.sites.bingel, setting().leerling("kleuter-badge"));
    await page.getByRole("heading", { name: "Dag Yağmur" }).waitFor();
    await page.context().close();
    const { badge = "", plaatje = "" } = setting().leerling("kleuter-badge");
    const tablet = await setting().page();
    await tablet.goto(setting().demo.sites.bingel);
    await tablet.getByRole("link", { name: "Aanmelden met LeerID" }).click();
    await tablet.getByRole("link", { name: "Ik heb een badge" }).click();
    await tablet.getByLabel("Code van je badge").fill(badge);
    await tablet.getByRole("button", { name: "Verder" }).click();
    await setting().look(tablet);
    await tablet.getByRole("button", { name: plaatje }).click();
    await tablet.getByRole("heading", { name: "Dag Yağmur" }).waitFor();
    await tablet.context().close();
  });

  test("school-geen-klant: LeerID lets in, the publisher says kindly that the school is no customer (R30)", async () => {
    const { sites } = setting().demo;
    const page = await setting().page();
    await signIn(page, sites.bingel, setting().leerling("school-geen-klant"));
    await page.getByRole("heading", { name: "Je school werkt nog niet met Bingel" }).waitFor();
    await setting().look(page);
    await page.goto(`${sites.bingel}/achter-de-schermen`);
    assert.equal(await page.getByText("Søren").count(), 0, "nothing is kept");
    await page.context().close();
  });
}

/** WCAG 1.4.10: the demo's own pages fit a screen of 320 px, in both themes. */
export function widthJourney(setting: () => Setting): void {
  test("the pages of the demo fit a narrow screen, light and dark", async () => {
    const { sites } = setting().demo;
    const narrow = { width: 320, height: 640 };
    const fits = async (page: Page, url: string) => {
      await page.goto(url);
      assert.deepEqual(await tooWide(page), [], url);
      await setting().look(page);
    };
    const publisher = await setting().page(narrow);
    await signIn(publisher, sites.bingel, setting().leerling("twee-scholen"));
    await publisher.waitForURL(`${sites.bingel}/`);
    for (const url of ["/", "/achter-de-schermen"]) await fits(publisher, `${sites.bingel}${url}`);
    await fits(publisher, `${sites.tweede}/`);
    await publisher.context().close();
    for (const theme of ["light", "dark"] as const) {
      const page = await setting().page({ ...narrow, theme });
      const school = `${sites.discimus}/school/999001`;
      await fits(page, `${sites.discimus}/`);
      await fits(page, school);
      const leerling = (await page.locator("tbody a").last().getAttribute("href")) ?? "";
      await fits(page, `${sites.discimus}${leerling}`);
      await fits(page, `${school}/nieuw`);
      await fits(page, `${sites.discimus}/berichten`);
      await page.context().close();
    }
  });
}
