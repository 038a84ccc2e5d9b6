import type { Config } from "#platform/config";
import { bulkAssign } from "./benchmarks/bulk-assign.ts";
import { classFiles } from "./benchmarks/class-files.ts";
import { discimusLoad } from "./benchmarks/discimus-load.ts";
import { discimusStream } from "./benchmarks/discimus-stream.ts";
import { footprint } from "./benchmarks/footprint.ts";
import { hopInStorm } from "./benchmarks/hop-in-storm.ts";
import { launchpad } from "./benchmarks/launchpad.ts";
import { privacyLog } from "./benchmarks/privacy-log.ts";
import { schoolPages } from "./benchmarks/school-pages.ts";
import { schoolSearch } from "./benchmarks/school-search.ts";
import { loginCold, loginNohash, ssoHop } from "./benchmarks/sign-in.ts";
import { sizes, type Benchmark, type Result, type Size } from "./contract.ts";
import { startCluster } from "./database.ts";
import { keepResults, table } from "./report.ts";

const benchmarks: Readonly<Record<string, Benchmark>> = {
  "login-cold": loginCold,
  "login-nohash": loginNohash,
  "sso-hop": ssoHop,
  "hop-in-storm": hopInStorm,
  "privacy-log": privacyLog,
  "discimus-load": discimusLoad,
  "discimus-stream": discimusStream,
  launchpad,
  "school-search": schoolSearch,
  "school-pages": schoolPages,
  "bulk-assign": bulkAssign,
  "class-files": classFiles,
  footprint,
};

/** Thrown for a name or size that does not exist. */
export class BenchError extends Error {}

/**
 * Measures the product and its anchors, interleaved in one run, and writes `bench/results/latest.json`. Results of the same
 * benchmark and size replace earlier ones, the others stay.
 */
export async function bench(
  _config: Config,
  options: { readonly only?: readonly string[] | undefined; readonly size?: readonly string[] | undefined },
): Promise<void> {
  const names = options.only ?? Object.keys(benchmarks);
  const chosen = (options.size ?? ["S"]).filter((size): size is Size => Object.hasOwn(sizes, size));
  const unknown = [
    ...names.filter((name) => !Object.hasOwn(benchmarks, name)),
    ...(options.size ?? []).filter((size) => !Object.hasOwn(sizes, size)),
  ];
  if (unknown.length > 0)
    throw new BenchError(
      `Onbekend: ${unknown.join(", ")}. Metingen: ${Object.keys(benchmarks).join(", ")}. Groottes: S, M, L.`,
    );
  const cluster = await startCluster();
  const say = (text: string) => process.stderr.write(`${text}…\n`);
  const rounds = Number(process.env["LEERID_BENCH_RONDES"] ?? 5);
  try {
    const results: Result[] = [];
    for (const name of names) {
      const benchmark = benchmarks[name];
      if (!benchmark) continue;
      say(name);
      const found = await benchmark({ sizes: chosen, rounds, cluster, say });
      results.push(...found);
    }
    for (const text of table(results)) console.log(text);
    await keepResults(results);
  } finally {
    await cluster.stop();
  }
}
