import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { datumlezer, datumOn, limitsOf, isDateFormat, schooljaarOn } from "./dates.ts";

test("a date in each form is the same day", () => {
  for (const [vorm, text] of [
    ["dd/mm/jjjj", "05/09/2026"],
    ["d/m/jjjj", "5/9/2026"],
    ["jjjj-mm-dd", "2026-09-05"],
    ["jjjjmmdd", "20260905"],
    ["dd.mm.jjjj", "05.09.2026"],
    ["mm-dd-jjjj", "09-05-2026"],
  ] as const)
    assert.equal(datumlezer(vorm)(text), "2026-09-05", vorm);
});

test("what is no date is not made into one", () => {
  const lees = datumlezer("dd/mm/jjjj");
  for (const text of [
    "31/06/2026",
    "29/02/2026",
    "00/01/2026",
    "1/1/2026",
    "01-01-2026",
    "01/01/26",
    "x",
    " ",
  ])
    assert.equal(lees(text), undefined, text);
  assert.equal(lees(""), null);
  assert.equal(lees("29/02/2028"), "2028-02-29");
});

test("only forms with a year, a month and a day exist", () => {
  for (const vorm of ["dd/mm", "jj/mm/dd", "jjj-mm-dd", "dd/dd/jjjj", "", "datum"])
    assert.equal(isDateFormat(vorm), false, vorm);
});

test("every existing day is read, in any year", () => {
  const lees = datumlezer("d-m-jjjj");
  fc.assert(
    fc.property(fc.integer({ min: -25_567, max: 90_000 }), (dagen) => {
      const dag = new Date(dagen * 86_400_000).toISOString().slice(0, 10);
      const [jaar, maand, nr] = dag.split("-");
      assert.equal(lees(`${Number(nr)}-${Number(maand)}-${jaar}`), dag);
    }),
  );
});

test("a school year turns on 1 September, Belgian time", () => {
  assert.equal(schooljaarOn("2026-08-31"), "2025-2026");
  assert.equal(schooljaarOn("2026-09-01"), "2026-2027");
  assert.equal(datumOn(Date.parse("2026-08-31T21:59:59Z")), "2026-08-31");
  assert.equal(datumOn(Date.parse("2026-08-31T22:00:00Z")), "2026-09-01");
  assert.deepEqual(limitsOf("2026-2027"), { van: "2026-09-01", tot: "2027-08-31" });
});
