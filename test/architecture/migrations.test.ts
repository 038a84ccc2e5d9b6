import assert from "node:assert/strict";
import { test } from "node:test";
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
