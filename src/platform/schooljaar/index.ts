import type { Datum } from "#platform/clock";

/** First and last day of a school year as months and days. */
const eersteDag = "09-01";
const laatsteDag = "08-31";

/** The school year of a day, written as `2026-2027`: it begins on 1 September. */
export function schooljaarOn(dag: Datum): string {
  const jaar = Number(dag.slice(0, 4)) - (dag.slice(5) < eersteDag ? 1 : 0);
  return `${jaar}-${jaar + 1}`;
}

/** The school year that comes so many years later; earlier when negative. */
export function shiftSchooljaar(schooljaar: string, jaren: number): string {
  const jaar = Number(schooljaar.slice(0, 4)) + jaren;
  return `${jaar}-${jaar + 1}`;
}

/** First and last day of a school year, both included. */
export const daysOfSchooljaar = (schooljaar: string): { readonly van: Datum; readonly tot: Datum } => ({
  van: `${schooljaar.slice(0, 4)}-${eersteDag}` as Datum,
  tot: `${schooljaar.slice(5)}-${laatsteDag}` as Datum,
});
