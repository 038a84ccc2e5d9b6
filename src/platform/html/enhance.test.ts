import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import { getRequestListener } from "@hono/node-server";
import { Hono } from "hono";
import { launchBrowser, newPage, withoutBrowser, type Browser, type Page } from "#testing/browser";
import { document, html, securityHeaders, staticAssets } from "./index.ts";

/** How long the answer to a form takes, ms: longer than the two clicks of an impatient hand lie apart. */
const answerTime = 400;

describe("forms in Chromium", { skip: withoutBrowser() }, () => {
  let browser: Browser;
  let server: Server;
  let origin: string;
  const posted: string[] = [];

  before(async () => {
    browser = await launchBrowser();
    const app = new Hono();
    app.route("/", staticAssets());
    app.use(securityHeaders());
    const sheet = (title: string, body: ReturnType<typeof html>, address?: string) =>
      document({
        site: "leerling",
        title,
        body: html`<main id="inhoud" ${address !== undefined && html`data-address="${address}"`}>
          <h1>${title}</h1>
          ${body}
        </main>`,
      });
    const form = (action: string) =>
      html`<form action="${action}" method="post">
        <input name="naam" aria-label="Naam" value="Noor" />
        <button class="button" name="doe" value="bewaar">Bewaar</button>
        <button class="button" name="doe" value="wis">Wis</button>
      </form>`;
    app.get("/begin", (http) => http.html(sheet("Begin", html`<a href="/formulier?soort=1">Formulier</a>`)));
    app.get("/formulier", (http) => http.html(sheet("Formulier", form("/bewaar"))));
    app.get("/bestand", (http) => http.html(sheet("Bestand", form("/haal"))));
    app.get("/klaar", (http) => http.html(sheet("Klaar", html`<p>Dit is bewaard.</p>`)));
    app.post("/bewaar", async (http) => {
      posted.push(await http.req.text());
      await new Promise((resolve) => setTimeout(resolve, answerTime));
      if (posted.at(-1)?.includes("wis")) {
        const address = http.req.query("zonder") === undefined ? "/formulier?soort=1" : undefined;
        return http.html(sheet("Formulier met een fout", form("/bewaar"), address), 422);
      }
      return http.redirect("/klaar", 303);
    });
    app.post("/haal", async (http) => {
      posted.push(await http.req.text());
      return http.body("a;b", 200, { "content-disposition": "attachment; filename=a.csv" });
    });
    server = createServer(getRequestListener(app.fetch)).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(async () => {
    await browser.close();
    server.closeAllConnections();
    server.close();
  });

  async function withPage(path: string, work: (page: Page) => Promise<void>, javaScript = true) {
    posted.length = 0;
    const page = await newPage(browser, { javaScript });
    await page.goto(`${origin}${path}`);
    await work(page).finally(() => page.context().close());
  }
  const button = (page: Page, name: string) => page.getByRole("button", { name });
  /** Real clicks that do not wait, as Playwright's own do, until the page that they lead to is there. */
  async function twice(page: Page, apart: number) {
    const cdp = await page.context().newCDPSession(page);
    const box = (await button(page, "Bewaar").boundingBox()) ?? assert.fail();
    const at = {
      x: box.x + box.width / 2,
      y: box.y + box.height / 2,
      button: "left",
      clickCount: 1,
    } as const;
    const click = () =>
      Promise.all([
        cdp.send("Input.dispatchMouseEvent", { type: "mousePressed", ...at }),
        cdp.send("Input.dispatchMouseEvent", { type: "mouseReleased", ...at }),
      ]);
    await click();
    await page.waitForTimeout(apart);
    await click();
  }
  /** Has the page write down, a moment after its form was sent, what a locator could only see once the answer is there. */
  const noteState = (page: Page) =>
    page.evaluate(`(() => {
      const button = document.querySelector("button");
      const place = () => JSON.stringify(button.getBoundingClientRect());
      const before = place();
      document.addEventListener("submit", () => setTimeout(() => {
        sessionStorage.state = [button.form.ariaBusy, button.ariaDisabled, place() === before].join();
      }, 20));
    })()`);

  for (const apart of [10, 50, 100, 200])
    it(`are sent once by two clicks ${apart} ms apart, with the button that was clicked`, () =>
      withPage("/formulier", async (page) => {
        await noteState(page);
        await twice(page, apart);
        await page.getByRole("heading", { name: "Klaar" }).waitFor();
        assert.deepEqual(posted, ["naam=Noor&doe=bewaar"]);
        assert.equal(
          await page.evaluate("sessionStorage.state"),
          "true,true,true",
          "busy, and nothing moved",
        );
      }));

  it("can be sent again when one comes back to them, and after a while when the page was not left", async () => {
    await withPage("/formulier", async (page) => {
      await button(page, "Bewaar").click();
      await page.getByRole("heading", { name: "Klaar" }).waitFor();
      await page.goBack();
      await button(page, "Bewaar").click();
      await page.getByRole("heading", { name: "Klaar" }).waitFor();
      assert.equal(posted.length, 2);
    });
    await withPage("/bestand", async (page) => {
      for (const time of [1, 2]) {
        const download = page.waitForEvent("download");
        await button(page, "Bewaar").click();
        await download;
        assert.equal(posted.length, time);
        await page.locator("form:not([aria-busy])").waitFor({ timeout: 8000 });
        assert.equal(await button(page, "Bewaar").getAttribute("aria-disabled"), null);
      }
    });
  });

  it("can be sent again at once after a network that fell away", () =>
    withPage("/formulier", async (page) => {
      await page.context().setOffline(true);
      await button(page, "Bewaar").click();
      await page.waitForURL("chrome-error://**").catch(() => {});
      await page.context().setOffline(false);
      await page.goto(`${origin}/formulier`);
      await button(page, "Bewaar").click();
      await page.getByRole("heading", { name: "Klaar" }).waitFor();
      assert.deepEqual(posted, ["naam=Noor&doe=bewaar"]);
    }));

  it("work without a script", () =>
    withPage(
      "/formulier",
      async (page) => {
        await button(page, "Bewaar").click();
        await page.getByRole("heading", { name: "Klaar" }).waitFor();
        assert.deepEqual(posted, ["naam=Noor&doe=bewaar"]);
      },
      false,
    ));

  it("leave no answer behind that Back or reload would send again, where the page names its address", () =>
    withPage("/begin", async (page) => {
      await page.getByRole("link", { name: "Formulier" }).click();
      await button(page, "Wis").click();
      await page.getByRole("heading", { name: "Formulier met een fout" }).waitFor();
      assert.equal(page.url(), `${origin}/formulier?soort=1`);
      await button(page, "Bewaar").click();
      await page.getByRole("heading", { name: "Klaar" }).waitFor();
      assert.equal(posted.length, 2);
      await page.goBack();
      await page.getByRole("heading", { name: "Formulier", exact: true }).waitFor();
      assert.equal(posted.length, 2, "Back sent nothing");
      await button(page, "Wis").click();
      await page.getByRole("heading", { name: "Formulier met een fout" }).waitFor();
      await page.reload();
      await page.getByRole("heading", { name: "Formulier", exact: true }).waitFor();
      assert.equal(posted.length, 3, "reload sent nothing");
    }));
});
