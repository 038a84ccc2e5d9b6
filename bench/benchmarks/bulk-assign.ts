import type { Bench, Result } from "#bench/contract";
import { bigSchool, classes, pupils, school as instellingsnummer } from "#bench/big-school";
import { benchContext, loadedWorld } from "#bench/load-world";
import { median } from "#bench/rounds";
import { inSchool, type Context } from "#platform/context";
import type { AccountUuid } from "#platform/ids";
import { saveRegels, getSchoolToepassing, countEffect, type RegelWijziging } from "#modules/toepassingen";
import { decide, getFeiten } from "#modules/verstrekking";

const school = { instellingsnummer, lijn: [instellingsnummer] };
const toepassing = "app-0";
/** Its sixty classes, of fifty pupils each. */
const groups: RegelWijziging[] = classes.map((klas) => ({
  soort: "nieuw" as const,
  regel: { doel: { soort: "klas" as const, klas }, van: null, tot: null },
}));

/** One application to all classes of a school of 3,000 pupils and back, as a page does it; each time looked at by the next sign-in. */
export async function bulkAssign(bench: Bench): Promise<Result[]> {
  const results: Result[] = [];
  for (const size of bench.sizes) {
    const url = await bench.cluster.create("toewijzen", await loadedWorld(bench, size));
    await bigSchool(url);
    const ctx = benchContext(url);
    try {
      const account = await chooseApplication(ctx);
      await bench.cluster.settle();
      const times: Record<"on" | "off" | "bare", number[]> = { on: [], off: [], bare: [] };
      let preview = 0;
      for (let round = 0; round < 4 * bench.rounds + 3; round++) {
        const warming = round < 3;
        const before = await countRows(ctx);
        const on = await timed(() => save(ctx, groups));
        if ((await countRows(ctx)) - before !== 2 * groups.length)
          throw new Error("a rule or its line of the log is missing, or there is more than that");
        if (!(await opens(ctx, account))) throw new Error("the next sign-in does not see it");
        const standing = await inSchool(ctx, school.lijn, (tx) =>
          getSchoolToepassing(tx, school, toepassing),
        );
        if (!standing) throw new Error("no such application");
        const weg = standing.regels.map(({ regelId }) => ({ soort: "weg" as const, regelId }));
        preview = await timed(() =>
          inSchool(ctx, school.lijn, (tx) => countEffect(tx, school, standing, { regels: weg })),
        );
        const off = await timed(() => save(ctx, weg));
        if (await opens(ctx, account)) throw new Error("the next sign-in still sees it");
        const bare = await timed(
          () => ctx.sql`insert into toepassingen.keuze (instellingsnummer, toepassing, van)
            values ('900002', ${toepassing}, ${`2020-01-${String(1 + (round % 28)).padStart(2, "0")}`}) on conflict do nothing`,
        );
        if (warming) continue;
        times.on.push(on);
        times.off.push(off);
        times.bare.push(bare);
      }
      const slowest = Math.max(median(times.on), median(times.off));
      results.push({
        benchmark: "bulk-assign",
        size,
        unit: `ms voor ${groups.length} klassen, ${pupils} leerlingen; effect vooraf tellen: ${preview.toFixed(1)} ms`,
        product: slowest,
        anchor: median(times.bare),
        anchor_name: "één rij schrijven; het doel is in ms",
        ratio: slowest / median(times.bare),
        goal: 20,
        superb: 5,
        met: slowest <= 20,
        superb_met: slowest <= 5,
      });
    } finally {
      await ctx.sql.end({ timeout: 5 });
      await bench.cluster.drop("toewijzen");
    }
  }
  return results;
}

const save = (ctx: Context, wijzigingen: readonly RegelWijziging[]) =>
  inSchool(ctx, school.lijn, (tx) =>
    saveRegels(tx, {
      school,
      door: "vo-meting",
      wijzigingen: wijzigingen.map((one) => ({ ...one, toepassing })),
    }),
  );

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

async function opens(ctx: Context, account: AccountUuid): Promise<boolean> {
  const vandaag = ctx.clock.vandaag();
  const feiten = await getFeiten(ctx, account, toepassing, vandaag);
  return decide(feiten, toepassing, { scopes: new Set() }).toegang;
}

async function countRows(ctx: Context): Promise<number> {
  const [row] = await ctx.sql<{ count: number }[]>`
    select (select count(*) from toepassingen.zichtbaarheid) + (select count(*) from toepassingen.wijziging) as count`;
  return row?.count ?? 0;
}

/** Lets the school choose the application. Gives one of its pupils. */
async function chooseApplication(ctx: Context): Promise<AccountUuid> {
  await ctx.sql`insert into toepassingen.keuze (instellingsnummer, toepassing, van) values (${school.instellingsnummer}, ${toepassing}, '2024-09-01')`;
  const [row] = await ctx.sql<{ account_uuid: AccountUuid }[]>`
    select account_uuid from klassen.indeling where instellingsnummer = ${school.instellingsnummer} limit 1`;
  if (!row) throw new Error("no pupils");
  return row.account_uuid;
}
