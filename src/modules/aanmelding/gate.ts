/**
 * Lets attempts on one name pass one after the other in this process. Together with the counter in the database this keeps
 * parallel guesses from all being looked at before the first failure is written, without a write for every sign-in.
 */
export type Poort = <T>(naam: string, werk: () => Promise<T>) => Promise<T>;

export function maakPoort(): Poort {
  const rijen = new Map<string, Promise<unknown>>();
  return async (naam, werk) => {
    const vorige = rijen.get(naam) ?? Promise.resolve();
    const dit = vorige.then(werk, werk);
    const staart = dit.catch(() => undefined);
    rijen.set(naam, staart);
    try {
      return await dit;
    } finally {
      if (rijen.get(naam) === staart) rijen.delete(naam);
    }
  };
}
