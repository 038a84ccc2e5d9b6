/** A moment: milliseconds since 1970, or an instant as text, as `Temporal.Instant` writes it (`2026-11-24T09:42:00Z`). */
export type Moment = number | string;

const zone = "Europe/Brussels";
const locale = "nl-BE";

const longDay = new Intl.DateTimeFormat(locale, {
  timeZone: zone,
  weekday: "long",
  day: "numeric",
  month: "long",
  year: "numeric",
});
const longDate = new Intl.DateTimeFormat(locale, {
  timeZone: zone,
  day: "numeric",
  month: "long",
  year: "numeric",
});
const clockTime = new Intl.DateTimeFormat("en-GB", {
  timeZone: zone,
  hour: "numeric",
  minute: "2-digit",
  hourCycle: "h23",
});
const isoDate = new Intl.DateTimeFormat("en-CA", {
  timeZone: zone,
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
});
const wholeNumber = new Intl.NumberFormat(locale, { useGrouping: "always" });

/** `dinsdag 24 november 2026, 10.42 uur`, as the clock on the wall in Brussels said. */
export function formatDateTime(moment: Moment): string {
  return `${formatDay(moment)}, ${formatTime(moment)}`;
}

/** `dinsdag 24 november 2026` */
export function formatDay(moment: Moment): string {
  return longDay.format(toDate(moment));
}

/** `24 november 2026`; takes a calendar date (`2026-11-24`) as well as a moment. */
export function formatDate(date: Moment): string {
  return longDate.format(toDate(date));
}

/** `8.52 uur` */
export function formatTime(moment: Moment): string {
  const [hour = "", minute = ""] = clockTime.format(toDate(moment)).split(":");
  return `${Number(hour)}.${minute} uur`;
}

/** `vandaag`, `gisteren`, or the whole day when it is longer ago. `now` comes from the caller's clock. */
export function formatNearDay(moment: Moment, now: Moment): string {
  const day = calendarDate(moment);
  if (day === calendarDate(now)) return "vandaag";
  // Noon of the day before is on that calendar date, also in the two nights of 23 and 25 hours.
  const yesterday = calendarDate(Date.parse(`${calendarDate(now)}T12:00:00Z`) - 86_400_000);
  return day === yesterday ? "gisteren" : formatDay(moment);
}

/** The calendar date in Brussels of a moment: `2026-11-24`. */
export function calendarDate(moment: Moment): string {
  return isoDate.format(toDate(moment));
}

/** `2.131` */
export function formatNumber(value: number): string {
  return wholeNumber.format(value);
}

/** A waiting time in words: `40 seconden`, `1 minuut`, `12 minuten`. Rounded up: never too early. */
export function formatWait(seconds: number): string {
  const whole = Math.max(1, Math.ceil(seconds));
  if (whole < 60) return whole === 1 ? "1 seconde" : `${whole} seconden`;
  const minutes = Math.ceil(whole / 60);
  return minutes === 1 ? "1 minuut" : `${minutes} minuten`;
}

/** `naam, voornaam en klas` */
export function formatList(words: readonly string[]): string {
  const last = words.at(-1) ?? "";
  return words.length < 2 ? last : `${words.slice(0, -1).join(", ")} en ${last}`;
}

/** `naam, voornaam of klas` */
export const formatChoice = (words: readonly string[]): string => choice.format(words);
const choice = new Intl.ListFormat("nl-BE", { type: "disjunction" });

function toDate(moment: Moment): Date {
  // A calendar date has no time of day: noon keeps it on the same date in Brussels.
  const text =
    typeof moment === "string" && /^\d{4}-\d{2}-\d{2}$/.test(moment) ? `${moment}T12:00:00Z` : moment;
  return new Date(text);
}
