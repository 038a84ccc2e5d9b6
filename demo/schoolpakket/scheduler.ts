import { nextTurn } from "./planning.ts";
import type { Keeper, Taak } from "./state.ts";

/**
 * When a job has a turn to do: the one that is due, else undefined. After a time without running, the turns that were missed are
 * one turn, done at once: a file is the complete class list, so a second one right after it would say the same. A turn that
 * was broken off is done again.
 */
export function turnOf(taak: Taak, nu: number): number | undefined {
  if (taak.inactief || taak.type === "") return undefined;
  if (taak.bezig !== null) return taak.bezig;
  const turn = nextTurn(taak.planning, taak.sinds);
  return turn !== undefined && turn <= nu ? turn : undefined;
}

/** When a job runs next, to show; undefined = not by itself. */
export const nextTurnOf = (taak: Taak, nu: number): number | undefined =>
  taak.inactief || taak.type === "" ? undefined : nextTurn(taak.planning, Math.max(nu, taak.sinds));

export type Scheduler = {
  /** Does what is due now, and answers when it is done. */
  tick(): Promise<void>;
  stop(): Promise<void>;
};

const langstePauze = 30_000;

/** Runs the jobs of the state at their turns, one after the other. What was begun stands in the state before it begins. */
export function startScheduler(
  bewaarder: Keeper,
  options: { readonly now: () => number; readonly perform: (taak: Taak) => Promise<void> },
): Scheduler {
  const { now, perform } = options;
  let gestopt = false;
  let timer: NodeJS.Timeout | undefined;
  let row: Promise<void> = Promise.resolve();
  const set = (id: number, change: (taak: Taak) => Partial<Taak>) =>
    bewaarder.change((stand) => ({
      ...stand,
      taken: stand.taken.map((taak) => (taak.id === id ? { ...taak, ...change(taak) } : taak)),
    }));

  async function runDue(): Promise<void> {
    for (const { id } of bewaarder.stand().taken) {
      const taak = bewaarder.stand().taken.find((one) => one.id === id);
      const turn = taak === undefined ? undefined : turnOf(taak, now());
      if (taak === undefined || turn === undefined || gestopt) continue;
      await set(id, () => ({ bezig: turn, sinds: now() }));
      await perform(taak);
      await set(id, () => ({ bezig: null, laatste: turn }));
    }
  }
  const tick = (): Promise<void> => {
    row = row.then(runDue).catch((error: unknown) => {
      console.error(`Schoolpakket-simulator: ${error instanceof Error ? error.name : "fout"}`);
    });
    return row;
  };
  function plan(): void {
    if (gestopt) return;
    const momenten = bewaarder.stand().taken.flatMap((taak) => nextTurnOf(taak, now()) ?? []);
    const pauze = Math.max(50, Math.min(langstePauze, ...momenten.map((moment) => moment - now())));
    timer = setTimeout(() => void tick().then(plan), pauze);
  }
  void tick().then(plan);
  return {
    async tick() {
      await tick();
      clearTimeout(timer);
      plan();
    },
    async stop() {
      gestopt = true;
      clearTimeout(timer);
      await row;
      clearTimeout(timer);
    },
  };
}
