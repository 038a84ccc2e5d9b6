import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, beforeEach, describe, test } from "node:test";
import { getRequestListener } from "@hono/node-server";
import { createLeerlingloket, register, upkeep } from "#sites/leerlingloket";
import type { Answer, Browser } from "./browser.ts";
import { browser, typePassword, world, type Pupil, type World } from "./world.ts";

let w: World;
let server: Server;
let loket: string;
let pupil: Pupil;
let visitor: Browser;
let name = 0;

before(async () => {
  w = await world();
  server = createServer((req, res) => void listener(req, res)).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  loket = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const urls = { acm: w.origin, leerlingloket: loket };
  await register(w.ctx, urls);
  const listener = getRequestListener(createLeerlingloket(w.ctx, urls).app.fetch);
});
after(async () => {
  server.closeAllConnections();
  server.close();
  await w.close();
});
beforeEach(async () => {
  pupil = await w.addPupil(`tabblad.${"abcdefghijklmnopqrst".charAt((name += 1))}`);
  visitor = browser();
});

/** The sign-in form of ACM, for a page of the loket that was asked for in a tab of its own. */
async function openForm(path: string): Promise<Answer> {
  const start = await visitor.get(`${loket}${path}`);
  assert.equal(start.status, 303);
  return visitor.get((await visitor.get(start.location ?? "")).location ?? "");
}
/** Types the password: the address with which ACM sends the browser back. */
async function callbackOf(form: Answer): Promise<string> {
  const { location } = await typePassword(visitor, form, pupil);
  assert.ok(location?.startsWith(`${loket}/terug?`), location);
  return location ?? "";
}
/** Follows redirects to a page. */
async function follow(url: string): Promise<Answer & { readonly url: string }> {
  let [at, answer] = [url, await visitor.get(url)];
  for (let n = 0; answer.location !== undefined; n += 1) {
    assert.ok(n < 8, `no end: ${at}`);
    [at, answer] = [answer.location, await visitor.get(answer.location)];
  }
  return { ...answer, url: at };
}
async function signIn(): Promise<string> {
  const back = await callbackOf(await openForm("/"));
  assert.equal((await follow(back)).url, `${loket}/`);
  return back;
}
const sessions = async (site: "acm" | "leerlingloket") =>
  (
    await w.db.sql`select 1 from ${w.db.sql(`${site}.sessie`)}
      where account_uuid = ${pupil.accountUuid} and verloopt_op > ${new Date(w.clock.now())}`
  ).length;
const own = () => ({ origin: loket });

