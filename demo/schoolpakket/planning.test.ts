import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { Temporal } from "temporal-polyfill";
import { nietGezet, omschrijf, volgendeBeurt, type Planning } from "./planning.ts";

const ms = (tekst: string): number => Date.parse(tekst);
const iso = (moment: number | undefined): string | undefined =>
  moment === undefined ? undefined : new Date(moment).toISOString().slice(0, 16);
const dag = 86_400_000;

/** All turns in a period: after `van`, up to and with `tot`. */
function beurten(planning: Planning, van: number, tot: number): number[] {
  const gevonden: number[] = [];
  for (
    let na = volgendeBeurt(planning, van);
    na !== undefined && na <= tot;
    na = volgendeBeurt(planning, na)
  ) {
    gevonden.push(na);
    assert.ok(gevonden.length < 20_000);
  }
  return gevonden;
}
const middernacht = (datum: string): number =>
  Temporal.PlainDate.from(datum).toZonedDateTime("Europe/Brussels").epochMilliseconds;
/** The turns whose own local day is this one. */
const opDag = (planning: Planning, datum: string): number[] => {
  const morgen = Temporal.PlainDate.from(datum).add({ days: 1 }).toString();
  return beurten(planning, middernacht(datum) - 1, middernacht(morgen) - 1);
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
    const straks = (een: Planning) => iso(volgendeBeurt(een, nu));
    assert.equal(straks({ soort: "eenmalig", datum: "2026-11-24", tijd: "09:31" }), "2026-11-24T08:31");
    assert.equal(straks({ soort: "eenmalig", datum: "2026-11-24", tijd: "09:30" }), undefined);
    assert.equal(straks({ soort: "dagelijks", tijd: "00:00" }), "2026-11-24T23:00");
    assert.equal(straks({ soort: "dagelijks", tijd: "09:30" }), "2026-11-25T08:30");
    assert.equal(straks({ soort: "elk-uur", minuut: 45 }), "2026-11-24T08:45");
    assert.equal(straks({ soort: "elk-uur", minuut: 30 }), "2026-11-24T09:30");
    assert.equal(straks({ soort: "elke-n-minuten", n: 20 }), "2026-11-24T08:40");
    assert.equal(straks({ soort: "elke-n-minuten", n: 1440 }), "2026-11-24T23:00");
  });

  test("R73: a fresh row is not set and never runs, whatever the moment", () => {
    assert.equal(omschrijf(nietGezet), "Eenmalig, op 1899-12-30 00:00");
    for (const na of [0, ms("1899-12-01T00:00Z"), ms("2026-11-24T00:00Z")])
      assert.equal(volgendeBeurt(nietGezet, na), undefined);
  });

  test("the words of the column Scheduler", () => {
    assert.equal(omschrijf({ soort: "dagelijks", tijd: "00:05" }), "Dagelijks, om 00:05 uur");
    assert.equal(omschrijf({ soort: "elk-uur", minuut: 5 }), "Elk uur, op minuut 05");
    assert.equal(omschrijf({ soort: "elke-n-minuten", n: 15 }), "Elke 15 minuten");
  });

  test("both nights of the changing clock: a time that is skipped comes an hour later, one that is there twice once", () => {
    const half3: Planning = { soort: "dagelijks", tijd: "02:30" };
    assert.deepEqual(opDag(half3, "2026-03-29").map(iso), ["2026-03-29T01:30"]); // 3.30, summer time
    assert.deepEqual(opDag(half3, "2026-10-25").map(iso), ["2026-10-25T00:30"]); // the first 2.30
    assert.equal(opDag({ soort: "elk-uur", minuut: 15 }, "2026-03-29").length, 23);
    assert.equal(opDag({ soort: "elk-uur", minuut: 15 }, "2026-10-25").length, 25);
  });

  test("daily is exactly once every day, those nights too, at any time", () => {
    fc.assert(
      fc.property(tijd, fc.oneof(datum, fc.constantFrom(...lente, ...herfst)), (om, dag) => {
        const [beurt, ...meer] = opDag({ soort: "dagelijks", tijd: om }, dag);
        assert.ok(beurt !== undefined && meer.length === 0, `${dag} ${om}`);
        const lokaal = Temporal.Instant.fromEpochMilliseconds(beurt).toZonedDateTimeISO("Europe/Brussels");
        const gezegd = lokaal.toPlainTime().toString({ smallestUnit: "minute" });
        const overgeslagen = lente.includes(dag) && om.startsWith("02");
        assert.equal(gezegd, overgeslagen ? `03${om.slice(2)}` : om);
      }),
      { numRuns: 400 },
    );
  });

  test("a turn is always later than asked, and asking from anywhere before it gives the same one", () => {
    fc.assert(
      fc.property(planning, moment, fc.double({ min: 0, max: 1, noNaN: true }), (een, na, deel) => {
        const beurt = volgendeBeurt(een, na);
        if (beurt === undefined) return een.soort === "eenmalig";
        assert.ok(beurt > na);
        const ertussen = Math.floor(na + (beurt - 1 - na) * deel);
        assert.equal(volgendeBeurt(een, ertussen), beurt);
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
          const alle = opDag({ soort: "elke-n-minuten", n }, dag);
          assert.equal(alle[0], middernacht(dag));
          assert.ok(alle.every((een, nr) => nr === 0 || een - (alle[nr - 1] ?? 0) === n * 60_000));
        },
      ),
      { numRuns: 100 },
    );
  });
});
