import { closedLoop, type LoopOptions, type LoopRun } from "#bench/client/loop";
import { answerCalls } from "#bench/processes";
import { benchKeys as keys } from "#bench/world";
import { matches, makeHash } from "#modules/sleutels";

const hash = await makeHash(keys, "anker");

/** The anchor of a sign-in: nothing but the product's own argon2id check, in a process of the same shape. */
const calls = {
  async verify(options: LoopOptions): Promise<LoopRun & { readonly cpuMs: number }> {
    const before = process.cpuUsage();
    const run = await closedLoop(options, () =>
      matches(keys, { soort: "eigen", hash, peper: keys.peperId }, "anker"),
    );
    const { user, system } = process.cpuUsage(before);
    return { ...run, cpuMs: (user + system) / 1000 / run.total };
  },
};
export type Argon2Calls = typeof calls;

answerCalls(calls);
