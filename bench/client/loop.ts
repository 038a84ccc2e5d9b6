import type { Run } from "#bench/rounds";

export type LoopOptions = {
  /** How many at once; each starts its next operation when the former is done. */
  readonly concurrency: number;
  readonly warmupMs: number;
  readonly ms: number;
  /** Stop after so many. */
  readonly most?: number;
};

export type LoopRun = Run & {
  /** Operations done in all, warm-up and run-out included: to divide CPU time and statements by. */
  readonly total: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
};

/**
 * Keeps `concurrency` operations going and counts those that end in the window after the warm-up. `operation` gives false
 * when there is nothing left to do.
 */
export async function closedLoop(
  { concurrency, warmupMs, ms, most = Number.POSITIVE_INFINITY }: LoopOptions,
  operation: (worker: number) => Promise<boolean>,
): Promise<LoopRun> {
  const from = performance.now() + warmupMs;
  const until = from + ms;
  const times: number[] = [];
  let total = 0;
  let begun = 0;
  let dry: number | undefined;
  await Promise.all(
    Array.from({ length: concurrency }, async (_, worker) => {
      for (let start = performance.now(); start < until && begun < most;) {
        begun++;
        if (!(await operation(worker))) {
          dry ??= performance.now();
          return;
        }
        const end = performance.now();
        total++;
        if (end >= from && end < until) times.push(end - start);
        start = end;
      }
    }),
  );
  if (dry !== undefined && dry < from + ms / 3) throw new Error("too little work was prepared for this run");
  times.sort((a, b) => a - b);
  const seconds = (Math.min(until, dry ?? until) - from) / 1000;
  const at = (part: number) => times[Math.floor(times.length * part)] ?? Number.NaN;
  return { rate: times.length / seconds, total, p50Ms: at(0.5), p95Ms: at(0.95) };
}
