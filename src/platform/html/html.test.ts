import assert from "node:assert/strict";
import { test } from "node:test";
import {
  appIcon,
  asset,
  document,
  formatDate,
  formatDateTime,
  formatList,
  formatNearDay,
  formatNumber,
  formatTime,
  formatWait,
  formTargets,
  html,
  icon,
  pageHeaders,
  staticAssets,
  trusted,
  webUrl,
} from "./index.ts";

test("a template escapes what is put in, in text and in attributes, also inside lists", () => {
  const typed = `<b>"x" & 'y'</b>`;
  const escaped = "&lt;b&gt;&quot;x&quot; &amp; &#39;y&#39;&lt;/b&gt;";
  assert.equal(
    html`<p title="${typed}">${[typed, [typed]]}</p>`.toString(),
    `<p title="${escaped}">${escaped}${escaped}</p>`,
  );
  assert.equal(html`${null}${undefined}${false}${0}${html`<i>`}${trusted("<hr>")}`.toString(), "0<i><hr>");
});

test("a page has one sprite with only the icons it uses", () => {
  const page = document({
    site: "school",
    title: "Proef",
    body: html`<main id="inhoud">${icon("eye")}${icon("check")}${icon("eye")} ${'href="#i-plus"'}</main>`,
  });
  assert.deepEqual(
    Array.from(page.matchAll(/<symbol id="([^"]+)"/g), (match) => match[1]),
    ["i-check", "i-eye"],
  );
});

test("a page has nothing inline and asks nothing from elsewhere", () => {
  const page = document({
    site: "beheer",
    title: "Proef",
    error: true,
    body: html`<main id="inhoud"></main>`,
  });
  assert.match(page, /<title>Fout: Proef · LeerID<\/title>/);
  assert.doesNotMatch(page, /style=|<style|<script>|https?:/);
});

test("the stylesheet points at fonts that are served", async () => {
  const app = staticAssets();
  const style = await (await app.request(asset("style.css"))).text();
  const fonts = Array.from(style.matchAll(/url\("([^"]+)"\)/g), (match) => match[1] ?? "");
  assert.equal(fonts.length, 4);
  for (const font of fonts) {
    const answer = await app.request(font);
    assert.equal(answer.headers.get("content-type"), "font/woff2");
    assert.equal(Buffer.from(await answer.arrayBuffer()).toString("latin1", 0, 4), "wOF2");
  }
});

test("an encoding that is refused with q=0 is not used", async () => {
  const answer = await staticAssets().request(asset("style.css"), {
    headers: { "accept-encoding": "br;q=0, gzip" },
  });
  assert.equal(answer.headers.get("content-encoding"), "gzip");
});

test("forms may go to the redirect addresses of an application, and nothing else slips into the policy", () => {
  const targets = formTargets([
    "https://bingel.example/terug?x=1",
    "https://bingel.example/ander",
    "http://localhost:3000/cb",
    "be.bingel.app:/terug",
    "geen adres",
    "https://x.example/; script-src *",
  ]);
  assert.deepEqual(targets, [
    "https://bingel.example",
    "http://localhost:3000",
    "be.bingel.app:",
    "https://x.example",
  ]);
  assert.match(
    pageHeaders({ formAction: targets })["content-security-policy"] ?? "",
    /form-action 'self' https:\/\/bingel/,
  );
  assert.doesNotMatch(
    pageHeaders({ formAction: "anywhere" })["content-security-policy"] ?? "",
    /form-action/,
  );
});

test("only web addresses and own paths become links", () => {
  for (const good of ["/open/3", "https://bingel.example/", "http://localhost:1/"])
    assert.equal(webUrl(good), good);
  for (const bad of [
    "javascript:alert(1)",
    " javascript:x",
    "data:text/html,x",
    "//elders.example",
    "/\\elders.example",
    "x",
  ]) {
    assert.equal(webUrl(bad), "#inhoud", bad);
  }
});

test("an application has one of eight colours, whatever the data say", () => {
  const hue = (value: number) =>
    /data-hue="(\d+)"/.exec(appIcon({ hue: value, initialen: "X" }).toString())?.[1];
  assert.deepEqual([1, 8, 9, 0, -1, Number.NaN].map(hue), ["1", "8", "1", "1", "7", "1"]);
});

test("moments are written as the clock in Brussels said, in winter, in summer and in the night between", () => {
  assert.equal(formatDateTime("2026-11-24T09:42:00.123456789Z"), "dinsdag 24 november 2026, 10.42 uur");
  assert.equal(formatTime(Date.parse("2026-07-01T06:52:00Z")), "8.52 uur");
  assert.equal(formatTime("2026-10-25T00:30:00Z"), "2.30 uur");
  assert.equal(formatTime("2026-10-25T01:30:00Z"), "2.30 uur");
  assert.equal(formatTime("2026-12-31T23:00:00Z"), "0.00 uur");
  assert.equal(formatDate("2026-11-24"), "24 november 2026");
  assert.equal(formatDate("2026-12-31T23:00:00Z"), "1 januari 2027");
});

test("near days have a name", () => {
  const now = "2026-03-29T22:30:00Z"; // 0.30 on 30 March, the night after the clocks changed
  assert.equal(formatNearDay("2026-03-29T22:00:00Z", now), "vandaag");
  assert.equal(formatNearDay("2026-03-29T21:59:00Z", now), "gisteren");
  assert.equal(formatNearDay("2026-03-28T22:59:00Z", now), "zaterdag 28 maart 2026");
});

test("numbers, waiting times and lists read as words", () => {
  assert.equal(formatNumber(2131), "2.131");
  assert.deepEqual([0, 1, 39.2, 59, 60, 61].map(formatWait), [
    "1 seconde",
    "1 seconde",
    "40 seconden",
    "59 seconden",
    "1 minuut",
    "2 minuten",
  ]);
  assert.deepEqual([[], ["a"], ["a", "b"], ["a", "b", "c"]].map(formatList), [
    "",
    "a",
    "a en b",
    "a, b en c",
  ]);
});
