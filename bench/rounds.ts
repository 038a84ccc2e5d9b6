/** One measured stretch. */
export type Run = { readonly rate: number };

/**
 * Runs all contestants once per round, in an order that turns round every time, so that a drift of the machine (±25 % here)
 * hits each of them alike. Give the same key order for readable results.
 */
export async function interleave<K extends string, R extends Run>(
  rounds: number,
  contestants: Readonly<Record<K, (round: number) => Promise<R>>>,
): Promise<Record<K, R[]>> {
  const names = Object.keys(contestants) as K[];
  const runs = Object.fromEntries(names.map((name) => [name, [] as R[]])) as unknown as Record<K, R[]>;
  for (let round = 0; round < rounds; round++) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      runs[name].push(await contestants[name](round));
    }
  }
  return runs;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

export const rateOf = (runs: readonly Run[]): number => median(runs.map((run) => run.rate));

/** Median of the rounds' own ratios: what drifts between rounds falls away. */
export const ratioOf = (runs: readonly Run[], anchor: readonly Run[]): number =>
  median(runs.map((run, round) => run.rate / (anchor[round]?.rate ?? Number.NaN)));
