/** Memory for files that come in: who asks for more than there is waits, in order of asking. */
export type Budget = {
  /**
   * Takes bytes for a package. With `wacht: false` undefined when that is not possible now.
   * @returns what gives them back: all, or all but what is kept
   */
  neem(
    pakket: string,
    bytes: number,
    hoe: { readonly wacht: boolean; readonly stop: AbortSignal },
  ): Promise<Deel | undefined>;
  /** Bytes that are taken now. */
  bezet(): number;
};

/** A part of the budget. */
export type Deel = { houd(bytes: number): void; geefTerug(): void };

type Wachter = { readonly pakket: string; readonly bytes: number; readonly ga: () => void };

/** A budget of one process; no package holds more than its share. */
export function maakBudget(totaal: number, perPakket: number): Budget {
  let bezet = 0;
  const van = new Map<string, number>();
  let wachters: Wachter[] = [];
  const past = (pakket: string, bytes: number) =>
    bezet + bytes <= totaal && (van.get(pakket) ?? 0) + bytes <= perPakket;
  const boek = (pakket: string, bytes: number) => {
    bezet += bytes;
    const nieuw = (van.get(pakket) ?? 0) + bytes;
    if (nieuw === 0) van.delete(pakket);
    else van.set(pakket, nieuw);
  };
  const roep = () => {
    // One package that is at its share does not hold up the others.
    const blijft: Wachter[] = [];
    for (const wachter of wachters) {
      if (past(wachter.pakket, wachter.bytes)) {
        boek(wachter.pakket, wachter.bytes);
        wachter.ga();
      } else blijft.push(wachter);
    }
    wachters = blijft;
  };
  const maakDeel = (pakket: string, bytes: number): Deel => {
    let heeft = bytes;
    const naar = (over: number) => {
      if (over >= heeft) return;
      boek(pakket, over - heeft);
      heeft = over;
      roep();
    };
    return { houd: naar, geefTerug: () => naar(0) };
  };
  return {
    bezet: () => bezet,
    async neem(pakket, gevraagd, { wacht, stop }) {
      const bytes = Math.min(gevraagd, perPakket, totaal); // else it would wait for ever
      if (past(pakket, bytes) && !wachters.some((een) => een.pakket === pakket)) {
        boek(pakket, bytes);
        return maakDeel(pakket, bytes);
      }
      if (!wacht || stop.aborted) return undefined;
      return new Promise((resolve) => {
        const af = () => {
          wachters = wachters.filter((een) => een !== wachter);
          resolve(undefined);
        };
        const wachter: Wachter = {
          pakket,
          bytes,
          ga: () => {
            stop.removeEventListener("abort", af);
            resolve(maakDeel(pakket, bytes));
          },
        };
        wachters.push(wachter);
        stop.addEventListener("abort", af, { once: true });
      });
    },
  };
}
