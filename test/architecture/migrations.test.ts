import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { isAtLeast } from "#platform/version";
import { currentMigrations, landedMigrations, migrationSums } from "#docs/generate/migrations";

const landed = await landedMigrations();
const current = await currentMigrations();

test("a migration that has landed is what it was", () => {
  assert.ok(landed.size >= 21, `${landed.size} landed`);
  const changed = [...landed].filter(([name, sum]) => current.get(name) !== sum).map(([name]) => name);
  assert.deepEqual(
    changed,
    [],
    "changed or gone: put the file back, and change the structure with a new one",
  );
});

test("making the list keeps each line that stands there, and gives a new file one", async () => {
  const made = new Map(
    (await migrationSums())
      .split("\n")
      .map((line) => [line.slice(66 + "migrations/".length), line.slice(0, 64)]),
  );
  for (const [name, sum] of landed) assert.equal(made.get(name), sum);
  for (const name of current.keys()) assert.ok(made.has(name), name);
});

test("a migration says which programs go on working after it, or that none does", () => {
  // Up to here silence was an answer: only a program that has the file itself goes on. That holds, but nobody had to think of it.
  const decided = [...current.keys()].filter((name) => name >= "0034");
  for (const name of decided) {
    const text = readFileSync(new URL(`../../migrations/${name}`, import.meta.url), "utf8");
    const [, oldest] = /^-- oudste-programma: (\d+\.\d+\.\d+|geen)$/m.exec(text) ?? [];
    assert.ok(
      oldest !== undefined,
      `${name}: begin with  -- oudste-programma: <version>  or  geen  (ADR 0021)`,
    );
    assert.ok(oldest === "geen" || isAtLeast(oldest), `${name}: no program is version ${oldest} yet`);
  }
});
