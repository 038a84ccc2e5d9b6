import { sizes, type Bench, type Result } from "#bench/contract";
import { emptyWorld, loadedWorld } from "#bench/load-world";
import { startProcess } from "#bench/processes";
import { cpuOf, withCpu, type Cpu } from "#bench/products";
import { interleave, median, rateOf, ratioOf } from "#bench/rounds";
import type { StreamCalls } from "#bench/servers/stream";
import { openDatabase } from "#platform/database";

const window = { warmupMs: 400, ms: 2000 };

/** Single messages, acknowledged after commit, beside single rows committed one by one over as many connections. */
export async function discimusStream(bench: Bench): Promise<Result[]> {
  const { cluster } = bench;
  const results: Result[] = [];
  for (const size of bench.sizes) {
    const world = { pupils: sizes[size].leerlingen, schools: sizes[size].scholen };
    const url = await cluster.create("stroom", await loadedWorld(bench, size));
    const rawUrl = await cluster.create("stroom_anker", await emptyWorld(cluster));
    const owner = openDatabase({ url: rawUrl, max: 1, role: "eigenaar" });
    await owner.unsafe(`
      create table public.rauw (nummer bigint primary key, instellingsnummer text, stamnummer text, naam text, voornaam text,
        geboortedatum date, versie integer, tijdstip timestamptz);
      grant insert on public.rauw to leerid_app`);
    await owner.end();
    const product = startProcess<StreamCalls>("servers/stream.ts");
    const raw = startProcess<StreamCalls>("servers/stream.ts");
    try {
      await product.call("start", { url, count: false });
      await raw.call("start", { url: rawUrl, count: false });
      for (const concurrency of [1, 10]) {
        await cluster.settle();
        const cpu: Cpu[] = [];
        const runs = await interleave(bench.rounds, {
          product: async () => {
            const usage = () => product.call("usage", undefined);
            const load = { ...window, ...world, concurrency };
            const run = await withCpu(cluster, usage, () => product.call("messages", load));
            cpu.push(run);
            return run;
          },
          anchor: () => raw.call("rows", { ...window, concurrency }),
        });
        const ratio = ratioOf(runs.product, runs.anchor);
        results.push({
          benchmark: "discimus-stream",
          size,
          unit: `berichten/s, ${concurrency} tegelijk`,
          product: rateOf(runs.product),
          anchor: rateOf(runs.anchor),
          anchor_name: "één rij, één commit",
          ratio,
          goal: 0.4,
          superb: 0.6,
          met: ratio >= 0.4,
          superb_met: ratio >= 0.6,
          ...cpuOf(cpu),
          p95_ms: median(runs.product.map((run) => run.p95Ms)),
        });
      }
    } finally {
      for (const process of [product, raw]) await process.stop();
      await cluster.drop("stroom");
      await cluster.drop("stroom_anker");
    }
  }
  return results;
}
