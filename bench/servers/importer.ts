import { readFileSync } from "node:fs";
import { benchContext } from "#bench/load-world";
import { answerCalls } from "#bench/processes";
import type { Context } from "#platform/context";
import { importFile } from "#modules/discimus";

let ctx: Context | undefined;

/** `leerid import discimus` as a process of its own, so that its memory can be told. */
const calls = {
  async load(args: {
    readonly url: string;
    readonly file: string;
    readonly messages: number;
  }): Promise<{ rate: number; memoryMb: number }> {
    ctx ??= benchContext(args.url);
    const start = performance.now();
    const { ontvangen, quarantaine } = await importFile(ctx, { pad: args.file });
    const seconds = (performance.now() - start) / 1000;
    if (ontvangen !== args.messages || quarantaine > 0)
      throw new Error(`${ontvangen} received, ${quarantaine} set apart`);
    return { rate: args.messages / seconds, memoryMb: peakMemory() };
  },
};
export type ImporterCalls = typeof calls;

/** The most that was ever resident, in MB. */
function peakMemory(): number {
  const status = readFileSync("/proc/self/status", "utf8");
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? Number.NaN) / 1024;
}

answerCalls(calls, async () => ctx?.sql.end({ timeout: 2 }));
