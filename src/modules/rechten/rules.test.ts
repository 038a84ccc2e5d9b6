import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { datumOn, type Datum } from "#platform/clock";
import {
  intersection,
  endFrom,
  longest,
  mondayAfter,
  mondayOf,
  periodOf,
  rechtFrom,
  scholenOfRollen,
  latestDay,
  type Feiten,
  type OpdrachtFeit,
} from "./rules.ts";

const d = (datum: string) => datum as Datum;
const dag = (nr: number): Datum =>
  new Date(Date.UTC(2026, 7, 20) + nr * 86_400_000).toISOString().slice(0, 10) as Datum;
const school = { instellingsnummer: "999001", naam: "De Regenboog", lijn: ["999001"] };
const feiten = (over: Partial<Feiten> = {}): Feiten => ({
  school,
  opdrachten: [],
  benoemd: [],
  beeindigd: [],
  rol: false,
  ...over,
});

/** Days around 31 August, intervals of them, and assignments with what was uploaded of them. */
const dagen = fc.integer({ min: 0, max: 30 });
const perioden = fc
  .tuple(dagen, fc.option(dagen))
  .map(([van, lengte]) => ({ van: dag(van), tot: lengte === null ? null : dag(van + lengte) }));
const personen = fc.constantFrom("vo-1", "vo-2");
const opdrachten: fc.Arbitrary<OpdrachtFeit> = fc
  .tuple(perioden, personen, fc.option(fc.tuple(perioden, personen, fc.option(dagen.map(dag)))))
  .map(([nu, voId, geladen]) => ({
    ...nu,
    voId,
    geladen: geladen && { ...geladen[0], voId: geladen[1], uiterst: geladen[2] },
  }));
const covers = (op: Datum, van: Datum, tot: Datum | null) => van <= op && (tot === null || op <= tot);

describe("the databeheerder right", () => {
  test("R59 R60 R62: databeheerder exactly when an uploaded assignment covers the day", () => {
    fc.assert(
      fc.property(fc.array(opdrachten, { maxLength: 4 }), dagen.map(dag), (list, op) => {
        const verwacht = list.some(
          ({ van, tot, voId, geladen }) =>
            geladen !== null &&
            geladen.voId === voId &&
            covers(op, van, tot) &&
            covers(op, geladen.van, geladen.tot) &&
            (geladen.uiterst === null || op <= geladen.uiterst),
        );
        const recht = rechtFrom(feiten({ opdrachten: list }), op);
        assert.equal((recht?.databeheerder ?? null) !== null, verwacht);
        // What is shown as its days is what holds, on each of them and not on the day after.
        const periode = recht?.databeheerder;
        if (periode?.tot) {
          assert.ok(rechtFrom(feiten({ opdrachten: list }), periode.tot)?.databeheerder);
          const daarna = new Date(Date.parse(periode.tot) + 86_400_000).toISOString().slice(0, 10) as Datum;
          const nog = longest(list.map(periodOf), daarna);
          assert.ok(nog === null || nog.van > op, "the end shown is the last end of what holds today");
        }
      }),
      { numRuns: 2000 },
    );
  });

  test("R60: the last day counts, 31 August too, and the day after does not", () => {
    const tijdelijk: OpdrachtFeit = {
      voId: "vo-1",
      van: d("2025-09-01"),
      tot: d("2026-08-31"),
      geladen: { voId: "vo-1", van: d("2025-09-01"), tot: d("2026-08-31"), uiterst: null },
    };
    assert.deepEqual(rechtFrom(feiten({ opdrachten: [tijdelijk] }), d("2026-08-31"))?.databeheerder, {
      van: "2025-09-01",
      tot: "2026-08-31",
    });
    assert.equal(rechtFrom(feiten({ opdrachten: [tijdelijk] }), d("2026-09-01")), null);
    assert.deepEqual(endFrom(feiten({ opdrachten: [tijdelijk] }), d("2026-09-01")), {
      soort: "opdracht",
      op: "2026-08-31",
    });
    assert.equal(endFrom(feiten({ opdrachten: [tijdelijk] }), d("2026-08-31")), null);
  });

  test("R60: the day begins and ends at midnight in Brussels, in both nights that clocks change", () => {
    for (const [voor, na, tot] of [
      ["2026-08-31T21:59:59.999Z", "2026-08-31T22:00:00Z", "2026-08-31"],
      ["2026-03-29T21:59:59.999Z", "2026-03-29T22:00:00Z", "2026-03-29"], // that day had 23 hours
      ["2026-10-25T22:59:59.999Z", "2026-10-25T23:00:00Z", "2026-10-25"], // and this one 25
    ] as const) {
      assert.equal(datumOn(Date.parse(voor)), tot);
      assert.ok(datumOn(Date.parse(na)) > tot);
    }
  });

  test("R61: maximum validity is 31 August of the fifth year after the upload", () => {
    assert.equal(latestDay(d("2026-11-23")), "2031-08-31");
    assert.equal(latestDay(d("2027-01-04")), "2032-08-31");
  });

  test("R63: databeheerder gives nothing of beheerder, and the other way round", () => {
    fc.assert(
      fc.property(
        fc.array(opdrachten, { maxLength: 3 }),
        fc.array(perioden, { maxLength: 3 }),
        fc.boolean(),
        dagen.map(dag),
        (list, benoemd, rol, op) => {
          const recht = rechtFrom(feiten({ opdrachten: list, benoemd, rol }), op);
          assert.deepEqual(recht?.databeheerder ?? null, longest(list.map(periodOf), op));
          assert.equal(
            (recht?.beheerder ?? null) !== null,
            rol || benoemd.some(({ van, tot }) => covers(op, van, tot)),
          );
        },
      ),
    );
  });
});

