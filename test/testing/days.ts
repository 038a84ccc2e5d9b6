/** The day of every test that says no other: Tuesday 24 November 2026. */
const usualDay = "2026-11-24";
let day = usualDay;

/** From here on the clocks of tests stand at this day (`YYYY-MM-DD`). Before the suites are imported: see test/days. */
export function pinDay(date: string): void {
  day = date;
}

/** Half past nine in Brussels in winter, half past ten in summer, of the pinned day. */
export const pinnedMoment = (): string => `${day}T08:30:00Z`;

/** For the `skip` option of a test that says what stands on a page of 24 November, when test/days runs it on another day. */
export const onOtherDay: () => string | false = () =>
  day !== usualDay && "what it expects is written for 24 November 2026";
