import { Temporal } from "temporal-polyfill";

/** When a background job runs, as Wisa lets one choose it (R72). Times are Belgian, `HH:MM`; dates `YYYY-MM-DD`. */
export type Planning =
  | { readonly soort: "eenmalig"; readonly datum: string; readonly tijd: string }
  | { readonly soort: "dagelijks"; readonly tijd: string }
  | { readonly soort: "elk-uur"; readonly minuut: number }
  | { readonly soort: "elke-n-minuten"; readonly n: number };

const zone = "Europe/Brussels";

/** What a fresh row has: day 0 of the calendar of the program, that is "not set" (R73). */
export const nietGezet: Planning = { soort: "eenmalig", datum: "1899-12-30", tijd: "00:00" };

export const isNotSet = (planning: Planning): boolean =>
  planning.soort === "eenmalig" && planning.datum === nietGezet.datum;

/**
 * The first turn after a moment (epoch milliseconds, as is the answer); undefined = never again. A local time that the clock
 * skips in the spring comes an hour later, one that it shows twice in the autumn counts the first time: every night once.
 */
export function nextTurn(planning: Planning, na: number): number | undefined {
  const lokaal = Temporal.Instant.fromEpochMilliseconds(na).toZonedDateTimeISO(zone);
  const at = (dag: Temporal.PlainDate, tijd: string): number =>
    dag.toZonedDateTime({ timeZone: zone, plainTime: Temporal.PlainTime.from(tijd) }).epochMilliseconds;
  switch (planning.soort) {
    case "eenmalig": {
      if (isNotSet(planning)) return undefined;
      const turn = at(Temporal.PlainDate.from(planning.datum), planning.tijd);
      return turn > na ? turn : undefined;
    }
    case "dagelijks": {
      const dag = lokaal.toPlainDate();
      // A time that was skipped can lie after midnight of nobody's day: three days always hold the next one.
      return [0, 1, 2].map((dagen) => at(dag.add({ days: dagen }), planning.tijd)).find((turn) => turn > na);
    }
    case "elk-uur": {
      // The zone differs whole hours from UTC, so the minute of every real hour: 23 turns on one night, 25 on another.
      const uur = 3_600_000;
      const turn = Math.floor(na / uur) * uur + planning.minuut * 60_000;
      return turn > na ? turn : turn + uur;
    }
    case "elke-n-minuten": {
      // Counted from midnight, and again from the next one.
      const step = planning.n * 60_000;
      const middernacht = lokaal.startOfDay().epochMilliseconds;
      const morgen = lokaal.toPlainDate().add({ days: 1 }).toZonedDateTime(zone).epochMilliseconds;
      return Math.min(morgen, middernacht + (Math.floor((na - middernacht) / step) + 1) * step);
    }
  }
}

const twoDigits = (number: number): string => String(number).padStart(2, "0");

/** The planning as the column Scheduler shows it. */
export function describePlanning(planning: Planning): string {
  switch (planning.soort) {
    case "eenmalig":
      return `Eenmalig, op ${planning.datum} ${planning.tijd}`;
    case "dagelijks":
      return `Dagelijks, om ${planning.tijd} uur`;
    case "elk-uur":
      return `Elk uur, op minuut ${twoDigits(planning.minuut)}`;
    case "elke-n-minuten":
      return planning.n === 1 ? "Elke minuut" : `Elke ${planning.n} minuten`;
  }
}
