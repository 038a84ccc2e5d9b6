import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import type { Page } from "#testing/browser";
import type { Setting } from "./setting.ts";

/** Chooses somebody at the demo's key. */
async function signInAs(page: Page, setting: Setting, geval: string): Promise<void> {
  const login = setting.demo.personas.find((one) => one.geval === geval)?.login ?? assert.fail(geval);
  await page.getByRole("heading", { name: "Met wie meld je je aan?" }).waitFor();
  await page.getByLabel("Login van een persoon").fill(login);
  await page.getByRole("button", { name: "Aanmelden", exact: true }).click();
}

/** R7, D8: the department's staff get into beheer through ACM and the key of adults, others read why not. */
export function beheerJourneys(setting: () => Setting): void {
  test("R7: staff of the department sign in to beheer, hop to it from the Schoolloket, and are out of both at once", async () => {
    const { sites } = setting().demo;
    const page = await setting().page();
    await page.goto(`${sites.beheer}/`);
    await signInAs(page, setting(), "dov-medewerker");
    await page.waitForURL(`${sites.beheer}/toestand`);
    await page.getByRole("heading", { name: "Toestand", exact: true }).waitFor();
    await setting().look(page);
    assert.match(await page.locator(".who").innerText(), /Sofie Maes\s*LeerID-medewerker/);
    await page.getByRole("link", { name: "Mijn Schoolsoftware" }).click();
    await page.getByLabel("Zoek een school").fill("999001");
    await page.getByRole("button", { name: "Zoek" }).click();
    await page.getByRole("link", { name: "De Regenboog" }).click();
    await page.getByRole("button", { name: "Bewaar het pakket" }).waitFor();

    // Signed in there without a question, and out of everything by the other site (back-channel logout).
    await page.goto(`${sites.schoolloket}/`);
    await page.waitForURL(`${sites.schoolloket}/geen-recht`);
    await page.getByRole("button", { name: "Afmelden" }).click();
    await page.getByRole("heading", { name: "Je bent afgemeld" }).waitFor();
    for (let turn = 0; turn < 50; turn += 1) {
      await page.goto(`${sites.beheer}/hulp`);
      if (!page.url().startsWith(sites.beheer)) break;
      await wait(100);
    }
    await page.getByRole("heading", { name: "Met wie meld je je aan?" }).waitFor();
    await page.context().close();
  });

  test("R7: a DPO looks and changes nothing; signing out in beheer itself works too", async () => {
    const { sites } = setting().demo;
    const page = await setting().page({ javaScript: false });
    await page.goto(`${sites.beheer}/schoolsoftware/999002`);
    await signInAs(page, setting(), "dov-dpo");
    await page.waitForURL(`${sites.beheer}/schoolsoftware/999002`); // what was asked for
    await page.getByText("Je kunt hier alles lezen").waitFor();
    assert.equal(await page.getByRole("button", { name: /Bewaar/ }).count(), 0);
    await page.getByRole("button", { name: "Afmelden" }).click();
    await page.getByRole("heading", { name: "Je bent afgemeld" }).waitFor();
    assert.equal(page.url().split("?")[0], `${sites.beheer}/afgemeld`);
    await page.context().close();
  });

  test("R7: a director and a provider read that beheer is not for them, and where to go", async () => {
    const { sites } = setting().demo;
    for (const geval of ["directeur", "dienstenleverancier"]) {
      const page = await setting().page();
      await page.goto(`${sites.beheer}/`);
      await signInAs(page, setting(), geval);
      await page.getByRole("heading", { name: "Beheer is voor het departement" }).waitFor();
      await setting().look(page);
      await page.goto(`${sites.beheer}/schoolsoftware/999001`);
      await page.getByRole("heading", { name: "Beheer is voor het departement" }).waitFor();
      assert.doesNotMatch(await page.content(), /Regenboog/);
      await page.context().close();
    }
  });
}
