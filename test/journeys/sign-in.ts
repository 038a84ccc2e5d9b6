import assert from "node:assert/strict";
import { test } from "node:test";
import { focused, type Page } from "#testing/browser";
import { bingelClaims, fillSignIn, shownClaims, signIn, type Setting } from "./setting.ts";

/** R26, R32, D4: one sign-in, two applications, each its own agreement; sign-out ends everything. */
async function signInOnce(setting: Setting, page: Page, look: (page: Page) => Promise<void>): Promise<void> {
  const { sites } = setting.demo;
  const noor = setting.leerling("gewoon");
  await page.goto(`${sites.bingel}/`);
  await look(page);
  await page.getByRole("link", { name: "Aanmelden met LeerID" }).click();
  assert.ok(page.url().startsWith(new URL(sites.acm).origin));
  await page.getByText("Bingel").first().waitFor(); // who asks
  await look(page);
  await fillSignIn(page, noor);
  await page.waitForURL(`${sites.bingel}/`);
  await look(page);
  assert.deepEqual(await shownClaims(page), bingelClaims(noor));

  // The launch page knows the pupil already, and shows what the school made visible.
  await page.goto(`${sites.leerlingloket}/`);
  await page.getByRole("heading", { name: "Mijn toepassingen" }).waitFor();
  await look(page);
  assert.deepEqual(await page.locator(".tile b").allInnerTexts(), ["Bingel", "Cijferbos"]);

  // No second sign-in (R32), and only what that agreement has.
  await page.getByRole("link", { name: "Cijferbos" }).click();
  await page.waitForURL(`${sites.tweede}/`);
  await look(page);
  assert.deepEqual(await shownClaims(page), {
    given_name: noor.voornaam,
    account_uuid: noor.account_uuid,
    instellingsnummer: [noor.instellingsnummer],
  });

  // Who got my data? Both releases are there for the pupil to see (R25).
  await page.goto(`${sites.leerlingloket}/`);
  await page.getByRole("link", { name: "Wie kreeg mijn gegevens?" }).click();
  await look(page);
  const text = await page.locator("main").innerText();
  assert.ok(text.includes("Bingel") && text.includes("Cijferbos"));

  await page.goto(`${sites.leerlingloket}/`);
  await page.getByRole("button", { name: "Afmelden" }).first().click();
  const vraag = page.getByRole("button", { name: "Ja, meld me af" });
  if (await vraag.isVisible()) await vraag.click();
  await page.getByRole("heading", { name: "Je bent afgemeld" }).waitFor();
  await look(page);
  for (const site of [sites.bingel, sites.tweede]) {
    await openSignedOut(page, site);
    assert.equal(await page.locator("tr[data-claim]").count(), 0);
  }
  await page.getByRole("link", { name: "Aanmelden met LeerID" }).click();
  await page.getByLabel("Gebruikersnaam").waitFor(); // ACM's own session is gone too
}

/** Opens an application until it has heard of the sign-out: a job tells it, a moment after the page says so. */
async function openSignedOut(page: Page, site: string): Promise<void> {
  const signIn = page.getByRole("link", { name: "Aanmelden met LeerID" });
  for (let n = 0; n < 40; n += 1) {
    await page.goto(`${site}/`);
    if (await signIn.isVisible()) return;
    await page.waitForTimeout(250);
  }
  assert.fail(`${site} heard of no sign-out in 10 s`);
}

