import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { Temporal } from "temporal-polyfill";
import { nietGezet, describePlanning, nextTurn, type Planning } from "./planning.ts";

const ms = (text: string): number => Date.parse(text);
const iso = (moment: number | undefined): string | undefined =>
  moment === undefined ? undefined : new Date(moment).toISOString().slice(0, 16);
const dag = 86_400_000;

/** All turns in a period: after `van`, up to and with `tot`. */
function turns(planning: Planning, van: number, tot: number): number[] {
  const found: number[] = [];
  for (let na = nextTurn(planning, van); na !== undefined && na <= tot; na = nextTurn(planning, na)) {
    found.push(na);
    assert.ok(found.length < 20_000);
  }
  return found;
}
const midnight = (datum: string): number =>
  Temporal.PlainDate.from(datum).toZonedDateTime("Europe/Brussels").epochMilliseconds;
/** The turns whose own local day is this one. */
const onDay = (planning: Planning, datum: string): number[] => {
  const morgen = Temporal.PlainDate.from(datum).add({ days: 1 }).toString();
  return turns(planning, midnight(datum) - 1, midnight(morgen) - 1);
};

const tijd = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
  .map(([uur, minuut]) => `${String(uur).padStart(2, "0")}:${String(minuut).padStart(2, "0")}`);
const datum = fc
  .integer({ min: ms("2020-01-01T00:00Z") / dag, max: ms("2039-12-31T00:00Z") / dag })
  .map((nr) => new Date(nr * dag).toISOString().slice(0, 10));
const moment = fc.integer({ min: ms("2020-01-01T00:00Z"), max: ms("2039-12-31T00:00Z") });
const planning: fc.Arbitrary<Planning> = fc.oneof(
  fc.record({ soort: fc.constant("eenmalig" as const), datum, tijd }),
  fc.record({ soort: fc.constant("dagelijks" as const), tijd }),
  fc.record({ soort: fc.constant("elk-uur" as const), minuut: fc.integer({ min: 0, max: 59 }) }),
  fc.record({ soort: fc.constant("elke-n-minuten" as const), n: fc.integer({ min: 1, max: 1440 }) }),
);
/** The nights on which the clock is changed, of some years. */
const lente = ["2026-03-29", "2027-03-28", "2028-03-26"];
const herfst = ["2026-10-25", "2027-10-31", "2028-10-29"];

describe("R72: the next turn of a job", () => {
  test("each of the four frequencies", () => {
    const nu = ms("2026-11-24T08:30:00Z"); // 9.30 in Belgium
    const nextTurnOf = (one: Planning) => iso(nextTurn(one, nu));
    assert.equal(nextTurnOf({ soort: "eenmalig", datum: "2026-11-24", tijd: "09:31" }), "2026-11-24T08:31");
    assert.equal(nextTurnOf({ soort: "eenmalig", datum: "2026-11-24", tijd: "09:30" }), undefined);
    assert.equal(nextTurnOf({ soort: "dagelijks", tijd: "00:00" }), "2026-11-24T23:00");
    assert.equal(nextTurnOf({ soort: "dagelijks", tijd: "09:30" }), "2026-11-25T08:30");
    assert.equal(nextTurnOf({ soort: "elk-uur", minuut: 45 }), "2026-11-24T08:45");
    assert.equal(nextTurnOf({ soort: "elk-uur", minuut: 30 }), "2026-11-24T09:30");
    assert.equal(nextTurnOf({ soort: "elke-n-minuten", n: 20 }), "2026-11-24T08:40");
    assert.equal(nextTurnOf({ soort: "elke-n-minuten", n: 1440 }), "2026-11-24T23:00");
  });

  test("R73: a fresh row is not set and never runs, whatever the moment", () => {
    assert.equal(describePlanning(nietGezet), "Eenmalig, op 1899-12-30 00:00");
    for (const na of [0, ms("1899-12-01T00:00Z"), ms("2026-11-24T00:00Z")])
      assert.equal(nextTurn(nietGezet, na), undefined);
  });

  test("the words of the column Scheduler", () => {
    assert.equal(describePlanning({ soort: "dagelijks", tijd: "00:05" }), "Dagelijks, om 00:05 uur");
    assert.equal(describePlanning({ soort: "elk-uur", minuut: 5 }), "Elk uur, op minuut 05");
    assert.equal(describePlanning({ soort: "elke-n-minuten", n: 15 }), "Elke 15 minuten");
  });

  test("both nights of the changing clock: a time that is skipped comes an hour later, one that is there twice once", () => {
    const half3: Planning = { soort: "dagelijks", tijd: "02:30" };
    assert.deepEqual(onDay(half3, "2026-03-29").map(iso), ["2026-03-29T01:30"]); // 3.30, summer time
    assert.deepEqual(onDay(half3, "2026-10-25").map(iso), ["2026-10-25T00:30"]); // the first 2.30
    assert.equal(onDay({ soort: "elk-uur", minuut: 15 }, "2026-03-29").length, 23);
    assert.equal(onDay({ soort: "elk-uur", minuut: 15 }, "2026-10-25").length, 25);
  });

  test("daily is exactly once every day, those nights too, at any time", () => {
    fc.assert(
      fc.property(tijd, fc.oneof(datum, fc.constantFrom(...lente, ...herfst)), (om, dag) => {
        const [turn, ...meer] = onDay({ soort: "dagelijks", tijd: om }, dag);
        assert.ok(turn !== undefined && meer.length === 0, `${dag} ${om}`);
        const lokaal = Temporal.Instant.fromEpochMilliseconds(turn).toZonedDateTimeISO("Europe/Brussels");
        const gezegd = lokaal.toPlainTime().toString({ smallestUnit: "minute" });
        const overgeslagen = lente.includes(dag) && om.startsWith("02");
        assert.equal(gezegd, overgeslagen ? `03${om.slice(2)}` : om);
      }),
      { numRuns: 400 },
    );
  });

  test("a turn is always later than asked, and asking from anywhere before it gives the same one", () => {
    fc.assert(
      fc.property(planning, moment, fc.double({ min: 0, max: 1, noNaN: true }), (one, na, part) => {
        const turn = nextTurn(one, na);
        if (turn === undefined) return one.soort === "eenmalig";
        assert.ok(turn > na);
        const ertussen = Math.floor(na + (turn - 1 - na) * part);
        assert.equal(nextTurn(one, ertussen), turn);
        return true;
      }),
      { numRuns: 1000 },
    );
  });

  test("every N minutes never waits longer than N minutes, and begins again at midnight", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1440 }),
        fc.oneof(datum, fc.constantFrom(...lente, ...herfst)),
        (n, dag) => {
          const all = onDay({ soort: "elke-n-minuten", n }, dag);
          assert.equal(all[0], midnight(dag));
          assert.ok(all.every((one, nr) => nr === 0 || one - (all[nr - 1] ?? 0) === n * 60_000));
        },
      ),
      { numRuns: 100 },
    );
  });
});
