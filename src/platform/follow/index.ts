import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import type { Context } from "#platform/context";
import { listen } from "#platform/database";
import { describeError } from "#platform/log";

export type Follower = {
  /** Asks for a turn that begins after this, and waits for its end. @throws what that turn threw */
  now(): Promise<void>;
  /** No turn begins any more; resolves when the one under way has ended. */
  stop(): Promise<void>;
};

export type Following = {
  /** NOTIFY on this channel asks for a turn. */
  readonly channel: string;
  /** What it is about, for the log. */
  readonly name: string;
  /** A turn comes at least so often, ms: for a notification that was lost. */
  readonly every?: number;
};

/** Pause after the first failure, ms; it doubles with each one up to the longest. */
const firstPause = 250;
const longestPause = 10_000;

/**
 * Does `work` whenever somebody notifies a channel, when listening begins, also after a loss, and now and then besides. Never two
 * turns at once, so that what one leaves behind is never older than what an earlier one left: a notification during a turn means
 * another one after it. A turn that fails is tried again, later each time.
 * @throws when the database cannot be reached the first time
 */
export async function follow(
  ctx: Context,
  { channel, name, every = 30_000, work }: Following & { readonly work: () => Promise<void> },
): Promise<Follower> {
  const stopping = new AbortController();
  let asked = false;
  let wake = new AbortController();
  let waiting: { readonly done: () => void; readonly failed: (error: unknown) => void }[] = [];
  const ask = (): void => {
    asked = true;
    wake.abort();
  };
  const pause = async (ms: number): Promise<void> => {
    if (stopping.signal.aborted) return;
    wake = new AbortController();
    await sleep(ms, undefined, { ref: false, signal: wake.signal }).catch(() => {});
  };
  let failures = 0;
  const turn = async (): Promise<void> => {
    asked = false;
    const those = waiting;
    waiting = [];
    try {
      await work();
      if (failures > 0) ctx.log.info({ naam: name, mislukt: failures }, "volgen gaat weer");
      failures = 0;
      for (const { done } of those) done();
    } catch (error) {
      failures += 1;
      // Once per series: as long as the database is away every turn fails the same way.
      if (failures === 1 && !stopping.signal.aborted)
        ctx.log.error({ ...describeError(error), naam: name }, "volgen hapert");
      for (const { failed } of those) failed(error);
    }
  };
  const line = await listen(ctx.sql, channel, ask, ask);
  const turns = (async () => {
    await sleep(0); // who asks right after the start is in the first turn
    while (!stopping.signal.aborted) {
      if (failures > 0) await pause(Math.min(firstPause * 2 ** (failures - 1), longestPause));
      else if (!asked) await pause(every);
      if (!stopping.signal.aborted) await turn();
    }
    for (const { failed } of waiting) failed(new Error(`no turn of ${name} any more`));
  })();
  return {
    now() {
      const ended = new Promise<void>((done, failed) => waiting.push({ done, failed }));
      ask();
      return ended;
    },
    async stop() {
      stopping.abort();
      wake.abort();
      await Promise.all([line.close(), turns]);
    },
  };
}

/** A read that takes longer is given up, ms; what it brings after that is nobody's. */
const patience = 20_000;

/**
 * Holds what stands in the database: reads it now, and again whenever `follow` gives a turn. `take` gets every state that differs
 * from the one before, in the order in which they were read.
 * @throws what the first read throws
 */
export async function followState<T>(
  ctx: Context,
  following: Following & {
    readonly read: () => Promise<T>;
    readonly take: (newest: T) => void;
    readonly patience?: number;
  },
): Promise<Follower> {
  const { read, take, patience: longest = patience } = following;
  let taken: { readonly state: T } | undefined;
  const follower = await follow(ctx, {
    ...following,
    work: async () => {
      const state = await within(longest, read());
      if (taken && isDeepStrictEqual(taken.state, state)) return;
      take(state);
      taken = { state };
    },
  });
  try {
    await follower.now();
  } catch (error) {
    await follower.stop();
    throw error;
  }
  return follower;
}

/** @throws Error when it takes longer than so many ms */
function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`took longer than ${ms} ms`)), ms);
    timer.unref();
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