describe("into the loket", () => {
  test("the page that was asked for comes after the sign-in, with its query; and nothing of another site", async () => {
    const back = await callbackOf(await openForm("/gegevens?van=2026&q=%C3%A9"));
    assert.equal((await follow(back)).url, `${loket}/gegevens?van=2026&q=%C3%A9`);
    for (const naar of [
      "//kwaad.example/",
      "https://kwaad.example/",
      "/\\kwaad.example",
      "/x/..//kwaad.example",
      "/terug?code=x",
      "/aanmelden",
      "",
    ]) {
      const form = await visitor.get(`${loket}/aanmelden?naar=${encodeURIComponent(naar)}`);
      assert.equal((await follow(form.location ?? "")).url, `${loket}/`, naar);
    }
  });

  test("two tabs and more end in any order; the oldest of nine still gets in", async () => {
    const toAcm: string[] = [];
    for (let n = 0; n < 9; n += 1)
      toAcm.push((await visitor.get(`${loket}/aanmelden?naar=/gegevens?tab=${n}`)).location ?? "");
    assert.equal([...visitor.cookies.keys()].filter((one) => one.includes("loket-begin-")).length, 8);
    // The first one, which is no longer known, begins anew and takes the place of the second.
    for (const n of [0, 5, 2, 8]) {
      const atAcm = await visitor.get(toAcm[n] ?? "");
      const back = atAcm.location ?? (await callbackOf(atAcm));
      const page = await follow(back);
      assert.equal(page.status, 200, String(n));
      assert.equal(page.url, n === 0 ? `${loket}/` : `${loket}/gegevens?tab=${n}`);
    }
  });

  test("a spent state goes on to the page that was asked for, or signs in anew", async () => {
    const back = await callbackOf(await openForm("/gegevens"));
    assert.equal((await follow(back)).url, `${loket}/gegevens`);
    const before = await sessions("leerlingloket");
    assert.equal((await follow(back)).url, `${loket}/gegevens`, "the button Back");
    assert.equal(await sessions("leerlingloket"), before, "and nothing was redeemed");
    visitor.cookies.delete("/ leerlingloket");
    assert.equal((await follow(back)).url, `${loket}/gegevens`, "ACM still knows the pupil");
  });

  test("an unknown state goes on too, and so does a code that nobody redeems any more", async () => {
    await signIn();
    assert.equal((await follow(`${loket}/terug?code=x&state=y`)).url, `${loket}/`);
    visitor.cookies.delete("/ leerlingloket");
    assert.equal((await follow(`${loket}/terug?code=x&state=y`)).url, `${loket}/`);
    visitor.cookies.delete("/ leerlingloket");
    const start = await visitor.get((await visitor.get(`${loket}/aanmelden?naar=/gegevens`)).location ?? "");
    const gone = (start.location ?? "").replace(/code=[^&]*/, "code=verlopen");
    assert.equal((await follow(gone)).url, `${loket}/gegevens`);
  });

  test("a browser that keeps no cookies of the loket reads so, once round", async () => {
    await signIn();
    const forget = () => {
      for (const key of visitor.cookies.keys())
        if (key.includes("leerlingloket")) visitor.cookies.delete(key);
    };
    const step = async (url: string) => {
      const answer = await visitor.get(url);
      forget();
      return answer;
    };
    let answer = await step(`${loket}/aanmelden`);
    let hops = 0;
    for (; answer.location !== undefined && hops < 10; hops += 1) answer = await step(answer.location);
    assert.equal(hops, 4, "to ACM and back, twice");
    assert.equal(answer.status, 400);
    assert.match(answer.text, /cookies/);
    assert.match(answer.text, /href="\/aanmelden"/);
  });

  test("a refusal by ACM is a page with a way on, to the page that was asked for", async () => {
    const start = await visitor.get(`${loket}/aanmelden?naar=/gegevens`);
    const state = new URL(start.location ?? "").searchParams.get("state") ?? "";
    const query = new URLSearchParams({ error: "access_denied", state, iss: w.issuer });
    const page = await visitor.get(`${loket}/terug?${query}`);
    assert.equal(page.status, 403);
    assert.match(page.text, /href="\/aanmelden\?naar=%2Fgegevens"/);
  });

  test("somebody else's answer is nobody's sign-in: the state must be of this browser", async () => {
    const back = await callbackOf(await openForm("/"));
    const other = browser();
    const answer = await other.get(back);
    assert.equal(answer.status, 303);
    assert.ok(answer.location?.startsWith(`${w.issuer}/v1/auth?`), "a sign-in of its own");
    assert.equal(other.cookies.has("/ leerlingloket"), false);
    assert.equal(await sessions("leerlingloket"), 0);
  });

  test("HEAD on the way back redeems nothing, and on the way in begins nothing", async () => {
    const back = await callbackOf(await openForm("/gegevens"));
    const cookie = [...visitor.cookies.values()].map((one) => `${one.name}=${one.value}`).join("; ");
    for (const url of [back, `${loket}/aanmelden`]) {
      const answer = await fetch(url, { method: "HEAD", headers: { cookie }, redirect: "manual" });
      assert.equal(answer.status, 405);
      assert.equal(answer.headers.get("allow"), "GET");
      assert.deepEqual(answer.headers.getSetCookie(), []);
    }
    assert.equal(await sessions("leerlingloket"), 0);
    assert.equal((await follow(back)).url, `${loket}/gegevens`);
  });
});

describe("out of the loket", () => {
  test("two clicks on Afmelden, and three, end both sessions", async () => {
    for (const clicks of [1, 2, 3]) {
      await signIn();
      let answer: Answer | undefined;
      for (let n = 0; n < clicks; n += 1) {
        answer = await visitor.post(`${loket}/afmelden`, {}, own());
        for (const { work } of upkeep) await work(w.ctx); // between two clicks as at any time
      }
      const page = await follow(answer?.location ?? "");
      assert.equal(page.url.split("?")[0], `${loket}/afgemeld`, `${clicks} clicks`);
      assert.equal(await sessions("acm"), 0, `${clicks} clicks`);
      assert.equal(await sessions("leerlingloket"), 0);
      assert.notEqual((await visitor.get(`${loket}/`)).status, 200);
    }
  });

  test("the second click after ACM ended the session goes to the same page", async () => {
    await signIn();
    const first = await visitor.post(`${loket}/afmelden`, {}, own());
    await visitor.get(first.location ?? "");
    const second = await visitor.post(`${loket}/afmelden`, {}, own());
    assert.equal((await follow(second.location ?? "")).url.split("?")[0], `${loket}/afgemeld`);
  });

  test("another website signs nobody out; who comes from there finds the button", async () => {
    for (const headers of [
      { origin: "https://kwaad.example" },
      { origin: "null" },
      { "sec-fetch-site": "cross-site", origin: "https://kwaad.example" },
      { "sec-fetch-site": "same-site", origin: loket.replace("127.0.0.1", "localhost") },
    ]) {
      await signIn();
      const answer = await visitor.post(`${loket}/afmelden`, {}, headers);
      assert.equal(answer.status, 403, JSON.stringify(headers));
      assert.equal(answer.action, `${loket}/afmelden`);
      assert.equal(await sessions("leerlingloket"), 1);
      const out = await visitor.post(
        `${loket}/afmelden`,
        {},
        { "sec-fetch-site": "same-origin", origin: "null" },
      );
      await follow(out.location ?? "");
      assert.equal(await sessions("acm"), 0);
    }
    assert.equal((await visitor.get(`${loket}/afmelden`)).action, `${loket}/afmelden`, "a bookmark");
  });
});
