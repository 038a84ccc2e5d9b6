import { seeded, type Random } from "#demo/random";

// Long tests draw by lot. `npm test` prints the seed it gives them and does a tenth; `npm run test:lang` does the whole. The same
// seed (`npm test -- --seed=…`) draws the same again.

const seed = Number(process.env["LEERID_TEST_SEED"] ?? 1);

/** Is this the whole, of which things can be said that a tenth is too small for? */
export const whole = process.env["LEERID_TEST_LANG"] === "1";

/** How often: `all` times, or a tenth of it and at least `least`. */
export const times = (all: number, least = 1): number => (whole ? all : Math.max(least, Math.ceil(all / 10)));

/** The same for a property of fast-check. */
export const runsOf = (all: number, least = 1): { readonly numRuns: number; readonly seed: number } => ({
  numRuns: times(all, least),
  seed,
});

/** Numbers of this run for one test file, which names itself by any number of its own. */
export const drawsOf = (file: number): Random => seeded(seed + file);
