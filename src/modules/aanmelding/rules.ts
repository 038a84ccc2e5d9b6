import { kortste, type Niveau } from "#modules/sleutels";
import { nearestInschrijvingen, type Feiten } from "#modules/verstrekking";

/**
 * The level whose rules the own password of a pupil must meet (D7): of the enrolments that count today the one that asks the
 * longest; secundair for who never had any.
 */
export function niveauOf(feiten: Feiten): Niveau {
  const [first, ...rest] = nearestInschrijvingen(feiten).map(({ niveau }) => niveau);
  if (!first) return "secundair";
  return rest.reduce((langste, one) => (kortste[one] > kortste[langste] ? one : langste), first);
}

/**
 * Milliseconds that a name is closed after its n-th failure in a row (D7): five typing errors are free, then half a
 * minute, doubled each time, a quarter of an hour at most; never a hard lock. At most 9 looks in ten minutes.
 */
export function waitTime(mislukt: number): number {
  return mislukt < 5 ? 0 : Math.min(30_000 * 2 ** (mislukt - 5), 900_000);
}

/** The same for each number of failures, from the first; later ones are as the last. */
export const wachttijden: readonly number[] = Array.from({ length: 16 }, (_, index) => waitTime(index + 1));

/** Milliseconds over which failing names are counted together. */
export const duurSproeivenster = 5 * 60_000;

/** Names that failed and did not succeed since, and how many sign-ins succeeded. */
export type Tally = { readonly mislukt: Set<string>; gelukt: number };

/** So many names may fail in one window beside one in five of the sign-ins that succeed: a school that starts has those. */
const gewoon = { adres: 50, geheel: 200 } as const;

/**
 * Milliseconds that a failing answer is held back while many names fail (D7): none as long as it looks like people who mistype, then
 * a second, more as it gets worse, eight at most. A right password never waits, from whatever address.
 */
export function delayOf({ mislukt, gelukt }: Tally, bereik: keyof typeof gewoon): number {
  const verwacht = gewoon[bereik] + gelukt / 5;
  return mislukt.size <= verwacht ? 0 : Math.min(8000, Math.round((1000 * mislukt.size) / verwacht));
}
