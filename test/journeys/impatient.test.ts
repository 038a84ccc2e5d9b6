import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { withoutBrowser, type Page } from "#testing/browser";
import { browser } from "#testing/visitor";
import { fillSignIn, openSetting, type Setting } from "./setting.ts";

// What a class does at nine o'clock: tabs, the button Back, two clicks where one is enough.
describe("journeys of the impatient", { skip: withoutBrowser() }, () => {
  let setting: Setting;
  before(async () => {
    setting = await openSetting();
  });
  after(() => setting.close());

  /** A second tab of the same browser. */
  const tab = (page: Page) => page.context().newPage();
  const inTheLoket = (page: Page) => page.getByRole("heading", { name: "Mijn toepassingen" }).waitFor();
  const inTheApplication = (page: Page) => page.locator("tr[data-claim]").first().waitFor();

  /** Two real clicks that do not wait for what the first one does, as Playwright's own would. */
  async function twice(page: Page, name: string, apart: number) {
    const cdp = await page.context().newCDPSession(page);
    const box = (await page.getByRole("button", { name }).first().boundingBox()) ?? assert.fail(name);
    const at = {
      x: box.x + box.width / 2,
      y: box.y + box.height / 2,
      button: "left",
      clickCount: 1,
    } as const;
    for (const pause of [apart, 0]) {
      await cdp.send("Input.dispatchMouseEvent", { type: "mousePressed", ...at });
      await cdp.send("Input.dispatchMouseEvent", { type: "mouseReleased", ...at });
      await page.waitForTimeout(pause);
    }
  }

  for (const site of ["leerlingloket", "bingel"] as const)
    test(`${site}: two tabs end in any order, and Back leads into the site`, async () => {
      const address = setting.demo.sites[site];
      const arrived = site === "bingel" ? inTheApplication : inTheLoket;
      for (const firstFirst of [true, false]) {
        const one = await setting.page();
        const other = await tab(one);
        for (const page of [one, other]) await page.goto(`${address}/aanmelden`);
        for (const page of firstFirst ? [one, other] : [other, one]) {
          await fillSignIn(page, setting.leerling("gewoon"));
          await arrived(page);
        }
        await one.goBack();
        await arrived(one);
        assert.equal(one.url(), `${address}/`);
        await one.reload();
        await arrived(one);
        await one.context().close();
      }
    });

  test("the loket leads to the page that was asked for, in every tab its own", async () => {
    const { leerlingloket } = setting.demo.sites;
    const one = await setting.page();
    const other = await tab(one);
    await one.goto(`${leerlingloket}/gegevens?van=hier`);
    await other.goto(`${leerlingloket}/`);
    await fillSignIn(other, setting.leerling("gewoon"));
    await inTheLoket(other);
    await fillSignIn(one, setting.leerling("gewoon"));
    await one.waitForURL(`${leerlingloket}/gegevens?van=hier`);
    await one.context().close();
  });

  for (const javaScript of [true, false])
    for (const apart of [10, 200])
      test(`two clicks on Afmelden, ${apart} ms apart, sign out everywhere (${javaScript ? "with" : "without"} JavaScript)`, async () => {
        const { bingel, leerlingloket } = setting.demo.sites;
        for (const site of [leerlingloket, bingel]) {
          const page = await setting.page({ javaScript });
          await page.goto(`${site}/aanmelden`);
          await fillSignIn(page, setting.leerling("gewoon"));
          await (site === bingel ? inTheApplication : inTheLoket)(page);
          await twice(page, "Afmelden", apart);
          await page.getByRole("heading", { name: "Je bent afgemeld" }).waitFor();
          await page.goto(`${site}/aanmelden`);
          await page.getByLabel("Gebruikersnaam").waitFor(); // ACM's own session is gone too
          await page.context().close();
        }
      });

  /** As far as ACM sends the browser back to the application. */
  async function backAt(site: string) {
    const visitor = browser();
    const start = await visitor.get(`${site}/aanmelden`);
    const form = await visitor.get(start.location ?? assert.fail());
    const { gebruikersnaam, wachtwoord } = setting.leerling("gewoon");
    const done = await visitor.post(form.action ?? assert.fail(), { gebruikersnaam, wachtwoord });
    const back = done.location ?? assert.fail(`${done.status}`);
    assert.ok(back.startsWith(`${site}/terug?`), back);
    return { visitor, back };
  }

  test("a browser that keeps no cookies of an application reads so after one time round", async () => {
    const { bingel } = setting.demo.sites;
    const { visitor, back } = await backAt(bingel);
    const forget = () => {
      for (const key of visitor.cookies.keys()) if (key.includes("bingel")) visitor.cookies.delete(key);
    };
    const round: string[] = [];
    for (let at: string | undefined = back; at !== undefined;) {
      round.push(at);
      assert.ok(round.length < 8, round.join("\n"));
      forget();
      const answer = await visitor.get(at);
      if (answer.location === undefined) {
        assert.equal(answer.status, 400);
        assert.match(answer.text, /Je browser bewaart geen cookies/);
        assert.match(answer.text, /href="\/aanmelden"/);
      }
      at = answer.location;
    }
    assert.equal(round.length, 3, "back, to ACM, and back");
  });

  test("two clicks on an answer of an exercise count once, and are not the answer to the next one", async () => {
    const { bingel } = setting.demo.sites;
    const { visitor, back } = await backAt(bingel);
    const { fields, text } = await visitor.get((await visitor.get(back)).location ?? assert.fail());
    const [, left = "", right = ""] = /Hoeveel is (\d+) \+ (\d+)/.exec(text) ?? assert.fail(text);
    const click = () =>
      visitor.post(
        `${bingel}/oefening`,
        { ...fields, antwoord: String(Number(left) + Number(right)) },
        { origin: bingel },
      );
    assert.equal((await click()).location, `${bingel}/?uitslag=juist`);
    assert.equal((await click()).location, `${bingel}/`);
    const { text: after } = await visitor.get(`${bingel}/`);
    assert.match(after, new RegExp(`data-punten="${Number(fields["nummer"]) + 1}"`));
  });

  test("Afmelden in an application that knows nobody any more still goes to LeerID, and out", async () => {
    const { bingel, acm } = setting.demo.sites;
    const { visitor } = await backAt(bingel); // signed in at LeerID, not yet here
    const out = await visitor.post(`${bingel}/afmelden`, {}, { origin: bingel });
    assert.ok(out.location?.startsWith(`${acm}/v1/logout?`), out.location);
    assert.match((await visitor.get(out.location ?? "")).text, /Ja, meld me af/);
  });

  test("HEAD on the way back redeems nothing; a refusal, and a code that came too late, leave a way on", async () => {
    const { bingel } = setting.demo.sites;
    const { visitor, back } = await backAt(bingel);
    const cookie = [...visitor.cookies.values()].map(({ name, value }) => `${name}=${value}`).join("; ");
    const head = await fetch(back, { method: "HEAD", headers: { cookie }, redirect: "manual" });
    assert.equal(head.status, 405);
    const late = await visitor.get(back.replace(/code=[^&]*/, "code=verlopen"));
    const again = await visitor.get(late.location ?? assert.fail(late.text));
    assert.equal((await visitor.get(again.location ?? assert.fail())).location, `${bingel}/`);
    const start = await visitor.get(`${bingel}/aanmelden?naar=/achter-de-schermen`);
    const state = new URL(start.location ?? "").searchParams.get("state") ?? "";
    const refused = await visitor.get(
      `${bingel}/terug?${new URLSearchParams({ error: "access_denied", state })}`,
    );
    assert.equal(refused.status, 403);
    assert.match(refused.text, /href="\/aanmelden\?naar=%2Fachter-de-schermen"/);
  });
});
