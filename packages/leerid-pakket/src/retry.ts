import { PakketError } from "./problem.ts";

/** Something that may go better in a moment; `na` = the other side said when, in milliseconds. */
export class TryLater extends Error {
  readonly na: number | undefined;
  constructor(melding: string, na?: number) {
    super(melding);
    this.na = na;
  }
}

export type Waiter = {
  readonly wait: (ms: number) => Promise<void>;
  readonly report: (regel: string) => void;
  readonly pogingen: number;
};

const langst = 5 * 60_000;

/** How long before the next attempt: 1, 2, 4… seconds, with up to half of it added so that schools spread. */
export const pause = (poging: number, toeval = Math.random()): number =>
  Math.min(langst, 1000 * 2 ** (poging - 1)) * (1 + toeval / 2);

/**
 * Does something that may fail for a moment, some times.
 * @throws PakketError with what was the matter the last time
 */
export async function withRetry<T>(wachter: Waiter, work: () => Promise<T>): Promise<T> {
  for (let poging = 1; ; poging += 1) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof TryLater)) throw error;
      if (poging >= wachter.pogingen)
        throw new PakketError(`${error.message} Na ${poging} pogingen gestopt. Probeer het straks opnieuw.`);
      const na = Math.min(langst, error.na ?? pause(poging));
      wachter.report(`${error.message} Nieuwe poging na ${Math.ceil(na / 1000)} s.`);
      await wachter.wait(na);
    }
  }
}
