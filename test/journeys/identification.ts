import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "#testing/browser";
import { fillSignIn, shownClaims, signIn, type Setting } from "./setting.ts";

const field = (page: Page, naam: string) => page.locator(`[data-veld="${naam}"]`).innerText();

/** In the simulator: enrols a pupil and gives back the address of the pupil's page there. */
async function enrol(
  page: Page,
  setting: Setting,
  wie: { voornaam: string; naam: string; geboren: string },
): Promise<string> {
  await page.goto(`${setting.demo.sites.discimus}/school/999001`);
  await setting.look(page);
  await page.getByRole("link", { name: "Schrijf een leerling in" }).click();
  await setting.look(page);
  await page.getByLabel("Voornaam").fill(wie.voornaam);
  await page.getByLabel("Naam", { exact: true }).fill(wie.naam);
  await page.getByLabel("Geboortedatum").fill(wie.geboren);
  await page.getByRole("button", { name: "Schrijf in" }).click();
  await page.getByRole("heading", { name: "Wat LeerID ervan maakte" }).waitFor();
  await setting.look(page);
  return page.url();
}

/** What the school sends is in LeerID at once (R15), and a pupil never notices that an account was replaced (D2). */
export function identificationJourneys(setting: () => Setting): void {
  test("a new pupil arrives, signs in, is identified later: same name and password, exercises kept", async () => {
    const { sites } = setting().demo;
    const school = await setting().page();
    const url = await enrol(school, setting(), {
      voornaam: "Đorđe",
      naam: "Łukasiewicz",
      geboren: "2017-05-02",
    });
    assert.equal(await school.locator('[data-antwoord="ok"]').count(), 2, "both messages accepted");
    const gebruikersnaam = await field(school, "gebruikersnaam");
    assert.equal(gebruikersnaam, "dorde.lukasiewicz");
    const tijdelijk = await field(school, "account_uuid");
    assert.equal(await school.locator('[data-veld="leer_id_uuid"]').count(), 0);
    await school.getByRole("button", { name: "Geef een wachtwoord" }).click();
    await setting().look(school);
    const first = await field(school, "wachtwoord");

    const thuis = await setting().page();
    await signIn(thuis, sites.bingel, { gebruikersnaam, wachtwoord: first });
    const eigen = "zeven groene fietsen";
    await thuis.getByLabel("Nieuw wachtwoord").fill(eigen);
    await thuis.getByLabel("Nog eens hetzelfde wachtwoord").fill(eigen);
    await thuis.getByRole("button", { name: "Bewaar en ga verder" }).click();
    await thuis.waitForURL(`${sites.bingel}/`);
    assert.equal((await shownClaims(thuis))["account_uuid"], tijdelijk);
    await thuis.getByLabel("Hoeveel is 20 + 6?").fill("26");
    await thuis.getByRole("button", { name: "Kijk na" }).click();
    await thuis.getByText("Juist. Je kreeg een punt.").waitFor();
    await setting().look(thuis);
    await thuis.context().close();

    await school.goto(url);
    await school.getByRole("button", { name: "Bewaar de INSZ" }).click();
    await school.locator('[data-veld="leer_id_uuid"]').waitFor();
    const definitief = await field(school, "account_uuid");
    const leerId = await field(school, "leer_id_uuid");
    assert.notEqual(definitief, tijdelijk);
    assert.equal(await field(school, "gebruikersnaam"), gebruikersnaam);
    await school.context().close();

    const dagLater = await setting().page();
    await signIn(dagLater, sites.bingel, { gebruikersnaam, wachtwoord: eigen });
    await dagLater.waitForURL(`${sites.bingel}/`);
    const claims = await shownClaims(dagLater);
    assert.equal(claims["account_uuid"], definitief);
    assert.equal(claims["leer_id_uuid"], leerId);
    assert.deepEqual(claims["historiek_account_uuid"], [tijdelijk]);
    await dagLater.getByText("Je eerdere oefeningen zijn meegekomen.").waitFor();
    assert.equal(await dagLater.locator("[data-punten]").getAttribute("data-punten"), "1");
    await setting().look(dagLater);

    // The publisher keeps one account, and wipes it three years after (R44, R75).
    await dagLater.goto(`${sites.bingel}/achter-de-schermen`);
    await setting().look(dagLater);
    assert.equal(await dagLater.locator(`tr[data-account="${tijdelijk}"]`).count(), 0);
    assert.equal(await dagLater.locator(`tr[data-account="${definitief}"]`).count(), 1);
    await dagLater.getByLabel("Doe alsof het").selectOption("365");
    await dagLater.getByRole("button", { name: "Wis na 3 jaar" }).click();
    await dagLater.getByText("0 accounts zijn gewist.").waitFor();
    await dagLater.getByLabel("Doe alsof het").selectOption("1097");
    await dagLater.getByRole("button", { name: "Wis na 3 jaar" }).click();
    await dagLater.getByRole("heading", { name: "Bewaarde accounts: 0" }).waitFor();
    await dagLater.context().close();
  });

  test("who leaves is refused at the next sign-in, in an open session too (R31)", async () => {
    const { sites } = setting().demo;
    const school = await setting().page();
    const url = await enrol(school, setting(), {
      voornaam: "Liv",
      naam: "Ångström",
      geboren: "2016-11-30",
    });
    await school.getByRole("button", { name: "Geef een wachtwoord" }).click();
    const sleutel = {
      gebruikersnaam: await field(school, "gebruikersnaam"),
      wachtwoord: await field(school, "wachtwoord"),
    };
    const page = await setting().page();
    await signIn(page, sites.bingel, sleutel);
    const eigen = "drie blauwe wolken";
    await page.getByLabel("Nieuw wachtwoord").fill(eigen);
    await page.getByLabel("Nog eens hetzelfde wachtwoord").fill(eigen);
    await page.getByRole("button", { name: "Bewaar en ga verder" }).click();
    await page.waitForURL(`${sites.bingel}/`);

    await school.goto(url);
    await school.getByRole("button", { name: "Schrijf uit" }).click();
    await school.getByText("geannuleerd").first().waitFor();
    await page.goto(`${sites.tweede}/aanmelden`);
    await page.getByRole("heading", { name: "Cijferbos kan nu niet open" }).waitFor();
    await setting().look(page);
    await page.context().close();

    // Back in school: the same key opens again.
    await school.getByRole("button", { name: "Schrijf opnieuw in" }).click();
    await school.getByRole("button", { name: "Schrijf uit" }).waitFor();
    const terug = await setting().page();
    await signIn(terug, sites.tweede, { ...sleutel, wachtwoord: eigen });
    await terug.waitForURL(`${sites.tweede}/`);
    await terug.context().close();
    await school.context().close();
  });

  test("a move gives the number of the new school, a new name the new name; the key stays", async () => {
    const { sites } = setting().demo;
    const overig = setting().demo.leerlingen.find(
      (one) => one.geval === "overig" && one.instellingsnummer === "999001" && one.leer_id_uuid !== null,
    );
    assert.ok(overig);
    const school = await setting().page();
    await school.goto(
      `${sites.discimus}/school/999001?zoek=${encodeURIComponent(`${overig.voornaam} ${overig.naam}`)}`,
    );
    await school
      .getByRole("link", { name: `${overig.naam}, ${overig.voornaam}` })
      .first()
      .click();
    await school.getByLabel("Voornaam").fill("Ýrsa-Lou");
    await school.getByRole("button", { name: "Wijzig de naam" }).click();
    await school.getByRole("heading", { level: 1, name: "Ýrsa-Lou" }).waitFor();
    await school.getByLabel("School", { exact: true }).selectOption("999004");
    await school.getByRole("button", { name: "Verander van school" }).click();
    await school.waitForURL(/school\/999004\/leerling/);
    assert.equal(await field(school, "account_uuid"), overig.account_uuid);
    const page = await setting().page();
    await signIn(page, sites.bingel, overig);
    await page.waitForURL(`${sites.bingel}/`);
    const claims = await shownClaims(page);
    assert.deepEqual(claims["instellingsnummer"], ["999004"]);
    assert.equal(claims["given_name"], "Ýrsa-Lou");
    assert.equal(claims["preferred_username"], overig.gebruikersnaam);
    assert.equal(claims["leer_id_uuid"], overig.leer_id_uuid);
    await page.context().close();
    await school.context().close();
  });

  test("a typing error in an INSZ is set apart with a reason, and mended by the next message", async () => {
    const school = await setting().page({ javaScript: false });
    await school.goto(`${setting().demo.sites.discimus}/school/999001/nieuw`);
    await school.getByLabel("Voornaam").fill("Umut");
    await school.getByLabel("Naam", { exact: true }).fill("Yılmaz");
    await school.getByLabel("Geboortedatum").fill("2018-03-04");
    await school.getByLabel("INSZ").selectOption("zelf");
    await school.getByLabel("Nummer, als je het zelf kiest").fill("18.03.04-999.00");
    await school.getByRole("button", { name: "Schrijf in" }).click();
    await school.getByText("In quarantaine").waitFor();
    assert.match(await school.locator('[data-antwoord="error"]').innerText(), /insz-ongeldig/);
    await school.getByText("LeerID kent deze leerling nog niet.").waitFor();
    await school.getByRole("button", { name: "Bewaar de INSZ" }).click();
    await school.locator('[data-veld="leer_id_uuid"]').waitFor();
    await school.context().close();
  });

  test("a second start keeps what was changed; every password of the table works", async () => {
    const { demo: voor } = setting();
    const school = await setting().page();
    const url = await enrol(school, setting(), {
      voornaam: "Gökçe",
      naam: "Țurcanu",
      geboren: "2018-02-03",
    });
    const gebruikersnaam = await field(school, "gebruikersnaam");
    await setting().restart();
    await school.goto(url);
    assert.equal(await field(school, "gebruikersnaam"), gebruikersnaam);
    await school.context().close();
    const na = setting().demo;
    assert.deepEqual(na.toepassingen, voor.toepassingen);
    assert.deepEqual(na.machine_clients, voor.machine_clients);
    const whoIs = (list: typeof na.leerlingen) =>
      list.map((one) => [one.geval, one.gebruikersnaam, one.account_uuid]);
    assert.deepEqual(whoIs(na.leerlingen), whoIs(voor.leerlingen));
    const page = await setting().page();
    await signIn(page, na.sites.bingel, setting().leerling("eerste-keer"));
    await page.getByLabel("Nieuw wachtwoord").waitFor(); // the case is there again
    const other = await setting().page();
    await signIn(other, na.sites.bingel, { ...setting().leerling("gewoon"), wachtwoord: "helemaal fout" });
    await other.getByRole("alert").waitFor();
    await fillSignIn(other, setting().leerling("gewoon"));
    await other.waitForURL(`${na.sites.bingel}/`);
    await page.context().close();
    await other.context().close();
  });
}
