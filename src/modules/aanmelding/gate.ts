import { availableParallelism } from "node:os";
import { setTimeout as slaap } from "node:timers/promises";
import type { Context } from "#platform/context";
import { klopt } from "#modules/sleutels";
import { maakSproeiwacht, type Sproeiwacht } from "./spray.ts";

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
  /** Sees spraying over names, to which the wait per name is blind. */
  readonly sproei: Sproeiwacht;
  /** Holds back an answer for so many milliseconds. */
  slaap(ms: number): Promise<unknown>;
};

type Anders = {
  /** Another check, only where a measurement asks what everything but the hash costs. */
  readonly klopt?: typeof klopt | undefined;
  readonly tegelijk?: number;
  readonly slaap?: Poort["slaap"];
};

/** Another check, another number of checks at once or another clock only where something is measured. */
export function maakPoort(anders: Anders = {}): Poort {
  const { klopt: controle = klopt, tegelijk = availableParallelism() } = anders;
  const rijen = new Map<string, Promise<unknown>>();
  const wachtend: (() => void)[] = [];
  let bezig = 0;
  return {
    sproei: maakSproeiwacht(),
    slaap: anders.slaap ?? slaap,
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

/** One attempt: in its turn on this name; when it fails while somebody sprays, its answer is held back. Nobody waits behind it. */
export async function metSproeiwacht<T extends { readonly soort: string }>(
  ctx: Context,
  poort: Poort,
  van: { readonly naamHash: Buffer; readonly bron: string | undefined },
  werk: () => Promise<T>,
): Promise<T> {
  const naam = van.naamHash.toString("base64");
  const uitkomst = await poort.opNaam(naam, werk);
  const gelukt = uitkomst.soort !== "onjuist" && uitkomst.soort !== "wachten";
  const traag = poort.sproei.noteer(ctx, { naam, bron: van.bron, gelukt });
  if (traag > 0) await poort.slaap(traag);
  return uitkomst;
}
