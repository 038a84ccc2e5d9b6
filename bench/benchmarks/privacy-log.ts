import type { ClientCalls } from "#bench/client/main";
import type { Bench, Result, Size } from "#bench/contract";
import { loadedWorld, password } from "#bench/load-world";
import { startProcess } from "#bench/processes";
import { cpuOf, startAcm, withCpu, type Cpu } from "#bench/products";
import { interleave, median, rateOf, ratioOf } from "#bench/rounds";
import type { PrivacyLogCalls } from "#bench/servers/privacy-log";
import { openDatabase } from "#platform/database";

const benchmark = "privacy-log";
const window = { warmupMs: 300, ms: 2000 };
/** Records that are there already. */
const standing = 2_000_000;

/** What its record in the privacy log adds to a hop, and how a pupil's last fifty are found among two million. */
export async function privacyLog(bench: Bench): Promise<Result[]> {
  const results: Result[] = [];
  for (const size of bench.sizes) {
    const database = "privacylog";
    const url = await bench.cluster.create(database, await loadedWorld(bench, size));
    const log = startProcess<PrivacyLogCalls>("servers/privacy-log.ts");
    try {
      await makeRecords(url);
      await bench.cluster.settle();
      await log.call("start", { url });
      results.push(await onHop(bench, size, log), await lastFifty(bench, size, log));
    } finally {
      await log.stop();
      await bench.cluster.drop(database);
    }
  }
  return results;
}

type Log = ReturnType<typeof startProcess<PrivacyLogCalls>>;

/** CPU of a commit with the record less that of the commit alone, as a part of the CPU of a hop. */
async function onHop(bench: Bench, size: Size, log: Log): Promise<Result> {
  const client = startProcess<ClientCalls>("client/main.ts");
  const server = await startAcm(bench, client, size);
  const { target, names } = server;
  const usage = () => log.call("usage", undefined);
  const commits = (logged: boolean) => () =>
    withCpu(bench.cluster, usage, () => log.call("commits", { ...window, concurrency: 16, logged }));
  const cpu: Record<"hop" | "logged" | "bare", Cpu[]> = { hop: [], logged: [], bare: [] };
  const noted = async (name: keyof typeof cpu, run: () => Promise<Cpu & { readonly rate: number }>) => {
    const found = await run();
    cpu[name].push(found);
    return found;
  };
  try {
    await interleave(bench.rounds, {
      hop: async () => {
        await client.call("prepareHops", { target, names, password, browsers: 400 });
        const load = { ...window, concurrency: 16, target };
        return noted("hop", () => withCpu(bench.cluster, server.usage, () => client.call("hops", load)));
      },
      logged: () => noted("logged", commits(true)),
      bare: () => noted("bare", commits(false)),
    });
  } finally {
    for (const process of [client, server]) await process.stop();
  }
  const total = (runs: readonly Cpu[], round: number): number => {
    const run = runs[round];
    return run ? run.serverMs + run.databaseMs : Number.NaN;
  };
  const added = cpu.hop.map((_, round) => total(cpu.logged, round) - total(cpu.bare, round));
  const ratio = median(added.map((ms, round) => ms / total(cpu.hop, round)));
  return {
    benchmark,
    size,
    unit: "ms CPU van een logregel in dezelfde commit; de verhouding hoogstens",
    product: median(added),
    anchor: cpuOf(cpu.hop).cpu_ms,
    anchor_name: "een overstap",
    ratio,
    goal: 0.1,
    superb: 0.05,
    met: ratio <= 0.1,
    superb_met: ratio <= 0.05,
    cpu_ms: median(added),
  };
}

async function lastFifty(bench: Bench, size: Size, log: Log): Promise<Result> {
  const cpu: Cpu[] = [];
  const usage = () => log.call("usage", undefined);
  const runs = await interleave(bench.rounds, {
    product: async () => {
      const run = await withCpu(bench.cluster, usage, () =>
        log.call("last", { ...window, concurrency: 8, raw: false }),
      );
      cpu.push(run);
      return run;
    },
    anchor: () => log.call("last", { ...window, concurrency: 8, raw: true }),
  });
  const ratio = ratioOf(runs.product, runs.anchor);
  return {
    benchmark,
    size,
    unit: "keer/s de laatste 50 regels van een leerling uit 2 miljoen, 8 tegelijk",
    product: rateOf(runs.product),
    anchor: rateOf(runs.anchor),
    anchor_name: "de kale vraag",
    ratio,
    goal: 0.4,
    superb: 0.6,
    met: ratio >= 0.4,
    superb_met: ratio >= 0.6,
    trips: 1,
    ...cpuOf(cpu),
    p95_ms: median(runs.product.map((run) => run.p95Ms)),
  };
}

/** Two million records of 2,000 pupils over the last hours, sealed or not: nothing here looks at their seals. */
async function makeRecords(url: string): Promise<void> {
  const owner = openDatabase({ url, max: 1, role: "eigenaar" });
  try {
    await owner.unsafe(`
      create table public.kale_code (nr bigint generated always as identity primary key, account_uuid uuid not null);
      grant insert on public.kale_code to leerid_app;
      insert into privacylog.regel (tijdstip, soort, account_uuid, attributen, ontvanger, protocol, aanleiding)
      select now() - n * interval '10 milliseconds', 'verstrekking', a.account_uuid, '{Naam,Voornaam,Gebruikersnaam,Account_uuid}',
             'app-' || n % 10, 'app-0@1', 'aanmelding'
        from generate_series(0, ${standing} / 2000 - 1) n,
             (select account_uuid from leerlingen.account where vervangen_door is null
               order by hashtext(account_uuid::text) limit 2000) a;
      analyze privacylog.regel`);
  } finally {
    await owner.end();
  }
}
