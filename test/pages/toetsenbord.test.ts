import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launchBrowser, newPage, withoutBrowser } from "#testing/browser";
import type { Browser } from "#testing/browser";
import { walk } from "#testing/keyboard";
import { fixtures } from "./fixtures.ts";
import { servePages } from "./server.ts";

const skip = withoutBrowser();
let browser: Browser;
let site: Awaited<ReturnType<typeof servePages>>;
before(async () => {
  site = await servePages();
  if (skip === false) browser = await launchBrowser();
});
after(async () => {
  if (skip === false) await browser.close();
  await site.close();
});

/** Pages of the pupil, of ACM with badge and key of adults, and of the key of the demo: every state of them. */
describe("every page of the pupil and of ACM, with the keyboard alone", { skip, concurrency: 2 }, () => {
  for (const [width, height] of [
    [1024, 768],
    [360, 640],
  ] as const) {
    test(`4-quality: all is reached, in order, seen and not covered, at ${width} × ${height}`, async () => {
      const page = await newPage(browser, { width, height });
      const findings: string[] = [];
      for (const name of Object.keys(fixtures)) {
        await page.goto(`${site.origin}/p/${name}`);
        findings.push(...(await walk(page)).map((finding) => `${name}: ${finding}`));
      }
      assert.deepEqual(findings, []);
      await page.context().close();
    });
  }
});
