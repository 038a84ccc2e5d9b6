import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import fc from "fast-check";
import type { Planning } from "./planning.ts";
import { turnOf, startScheduler } from "./scheduler.ts";
import { openStand, verseTaak, type Taak } from "./state.ts";

const ms = (text: string): number => Date.parse(text);
const taak = (planning: Planning, anders: Partial<Taak> = {}): Taak => ({
  ...verseTaak,
  id: 1,
  pakket: "wisa",
  type: "Leerid synchronisatie",
  planning,
  sinds: ms("2026-11-24T08:00:00Z"),
  bezig: null,
  laatste: null,
  ...anders,
});
const dagelijks: Planning = { soort: "dagelijks", tijd: "00:00" };

/** A scheduler with one job and a clock that the test moves. */
async function world(t: TestContext, first: Taak) {
  const map = await mkdtemp(join(tmpdir(), "leerid-planning-"));
  t.after(() => rm(map, { recursive: true }));
  const path = join(map, "stand.json");
  let nu = first.sinds;
  const beurten: number[] = [];
  const start = async (work: () => Promise<void> = async () => {}) => {
    const bewaarder = await openStand(path, nu);
    const scheduler = startScheduler(bewaarder, {
      now: () => nu,
      async perform() {
        beurten.push(nu);
        await work();
      },
    });
    return { bewaarder, ...scheduler };
  };
  await (await openStand(path, nu)).change((stand) => ({ ...stand, taken: [first] }));
  return { start, beurten, op: (text: string) => (nu = ms(text)) };
}

test("R72: a job runs at its turn, once, and not before", async (t) => {
  const { start, beurten, op } = await world(t, taak(dagelijks));
  const loopt = await start();
  t.after(() => loopt.stop());
  for (const moment of [
    "2026-11-24T22:59:59Z",
    "2026-11-24T23:00:00Z",
    "2026-11-24T23:00:01Z",
    "2026-11-25T22:00:00Z",
  ]) {
    op(moment);
    await loopt.tick();
  }
  assert.deepEqual(beurten, [ms("2026-11-24T23:00:00Z")]);
  op("2026-11-25T23:00:00Z");
  await loopt.tick();
  assert.equal(beurten.length, 2);
});

test("after a week without running, the missed turns are one, at the start", async (t) => {
  const { start, beurten, op } = await world(t, taak(dagelijks));
  op("2026-12-01T10:00:00Z");
  const loopt = await start();
  t.after(() => loopt.stop());
  await loopt.tick();
  await loopt.tick();
  assert.equal(beurten.length, 1);
  op("2026-12-01T23:00:00Z");
  await loopt.tick();
  assert.equal(beurten.length, 2);
});

test("a restart does not repeat a turn that was done, and repeats one that was broken off", async (t) => {
  const { start, beurten, op } = await world(t, taak(dagelijks));
  op("2026-11-24T23:00:05Z");
  const first = await start();
  await first.tick();
  await first.stop();
  const tweede = await start();
  await tweede.tick();
  assert.equal(beurten.length, 1);
  // Broken off: what stands in the file then is that it began.
  await tweede.bewaarder.change((stand) => ({
    ...stand,
    taken: [taak(dagelijks, { bezig: ms("2026-11-24T23:00:00Z"), sinds: ms("2026-11-24T23:00:05Z") })],
  }));
  await tweede.stop();
  const derde = await start();
  t.after(() => derde.stop());
  await derde.tick();
  assert.equal(beurten.length, 2);
});

test("R73: temporarily not active, not set, or without a job type: never", () => {
  const later = ms("2030-01-01T00:00:00Z");
  assert.equal(turnOf(taak(dagelijks, { inactief: true }), later), undefined);
  assert.equal(turnOf(taak(dagelijks, { type: "" }), later), undefined);
  assert.equal(turnOf(taak(verseTaak.planning), later), undefined);
  assert.notEqual(turnOf(taak(dagelijks), later), undefined);
});

test("R72: looked at now and then, every day has its turn once, also when the clock changes and when nobody looked for a while", () => {
  const uur = 3_600_000;
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 23 }),
      fc.array(fc.integer({ min: 1, max: 6 * uur }), { minLength: 100, maxLength: 250 }),
      fc.constantFrom("2026-03-20T12:00Z", "2026-10-16T12:00Z"),
      (om, stappen, van) => {
        let one = taak({ soort: "dagelijks", tijd: `${String(om).padStart(2, "0")}:30` }, { sinds: ms(van) });
        let nu = ms(van);
        const dagen: string[] = [];
        for (const step of stappen) {
          nu += step;
          const turn = turnOf(one, nu);
          if (turn === undefined) continue;
          dagen.push(new Date(turn).toLocaleDateString("sv-SE", { timeZone: "Europe/Brussels" }));
          one = { ...one, sinds: nu, laatste: turn };
        }
        assert.equal(new Set(dagen).size, dagen.length);
        const verwacht =
          (ms(`${dagen.at(-1) ?? ""}T00:00Z`) - ms(`${dagen[0] ?? ""}T00:00Z`)) / (24 * uur) + 1;
        if (dagen.length > 0) assert.equal(dagen.length, verwacht);
      },
    ),
    { numRuns: 15 },
  );
});
