import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { root, sourceFiles, sqlOf } from "./source.ts";

const production = sourceFiles("src").filter((file) => !file.test);

/** SQL that works out by itself what runs on a day: `i.van <= …`, `tot is null or tot >= …`. */
const ownDay = (sql: string): string[] =>
  sql
    .replaceAll(/\bcheck \(.*/g, "") // a table may say that a period ends after it begins
    .match(/\b(?:\w+\.)?(?:van|tot) (?:<|<=|>|>=) |\b(?:\w+\.)?(?:van|tot) is null or\b/g) ?? [];

test("in SQL one definition says what runs on a day, was or is to come (migration 0022)", () => {
  const allowed: Readonly<Record<string, string>> = {
    "src/modules/toepassingen/store-school.ts":
      "switching on and off writes periods: it shortens and removes them",
  };
  const found = production.filter(({ text }) => ownDay(sqlOf(text)).length > 0).map(({ path }) => path);
  assert.deepEqual(found, Object.keys(allowed));
  const later = readdirSync(`${root}migrations`).filter((name) => name > "0022_kalender.sql");
  assert.deepEqual(
    later.filter((name) => ownDay(readFileSync(`${root}migrations/${name}`, "utf8")).length > 0),
    [],
  );
  assert.equal(ownDay("where i.van <= $1 and (i.tot is null or i.tot >= $1)").length, 3);
  assert.deepEqual(ownDay("tot date check (tot >= van), where kalender.is_lopend($1, i.van, i.tot)"), []);
});

test("in TypeScript too: no reader compares van or tot with today", () => {
  const compares = (text: string) =>
    /\b(?:van|tot) (?:<|<=|>|>=) (?:\w+\.)*(?:vandaag|dag|op)\b(?!\()/.test(text) ||
    /\b(?:vandaag|dag|op) (?:<|<=|>|>=) (?:\w+\.)*(?:van|tot)\b/.test(text);
  const found = production.filter(({ text }) => compares(text)).map(({ path }) => path);
  assert.deepEqual(found, [
    "src/modules/leveringen/rules.ts", // the later of two days
    "src/modules/leveringen/store.ts", // the day of a school year that is nearest to today
    "src/platform/clock/index.ts",
  ]);
  assert.ok(compares("een.van > p.vandaag") && compares("vandaag <= een.tot") && !compares("tot < een.van"));
});

test("enrolments are read from the view without the cancelled ones; the table itself is for the feed", () => {
  const readers = production
    .filter(({ text }) => /\binschrijvingen\.inschrijving\b/.test(sqlOf(text)))
    .map(({ path }) => path);
  assert.deepEqual(readers, [
    "src/modules/inschrijvingen/store.ts",
    "src/modules/leerlingbeheer/store.ts", // looks a group up in the key, and its rows in the view
  ]);
});

test("one room knows when a school year begins and ends", () => {
  const knows = production
    .filter(({ text }) => /(?:["'`]|\}-)0[89]-(?:01|31)["'`]/.test(text))
    .map(({ path }) => path);
  assert.deepEqual(knows, [
    "src/modules/rechten/rules.ts", // R61 names a calendar year: 31 August of the fifth one after
    "src/platform/schooljaar/index.ts",
  ]);
});

test("benchmarks run in any school year: they ask which one it is", () => {
  const pins = (text: string) => /\b20\d\d-20\d\d\b|["'`]20[0-8]\d-08-31["'`]/.test(text);
  const found = sourceFiles("bench").filter(({ text }) => pins(text));
  assert.deepEqual(
    found.map(({ path }) => path),
    [],
  );
  assert.ok(pins("'2020-09-01', '2099-08-31', '2026-2027'") && pins('"2027-08-31"'));
});
