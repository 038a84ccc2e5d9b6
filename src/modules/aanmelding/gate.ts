import { availableParallelism } from "node:os";
import { setTimeout as slaap } from "node:timers/promises";
import type { Context } from "#platform/context";
import type { Tally } from "#platform/metrics";
import { matches } from "#modules/sleutels";
import { makeAttemptTally } from "./figures.ts";
import { letPoolStandBack } from "./thread-priority.ts";
import { makeSprayWatch, type SprayWatch } from "./spray.ts";

/** What all attempts of this process pass through; made once per site. */
export type Gate = {
  /**
   * Lets attempts on one name pass one after the other. Together with the counter in the database this keeps parallel
   * guesses from all being looked at before the first failure is written, without a write for every sign-in.
   */
  inTurn<T>(naam: string, work: () => Promise<T>): Promise<T>;
  /**
   * The password check, as many at once as there are processors. More would only take 19 MiB each and each other's cache,
   * and fill the thread pool: then whoever is signed in already would wait behind everybody's password.
   */
  readonly matches: typeof matches;
  /** Sees spraying over names, to which the wait per name is blind. */
  readonly sproei: SprayWatch;
  /** How attempts ended. */
  readonly attempts: Tally;
  /** Holds back an answer for so many milliseconds. */
  sleep(ms: number): Promise<unknown>;
};

type OtherOptions = {
  /** Another check, only where a measurement asks what everything but the hash costs. */
  readonly klopt?: typeof matches | undefined;
  readonly tegelijk?: number;
  readonly sleep?: Gate["sleep"];
};

/** Another check, another number of checks at once or another clock only where something is measured. */
export function makeGate(anders: OtherOptions = {}): Gate {
  const { klopt: controle = matches, tegelijk = availableParallelism() } = anders;
  const rows = new Map<string, Promise<unknown>>();
  const wachtend: (() => void)[] = [];
  let bezig = 0;
  let standsBack = false;
  return {
    sproei: makeSprayWatch(),
    attempts: makeAttemptTally(),
    sleep: anders.sleep ?? slaap,
    async inTurn(naam, werk) {
      const previous = rows.get(naam) ?? Promise.resolve();
      const dit = previous.then(werk, werk);
      const staart = dit.catch(() => undefined);
      rows.set(naam, staart);
      try {
        return await dit;
      } finally {
        if (rows.get(naam) === staart) rows.delete(naam);
      }
    },
    async matches(...vraag) {
      if (bezig < tegelijk) bezig++;
      else await new Promise<void>((resolve) => wachtend.push(resolve));
      try {
        return await controle(...vraag);
      } finally {
        if (!standsBack) letPoolStandBack();
        standsBack = true;
        const next = wachtend.shift(); // takes over this place
        if (next) next();
        else bezig--;
      }
    },
  };
}

/** One attempt: in its turn on this name; when it fails while somebody sprays, its answer is held back. Nobody waits behind it. */
export async function withSproeiwacht<T extends { readonly soort: string }>(
  ctx: Context,
  poort: Gate,
  van: { readonly naamHash: Buffer; readonly bron: string | undefined },
  work: () => Promise<T>,
): Promise<T> {
  const naam = van.naamHash.toString("base64");
  const outcome = await poort.inTurn(naam, work);
  poort.attempts.add({ outcome: outcome.soort });
  const gelukt = outcome.soort !== "onjuist" && outcome.soort !== "wachten";
  const traag = poort.sproei.note(ctx, { naam, bron: van.bron, gelukt });
  if (traag > 0) await poort.sleep(traag);
  return outcome;
}
