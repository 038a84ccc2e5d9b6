import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Bench, Result, Size } from "#bench/contract";
import { emptyWorld } from "#bench/load-world";
import { startProcess } from "#bench/processes";
import { rateOf, ratioOf } from "#bench/rounds";
import type { CopierCalls } from "#bench/servers/copier";
import type { ImporterCalls } from "#bench/servers/importer";
import { writeFeed, writeRows } from "#bench/world";

/** The three loads: from nothing, again the same, again with one pupil in a hundred changed. */
const loads = [
  { name: "leeg", delivery: 1, anchor: "copy", anchorName: "COPY met 4 indexen", goal: 0.35, superb: 0.5 },
  {
    name: "ongewijzigd",
    delivery: 2,
    anchor: "merge",
    anchorName: "COPY en samenvoegen",
    goal: 0.5,
    superb: 0.7,
  },
  {
    name: "1 % gewijzigd",
    delivery: 3,
    changed: 100,
    anchor: "merge",
    anchorName: "COPY en samenvoegen",
    goal: 0.5,
    superb: 0.7,
  },
] as const;
const mostMemoryMb = 300;

/** Full loads of the feed, beside what PostgreSQL needs for as many rows. */
export async function discimusLoad(bench: Bench): Promise<Result[]> {
  const results: Result[] = [];
  for (const size of bench.sizes) results.push(...(await ofSize(bench, size)));
  return results;
}

async function ofSize(bench: Bench, size: Size): Promise<Result[]> {
  const { cluster } = bench;
  const template = await emptyWorld(cluster);
  const file = (kind: string, delivery: number) => join(cluster.folder, `${kind}-${size}-${delivery}`);
  const made: { name: string; feed: string; rows: string; messages: number }[] = [];
  bench.say(`discimus-load ${size}`);
  try {
    for (const load of loads) {
      const feed = `${file("feed", load.delivery)}.ndjson`;
      const rows = `${file("rijen", load.delivery)}.tsv`;
      made.push({ name: load.name, feed, rows, messages: await writeFeed(feed, { size, ...load }) });
      await writeRows(rows, { size, ...load });
    }
    // The three loads follow on each other, so a round is all of them, each beside its anchor.
    const runs = loads.map(() => ({
      product: [] as { rate: number; memoryMb: number }[],
      anchor: [] as { rate: number }[],
    }));
    for (let round = 0; round < bench.rounds; round++) {
      const url = await cluster.create("laden", template);
      const importer = startProcess<ImporterCalls>("servers/importer.ts");
      const copier = startProcess<CopierCalls>("servers/copier.ts");
      try {
        await copier.call("prepare", { url: await cluster.create("laden_anker") });
        for (const [index, { anchor }] of loads.entries()) {
          const files = made[index];
          const run = runs[index];
          if (!files || !run) continue;
          const both = [
            async () => {
              await cluster.settle();
              run.product.push(
                await importer.call("load", { url, file: files.feed, messages: files.messages }),
              );
            },
            async () => {
              await cluster.settle();
              run.anchor.push(await copier.call(anchor, { file: files.rows, rows: files.messages }));
            },
          ];
          for (const one of round % 2 === 0 ? both : both.toReversed()) await one();
        }
      } finally {
        await importer.stop();
        await copier.stop();
        await cluster.drop("laden");
        await cluster.drop("laden_anker");
      }
    }
    return loads.map((load, index) => {
      const { product = [], anchor = [] } = runs[index] ?? {};
      const ratio = ratioOf(product, anchor);
      const memory = Math.max(...product.map((run) => run.memoryMb));
      return {
        benchmark: "discimus-load",
        size,
        unit: `berichten/s, ${load.name}`,
        product: rateOf(product),
        anchor: rateOf(anchor),
        anchor_name: load.anchorName,
        ratio,
        goal: load.goal,
        superb: load.superb,
        met: ratio >= load.goal && memory <= mostMemoryMb,
        superb_met: ratio >= load.superb && memory <= mostMemoryMb,
        memory_mb: memory,
      };
    });
  } finally {
    for (const { feed, rows } of made) {
      await rm(feed, { force: true });
      await rm(rows, { force: true });
    }
  }
}
