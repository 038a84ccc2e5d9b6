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

  const druk = async (page: Page, naam: string | RegExp) => {
    await tabTo(page, naam);
    const verder = page.waitForEvent("framenavigated");
    await page.keyboard.press("Enter");
    await verder;
    await page.waitForLoadState();
  };
  const zie = (page: Page, tekst: string | RegExp) => page.getByText(tekst).first().waitFor();
  const kop = (page: Page, naam: string | RegExp) =>
    page.getByRole("heading", { name: naam }).first().waitFor();
  const kies = async (page: Page, naam: string | RegExp) => {
    await tabTo(page, naam);
    await page.keyboard.press("Space");
  };

  /** Signs in at the Schoolloket as this person of the demo, through ACM and the key of adults. */
  async function alsMedewerker(wie: RegExp): Promise<Page> {
    const page = await setting.page();
    await page.goto(`${setting.demo.sites.schoolloket}/`);
    await kop(page, "Met wie meld je je aan?");
    await druk(page, wie);
    await page.waitForURL(`${setting.demo.sites.schoolloket}/**`);
    return page;
  }

  test("R4: a beheerder searches, filters, picks pupils on two pages and prints them up to the PDF", async () => {
    const page = await alsMedewerker(/^Nele Segers/);
    await kop(page, "LeerID-beheer");
    await tabTo(page, "Zoek op naam, gebruikersnaam of klas");
    await page.keyboard.type("peeters");
    await page.keyboard.press("Enter");
    await page.waitForURL(/zoek=peeters/);
    await tabTo(page, /^Leerjaar/);
    await page.keyboard.type("3");
    await druk(page, "Zoeken");
    await page.waitForURL(/leerjaar=3/);
    await zie(page, "Leerjaar 3");
    await druk(page, "Alles wissen");
    await page.waitForURL(/leerid-beheer$/);

    await kies(page, /, .* kiezen$/);
    await kies(page, /, .* kiezen$/);
    await druk(page, "Volgende, bladzijde 2");
    await page.waitForURL(/bladzijde=2/);
    await zie(page, "2 leerlingen gekozen");
    await kies(page, /, .* kiezen$/);
    await druk(page, "Accounts afdrukken");
    await kop(page, "Accounts afdrukken");
    await zie(page, /^\s*Voor 3 leerlingen/);
    await tabTo(page, /^Strookjes/);
    await page.keyboard.press("ArrowDown");
    assert.equal(await page.getByLabel("Brieven").isChecked(), true);
    await druk(page, "Afdruk maken");
    await kop(page, "Klaar om af te drukken");
    const antwoord = page.context().waitForEvent("response", (een) => een.url().endsWith("/pdf"));
    await tabTo(page, "Open de PDF (nieuw tabblad)");
    await page.keyboard.press("Enter");
    assert.deepEqual(
      [(await antwoord).status(), (await antwoord).headers()["content-type"]],
      [200, "application/pdf"],
    );
    await page.context().close();
  });

  test("R54: an application becomes visible for a year, with its effect first, and is taken away again", async () => {
    const page = await alsMedewerker(/^Nele Segers/);
    await druk(page, "Applicatiebeheer");
    await kop(page, "Applicaties");
    await druk(page, "Bingel");
    await kop(page, "Voeg een regel toe");
    await kies(page, /^6e leerjaar/);
    await druk(page, "Bekijk het effect");
    await kop(page, "Dit verandert er");
    await druk(page, "Bewaar");
    await zie(page, "Dit geldt bij de volgende aanmelding van een leerling.");
    await druk(page, "Wijzig de regel 6e leerjaar");
    await kop(page, "Wijzig de regel");
    await druk(page, "Haal de regel weg");
    await zie(page, "Weg: 6e leerjaar");
    await druk(page, "Bewaar");
    await page.waitForURL(/bewaard=/);
    assert.equal(await page.getByText("Wijzig de regel 6e leerjaar").count(), 0);
    await page.context().close();
  });

  test("R31: a beheerder asks why a pupil cannot come in, and follows the steps", async () => {
    const noor = setting.leerling("toepassing-niet-zichtbaar");
    const page = await alsMedewerker(/^Nele Segers/);
    await druk(page, "Kan een leerling niet binnen?");
    await tabTo(page, "Naam of gebruikersnaam");
    await page.keyboard.type(noor.gebruikersnaam);
    await page.keyboard.press("Enter");
    await page.waitForURL(/zoek=/);
    await tabTo(page, /^Toepassing/);
    await page.keyboard.type("Bingel");
    await druk(page, "Nagaan"); // of this form: that of the number stands before it
    await kop(page, `${noor.voornaam} ${noor.naam} en Bingel`);
    await druk(page, "Uitzondering weghalen");
    await kop(page, "Dit verandert er");
    await druk(page, "Annuleer");
    await page.context().close();
  });

  test("D7: a kleuter's badge: its code, then the picture", async () => {
    const { badge, plaatje, voornaam } = setting.leerling("kleuter-badge");
    const page = await setting.page();
    await page.goto(`${setting.demo.sites.bingel}/`);
    await druk(page, "Aanmelden met LeerID");
    await page.getByLabel("Gebruikersnaam").waitFor();
    await druk(page, /^Ik heb een badge/);
    await page.getByLabel("Code van je badge").waitFor();
    await page.keyboard.type(badge ?? ""); // the page puts the focus where one types
    await druk(page, "Verder");
    await kop(page, "Kies jouw plaatje");
    await druk(page, plaatje ?? "");
    await page.waitForURL(`${setting.demo.sites.bingel}/`);
    await zie(page, voornaam);
    await page.context().close();
  });

  test("D8: a director makes himself beheerder, and stops it", async () => {
    const page = await alsMedewerker(/^Els Van Damme/);
    await page.waitForURL(/schoolinstellingen/);
    await druk(page, "Maak mezelf LeerID-beheerder");
    await zie(page, "Je bent nu ook LeerID-beheerder van je school.");
    await druk(page, "Verwijder Els Van Damme als LeerID-beheerder");
    await kop(page, "Jezelf verwijderen als LeerID-beheerder");
    await druk(page, "Verwijder als LeerID-beheerder");
    await zie(page, "Deze persoon is geen LeerID-beheerder meer van je school.");
    await druk(page, "Afmelden");
    await kop(page, "Je bent afgemeld");
    await page.context().close();
  });
});
