import type { ClientCalls } from "#bench/client/main";
import type { LoopRun } from "#bench/client/loop";
import type { Bench, Result } from "#bench/contract";
import { password } from "#bench/load-world";
import { startProcess } from "#bench/processes";
import { cpuOf, startAcm, withCpu, type Cpu } from "#bench/products";
import { interleave, median } from "#bench/rounds";

const hopping = 4;
const waiting = 64;
const window = { warmupMs: 500, ms: 2500 };

/**
 * Hops of pupils who are signed in, while 64 others wait for their password to be checked: those who are inside must not queue
 * behind those who come in. What counts is the p95 of a hop, against the same hops in quiet.
 */
export async function hopInStorm(bench: Bench): Promise<Result[]> {
  const results: Result[] = [];
  for (const size of bench.sizes) {
    const client = startProcess<ClientCalls>("client/main.ts");
    const crowd = startProcess<ClientCalls>("client/main.ts");
    const server = await startAcm(bench, client, size);
    const { target, names } = server;
    const hops = async () => {
      await server.hash(false);
      await client.call("prepareHops", { target, names, password, browsers: 200 });
      await server.hash(true);
      return () => client.call("hops", { ...window, concurrency: hopping, target });
    };
    const cpu: Cpu[] = [];
    try {
      const runs = await interleave(bench.rounds, {
        quiet: async () => {
          const run = await withCpu(bench.cluster, server.usage, await hops());
          cpu.push(run);
          return run;
        },
        storm: async () => {
          const run = await hops();
          // Longer than the hops, so that they never run in quiet.
          const load = { concurrency: waiting, warmupMs: 0, ms: window.warmupMs + window.ms + 500 };
          const storm = crowd.call("signIns", { ...load, target, names, password });
          const [result] = await Promise.all([run(), storm]);
          return result;
        },
      });
      const p95 = (list: readonly LoopRun[]) => median(list.map((run) => run.p95Ms));
      const ratio = median(
        runs.storm.map((run, round) => run.p95Ms / (runs.quiet[round]?.p95Ms ?? Number.NaN)),
      );
      results.push({
        benchmark: "hop-in-storm",
        size,
        unit: `ms, p95 van een overstap, ${hopping} tegelijk, terwijl ${waiting} aanmelden; de verhouding hoogstens`,
        product: p95(runs.storm),
        anchor: p95(runs.quiet),
        anchor_name: "dezelfde overstappen in stilte",
        ratio,
        goal: 4,
        superb: 2,
        met: ratio <= 4,
        superb_met: ratio <= 2,
        ...cpuOf(cpu),
        p95_ms: p95(runs.storm),
      });
    } finally {
      for (const process of [client, crowd, server]) await process.stop();
    }
  }
  return results;
}
