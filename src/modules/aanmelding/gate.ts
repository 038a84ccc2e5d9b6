import { availableParallelism } from "node:os";
import { klopt } from "#modules/sleutels";

/** What all attempts of this process pass through; made once per site. */
export type Poort = {
  /**
   * Lets attempts on one name pass one after the other. Together with the counter in the database this keeps parallel
   * guesses from all being looked at before the first failure is written, without a write for every sign-in.
   */
  opNaam<T>(naam: string, werk: () => Promise<T>): Promise<T>;
  /**
   * The password check, as many at once as there are processors. More would only take 19 MiB each and each other's cache,
   * and fill the thread pool: then whoever is signed in already would wait behind everybody's password.
   */
  readonly klopt: typeof klopt;
};

/** `controle` is another check only where a measurement asks what everything but the hash costs. */
export function maakPoort(controle: typeof klopt = klopt, tegelijk = availableParallelism()): Poort {
  const rijen = new Map<string, Promise<unknown>>();
  const wachtend: (() => void)[] = [];
  let bezig = 0;
  return {
    async opNaam(naam, werk) {
      const vorige = rijen.get(naam) ?? Promise.resolve();
      const dit = vorige.then(werk, werk);
      const staart = dit.catch(() => undefined);
      rijen.set(naam, staart);
      try {
        return await dit;
      } finally {
        if (rijen.get(naam) === staart) rijen.delete(naam);
      }
    },
    async klopt(...vraag) {
      if (bezig < tegelijk) bezig++;
      else await new Promise<void>((resolve) => wachtend.push(resolve));
      try {
        return await controle(...vraag);
      } finally {
        const volgende = wachtend.shift(); // takes over this place
        if (volgende) volgende();
        else bezig--;
      }
    },
  };
}
