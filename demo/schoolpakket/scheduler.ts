import { volgendeBeurt } from "./planning.ts";
import type { Bewaarder, Taak } from "./state.ts";

/**
 * When a job has a turn to do: the one that is due, else undefined. After a time without running, the turns that were missed are
 * one turn, done at once: a file is the complete class list, so a second one right after it would say the same. A turn that
 * was broken off is done again.
 */
export function beurtVan(taak: Taak, nu: number): number | undefined {
  if (taak.inactief || taak.type === "") return undefined;
  if (taak.bezig !== null) return taak.bezig;
  const beurt = volgendeBeurt(taak.planning, taak.sinds);
  return beurt !== undefined && beurt <= nu ? beurt : undefined;
}

/** When a job runs next, to show; undefined = not by itself. */
export const straks = (taak: Taak, nu: number): number | undefined =>
  taak.inactief || taak.type === "" ? undefined : volgendeBeurt(taak.planning, Math.max(nu, taak.sinds));

export type Scheduler = {
  /** Does what is due now, and answers when it is done. */
  tik(): Promise<void>;
  stop(): Promise<void>;
};

const langstePauze = 30_000;

/** Runs the jobs of the state at their turns, one after the other. What was begun stands in the state before it begins. */
export function startScheduler(
  bewaarder: Bewaarder,
  options: { readonly nu: () => number; readonly voerUit: (taak: Taak) => Promise<void> },
): Scheduler {
  const { nu, voerUit } = options;
  let gestopt = false;
  let timer: NodeJS.Timeout | undefined;
  let rij: Promise<void> = Promise.resolve();
  const zet = (id: number, anders: (taak: Taak) => Partial<Taak>) =>
    bewaarder.wijzig((stand) => ({
      ...stand,
      taken: stand.taken.map((taak) => (taak.id === id ? { ...taak, ...anders(taak) } : taak)),
    }));

  async function werk(): Promise<void> {
    for (const { id } of bewaarder.stand().taken) {
      const taak = bewaarder.stand().taken.find((een) => een.id === id);
      const beurt = taak === undefined ? undefined : beurtVan(taak, nu());
      if (taak === undefined || beurt === undefined || gestopt) continue;
      await zet(id, () => ({ bezig: beurt, sinds: nu() }));
      await voerUit(taak);
      await zet(id, () => ({ bezig: null, laatste: beurt }));
    }
  }
  const tik = (): Promise<void> => {
    rij = rij.then(werk).catch((error: unknown) => {
      console.error(`Schoolpakket-simulator: ${error instanceof Error ? error.name : "fout"}`);
    });
    return rij;
  };
  function plan(): void {
    if (gestopt) return;
    const momenten = bewaarder.stand().taken.flatMap((taak) => straks(taak, nu()) ?? []);
    const pauze = Math.max(50, Math.min(langstePauze, ...momenten.map((moment) => moment - nu())));
    timer = setTimeout(() => void tik().then(plan), pauze);
  }
  void tik().then(plan);
  return {
    async tik() {
      await tik();
      clearTimeout(timer);
      plan();
    },
    async stop() {
      gestopt = true;
      clearTimeout(timer);
      await rij;
      clearTimeout(timer);
    },
  };
}
