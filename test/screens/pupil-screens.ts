import assert from "node:assert/strict";
import { request } from "node:http";
import { describe, test } from "node:test";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { asset } from "#platform/html";
import { focused, newPage, watchPage, type Browser, type Page } from "#testing/browser";
import type { Examiner } from "#testing/examine";
import { fixtures } from "./pupil-pages.ts";

export type PupilSetting = { readonly browser: Browser; readonly x: Examiner };

/** Every page of the pupil, of ACM with badge and key of adults, and of the key of the demo, in every state. */
export function pupilScreens(setting: () => PupilSetting): void {
  for (const [name, { error = false }] of Object.entries(fixtures)) {
    test(`4-quality: ${name}`, async () => {
      const { x } = setting();
      const findings = await x.examine(name, `/p/${name}`, { unfold: true }, async (page) => {
        const title = await page.title();
        assert.equal(title.startsWith("Fout:"), error, title);
      });
      assert.deepEqual(findings, []);
    });
  }
}

/** What one does on those pages, and what is sent. */
export function pupilTasks(setting: () => PupilSetting): void {
  describe("what was typed, in a browser", () => {
    test("what a person or a catalogue typed never becomes code", async () => {
      const page = await newPage(setting().browser);
      const seen = watchPage(page, setting().x.origin);
      page.on("dialog", () => assert.fail("a script ran"));
      for (const name of ["aanmelden-gevaarlijk", "toepassingen-gevaarlijk"]) {
        await page.goto(`${setting().x.origin}/p/${name}`);
        assert.equal(await page.locator("script").count(), 1, "only enhance.js");
        assert.equal(await page.locator('a[href^="javascript"]').count(), 0);
        assert.match((await page.locator("h1").textContent()) ?? "", /<script>alert\(1\)<\/script>/);
      }
      assert.deepEqual(seen, []);
      await page.context().close();
    });
  });

  describe("the sign-in form, in a browser", () => {
    test("can be filled with the keyboard alone, in order, with a ring that is seen", async () => {
      const page = await newPage(setting().browser);
      await page.goto(`${setting().x.origin}/p/aanmelden`);
      assert.equal((await focused(page)).name, "gebruikersnaam", "typing may begin at once");
      await page.keyboard.type("noor.vermeulen");
      const order: string[] = [];
      for (let step = 0; step < 4; step += 1) {
        await page.keyboard.press("Tab");
        const { name, ring } = await focused(page);
        assert.ok(ring, `no focus ring on ${name}`);
        order.push(name);
      }
      assert.deepEqual(order, [
        "wachtwoord",
        "Toon",
        "Aanmelden",
        "Ik heb een badgeAanmelden met je kaartje",
      ]);
      await page.locator("#gebruikersnaam").focus();
      await page.keyboard.press("Shift+Tab");
      assert.deepEqual(await focused(page), { name: "Naar de inhoud", ring: true });
      await page.context().close();
    });

    test("posts exactly gebruikersnaam and wachtwoord without JavaScript", async () => {
      const page = await newPage(setting().browser, { javaScript: false });
      await page.goto(`${setting().x.origin}/p/aanmelden`);
      assert.equal(
        await page.getByRole("button", { name: "Toon" }).count(),
        0,
        "no button that does nothing",
      );
      await page.getByLabel("Gebruikersnaam").fill("noor.vermeulen");
      await page.getByLabel("Wachtwoord").fill("kaas <trein> & wolk");
      await page.getByRole("button", { name: "Aanmelden" }).click();
      assert.deepEqual(await echoed(page), {
        gebruikersnaam: "noor.vermeulen",
        wachtwoord: "kaas <trein> & wolk",
      });
      await page.context().close();
    });

    test("keeps the name after an error and asks for the password", async () => {
      const page = await newPage(setting().browser);
      await page.goto(`${setting().x.origin}/p/aanmelden-onjuist`);
      assert.equal(await page.getByLabel("Gebruikersnaam").inputValue(), "noor.vermeulem");
      assert.equal((await focused(page)).name, "wachtwoord");
      assert.equal(await page.getByLabel("Wachtwoord").inputValue(), "");
      const problem = page.getByLabel("Wachtwoord").and(page.locator('[aria-describedby="fout-wachtwoord"]'));
      assert.equal(await problem.count(), 1, "the problem is read with the field");
      await page.context().close();
    });

    test("shows the password with Toon, and counts the waiting time down", async () => {
      const page = await newPage(setting().browser);
      await page.goto(`${setting().x.origin}/p/aanmelden-wachten`);
      await page.getByRole("button", { name: "Toon" }).click();
      assert.equal(await page.locator("#wachtwoord").getAttribute("type"), "text");
      await page.getByRole("button", { name: "Verberg" }).click();
      assert.equal(await page.locator("#wachtwoord").getAttribute("type"), "password");
      await page.getByText("Je kan nu opnieuw proberen.").waitFor();
      await page.context().close();
    });
  });

  describe("the redirect to an application after the sign-in form, in a browser", () => {
    for (const [action, arrives] of [
      ["self", false],
      ["list", true],
      ["anywhere", true],
    ] as const) {
      test(`form-action ${action} ${arrives ? "lets it through" : "stops it"}`, async () => {
        const page = await newPage(setting().browser);
        const stopped: string[] = [];
        page.on("console", (message) => stopped.push(message.text()));
        await page.goto(`${setting().x.origin}/naar-elders/${action}`);
        await page.getByLabel("Gebruikersnaam").fill("noor");
        await page.getByLabel("Wachtwoord").fill("x");
        const outcome = arrives
          ? page.getByRole("heading", { name: "Je bent afgemeld" }).waitFor()
          : page.waitForEvent("console", (message) => message.text().includes("form-action"));
        await Promise.all([
          outcome,
          page.getByRole("button", { name: "Aanmelden" }).click({ noWaitAfter: true }),
        ]);
        assert.equal(new URL(page.url()).hostname === "localhost", arrives);
        assert.equal(
          stopped.some((text) => text.includes("form-action")),
          !arrives,
        );
        await page.context().close();
      });
    }
  });

  describe("choosing an own password, in a browser", () => {
    test("says how strong it is, in words", async () => {
      const page = await newPage(setting().browser);
      await page.goto(`${setting().x.origin}/p/eerste-keer`);
      const level = async (password: string) => {
        await page.getByLabel("Nieuw wachtwoord").fill(password);
        return (await page.locator("[data-level]:visible .pill").allTextContents()).map((text) =>
          text.trim(),
        );
      };
      assert.deepEqual(await level("kort"), ["zwak"]);
      assert.deepEqual(await level("vermeulen en nog veel meer"), ["zwak"], "a name is in it");
      assert.deepEqual(await level("aaaaaaaaaaaaaaaa"), ["zwak"], "one letter");
      assert.deepEqual(await level("kaas trein"), ["goed"]);
      assert.deepEqual(await level("kaas trein wolken"), ["goed"]);
      assert.deepEqual(await level("kaas trein wolken."), ["sterk"]);
      assert.deepEqual(await level(""), []);
      await page.context().close();
    });

    test("posts both fields without JavaScript", async () => {
      const page = await newPage(setting().browser, { javaScript: false });
      await page.goto(`${setting().x.origin}/p/eerste-keer-ongelijk`);
      await page.getByLabel("Nieuw wachtwoord").fill("kaas trein wolk");
      await page.getByLabel("Nog eens hetzelfde wachtwoord").fill("kaas trein wolk");
      await page.getByRole("button", { name: "Bewaar en ga verder" }).click();
      assert.deepEqual(await echoed(page), {
        nieuw_wachtwoord: "kaas trein wolk",
        nieuw_wachtwoord_herhaald: "kaas trein wolk",
      });
      await page.context().close();
    });
  });

  describe("signing out, in a browser without JavaScript", () => {
    for (const [name, button, expected] of [
      ["toepassingen", "Afmelden", { csrf: "x" }],
      ["geen-toegang", "Ik ben Noor niet", {}],
      ["afmelden-vraag", "Ja, meld me af", { xsrf: "a", logout: "yes" }],
      ["afmelden-vraag", "Nee, ik blijf aangemeld", { xsrf: "a" }],
    ] as const) {
      test(`${name}: ${button}`, async () => {
        const page = await newPage(setting().browser, { javaScript: false });
        await page.goto(`${setting().x.origin}/p/${name}`);
        await page.getByRole("button", { name: button }).click();
        assert.deepEqual(await echoed(page), expected);
        await page.context().close();
      });
    }
  });

  describe("what is sent", () => {
    test("a page with its stylesheet and script is at most 60 kB, 16 kB compressed", async () => {
      const [style, script] = await Promise.all([
        sizes(setting().x.origin, asset("style.css")),
        sizes(setting().x.origin, asset("enhance.js")),
      ]);
      for (const name of Object.keys(fixtures)) {
        const page = Buffer.byteLength(fixtures[name]?.html ?? "");
        assert.ok(
          page + style.plain + script.plain <= 60_000,
          `${name}: ${page} + ${style.plain} + ${script.plain}`,
        );
      }
      assert.ok(style.br + script.br < 12_000, `${style.br} + ${script.br}`);
    });

    test("static files are compressed, cached for ever and not sent twice", async () => {
      const url = `${setting().x.origin}${asset("style.css")}`;
      const first = await fetch(url, { headers: { "accept-encoding": "gzip" } });
      const etag = first.headers.get("etag") ?? "";
      assert.match(first.headers.get("cache-control") ?? "", /max-age=31536000, immutable/);
      assert.equal(first.headers.get("content-type"), "text/css; charset=utf-8");
      assert.equal(first.headers.get("x-content-type-options"), "nosniff");
      assert.match(await first.text(), /@layer reset/);
      const again = await fetch(url, { headers: { "accept-encoding": "gzip", "if-none-match": etag } });
      assert.equal(again.status, 304);
      for (const wrong of [
        "/static/0000000000000000/style.css",
        "/static/x/%2e%2e%2fassets.ts",
        `${asset("style.css")}/x`,
      ]) {
        assert.equal((await fetch(`${setting().x.origin}${wrong}`)).status, 404, wrong);
      }
    });

    test("every page has the security headers", async () => {
      const answer = await fetch(`${setting().x.origin}/p/aanmelden`);
      assert.equal(
        answer.headers.get("content-security-policy"),
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'",
      );
      assert.equal(answer.headers.get("cache-control"), "no-store");
    });
  });
}

async function echoed(page: Page): Promise<unknown> {
  await page.waitForURL("**/echo");
  return JSON.parse((await page.locator("body").textContent()) ?? "");
}

/** Bytes of a static file: as it is, and as each compression sends it (read back, so that the header is true). */
async function sizes(origin: string, path: string): Promise<{ plain: number; br: number; gzip: number }> {
  const ask = (encoding: string) =>
    new Promise<Buffer>((resolve, reject) => {
      const asked = request(`${origin}${path}`, { headers: { "accept-encoding": encoding } }, (answer) => {
        const parts: Buffer[] = [];
        answer.on("data", (part: Buffer) => parts.push(part));
        answer.on("end", () => resolve(Buffer.concat(parts)));
      });
      asked.on("error", reject);
      asked.end();
    });
  const [plain, br, gzip] = [await ask("identity"), await ask("br"), await ask("gzip")];
  assert.deepEqual(brotliDecompressSync(br), plain);
  assert.deepEqual(gunzipSync(gzip), plain);
  return { plain: plain.byteLength, br: br.byteLength, gzip: gzip.byteLength };
}
