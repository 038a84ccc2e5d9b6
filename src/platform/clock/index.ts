import { Temporal } from "temporal-polyfill";

/** A calendar date with a legal meaning, `YYYY-MM-DD`, always Europe/Brussels. */
export type Datum = string & { readonly __datum: unique symbol };

/** The only source of time. */
export type Clock = {
  /** Milliseconds since 1970, UTC. */
  now(): number;
  /** Today's date in Europe/Brussels. */
  vandaag(): Datum;
};

const zone = "Europe/Brussels";

/** The calendar date in Europe/Brussels at an instant (epoch milliseconds). */
export function datumOn(epochMs: number): Datum {
  return Temporal.Instant.fromEpochMilliseconds(epochMs)
    .toZonedDateTimeISO(zone)
    .toPlainDate()
    .toString() as Datum;
}

/** When the next calendar day of Europe/Brussels begins, epoch milliseconds. */
export const nextDay = (epochMs: number): number =>
  Temporal.Instant.fromEpochMilliseconds(epochMs).toZonedDateTimeISO(zone).add({ days: 1 }).startOfDay()
    .epochMilliseconds;

/** Parses `YYYY-MM-DD` strictly; undefined when it is not an existing date between 1900 and 2199. */
export function readDatum(text: string): Datum | undefined {
  const part = /^(19|20|21)(\d\d)-(\d\d)-(\d\d)$/.exec(text);
  if (!part) return undefined;
  const jaar = Number(text.slice(0, 4));
  const maand = Number(part[3]);
  const dag = Number(part[4]);
  const dagen = [
    31,
    jaar % 4 === 0 && (jaar % 100 !== 0 || jaar % 400 === 0) ? 29 : 28,
    31,
    30,
    31,
    30,
    31,
    31,
    30,
    31,
    30,
    31,
  ];
  return dag >= 1 && dag <= (dagen[maand - 1] ?? 0) ? (text as Datum) : undefined;
}

/** The day before. */
export const dayBefore = (datum: Datum): Datum =>
  new Date(Date.parse(`${datum}T12:00:00Z`) - 86_400_000).toISOString().slice(0, 10) as Datum;

/**
 * Does what lasts from `van` to `tot` run on this day? Both days belong to it; an open end (null) has no limit (D3). The one
 * definition of "runs on a day", beside its equal in SQL, `kalender.is_lopend`.
 */
export function isLopend(dag: Datum, van: string | null, tot: string | null): boolean {
  return !isStraks(dag, van) && !isVroeger(dag, tot);
}

/** Was what lasted until `tot` over by this day? Never without a last day. In SQL: `kalender.is_vroeger`. */
export const isVroeger = (dag: Datum, tot: string | null): boolean => tot !== null && tot < dag;

/** Is what lasts from `van` still to begin on this day? In SQL: `kalender.is_straks`. */
export const isStraks = (dag: Datum, van: string | null): boolean => van !== null && van > dag;

/** What runs on a day, what was over by then, and what is still to come: each row is in exactly one of the three. */
export type Verdeeld<T> = {
  /** In the order in which they came. */
  readonly lopend: readonly T[];
  /** The one that ended last stands last. */
  readonly vroeger: readonly T[];
  /** The one that begins first stands first. */
  readonly straks: readonly T[];
};

/** Divides rows with a first and a last day by a day, as `isLopend` says. */
export function divide<T extends { readonly van: string | null; readonly tot: string | null }>(
  dag: Datum,
  rows: readonly T[],
): Verdeeld<T> {
  const [lopend, vroeger, straks]: [T[], T[], T[]] = [[], [], []];
  for (const row of rows)
    (isVroeger(dag, row.tot) ? vroeger : isStraks(dag, row.van) ? straks : lopend).push(row);
  return {
    lopend,
    vroeger: vroeger.toSorted((a, b) => compare(a.tot ?? "", b.tot ?? "")),
    straks: straks.toSorted((a, b) => compare(a.van ?? "", b.van ?? "")),
  };
}
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function clockFrom(now: () => number): Clock {
  // A Temporal conversion costs 15 µs and the date is asked several times a request: keep it until the hour turns,
  // which no zone of Belgium can change inside.
  let hour = Number.NaN;
  let datum = "" as Datum;
  return {
    now,
    vandaag() {
      const ms = now();
      const h = Math.floor(ms / 3_600_000);
      if (h !== hour) {
        hour = h;
        datum = datumOn(ms);
      }
      return datum;
    },
  };
}

/** The machine's own clock. */
export function systemClock(): Clock {
  return clockFrom(() => Date.now());
}

/** A clock that stands where the caller puts it; for tests and simulations of dates. */
export function fixedClock(iso: string): Clock & { set(iso: string): void; advance(ms: number): void } {
  let ms = Date.parse(iso);
  return {
    ...clockFrom(() => ms),
    set: (next) => {
      ms = Date.parse(next);
    },
    advance: (delta) => {
      ms += delta;
    },
  };
}
