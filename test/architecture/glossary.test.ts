import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { migrationText, root } from "./source.ts";

const page = readFileSync(`${root}docs/woordenlijst.md`, "utf8");
const sql = readdirSync(`${root}migrations`).map(migrationText).join("\n");
const named = (pattern: RegExp) => [...sql.matchAll(pattern)].map(([, name = ""]) => name);
const dropped = named(/^drop table ([a-z_]+\.[a-z_]+);/gm);
const tables = named(/^create table ([a-z_]+\.[a-z_]+) \(/gm).filter((name) => !dropped.includes(name));

test("the glossary names no table that does not exist", () => {
  const written = [...page.matchAll(/`([a-z]+\.[a-z_]+)`/g)].map(([, name = ""]) => name);
  assert.ok(written.length > 20);
  const known = (name: string) =>
    tables.includes(name) ||
    sql.includes(`create function ${name}(`) ||
    sql.includes(`create view ${name} `) ||
    name === "public.migratie";
  assert.deepEqual(
    written.filter((name) => !known(name)),
    [],
  );
});

test("every table has a word in the glossary", () => {
  assert.deepEqual(
    tables.filter((name) => !page.includes(`\`${name}\``)),
    [],
  );
});

test("a word stands in the glossary once, for one thing", () => {
  const words = [...page.matchAll(/^\| ([^|]+) \|/gm)]
    .flatMap(([, cell = ""]) => cell.trim().split(", "))
    .filter((word) => !["woord", "---"].includes(word));
  assert.ok(words.length > 50);
  // "levering" and "levering van klasinformatie" are one word for two things as well.
  const again = (word: string, index: number) =>
    words.some((other, at) => at !== index && (other === word || word.startsWith(`${other} `)));
  assert.deepEqual(words.filter(again), []);
});