describe("the Monday of the upload", () => {
  test("R62: the last Monday 04:00 in Brussels, summer and winter, and after both nights that clocks change", () => {
    for (const [nu, maandag] of [
      ["2026-11-23T02:59:59.999Z", "2026-11-16"],
      ["2026-11-23T03:00:00Z", "2026-11-23"],
      ["2026-11-29T22:00:00Z", "2026-11-23"],
      ["2026-08-31T01:59:59.999Z", "2026-08-24"],
      ["2026-08-31T02:00:00Z", "2026-08-31"],
      ["2026-03-30T01:59:59Z", "2026-03-23"], // summer time began the day before
      ["2026-03-30T02:00:00Z", "2026-03-30"],
      ["2026-10-26T02:59:59Z", "2026-10-19"], // and ended
      ["2026-10-26T03:00:00Z", "2026-10-26"],
      ["2027-01-01T12:00:00Z", "2026-12-28"],
    ] as const)
      assert.equal(mondayOf(Date.parse(nu)), maandag, nu);
    assert.equal(mondayAfter(d("2026-11-23")), "2026-11-30");
    assert.equal(mondayAfter(d("2026-11-29")), "2026-11-30");
  });

  test("R62: it is a Monday, at most a week ago, and never runs back", () => {
    const momenten = fc.integer({ min: Date.parse("2026-01-01"), max: Date.parse("2030-01-01") });
    fc.assert(
      fc.property(momenten, fc.integer({ min: 0, max: 86_400_000 }), (nu, later) => {
        const maandag = mondayOf(nu);
        assert.equal(new Date(maandag).getUTCDay(), 1);
        assert.ok(nu - Date.parse(maandag) < 7.3 * 86_400_000 && nu > Date.parse(maandag));
        assert.ok(mondayOf(nu + later) >= maandag);
      }),
    );
  });
});

describe("small print", () => {
  test("days in both: symmetric, and exactly the days that lie in both", () => {
    fc.assert(
      fc.property(perioden, perioden, dagen.map(dag), (a, b, op) => {
        const samen = intersection(a, b);
        assert.deepEqual(samen, intersection(b, a));
        assert.equal(
          samen !== null && covers(op, samen.van, samen.tot),
          covers(op, a.van, a.tot) && covers(op, b.van, b.tot),
        );
      }),
    );
  });

  test("D8: only a whole LeerIDBeheerder role of a school gives something", () => {
    const rollen = [
      "LeerIDBeheerder:999001",
      "LeerIDBeheerder:999001",
      "LeerIDBeheerder",
      "LeerIDBeheerder:99900",
    ];
    assert.deepEqual(
      scholenOfRollen([
        ...rollen,
        "LeerIDBeheerder:9990012",
        "xLeerIDBeheerder:999002",
        "leeridbeheerder:999003",
      ]),
      ["999001"],
    );
  });

  test("R60: of what was ended the last end is told", () => {
    const einde = endFrom(
      feiten({
        opdrachten: [
          {
            voId: "vo-1",
            van: d("2025-09-01"),
            tot: d("2026-08-31"),
            geladen: { voId: "vo-1", van: d("2025-09-01"), tot: d("2026-08-31"), uiterst: null },
          },
        ],
        beeindigd: [d("2026-10-01"), d("2026-09-15")],
      }),
      d("2026-11-24"),
    );
    assert.deepEqual(einde, { soort: "beeindigd", op: "2026-10-01" });
  });
});
