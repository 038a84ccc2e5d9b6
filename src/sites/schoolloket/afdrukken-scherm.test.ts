import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { serve } from "@hono/node-server";
import { verwerkBatch } from "#modules/uitreiking";
import {
  axe,
  launchBrowser,
  newPage,
  tooWide,
  watchPage,
  withoutBrowser,
  type Browser,
} from "#testing/browser";
import { beheerder, schoolwereld, type Schoolwereld } from "#testing/schoolloket";

const skip = withoutBrowser();
let w: Schoolwereld;
let browser: Browser;
let site: { readonly origin: string; close(): void };
let cookie: string;
const lijst = "/leerid-beheer/afdrukken";
const adressen: Record<string, string> = { lijst };
before(async () => {
  if (skip !== false) return;
  w = await schoolwereld();
  cookie = await w.sessieVan({ ...beheerder, instellingsnummer: "999001" });
  const velden = new URLSearchParams([["soort", "strookjes"]]);
  for (const nummer of ["a1", "a2"]) velden.append("account", await w.accountVan(nummer));
  const maak = async () => (await w.post(lijst, cookie, velden)).headers.get("location") ?? "";
  adressen["voorbij"] = await maak();
  w.clock.advance(25 * 3_600_000);
  cookie = await w.sessieVan({ ...beheerder, instellingsnummer: "999001" });
  adressen["klaar"] = await maak();
  await verwerkBatch(w.ctx, adressen["klaar"].slice(-36));
  adressen["bezig"] = await maak();
  browser = await launchBrowser();
  site = await new Promise((resolve) => {
    const server = serve({ fetch: zonderVerversen, port: 0, hostname: "127.0.0.1" }, ({ port }) =>
      resolve({ origin: `http://127.0.0.1:${port}`, close: () => server.close() }),
    );
  });
});
after(async () => {
  if (skip !== false) return;
  await browser.close();
  site.close();
  await w.close();
});

/** A page under examination must not go and fetch itself again meanwhile. */
async function zonderVerversen(request: Request): Promise<Response> {
  const antwoord = await w.app.fetch(request);
  const headers = new Headers(antwoord.headers);
  headers.delete("refresh");
  return new Response(antwoord.body, { status: antwoord.status, headers });
}

describe("the pages of handing out in a browser", { skip }, () => {
  for (const naam of ["lijst", "bezig", "klaar", "voorbij", "venster"]) {
    test(`D7 ${naam}: accessible in both themes, down to 320 pixels`, async () => {
      for (const theme of ["light", "dark"] as const) {
        const page = await newPage(browser, { theme });
        const seen = watchPage(page, site.origin);
        await page
          .context()
          .addCookies([{ name: "schoolloket", value: cookie.split("=")[1] ?? "", url: site.origin }]);
        if (naam === "venster") {
          // Its form is for the site's own origin, which this port is not.
          const gepost = await w.post(
            `/leerid-beheer/leerlingen/${await w.accountVan("a1")}/venster`,
            cookie,
          );
          const body = await gepost.text();
          await page.route("**/venster", (route) =>
            route.fulfill({ contentType: "text/html; charset=utf-8", body }),
          );
        }
        await page.goto(`${site.origin}${adressen[naam] ?? "/venster"}`);
        const findings = (await axe(page)).map((v) => `${v.rule} ${v.help}\n  ${v.nodes.join("\n  ")}`);
        for (const width of [320, 1024]) {
          await page.setViewportSize({ width, height: 800 });
          findings.push(...(await tooWide(page)).map((part) => `at ${width}: ${part}`));
          const shots = process.env["LEERID_SHOTS"];
          if (shots) {
            await mkdir(shots, { recursive: true });
            await page.screenshot({ path: `${shots}/${naam}-${width}-${theme}.png`, fullPage: true });
          }
        }
        assert.deepEqual([...findings, ...seen], []);
        await page.context().close();
      }
    });
  }
});