export function signInJourneys(setting: () => Setting): void {
  for (const javaScript of [true, false]) {
    test(`gewoon: sign in once, use two applications, sign out of all (${javaScript ? "with" : "without"} JavaScript)`, async () => {
      const journey = await setting().page({ javaScript });
      // The accessibility check is itself a script: it looks at the same pages once, in the other journey.
      await signInOnce(setting(), journey, javaScript ? setting().look : async () => {});
      await journey.context().close();
    });
  }

  test("signing out at an application signs out of LeerID and of the other application", async () => {
    const { sites } = setting().demo;
    const page = await setting().page();
    await signIn(page, sites.bingel, setting().leerling("gewoon"));
    await page.waitForURL(`${sites.bingel}/`);
    await page.goto(`${sites.tweede}/aanmelden`);
    await page.waitForURL(`${sites.tweede}/`);
    await page.getByRole("button", { name: "Afmelden" }).click();
    const vraag = page.getByRole("button", { name: "Ja, meld me af" });
    if (await vraag.isVisible()) await vraag.click();
    await page.getByRole("heading", { name: "Je bent afgemeld" }).waitFor();
    assert.equal(page.url().split("?")[0], `${sites.tweede}/afgemeld`);
    await setting().look(page);
    await page.goto(`${sites.bingel}/`);
    await page.getByRole("link", { name: "Aanmelden met LeerID" }).waitFor();
    await page.context().close();
  });

  test("eerste-keer: chooses an own password, which then works while the one on paper does not", async () => {
    const { sites } = setting().demo;
    const amira = setting().leerling("eerste-keer");
    const page = await setting().page();
    await signIn(page, sites.bingel, amira);
    await page.getByLabel("Nieuw wachtwoord").waitFor();
    await setting().look(page);
    await page.getByLabel("Nieuw wachtwoord").fill("kort");
    await page.getByLabel("Nog eens hetzelfde wachtwoord").fill("kort");
    await page.getByRole("button", { name: "Bewaar en ga verder" }).click();
    await page.locator(".problem").first().waitFor();
    await setting().look(page);
    const eigen = "mijn kat slaapt op de piano";
    await page.getByLabel("Nieuw wachtwoord").fill(eigen);
    await page.getByLabel("Nog eens hetzelfde wachtwoord").fill(eigen);
    await page.getByRole("button", { name: "Bewaar en ga verder" }).click();
    await page.waitForURL(`${sites.bingel}/`);
    assert.deepEqual(await shownClaims(page), bingelClaims(amira));
    await page.context().close();

    const later = await setting().page();
    await signIn(later, sites.bingel, amira);
    await later.getByRole("alert").waitFor();
    await setting().look(later);
    await fillSignIn(later, { ...amira, wachtwoord: eigen });
    await later.waitForURL(`${sites.bingel}/`);
    await later.context().close();
  });

  test("sign-in with the keyboard alone", async () => {
    const { sites } = setting().demo;
    const naamgenoot = setting().leerling("naamgenoot");
    const page = await setting().page();
    await page.goto(`${sites.bingel}/`);
    const tabTo = async (name: string) => {
      for (let step = 0; step < 20; step++) {
        await page.keyboard.press("Tab");
        const { name: hier, ring } = await focused(page);
        if (hier.includes(name)) return assert.ok(ring, `${name} has a visible focus`);
      }
      assert.fail(`the keyboard never reaches ${name}`);
    };
    await tabTo("Aanmelden met LeerID");
    await page.keyboard.press("Enter");
    await page.getByLabel("Gebruikersnaam").waitFor();
    if ((await focused(page)).name !== "gebruikersnaam") await tabTo("gebruikersnaam");
    await page.keyboard.type(naamgenoot.gebruikersnaam);
    await tabTo("wachtwoord");
    await page.keyboard.type(naamgenoot.wachtwoord);
    await page.keyboard.press("Enter");
    await page.waitForURL(`${sites.bingel}/`);
    const claims = await shownClaims(page);
    assert.deepEqual(claims, bingelClaims(naamgenoot));
    const gewoon = setting().leerling("gewoon");
    assert.equal(`${gewoon.voornaam} ${gewoon.naam}`, `${naamgenoot.voornaam} ${naamgenoot.naam}`);
    assert.notEqual(claims["account_uuid"], gewoon.account_uuid);
    await page.context().close();
  });
}
