import type { ClientCalls } from "#bench/client/main";
import type { LoopRun } from "#bench/client/loop";
import type { Target } from "#bench/client/sign-in";
import type { Bench, Result, Size } from "#bench/contract";
import { password } from "#bench/load-world";
import { startProcess } from "#bench/processes";
import {
  cpuOf,
  startAcm,
  startPlainProvider,
  tripsOfAcm,
  withCpu,
  type Cpu,
  type Product,
} from "#bench/products";
import { interleave, median, rateOf, ratioOf } from "#bench/rounds";
import type { Argon2Calls } from "#bench/servers/argon2";

const window = { warmupMs: 500, ms: 2500 };

type Compared = {
  readonly size: Size;
  readonly runs: readonly (LoopRun & Cpu)[];
  readonly anchor: readonly LoopRun[];
  readonly ratio: number;
  readonly flat: number | undefined;
};

/** Runs the product at every size and the anchor in the same rounds. A contestant prepares first and then gives what is measured. */
async function compare(
  bench: Bench,
  products: readonly Product[],
  contestant: (product: Product) => Promise<() => Promise<LoopRun>>,
  anchor: () => Promise<() => Promise<LoopRun>>,
): Promise<Compared[]> {
  await bench.cluster.settle();
  const contestants: Record<string, () => Promise<LoopRun>> = { anchor: async () => (await anchor())() };
  for (const product of products)
    contestants[product.size] = async () => withCpu(bench.cluster, product.usage, await contestant(product));
  const all = await interleave(bench.rounds, contestants);
  return products.map(({ size }) => {
    const runs = (all[size] ?? []) as (LoopRun & Cpu)[];
    return {
      size,
      runs,
      anchor: all["anchor"] ?? [],
      ratio: ratioOf(runs, all["anchor"] ?? []),
      flat: size === "S" || !all["S"] ? undefined : ratioOf(runs, all["S"]),
    };
  });
}

const isFlat = ({ flat }: Compared): boolean => flat === undefined || flat >= 0.8;

const figures = ({ size, runs, anchor, ratio, flat }: Compared) => ({
  size,
  product: rateOf(runs),
  anchor: rateOf(anchor),
  ratio,
  p95_ms: median(runs.map((run) => run.p95Ms)),
  ...(flat === undefined ? {} : { flat }),
});

/** A whole sign-in with the real hash, beside the hash alone. */
export async function loginCold(bench: Bench): Promise<Result[]> {
  const client = startProcess<ClientCalls>("client/main.ts");
  const argon2 = startProcess<Argon2Calls>("servers/argon2.ts");
  const products: Product[] = [];
  try {
    const { trips, commits } = await tripsOfAcm(bench, client, "signIns");
    for (const size of bench.sizes) products.push(await startAcm(bench, client, size, { hash: true }));
    const results: Result[] = [];
    for (const concurrency of [16, 32]) {
      const hashes: number[] = [];
      const compared = await compare(
        bench,
        products,
        async ({ target, names }) =>
          () =>
            client.call("signIns", { ...window, concurrency, target, names, password }),
        async () => async () => {
          const run = await argon2.call("verify", { ...window, concurrency });
          hashes.push(run.cpuMs);
          return run;
        },
      );
      for (const row of compared) {
        const cpu = cpuOf(row.runs, median(hashes));
        const rest = trips <= 3 && commits <= 2 && isFlat(row);
        results.push({
          benchmark: "login-cold",
          unit: `aanmeldingen/s, ${concurrency} tegelijk`,
          anchor_name: "argon2id alleen; het doel is in ms CPU naast de hash",
          ...figures(row),
          goal: 4.5,
          superb: 3,
          met: cpu.cpu_ms <= 4.5 && rest,
          superb_met: cpu.cpu_ms <= 3 && rest,
          trips,
          commits,
          ...cpu,
        });
      }
    }
    return results;
  } finally {
    for (const process of [client, argon2, ...products]) await process.stop();
  }
}

/** The same without the hash, beside a plain provider. */
export function loginNohash(bench: Bench): Promise<Result[]> {
  return besidePlainProvider(bench, {
    kind: "signIns",
    benchmark: "login-nohash",
    unit: "aanmeldingen/s",
    goal: { ratio: 2.5 },
    superb: { ratio: 4 },
  });
}

/** Another application from the same session, every time one that this session had not opened yet. */
export function ssoHop(bench: Bench): Promise<Result[]> {
  return besidePlainProvider(bench, {
    kind: "hops",
    benchmark: "sso-hop",
    unit: "overstappen/s",
    goal: { ratio: 2, cpuMs: 2.1, trips: 2, commits: 1 },
    superb: { ratio: 2.8, cpuMs: 1.5, trips: 2, commits: 1 },
  });
}

/** At least this ratio to the anchor; at most this much of the rest. */
type Demands = {
  readonly ratio: number;
  readonly cpuMs?: number;
  readonly trips?: number;
  readonly commits?: number;
};

async function besidePlainProvider(
  bench: Bench,
  what: {
    readonly kind: "signIns" | "hops";
    readonly benchmark: string;
    readonly unit: string;
    readonly goal: Demands;
    readonly superb: Demands;
  },
): Promise<Result[]> {
  const client = startProcess<ClientCalls>("client/main.ts");
  const plain = await startPlainProvider(bench, client);
  const products: Product[] = [];
  const concurrency = 16;
  try {
    const { trips, commits } = await tripsOfAcm(bench, client, what.kind);
    for (const size of bench.sizes) products.push(await startAcm(bench, client, size));
    const contestant = async (target: Target, names: readonly string[], browsers: number) => {
      if (what.kind === "signIns")
        return () => client.call("signIns", { ...window, concurrency, target, names, password });
      await client.call("prepareHops", { target, names, password, browsers });
      return () => client.call("hops", { ...window, concurrency, target });
    };
    const compared = await compare(
      bench,
      products,
      ({ target, names }) => contestant(target, names, 1000),
      () => contestant(plain.target, products[0]?.names ?? [], 400),
    );
    return compared.map((row) => {
      const cpu = cpuOf(row.runs);
      const meets = (one: Demands): boolean =>
        row.ratio >= one.ratio &&
        cpu.cpu_ms <= (one.cpuMs ?? Number.POSITIVE_INFINITY) &&
        trips <= (one.trips ?? Number.POSITIVE_INFINITY) &&
        commits <= (one.commits ?? Number.POSITIVE_INFINITY) &&
        isFlat(row);
      return {
        benchmark: what.benchmark,
        unit: `${what.unit}, ${concurrency} tegelijk`,
        anchor_name: "gewone oidc-provider op PostgreSQL",
        ...figures(row),
        goal: what.goal.ratio,
        superb: what.superb.ratio,
        met: meets(what.goal),
        superb_met: meets(what.superb),
        trips,
        commits,
        ...cpu,
      };
    });
  } finally {
    for (const process of [client, plain, ...products]) await process.stop();
  }
}
