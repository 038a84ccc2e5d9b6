import { mkdir } from "node:fs/promises";
import { launchBrowser, newPage, screenshot } from "#testing/browser";
import { openExaminer } from "#testing/examine";
import { pupilSite } from "./pupil-site.ts";

/**
 * Makes the pictures in docs/screens again: `node test/screens/make-screens.ts [folder] [page:width:theme …]`.
 * Without pages it makes the ones that the documentation shows.
 */
const shown = [
  "aanmelden:1024:light",
  "aanmelden-onjuist:360:light",
  "aanmelden-wachten:360:dark",
  "eerste-keer:1024:light",
  "geen-toegang:1440:dark",
  "toepassingen:1440:light",
  "toepassingen:360:dark",
  "gegevens:1024:light",
  "fout:360:light",
];

const [folder = "docs/screens", ...wanted] = process.argv.slice(2);
await mkdir(folder, { recursive: true });
const browser = await launchBrowser();
const site = await openExaminer(browser, pupilSite().fetch);
for (const want of wanted.length > 0 ? wanted : shown) {
  const [name = "", width = "1024", theme = "light"] = want.split(":");
  const page = await newPage(browser, {
    width: Number(width),
    height: Number(width) < 500 ? 780 : 860,
    theme: theme === "dark" ? "dark" : "light",
  });
  await page.goto(`${site.origin}/p/${name}`);
  if (name === "eerste-keer") await page.getByLabel("Nieuw wachtwoord").fill("kaas trein wolken paars");
  await page.evaluate("document.activeElement.blur()");
  await screenshot(page, `${folder}/${name}-${width}-${theme}.png`);
  await page.context().close();
}
await browser.close();
await site.close();
