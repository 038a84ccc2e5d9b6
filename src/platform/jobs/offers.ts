import type { z } from "zod";
import type { Context } from "#platform/context";
import { describeError } from "#platform/log";
import type { Reading } from "#platform/metrics";
import { followUpkeep } from "./figures.ts";
import type { Payload } from "./payload.ts";
import type { Tasks } from "./worker.ts";

/** Work that a room must have done regularly, by whichever node comes first; the database sees to it that two nodes do no harm. */
export type Upkeep = {
  /** Unique among all rooms; stands in the log when it fails. */
  readonly name: string;
  /** From the beginning of one turn to the next; a turn that takes longer is not joined by another. */
  readonly everyMs: number;
  readonly work: (ctx: Context) => Promise<unknown>;
  /** What this process can tell of it, besides when it went well and how often not. */
  readonly reading?: Reading;
};

/** Work that somebody asks for with `enqueue`, by its name. */
export type Job = {
  /** Unique among all rooms. It is stored with whatever waits, so another name needs a migration. */
  readonly name: string;
  /** Runs at least once: after a crash the same job comes again. */
  readonly work: (ctx: Context, payload: Payload) => Promise<void>;
};

/**
 * A job as a room offers it.
 * @param payload what it must be told; a job that is told anything else fails before it begins
 */
export function job<S extends z.ZodType>(
  name: string,
  payload: S,
  work: (ctx: Context, payload: z.output<S>) => Promise<void>,
): Job {
  return { name, work: async (ctx, told) => work(ctx, payload.parse(told)) };
}

/**
 * What the rooms offer, by name, for the worker.
 * @throws when two rooms offer the same name
 */
export function collectJobs(offered: readonly Job[]): Tasks {
  refuseDoubles(offered);
  return Object.fromEntries(offered.map(({ name, work }) => [name, work]));
}

/**
 * Does the upkeep of all rooms until stopped, each at its own pace, at once when it starts. What fails is logged and comes again in its
 * next turn; the others do not notice.
 * @throws when two rooms offer the same name
 */
export function startUpkeep(
  ctx: Context,
  offered: readonly Upkeep[],
): { readonly readings: readonly Reading[]; stop(): Promise<void> } {
  refuseDoubles(offered);
  const seen = followUpkeep(offered, ctx.clock.now());
  let stopped = false;
  const underWay = new Map<string, Promise<void>>();
  const once = async ({ name, work }: Upkeep): Promise<void> => {
    try {
      await null; // also work that throws at once ends after it was noted as under way
      await work(ctx);
      seen.noteSuccess(name, ctx.clock.now());
    } catch (error) {
      seen.noteFailure(name);
      ctx.log.error({ ...describeError(error), taak: name }, "onderhoudstaak mislukt");
    } finally {
      underWay.delete(name);
    }
  };
  const turn = (upkeep: Upkeep) => {
    if (!stopped && !underWay.has(upkeep.name)) underWay.set(upkeep.name, once(upkeep));
  };
  const timers = offered.map((upkeep) => {
    turn(upkeep);
    return setInterval(turn, upkeep.everyMs, upkeep);
  });
  return {
    readings: [seen.reading, ...offered.flatMap(({ reading }) => reading ?? [])],
    async stop() {
      stopped = true;
      timers.forEach(clearInterval);
      await Promise.all(underWay.values());
    },
  };
}

function refuseDoubles(offered: readonly { readonly name: string }[]): void {
  const seen = new Set<string>();
  for (const { name } of offered) {
    if (seen.has(name)) throw new Error(`two rooms offer ${name}`);
    seen.add(name);
  }
}
