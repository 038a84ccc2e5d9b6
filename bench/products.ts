import type { ClientCalls } from "./client/main.ts";
import type { LoopRun } from "./client/loop.ts";
import type { Target } from "./client/sign-in.ts";
import type { Bench, Size } from "./contract.ts";
import { clients, listNames, loadedWorld, password } from "./load-world.ts";
import { startProcess, type Process } from "./processes.ts";
import { median } from "./rounds.ts";
import type { AcmCalls } from "./servers/acm.ts";
import type { ProviderCalls } from "./servers/plain-provider.ts";
import type { Usage } from "./servers/usage.ts";
import type { Cluster } from "./database.ts";

/** A server that is measured, in a process of its own. */
export type Server = { readonly target: Target; usage(): Promise<Usage>; stop(): Promise<void> };
/** The product on a world of a size. */
export type Product = Server & {
  readonly size: Size;
  readonly names: string[];
  readonly database: string;
  hash(on: boolean): Promise<void>;
};

/** The product on a copy of the world of a size. */
export async function startAcm(
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
  await warmUp(client, target, names, count ? 400 : warmth);
  await server.call("hash", hash);
  return {
    target,
    size,
    database,
    names,
    hash: (on) => server.call("hash", on),
    usage: () => server.call("usage", undefined),
    async stop() {
      await server.stop();
      await bench.cluster.drop(database);
    },
  };
}

export async function startPlainProvider(bench: Bench, client: Process<ClientCalls>): Promise<Server> {
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

/** Enough for what is counted per operation to be a whole number. */
const counted = 40;

export type Trips = { readonly trips: number; readonly commits: number };

/** Round trips and commits per operation, in a run of its own because counting costs time. */
export async function countTrips(
  bench: Bench,
  server: Server,
  client: Process<ClientCalls>,
  names: readonly string[],
  kind: "signIns" | "hops",
): Promise<Trips> {
  const { target } = server;
  const one = { target, concurrency: 1, warmupMs: 0, ms: 60_000, most: counted };
  if (kind === "hops") await client.call("prepareHops", { target, names, password, browsers: 8 });
  const [{ trips }, written] = [await server.usage(), await bench.cluster.written()];
  const { total } =
    kind === "hops"
      ? await client.call("hops", one)
      : await client.call("signIns", { ...one, names, password });
  const per = (count: number) => Math.round((count / total) * 10) / 10;
  return {
    trips: per((await server.usage()).trips - trips),
    commits: per((await bench.cluster.written()) - written),
  };
}

/** The same of a fresh product, at the smallest size. */
export async function tripsOfAcm(
  bench: Bench,
  client: Process<ClientCalls>,
  kind: "signIns" | "hops",
): Promise<Trips> {
  const server = await startAcm(bench, client, "S", { count: true });
  try {
    return await countTrips(bench, server, client, server.names, kind);
  } finally {
    await server.stop();
  }
}

/** What a server and its database used per operation, in milliseconds. */
export type Cpu = { readonly serverMs: number; readonly databaseMs: number };

/** Runs a load, and tells what each of its operations took of the server and of PostgreSQL. */
export async function withCpu<R extends Pick<LoopRun, "total">>(
  cluster: Cluster,
  usage: () => Promise<Pick<Usage, "cpuMs">>,
  load: () => Promise<R>,
): Promise<R & Cpu> {
  const [server, database] = [(await usage()).cpuMs, await cluster.cpuMs()];
  const run = await load();
  const per = (ms: number) => ms / run.total;
  return {
    ...run,
    serverMs: per((await usage()).cpuMs - server),
    databaseMs: per((await cluster.cpuMs()) - database),
  };
}

/** The medians of some runs as they stand in a result; `hashMs` of the server was for the password hash and is left out. */
export function cpuOf(
  runs: readonly Cpu[],
  hashMs = 0,
): { readonly cpu_ms: number; readonly cpu_server_ms: number; readonly cpu_database_ms: number } {
  const server = median(runs.map((run) => run.serverMs)) - hashMs;
  return {
    cpu_ms: median(runs.map((run) => run.serverMs + run.databaseMs)) - hashMs,
    cpu_server_ms: server,
    cpu_database_ms: median(runs.map((run) => run.databaseMs)),
  };
}
