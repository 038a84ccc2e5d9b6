import type { ClientCalls } from "#bench/client/main";
import { sizes, type Bench, type Result, type Size } from "#bench/contract";
import { listNames, loadedWorld, password } from "#bench/load-world";
import { startProcess, type Process } from "#bench/processes";
import { interleave, median, ratioOf } from "#bench/rounds";
import type { AcmCalls } from "#bench/servers/acm";
import type { ClassFileCalls } from "#bench/servers/class-files";
import { openDatabase } from "#platform/database";

const perSchool = 300;
const whole = sizes.L.scholen;
const benchmark = "class-files";

/**
 * Class information of a night (D9): one process takes the files as the dropserver does, one works on them as `leerid worker`
 * does. The anchor writes the same files, each with one upsert and one commit. A smaller world has fewer schools: its night is
 * a part of that of 4,000, and so are the seconds that it may take.
 */
export async function classFiles(bench: Bench): Promise<Result[]> {
  const results: Result[] = [];
  for (const size of bench.sizes) {
    const database = "klassen";
    const url = await bench.cluster.create(database, await loadedWorld(bench, size));
    await makeAnchor(url);
    const door = startProcess<ClassFileCalls>("servers/class-files.ts");
    const worker = startProcess<ClassFileCalls>("servers/class-files.ts");
    try {
      await door.call("start", { url, count: false });
      const names = await listNames(url, 20_000); // before the school whose pupils have no password
      await door.call("world", undefined);
      const { schools, rows } = await door.call("prepare", { perSchool });
      bench.say(`nacht van ${schools} scholen, ${rows} rijen`);
      results.push(await oneSchool(bench, size, url, door));
      await worker.call("work", { url });
      results.push(...(await nights(bench, size, url, { door, worker, schools, rows })));
      results.push(await besideSignIns(bench, size, url, { door, names }));
    } finally {
      await worker.stop();
      await door.stop();
      await bench.cluster.drop(database);
    }
  }
  return results;
}

async function makeAnchor(url: string): Promise<void> {
  const owner = openDatabase({ url, max: 1, role: "eigenaar" });
  await owner.unsafe(`
    create table public.klas_anker (instellingsnummer text collate "C" not null, klas text collate "C" not null, subklas text collate "C",
      account_uuid uuid not null, van date not null, tot date not null, unique (instellingsnummer, klas, subklas, account_uuid, van));
    create index on public.klas_anker (account_uuid);
    grant select, insert, update, delete on public.klas_anker to leerid_app`);
  await owner.end();
}

/** Forgets what was delivered, and tidies up after it. */
async function reset(bench: Bench, url: string): Promise<void> {
  const owner = openDatabase({ url, max: 1, role: "eigenaar" });
  await owner`truncate klassen.indeling, leveringen.stand, leveringen.levering, public.klas_anker`;
  await owner.end();
  await bench.cluster.settle();
}

/** One file of 1,000 pupils who are all new, from its first byte to its receipt. */
async function oneSchool(
  bench: Bench,
  size: Size,
  url: string,
  door: Process<ClassFileCalls>,
): Promise<Result> {
  const fresh = async (work: () => Promise<number>) => {
    await reset(bench, url);
    const ms = await work();
    return { rate: 1 / ms, ms };
  };
  for (let turn = 0; turn < 8; turn++) await fresh(() => door.call("one", undefined)); // compiled, plans kept
  const runs = await interleave(2 * bench.rounds, {
    product: () => fresh(() => door.call("one", undefined)),
    anchor: () => fresh(() => door.call("upserts", { connections: 1, large: true })),
  });
  const ms = median(runs.product.map((run) => run.ms));
  const counting = startProcess<ClassFileCalls>("servers/class-files.ts");
  try {
    await reset(bench, url);
    await counting.call("start", { url, count: true });
    await counting.call("prepare", { perSchool });
    await counting.call("one", undefined); // so that its connections stand
    await reset(bench, url);
    const usage = () => counting.call("usage", undefined);
    const [{ trips }, written] = [await usage(), await bench.cluster.written()];
    await counting.call("one", undefined);
    const counted = {
      trips: (await usage()).trips - trips - 1, // less the look at how it ended
      commits: (await bench.cluster.written()) - written,
    };
    return {
      benchmark,
      size,
      unit: "ms voor 1 school van 1.000, van bestand tot ontvangst",
      product: ms,
      anchor: median(runs.anchor.map((run) => run.ms)),
      anchor_name: "één upsert, één commit per bestand; het doel is in ms",
      ratio: ratioOf(runs.product, runs.anchor),
      goal: 60,
      superb: 30,
      met: ms <= 60,
      superb_met: ms <= 30,
      ...counted,
    };
  } finally {
    await counting.stop();
  }
}

