import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { datumOn, fixedClock, isLopend, nextDay, readDatum, type Datum } from "#platform/clock";

test("the date is that of Brussels, in both nights of the clock change and at New Year", () => {
  for (const [instant, datum] of [
    ["2026-11-24T22:59:59Z", "2026-11-24"],
    ["2026-11-24T23:00:00Z", "2026-11-25"],
    ["2026-03-28T22:59:59Z", "2026-03-28"],
    ["2026-03-28T23:00:00Z", "2026-03-29"],
    ["2026-03-29T21:59:59Z", "2026-03-29"],
    ["2026-03-29T22:00:00Z", "2026-03-30"],
    ["2026-10-24T22:00:00Z", "2026-10-25"],
    ["2026-10-25T22:59:59Z", "2026-10-25"],
    ["2027-12-31T22:59:59Z", "2027-12-31"],
    ["2027-12-31T23:00:00Z", "2028-01-01"],
  ] as const) {
    assert.equal(datumOn(Date.parse(instant)), datum, instant);
  }
});

test("the next day begins at midnight in Brussels, also where a day has 23 hours or 25", () => {
  const begins = (iso: string) => new Date(nextDay(Date.parse(iso))).toISOString();
  assert.equal(begins("2026-11-24T08:30:00Z"), "2026-11-24T23:00:00.000Z");
  assert.equal(begins("2026-11-24T23:00:00Z"), "2026-11-25T23:00:00.000Z", "from the first moment of a day");
  assert.equal(begins("2027-03-28T00:30:00Z"), "2027-03-28T22:00:00.000Z");
  assert.equal(begins("2026-10-24T22:00:00Z"), "2026-10-25T23:00:00.000Z");
});

test("a clock that jumps, back too, gives the date of where it stands", () => {
  const clock = fixedClock("2026-08-31T21:59:59Z");
  assert.equal(clock.vandaag(), "2026-08-31");
  clock.advance(1000);
  assert.equal(clock.vandaag(), "2026-09-01");
  clock.set("2026-08-31T10:00:00Z");
  assert.equal(clock.vandaag(), "2026-08-31");
});

test("only existing dates are read", () => {
  for (const goed of ["2024-02-29", "1999-12-31", "2000-02-29"]) assert.equal(readDatum(goed), goed);
  for (const fout of [
    "2026-02-29",
    "2026-13-01",
    "2026-00-10",
    "2026-04-31",
    "1899-12-30",
    "26-01-01",
    "2026-1-1",
    "2026-01-01T00:00",
    "",
    " 2026-01-01",
    "1900-02-29",
  ]) {
    assert.equal(readDatum(fout), undefined, fout);
  }
  fc.assert(
    fc.property(
      fc.date({ min: new Date("1900-01-01"), max: new Date("2199-12-31"), noInvalidDate: true }),
      (date) => {
        const text = date.toISOString().slice(0, 10);
        assert.equal(readDatum(text), text);
      },
    ),
  );
});

test("both ends of an interval count", () => {
  const op = "2026-11-24" as Datum;
  assert.equal(isLopend(op, "2026-11-24", "2026-11-24"), true);
  assert.equal(isLopend(op, null, null), true);
  assert.equal(isLopend(op, "2026-11-25", null), false);
  assert.equal(isLopend(op, null, "2026-11-23"), false);
});
