import type { ClientCalls } from "#bench/client/main";
import type { Bench, Result } from "#bench/contract";
import { benchContext, loadedWorld } from "#bench/load-world";
import { startProcess } from "#bench/processes";
import { cpuOf, withCpu, type Cpu } from "#bench/products";
import { interleave, median, rateOf, ratioOf } from "#bench/rounds";
import type { HelloCalls } from "#bench/servers/hello";
import type { LaunchpadCalls } from "#bench/servers/launchpad";

const visible = 20;
const window = { warmupMs: 500, ms: 2500, concurrency: 16 };
const counted = 100;

/** Session → applications that the pupil may open (20) → the page; beside a Node server that says hello. */
export async function launchpad(bench: Bench): Promise<Result[]> {
  const results: Result[] = [];
  const client = startProcess<ClientCalls>("client/main.ts");
  const hello = startProcess<HelloCalls>("servers/hello.ts");
  try {
    const anchor = await hello.call("start", undefined);
    for (const size of bench.sizes) {
      const url = await bench.cluster.create("startpagina", await loadedWorld(bench, size));
      await moreApplications(url);
      const trips = await countTrips(client, url);
      const server = startProcess<LaunchpadCalls>("servers/launchpad.ts");
      try {
        const { port, cookies } = await server.call("start", { url, count: false, sessions: 2000 });
        const page = { port, path: "/", cookies, expect: "Toepassing 19" };
        await client.call("gets", { ...page, ...window, ms: 60_000, warmupMs: 0, most: 5000 });
        const cpu: Cpu[] = [];
        const usage = () => server.call("usage", undefined);
        const runs = await interleave(bench.rounds, {
          product: async () => {
            const run = await withCpu(bench.cluster, usage, () =>
              client.call("gets", { ...page, ...window }),
            );
            cpu.push(run);
            return run;
          },
          anchor: async () =>
            client.call("gets", { ...window, port: anchor.port, path: "/", cookies: [], expect: "hello" }),
        });
        const cost = cpuOf(cpu);
        results.push({
          benchmark: "launchpad",
          size,
          unit: `startpagina's/s met ${visible} toepassingen, ${window.concurrency} tegelijk`,
          product: rateOf(runs.product),
          anchor: rateOf(runs.anchor),
          anchor_name: "hello world op dezelfde node:http; het doel is in ms CPU",
          ratio: ratioOf(runs.product, runs.anchor),
          goal: 0.7,
          superb: 0.4,
          met: cost.cpu_ms <= 0.7 && trips <= 1,
          superb_met: cost.cpu_ms <= 0.4 && trips <= 1,
          trips,
          ...cost,
          p95_ms: median(runs.product.map((run) => run.p95Ms)),
        });
      } finally {
        await server.stop();
        await bench.cluster.drop("startpagina");
      }
    }
    return results;
  } finally {
    for (const process of [client, hello]) await process.stop();
  }
}

/** As many applications as the page has to show, each chosen by every school and visible to all. */
async function moreApplications(url: string): Promise<void> {
  const { sql } = benchContext(url);
  await sql`
    insert into toepassingen.toepassing
    select 'extra-' || n, 'Toepassing ' || n, t.omschrijving, t.aanbieder, t.soort, t.start_url, t.tint, t.initialen,
           t.integreert_klasinformatie, t.instructies, t.gewijzigd_op
      from toepassingen.toepassing t, generate_series(11, ${visible - 1}) n where t.toepassing = 'app-0'`;
  await sql`
    insert into protocollen.protocol (protocol, versie, toepassing, van, attributen, inhoud, ingevoerd_op)
    select t.toepassing, 1, t.toepassing, p.van, p.attributen, p.inhoud, p.ingevoerd_op
      from toepassingen.toepassing t, protocollen.protocol p where t.toepassing like 'extra-%' and p.protocol = 'app-0'`;
  await sql`
    insert into toepassingen.keuze (instellingsnummer, toepassing, van)
    select k.instellingsnummer, t.toepassing, k.van from toepassingen.toepassing t, toepassingen.keuze k
     where t.toepassing like 'extra-%' and k.toepassing = 'app-0'`;
  await sql`
    insert into toepassingen.zichtbaarheid (regel_id, instellingsnummer, toepassing, soort)
    select gen_random_uuid(), instellingsnummer, toepassing, 'school' from toepassingen.keuze where toepassing like 'extra-%'`;
  await sql.end({ timeout: 5 });
}

async function countTrips(
  client: ReturnType<typeof startProcess<ClientCalls>>,
  url: string,
): Promise<number> {
  const server = startProcess<LaunchpadCalls>("servers/launchpad.ts");
  try {
    const { port, cookies } = await server.call("start", { url, count: true, sessions: 10 });
    const one = {
      port,
      path: "/",
      cookies,
      expect: "Toepassing 19",
      concurrency: 1,
      warmupMs: 0,
      ms: 60_000,
    };
    await client.call("gets", { ...one, most: 20 }); // each of the ten sessions: rules of a school that nobody asked for yet cost a trip
    const before = await server.call("usage", undefined);
    const { total } = await client.call("gets", { ...one, most: counted });
    return ((await server.call("usage", undefined)).trips - before.trips) / total;
  } finally {
    await server.stop();
  }
}