/** All schools at once: every row new, and then once more the same. */
async function nights(
  bench: Bench,
  size: Size,
  url: string,
  {
    door,
    worker,
    schools,
    rows,
  }: { door: Process<ClassFileCalls>; worker: Process<ClassFileCalls>; schools: number; rows: number },
): Promise<Result[]> {
  const share = schools / whole;
  const cpu: number[] = [];
  await reset(bench, url);
  await door.call("night", undefined);
  const runs = await interleave(bench.rounds, {
    product: async () => {
      await reset(bench, url);
      const before = await usageOf(door, worker);
      const ms = await door.call("night", undefined);
      cpu.push(((await usageOf(door, worker)) - before) / schools);
      const again = await door.call("night", undefined);
      return { rate: rows / ms, ms, again };
    },
    anchor: async () => {
      await reset(bench, url);
      const ms = await door.call("upserts", { connections: 2, large: false });
      const again = await door.call("upserts", { connections: 2, large: false });
      return { rate: rows / ms, ms, again };
    },
  });
  const seconds = (list: readonly { ms: number; again: number }[], what: "ms" | "again") =>
    median(list.map((run) => run[what])) / 1000;
  const ratio = ratioOf(runs.product, runs.anchor);
  const took = seconds(runs.product, "ms");
  const again = seconds(runs.product, "again");
  const name = `s voor een nacht van ${schools} scholen, ${rows} rijen`;
  return [
    {
      benchmark,
      size,
      unit: `${name}; hoogstens ${(25 * share).toFixed(2)} s`,
      product: took,
      anchor: seconds(runs.anchor, "ms"),
      anchor_name: "één upsert, één commit per bestand, 2 tegelijk",
      ratio,
      goal: 0.5,
      superb: 0.7,
      met: ratio >= 0.5 && took <= 25 * share,
      superb_met: ratio >= 0.7 && took <= 25 * share,
      cpu_ms: median(cpu),
    },
    {
      benchmark,
      size,
      unit: `${name}, onveranderd; het doel is in s`,
      product: again,
      anchor: seconds(runs.anchor, "again"),
      anchor_name: "dezelfde upserts nog eens",
      ratio: median(runs.product.map((run, round) => (runs.anchor[round]?.again ?? Number.NaN) / run.again)),
      goal: 5 * share,
      superb: 2.5 * share,
      met: again <= 5 * share,
      superb_met: again <= 2.5 * share,
    },
  ];
}

const usageOf = async (...processes: readonly Process<ClassFileCalls>[]): Promise<number> => {
  let sum = 0;
  for (const process of processes) sum += (await process.call("usage", undefined)).cpuMs;
  return sum;
};

const load = { concurrency: 2, warmupMs: 300, ms: 2500 };

/** What pupils notice of a night: sign-ins with real passwords, two at once, quiet and while schools deliver. */
async function besideSignIns(
  bench: Bench,
  size: Size,
  url: string,
  { door, names }: { readonly door: Process<ClassFileCalls>; readonly names: readonly string[] },
): Promise<Result> {
  const server = startProcess<AcmCalls>("servers/acm.ts");
  const client = startProcess<ClientCalls>("client/main.ts");
  try {
    const target = await server.call("start", { url, count: false });
    await server.call("hash", true);
    const signIns = () => client.call("signIns", { ...load, target, names, password });
    await signIns();
    const runs = await interleave(bench.rounds, {
      quiet: signIns,
      night: async () => {
        const night = { on: true };
        const deliveries = (async () => {
          while (night.on) {
            await reset(bench, url);
            await door.call("night", undefined);
          }
        })();
        const run = await signIns();
        night.on = false;
        await deliveries;
        return run;
      },
    });
    const p95 = (list: readonly { p95Ms: number }[]) => median(list.map((run) => run.p95Ms));
    const ratio = median(
      runs.night.map((run, round) => run.p95Ms / (runs.quiet[round]?.p95Ms ?? Number.NaN)),
    );
    return {
      benchmark,
      size,
      unit: "ms, p95 van aanmelden terwijl de nacht loopt; de verhouding hoogstens",
      product: p95(runs.night),
      anchor: p95(runs.quiet),
      anchor_name: "dezelfde aanmeldingen in stilte",
      ratio,
      goal: 3,
      superb: 2,
      met: ratio <= 3,
      superb_met: ratio <= 2,
      p95_ms: p95(runs.night),
    };
  } finally {
    await client.stop();
    await server.stop();
  }
}
