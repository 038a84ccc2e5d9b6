import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { withoutBrowser, type Page } from "#testing/browser";
import { tabTo } from "#testing/keyboard";
import { openSetting, type Setting } from "./setting.ts";

/** What people of a school do in a day, and a kleuter's sign-in, without a mouse: only keys are pressed here. */
describe("tasks with the keyboard alone", { skip: withoutBrowser() }, () => {
  let setting: Setting;
  before(async () => {
    setting = await openSetting();
  });
  after(() => setting.close());

  const print = async (page: Page, naam: string | RegExp) => {
    await tabTo(page, naam);
    const verder = page.waitForEvent("framenavigated");
    await page.keyboard.press("Enter");
    await verder;
    await page.waitForLoadState();
  };
  const seeText = (page: Page, text: string | RegExp) => page.getByText(text).first().waitFor();
  const headingOf = (page: Page, naam: string | RegExp) =>
    page.getByRole("heading", { name: naam }).first().waitFor();
  const select = async (page: Page, naam: string | RegExp) => {
    await tabTo(page, naam);
    await page.keyboard.press("Space");
  };

  /** Signs in at the Schoolloket as this person of the demo, through ACM and the key of adults. */
  async function asMedewerker(wie: RegExp): Promise<Page> {
    const page = await setting.page();
    await page.goto(`${setting.demo.sites.schoolloket}/`);
    await headingOf(page, "Met wie meld je je aan?");
    await print(page, wie);
    await page.waitForURL(`${setting.demo.sites.schoolloket}/**`);
    return page;
  }

  test("R4: a beheerder searches, filters, picks pupils on two pages and prints them up to the PDF", async () => {
    const page = await asMedewerker(/^Nele Segers/);
    await headingOf(page, "LeerID-beheer");
    await tabTo(page, "Zoek op naam, gebruikersnaam of klas");
    await page.keyboard.type("peeters");
    await page.keyboard.press("Enter");
    await page.waitForURL(/zoek=peeters/);
    await tabTo(page, /^Leerjaar/);
    await page.keyboard.type("3");
    await print(page, "Zoeken");
    await page.waitForURL(/leerjaar=3/);
    await seeText(page, "Leerjaar 3");
    await print(page, "Alles wissen");
    await page.waitForURL(/leerid-beheer$/);

    await select(page, /, .* kiezen$/);
    await select(page, /, .* kiezen$/);
    await print(page, "Volgende, bladzijde 2");
    await page.waitForURL(/bladzijde=2/);
    await seeText(page, "2 leerlingen gekozen");
    await select(page, /, .* kiezen$/);
    await print(page, "Accounts afdrukken");
    await headingOf(page, "Accounts afdrukken");
    await seeText(page, /^\s*Voor 3 leerlingen/);
    await tabTo(page, /^Strookjes/);
    await page.keyboard.press("ArrowDown");
    assert.equal(await page.getByLabel("Brieven").isChecked(), true);
    await print(page, "Afdruk maken");
    await headingOf(page, "Klaar om af te drukken");
    const answer = page.context().waitForEvent("response", (one) => one.url().endsWith("/pdf"));
    await tabTo(page, "Open de PDF (nieuw tabblad)");
    await page.keyboard.press("Enter");
    assert.deepEqual(
      [(await answer).status(), (await answer).headers()["content-type"]],
      [200, "application/pdf"],
    );
    await page.context().close();
  });

  test("R54: an application becomes visible for a year, with its effect first, and is taken away again", async () => {
    const page = await asMedewerker(/^Nele Segers/);
    await print(page, "Applicatiebeheer");
    await headingOf(page, "Applicaties");
    await print(page, "Bingel");
    await headingOf(page, "Voeg een regel toe");
    await select(page, /^6e leerjaar/);
    await print(page, "Bekijk het effect");
    await headingOf(page, "Dit verandert er");
    await print(page, "Bewaar");
    await seeText(page, "Dit geldt bij de volgende aanmelding van een leerling.");
    await print(page, "Wijzig de regel 6e leerjaar");
    await headingOf(page, "Wijzig de regel");
    await print(page, "Haal de regel weg");
    await seeText(page, "Weg: 6e leerjaar");
    await print(page, "Bewaar");
    await page.waitForURL(/bewaard=/);
    assert.equal(await page.getByText("Wijzig de regel 6e leerjaar").count(), 0);
    await page.context().close();
  });

  test("R31: a beheerder asks why a pupil cannot come in, and follows the steps", async () => {
    const noor = setting.leerling("toepassing-niet-zichtbaar");
    const page = await asMedewerker(/^Nele Segers/);
    await print(page, "Kan een leerling niet binnen?");
    await tabTo(page, "Naam of gebruikersnaam");
    await page.keyboard.type(noor.gebruikersnaam);
    await page.keyboard.press("Enter");
    await page.waitForURL(/zoek=/);
    await tabTo(page, /^Toepassing/);
    await page.keyboard.type("Bingel");
    await print(page, "Nagaan"); // of this form: that of the number stands before it
    await headingOf(page, `${noor.voornaam} ${noor.naam} en Bingel`);
    await print(page, "Uitzondering weghalen");
    await headingOf(page, "Dit verandert er");
    await print(page, "Annuleer");
    await page.context().close();
  });

  test("D7: a kleuter's badge: its code, then the picture", async () => {
    const { badge, plaatje, voornaam } = setting.leerling("kleuter-badge");
    const page = await setting.page();
    await page.goto(`${setting.demo.sites.bingel}/`);
    await print(page, "Aanmelden met LeerID");
    await page.getByLabel("Gebruikersnaam").waitFor();
    await print(page, /^Ik heb een badge/);
    await page.getByLabel("Code van je badge").waitFor();
    await page.keyboard.type(badge ?? ""); // the page puts the focus where one types
    await print(page, "Verder");
    await headingOf(page, "Kies jouw plaatje");
    await print(page, plaatje ?? "");
    await page.waitForURL(`${setting.demo.sites.bingel}/`);
    await seeText(page, voornaam);
    await page.context().close();
  });

  test("D8: a director makes himself beheerder, and stops it", async () => {
    const page = await asMedewerker(/^Els Van Damme/);
    await page.waitForURL(/schoolinstellingen/);
    await print(page, "Maak mezelf LeerID-beheerder");
    await seeText(page, "Je bent nu ook LeerID-beheerder van je school.");
    await print(page, "Verwijder Els Van Damme als LeerID-beheerder");
    await headingOf(page, "Jezelf verwijderen als LeerID-beheerder");
    await print(page, "Verwijder als LeerID-beheerder");
    await seeText(page, "Deze persoon is geen LeerID-beheerder meer van je school.");
    await print(page, "Afmelden");
    await headingOf(page, "Je bent afgemeld");
    await page.context().close();
  });
});
