import type { Pakket } from "#modules/schoolsoftware";
import type { Delend, Feed, Status, Tally } from "./store.ts";

export const uur = 3_600_000;
const dag = 24 * uur;
export const uren = 24;

/** What the picture shows of a file: it counts, somebody must look, or it was refused. */
export const soorten = ["verwerkt", "kijk-na", "geweigerd"] as const;
export type Soort = (typeof soorten)[number];

const soortVan: Readonly<Record<Status, Soort>> = {
  verwerkt: "verwerkt",
  wacht: "verwerkt",
  deels: "kijk-na",
  aangehouden: "kijk-na",
  geweigerd: "geweigerd",
};

/** Beginning of the picture: the whole hour that runs now is the last of 24. */
export const startOf = (nu: number): number => Math.floor(nu / uur) * uur - (uren - 1) * uur;

export type Column = Readonly<Record<Soort, number>> & { readonly vanaf: number };

const emptyCounts = (): Record<Soort, number> => ({ verwerkt: 0, "kijk-na": 0, geweigerd: 0 });

/** One column per hour, also for hours without a file. */
export function columns(tellingen: readonly Tally[], begin: number): readonly Column[] {
  const column = Array.from({ length: uren }, emptyCounts);
  for (const telling of tellingen) {
    const deze = column[telling.uur];
    if (deze) deze[soortVan[telling.status]] += telling.aantal;
  }
  return column.map((one, plaats) => ({ ...one, vanaf: begin + plaats * uur }));
}

export const sumOf = (column: Readonly<Record<Soort, number>>): number =>
  soorten.reduce((som, soort) => som + column[soort], 0);

/** Lines of the picture: from 0 to at least the highest, at most five, at round numbers. */
export function gridLines(hoogste: number): readonly number[] {
  const grof = Math.max(1, hoogste / 4);
  const tien = 10 ** Math.floor(Math.log10(grof));
  const step = Math.ceil([1, 2, 5, 10].map((keer) => keer * tien).find((one) => one >= grof) ?? 10 * tien);
  return Array.from({ length: Math.max(1, Math.ceil(hoogste / step)) + 1 }, (_, keer) => keer * step);
}

/** A school that shares and whose last file, or akkoord when that is later, is older than 24 hours (R74). */
export const outdated = ({ laatst, gegeven_op }: Delend, nu: number): boolean =>
  nu - Math.max(laatst?.getTime() ?? 0, gegeven_op.getTime()) > dag;

/** A package as a stream of files. */
export type Stream = Readonly<Record<Soort, number>> & {
  readonly naam: string;
  /** Schools that share and use it today. */
  readonly scholen: number;
  readonly verouderd: number;
  readonly laatst: number | null;
};

/** Every package that can deliver, did, or is used by a school that shares; by name. */
export function streams(
  tellingen: readonly Tally[],
  delend: readonly Delend[],
  pakketten: readonly Pakket[],
  nu: number,
): readonly Stream[] {
  const row = new Map<string, { -readonly [K in keyof Stream]: Stream[K] }>();
  const rowOf = (naam: string) => {
    const deze = row.get(naam) ?? { naam, scholen: 0, verouderd: 0, laatst: null, ...emptyCounts() };
    row.set(naam, deze);
    return deze;
  };
  for (const { naam, levertKlasinformatie } of pakketten) if (levertKlasinformatie) rowOf(naam);
  const namen = new Map(pakketten.map(({ pakket, naam }) => [pakket, naam]));
  for (const { pakket, status, aantal, laatst } of tellingen) {
    const deze = rowOf(namen.get(pakket) ?? pakket);
    deze[soortVan[status]] += aantal;
    deze.laatst = Math.max(deze.laatst ?? 0, laatst.getTime());
  }
  for (const school of delend) {
    const deze = rowOf(school.pakket ?? "zonder pakket");
    deze.scholen += 1;
    if (outdated(school, nu)) deze.verouderd += 1;
  }
  return [...row.values()].toSorted((one, other) => one.naam.localeCompare(other.naam, "nl"));
}

/** Why the feed asks for a look; null = it is all right. A school day without one message is not usual. */
export function whatToCheck(feed: Feed, nu: number): "stil" | "quarantaine" | null {
  if (feed.laatst === null || nu - feed.laatst.getTime() > dag) return "stil";
  return feed.quarantaine_nieuw > 0 ? "quarantaine" : null;
}
