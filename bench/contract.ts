import type { Cluster } from "./database.ts";

/** Sizes of the world (docs/metingen.md): pupils and schools. */
export const sizes = {
  S: { leerlingen: 10_000, scholen: 35 },
  M: { leerlingen: 100_000, scholen: 335 },
  L: { leerlingen: 1_200_000, scholen: 4_000 },
} as const;
export type Size = keyof typeof sizes;

/** One row of the table and of `bench/results/latest.json`. Rates are medians over the rounds; `ratio` is the median of the rounds' ratios. */
export type Result = {
  readonly benchmark: string;
  readonly size: Size;
  readonly unit: string;
  readonly product: number;
  readonly anchor: number;
  readonly anchor_name: string;
  readonly ratio: number;
  /** At least this ratio; where the unit or the name of the anchor says so: at most this many ms, s or MB, or at most this ratio. */
  readonly goal: number;
  readonly superb: number;
  /** The ratio and every other demand of the benchmark (trips, CPU, flatness, memory). */
  readonly met: boolean;
  readonly superb_met: boolean;
  /** Round trips to the database per operation, counted in a run apart. */
  readonly trips?: number;
  readonly commits?: number;
  /** CPU per operation in milliseconds, of server and PostgreSQL together; the password hash not counted. */
  readonly cpu_ms?: number;
  readonly cpu_server_ms?: number;
  readonly cpu_database_ms?: number;
  /** Rate at this size / rate at S in the same rounds. */
  readonly flat?: number;
  readonly memory_mb?: number;
  readonly p95_ms?: number;
};

/** What a benchmark gets to work with. */
export type Bench = {
  readonly sizes: readonly Size[];
  readonly rounds: number;
  readonly cluster: Cluster;
  /** Tells on stderr what is being done; undefined wipes the line. */
  say(text: string): void;
};

export type Benchmark = (bench: Bench) => Promise<Result[]>;
