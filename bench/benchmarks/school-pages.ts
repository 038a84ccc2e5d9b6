import { bigSchool, school } from "#bench/big-school";
import type { ClientCalls } from "#bench/client/main";
import type { Bench, Result, Size } from "#bench/contract";
import { benchContext, loadedWorld } from "#bench/load-world";
import { startProcess } from "#bench/processes";
import { median } from "#bench/rounds";
import type { SearchCalls } from "#bench/servers/search";

const sorts = ["naam", "voornaam", "groep", "klas", "status", "-naam", "-klas", "-status"];
const statuses = ["nieuw", "niet-uitgereikt", "aangepast", "nooit-aangemeld", "zonder-insz", "uitgeschreven"];
const searches = [
  "zoek=peet",
  "zoek=noor+peet",
  "zoek=noor.peeters2",
  "klas=3C",
  "leerjaar=3&niveau=secundair",
  "bladzijde=40",
];
/** Server time of the slowest page and of the middle one, at most (ms). */
const goal = { slowest: 100, middle: 40 };
const superb = { slowest: 50, middle: 20 };

/**
 * Every kind of page of the Schoolloket in a school of 3,000 pupils, one by one: which is the slowest, and is it as quick in a
 * country of pupils? A statement that is wrong about how much there is shows here first: it was quick at S and took 100 s at L.
 */
export async function schoolPages(bench: Bench): Promise<Result[]> {
  const results: Result[] = [];
  for (const size of bench.sizes) {
    const database = `bladzijden_${size.toLowerCase()}`;
    const url = await bench.cluster.create(database, await loadedWorld(bench, size));
    await bigSchool(url);
    const account = await chooseApplications(url);
    const client = startProcess<ClientCalls>("client/main.ts");
    const server = startProcess<SearchCalls>("servers/search.ts");
    try {
      const { port, cookies } = await server.call("start", { url, count: false, school });
      const times: { path: string; ms: number }[] = [];
      for (const path of pagesFor(account)) {
        const page = { port, path, cookies, expect: "</html>", concurrency: 1, warmupMs: 0, ms: 60_000 };
        await client.call("gets", { ...page, most: 3 });
        const { p50Ms } = await client.call("gets", { ...page, most: 3 * bench.rounds });
        times.push({ path, ms: p50Ms });
      }
      results.push(resultOf(size, times));
    } finally {
      await client.stop();
      await server.stop();
      await bench.cluster.drop(database);
    }
  }
  return results;
}

function resultOf(size: Size, times: readonly { path: string; ms: number }[]): Result {
  const slowest = times.toSorted((a, b) => b.ms - a.ms)[0] ?? { path: "", ms: Number.NaN };
  const middle = median(times.map(({ ms }) => ms));
  return {
    benchmark: "school-pages",
    size,
    unit: `ms, de traagste van ${times.length} bladzijden: ${slowest.path}`,
    product: slowest.ms,
    anchor: middle,
    anchor_name: "de middelste bladzijde; het doel is in ms",
    ratio: slowest.ms / middle,
    goal: goal.slowest,
    superb: superb.slowest,
    met: slowest.ms <= goal.slowest && middle <= goal.middle,
    superb_met: slowest.ms <= superb.slowest && middle <= superb.middle,
  };
}

const pagesFor = (account: string): readonly string[] => [
  ...[
    ...sorts.map((sort) => `sorteer=${sort}`),
    ...statuses.map((status) => `status=${status}`),
    ...searches,
  ].map((vraag) => `/leerid-beheer?${vraag}`),
  `/leerid-beheer/leerlingen/${account}`,
  "/leerid-beheer/afdrukken",
  "/applicatiebeheer",
  "/applicatiebeheer/app-0",
  "/applicatiebeheer/matrix",
  `/waarom?leerling=${account}&toepassing=app-0`,
  "/waarom?zoek=peet",
  "/schoolinstellingen",
];

/** The school chose every application, for all its pupils but three. Gives one of its pupils. */
async function chooseApplications(url: string): Promise<string> {
  const { sql } = benchContext(url);
  const doel = sql`from toepassingen.toepassing where soort = 'doeltoepassing'`;
  await sql`insert into toepassingen.keuze (instellingsnummer, toepassing, van) select ${school}, toepassing, '2024-09-01' ${doel}`;
  await sql`
    insert into toepassingen.zichtbaarheid (regel_id, instellingsnummer, toepassing, soort)
    select gen_random_uuid(), ${school}, toepassing, 'school' ${doel}`;
  const apart = await sql<{ account_uuid: string }[]>`
    insert into toepassingen.zichtbaarheid (regel_id, instellingsnummer, toepassing, soort, account_uuid, uitgesloten)
    select gen_random_uuid(), ${school}, 'app-0', 'leerling', account_uuid, true
      from leerlingen.registratie where instellingsnummer = ${school} order by stamnummer limit 3
    returning account_uuid`;
  await sql.end({ timeout: 5 });
  return apart[0]?.account_uuid ?? "";
}
