import type { ClientCalls } from "#bench/client/main";
import type { Bench, Result, Size } from "#bench/contract";
import { bigSchool, school } from "#bench/big-school";
import { loadedWorld } from "#bench/load-world";
import { startProcess, type Process } from "#bench/processes";
import { cpuOf, withCpu, type Cpu } from "#bench/products";
import { interleave, median, rateOf, ratioOf } from "#bench/rounds";
import type { SearchCalls, SearchQuery } from "#bench/servers/search";

const window = { warmupMs: 500, ms: 2500, concurrency: 8 };

type Workload = {
  readonly naam: string;
  readonly path: string;
  readonly zoek: SearchQuery;
  readonly found: number;
  readonly goal: number;
  readonly superb: number;
};
const workloads: readonly Workload[] = [
  {
    naam: "klas",
    path: "/leerid-beheer?klas=3C",
    zoek: { klas: "3C" },
    found: 50,
    goal: 0.35,
    superb: 0.5,
  },
  {
    naam: "begin van een naam",
    path: "/leerid-beheer?zoek=peet",
    zoek: { begin: "peet" },
    found: 100,
    goal: 0.35,
    superb: 0.5,
  },
  {
    naam: "deel van een naam",
    path: "/leerid-beheer?zoek=eters",
    zoek: { deel: "eters" },
    found: 100,
    goal: 0.6,
    superb: 0.8,
  },
];

type Server = { readonly size: Size; readonly port: number; readonly cookies: readonly string[] };

/** LeerID-beheer as a beheerder uses it, beside the bare query on the same data. */
export async function schoolSearch(bench: Bench): Promise<Result[]> {
  const client = startProcess<ClientCalls>("client/main.ts");
  const servers: (Server & { readonly process: Process<SearchCalls>; readonly raw: Process<SearchCalls> })[] =
    [];
  try {
    for (const size of bench.sizes) {
      const url = await bench.cluster.create(databaseOf(size), await loadedWorld(bench, size));
      await bigSchool(url);
      const process = startProcess<SearchCalls>("servers/search.ts");
      const raw = startProcess<SearchCalls>("servers/search.ts");
      await raw.call("start", { url, count: false, school });
      servers.push({
        size,
        process,
        raw,
        ...(await process.call("start", { url, count: false, school })),
      });
    }
    const first = servers[0];
    if (!first) return [];
    const trips = await countTrips(bench, client, first.size);
    const results: Result[] = [];
    for (const workload of workloads) {
      const contestants: Record<string, () => ReturnType<typeof get>> = {};
      const cpu: Partial<Record<Size, Cpu[]>> = {};
      for (const server of servers) {
        await get(client, server, workload, { warmupMs: 0, ms: 60_000, concurrency: 8, most: 1000 });
        contestants[server.size] = async () => {
          const usage = () => server.process.call("usage", undefined);
          const run = await withCpu(bench.cluster, usage, () => get(client, server, workload, window));
          (cpu[server.size] ??= []).push(run);
          return run;
        };
        contestants[`anker ${server.size}`] = () =>
          server.raw.call("raw", { ...window, school, zoek: workload.zoek, expect: workload.found });
      }
      await bench.cluster.settle();
      const runs = await interleave(bench.rounds, contestants);
      for (const { size } of servers) {
        const product = runs[size] ?? [];
        const anchor = runs[`anker ${size}`] ?? [];
        const ratio = ratioOf(product, anchor);
        const p95 = median(product.map((run) => run.p95Ms));
        const flat = size === "S" || !runs["S"] ? undefined : ratioOf(product, runs["S"]);
        const rest = trips <= 3 && (flat === undefined || flat >= 0.8);
        results.push({
          benchmark: "school-search",
          size,
          unit: `bladzijden/s, ${workload.naam}, 8 tegelijk`,
          product: rateOf(product),
          anchor: rateOf(anchor),
          anchor_name: "de kale vraag",
          ratio,
          goal: workload.goal,
          superb: workload.superb,
          met: ratio >= workload.goal && p95 <= 40 && rest,
          superb_met: ratio >= workload.superb && p95 <= 20 && rest,
          trips,
          ...cpuOf(cpu[size] ?? []),
          p95_ms: p95,
          ...(flat === undefined ? {} : { flat }),
        });
      }
    }
    return results;
  } finally {
    await client.stop();
    for (const { process, raw, size } of servers) {
      await process.stop();
      await raw.stop();
      await bench.cluster.drop(databaseOf(size));
    }
  }
}

const databaseOf = (size: Size): string => `zoeken_${size.toLowerCase()}`;

const get = (
  client: Process<ClientCalls>,
  { port, cookies }: Pick<Server, "port" | "cookies">,
  { path, found }: Workload,
  run: { warmupMs: number; ms: number; concurrency: number; most?: number },
) => client.call("gets", { ...run, port, path, cookies, expect: `<b>${found} leerlingen</b> gevonden` });

/** Round trips per page, in a run of its own because counting costs time. */
async function countTrips(bench: Bench, client: Process<ClientCalls>, size: Size): Promise<number> {
  const server = startProcess<SearchCalls>("servers/search.ts");
  const [workload] = workloads;
  try {
    const started = await server.call("start", {
      url: bench.cluster.url(databaseOf(size)),
      count: true,
      school,
    });
    if (!workload) return 0;
    const one = { concurrency: 1, warmupMs: 0, ms: 60_000 };
    await get(client, started, workload, { ...one, most: 5 });
    const before = await server.call("usage", undefined);
    const { total } = await get(client, started, workload, { ...one, most: 50 });
    return ((await server.call("usage", undefined)).trips - before.trips) / total;
  } finally {
    await server.stop();
  }
}
