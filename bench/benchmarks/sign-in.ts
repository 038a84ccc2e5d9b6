import type { ClientCalls } from "#bench/client/main";
import type { LoopRun } from "#bench/client/loop";
import type { Target } from "#bench/client/sign-in";
import type { Bench, Result, Size } from "#bench/contract";
import { clients, listNames, loadedWorld, password } from "#bench/load-world";
import { startProcess, type Process } from "#bench/processes";
import { interleave, median, rateOf, ratioOf } from "#bench/rounds";
import type { AcmCalls } from "#bench/servers/acm";
import type { Argon2Calls } from "#bench/servers/argon2";
import type { ProviderCalls } from "#bench/servers/plain-provider";
import type { Usage } from "#bench/servers/usage";

type Server = { readonly target: Target; usage(): Promise<Usage>; stop(): Promise<void> };
type Product = Server & { readonly size: Size; readonly names: string[]; readonly database: string };

/** The product on a copy of the world of a size. */
async function startAcm(
  bench: Bench,
  client: Process<ClientCalls>,
  size: Size,
  { hash = false, count = false } = {},
): Promise<Product> {
  const database = `acm_${size.toLowerCase()}`;
  const url = await bench.cluster.create(database, await loadedWorld(bench, size));
  const server = startProcess<AcmCalls>("servers/acm.ts");
  const target = await server.call("start", { url, count });
  const names = await listNames(url, 20_000);
  await warmUp(client, target, names, count ? 20 : warmth);
  await server.call("hash", hash);
  return {
    target,
    size,
    database,
    names,
    usage: () => server.call("usage", undefined),
    async stop() {
      await server.stop();
      await bench.cluster.drop(database);
    },
  };
}

async function startPlainProvider(bench: Bench, client: Process<ClientCalls>): Promise<Server> {
  const database = "plain";
  const url = await bench.cluster.create(database);
  const server = startProcess<ProviderCalls>("servers/plain-provider.ts");
  const target = await server.call("start", { url, clients, count: false });
  await warmUp(client, target, ["warm"], warmth);
  return {
    target,
    usage: () => server.call("usage", undefined),
    async stop() {
      await server.stop();
      await bench.cluster.drop(database);
    },
  };
}

/** Sign-ins before anything is measured: a server of some hours old has compiled its code, a fresh one takes three times the CPU. */
const warmth = 2500;

async function warmUp(client: Process<ClientCalls>, target: Target, names: readonly string[], most: number) {
  const load = { concurrency: 8, warmupMs: 0, ms: 60_000, most };
  await client.call("signIns", { ...load, target, names, password });
}

const window = { warmupMs: 500, ms: 2500 };
/** Enough for statements per operation to be a whole number. */
const counted = 40;

type Trips = { readonly trips: number; readonly commits: number };

/** Statements per operation, in a run of its own because counting costs time. */
async function countTrips(
  server: Server,
  client: Process<ClientCalls>,
  names: readonly string[],
  kind: "signIns" | "hops",
): Promise<Trips> {
  const { target } = server;
  const one = { target, concurrency: 1, warmupMs: 0, ms: 60_000, most: counted };
  if (kind === "hops") await client.call("prepareHops", { target, names, password, browsers: 8 });
  const before = await server.usage();
  const { total } =
    kind === "hops"
      ? await client.call("hops", one)
      : await client.call("signIns", { ...one, names, password });
  const after = await server.usage();
  const per = (what: "statements" | "commits") =>
    Math.round(((after[what] - before[what]) / total) * 100) / 100;
  return { trips: per("statements"), commits: per("commits") };
}

async function tripsOfAcm(
  bench: Bench,
  client: Process<ClientCalls>,
  kind: "signIns" | "hops",
): Promise<Trips> {
  const server = await startAcm(bench, client, "S", { count: true });
  try {
    return await countTrips(server, client, server.names, kind);
  } finally {
    await server.stop();
  }
}

type ServerRun = LoopRun & { readonly cpuMs: number };

async function withUsage(server: Server, run: () => Promise<LoopRun>): Promise<ServerRun> {
  const before = await server.usage();
  const result = await run();
  const after = await server.usage();
  return { ...result, cpuMs: (after.cpuMs - before.cpuMs) / result.total };
}

type Compared = {
  readonly size: Size;
  readonly runs: readonly ServerRun[];
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
    contestants[product.size] = async () => withUsage(product, await contestant(product));
  const all = await interleave(bench.rounds, contestants);
  return products.map(({ size }) => {
    const runs = (all[size] ?? []) as ServerRun[];
    return {
      size,
      runs,
      anchor: all["anchor"] ?? [],
      ratio: ratioOf(runs, all["anchor"] ?? []),
      flat: size === "S" || !all["S"] ? undefined : ratioOf(runs, all["S"]),
    };
  });
}

const cpuOf = (runs: readonly ServerRun[]): number => median(runs.map((run) => run.cpuMs));
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
        const cpu = cpuOf(row.runs) - median(hashes);
        results.push({
          benchmark: "login-cold",
          unit: `aanmeldingen/s, ${concurrency} tegelijk`,
          anchor_name: "argon2id alleen",
          ...figures(row),
          goal: 0.7,
          superb: 0.8,
          met: row.ratio >= 0.7 && trips <= 5 && cpu <= 4 && isFlat(row),
          superb_met: row.ratio >= 0.8 && trips <= 4 && cpu <= 2.5 && isFlat(row),
          trips,
          commits,
          cpu_ms: cpu,
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
    goal: 2.5,
    superb: 4,
    mostTrips: Number.POSITIVE_INFINITY,
  });
}

/** Another application from the same session, every time one that this session had not opened yet. */
export function ssoHop(bench: Bench): Promise<Result[]> {
  return besidePlainProvider(bench, {
    kind: "hops",
    benchmark: "sso-hop",
    unit: "overstappen/s",
    goal: 2,
    superb: 2.8,
    mostTrips: 4,
  });
}

async function besidePlainProvider(
  bench: Bench,
  what: {
    readonly kind: "signIns" | "hops";
    readonly benchmark: string;
    readonly unit: string;
    readonly goal: number;
    readonly superb: number;
    readonly mostTrips: number;
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
    return compared.map((row) => ({
      benchmark: what.benchmark,
      unit: `${what.unit}, ${concurrency} tegelijk`,
      anchor_name: "gewone oidc-provider op PostgreSQL",
      ...figures(row),
      goal: what.goal,
      superb: what.superb,
      met: row.ratio >= what.goal && trips <= what.mostTrips && isFlat(row),
      superb_met: row.ratio >= what.superb && trips <= what.mostTrips && isFlat(row),
      trips,
      commits,
      cpu_ms: cpuOf(row.runs),
    }));
  } finally {
    for (const process of [client, plain, ...products]) await process.stop();
  }
}
