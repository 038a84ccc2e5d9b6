/** Memory for files that come in: who asks for more than there is waits, in order of asking. */
export type Budget = {
  /**
   * Takes bytes for a package. With `wacht: false` undefined when that is not possible now.
   * @returns what gives them back: all, or all but what is kept
   */
  take(
    pakket: string,
    bytes: number,
    hoe: { readonly wacht: boolean; readonly stop: AbortSignal },
  ): Promise<Part | undefined>;
  /** Bytes that are taken now. */
  inUse(): number;
};

/** A part of the budget. */
export type Part = { hold(bytes: number): void; giveBack(): void };

type Waiter = { readonly pakket: string; readonly bytes: number; readonly proceed: () => void };

/** A budget of one process; no package holds more than its share. */
export function makeBudget(total: number, perPakket: number): Budget {
  let bezet = 0;
  const van = new Map<string, number>();
  let wachters: Waiter[] = [];
  const fits = (pakket: string, bytes: number) =>
    bezet + bytes <= total && (van.get(pakket) ?? 0) + bytes <= perPakket;
  const record = (pakket: string, bytes: number) => {
    bezet += bytes;
    const nieuw = (van.get(pakket) ?? 0) + bytes;
    if (nieuw === 0) van.delete(pakket);
    else van.set(pakket, nieuw);
  };
  const callNext = () => {
    // One package that is at its share does not hold up the others.
    const blijft: Waiter[] = [];
    for (const wachter of wachters) {
      if (fits(wachter.pakket, wachter.bytes)) {
        record(wachter.pakket, wachter.bytes);
        wachter.proceed();
      } else blijft.push(wachter);
    }
    wachters = blijft;
  };
  const makePart = (pakket: string, bytes: number): Part => {
    let heeft = bytes;
    const resizeTo = (over: number) => {
      if (over >= heeft) return;
      record(pakket, over - heeft);
      heeft = over;
      callNext();
    };
    return { hold: resizeTo, giveBack: () => resizeTo(0) };
  };
  return {
    inUse: () => bezet,
    async take(pakket, gevraagd, { wacht, stop }) {
      const bytes = Math.min(gevraagd, perPakket, total); // else it would wait for ever
      if (fits(pakket, bytes) && !wachters.some((one) => one.pakket === pakket)) {
        record(pakket, bytes);
        return makePart(pakket, bytes);
      }
      if (!wacht || stop.aborted) return undefined;
      return new Promise((resolve) => {
        const af = () => {
          wachters = wachters.filter((one) => one !== wachter);
          resolve(undefined);
        };
        const wachter: Waiter = {
          pakket,
          bytes,
          proceed: () => {
            stop.removeEventListener("abort", af);
            resolve(makePart(pakket, bytes));
          },
        };
        wachters.push(wachter);
        stop.addEventListener("abort", af, { once: true });
      });
    },
  };
}
