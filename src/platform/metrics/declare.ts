import type { Context } from "#platform/context";

/** A figure as the room that has it declares it: once, for whoever reads the figures and for docs/generated/metingen.md. */
export type Figure = {
  /** As Prometheus has it: `leerid_…`, the unit at the end, `_total` when it only grows. */
  readonly name: string;
  /** Dutch, for who runs LeerID. */
  readonly help: string;
  readonly type: "gauge" | "counter" | "histogram";
  /** Few and fixed values: never a name that somebody chose, never anything of a person. */
  readonly labels: readonly string[];
};

export type Sample = {
  readonly figure: Figure;
  readonly value: number;
  readonly labels?: Readonly<Record<string, string>>;
};

/** Figures of a room that are read together, when somebody looks. */
export type Reading = {
  /** Which room; stands in `leerid_figures_read`. */
  readonly name: string;
  readonly figures: readonly Figure[];
  /** Gives no sample of what there is nothing to say about. Two seconds at most; then these figures are left out. */
  readonly read: (ctx: Context) => Promise<readonly Sample[]> | readonly Sample[];
  /** For how many ms what was read is given again, so that who looks often asks the database no more; 0 for what costs nothing. */
  readonly keepMs?: number;
  /** What to say when it cannot be read, instead of nothing. */
  readonly unread?: readonly Sample[];
};

/** A figure that goes up and down. */
export const gauge = (name: string, help: string, labels: readonly string[] = []): Figure => ({
  name,
  help,
  type: "gauge",
  labels,
});

/** A figure that only grows, from 0 at the start of the process. */
export const counter = (name: string, help: string, labels: readonly string[] = []): Figure => ({
  name,
  help,
  type: "counter",
  labels,
});

export type Tally = {
  add(labels?: Readonly<Record<string, string>>, by?: number): void;
  samples(): readonly Sample[];
};

/**
 * Counts in this process, for a figure that only grows.
 * @param known what there may be something to count of: stands at 0 from the start, so that the first one is seen as a rise
 */
export function makeTally(figure: Figure, known: readonly Readonly<Record<string, string>>[] = []): Tally {
  const counts = new Map<string, { labels: Readonly<Record<string, string>>; value: number }>();
  const add: Tally["add"] = (labels = {}, by = 1) => {
    const key = JSON.stringify(figure.labels.map((name) => labels[name]));
    const there = counts.get(key);
    if (there) there.value += by;
    else counts.set(key, { labels, value: by });
  };
  if (figure.labels.length === 0) add({}, 0);
  for (const labels of known) add(labels, 0);
  return {
    add,
    samples: () => Array.from(counts.values(), ({ labels, value }) => ({ figure, labels, value })),
  };
}
