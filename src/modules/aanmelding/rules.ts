/**
 * Milliseconds that a name is closed after its n-th failure in a row (D7): five typing errors are free, then half a
 * minute, doubled each time, a quarter of an hour at most; never a hard lock. At most 9 looks in ten minutes.
 */
export function wachttijd(mislukt: number): number {
  return mislukt < 5 ? 0 : Math.min(30_000 * 2 ** (mislukt - 5), 900_000);
}

/** The same for each number of failures, from the first; later ones are as the last. */
export const wachttijden: readonly number[] = Array.from({ length: 16 }, (_, index) => wachttijd(index + 1));
