import type { Bench, Result } from "#bench/contract";
import { benchContext, loadedWorld, shareClasses } from "#bench/load-world";
import { median } from "#bench/rounds";
import { inSchool, type Context } from "#platform/context";
import type { AccountUuid } from "#platform/ids";
import { ontvang } from "#modules/discimus";
import { bewaarRegels, getSchoolToepassing, voorbeeld, type RegelWijziging } from "#modules/toepassingen";
import { beslis, getFeiten } from "#modules/verstrekking";

const school = { instellingsnummer: "900001", lijn: ["900001"] };
const toepassing = "app-0";
const pupils = 3000;
const niveaus = ["kleuter", "lager", "secundair"] as const;
/** Sixty classes of fifty pupils. */
const groups: RegelWijziging[] = Array.from({ length: 60 }, (_, nr) => ({
  soort: "nieuw" as const,
  regel: { doel: { soort: "klas" as const, klas: `K${nr}` }, van: null, tot: null },
}));

/** One application to all classes of a school of 3,000 pupils and back, as a page does it; each time looked at by the next sign-in. */
export async function bulkAssign(bench: Bench): Promise<Result[]> {
  const results: Result[] = [];
  for (const size of bench.sizes) {
    const url = await bench.cluster.create("toewijzen", await loadedWorld(bench, size));
    const ctx = benchContext(url);
    try {
      const account = await largeSchool(ctx);
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
          inSchool(ctx, school.lijn, (tx) => voorbeeld(tx, school, standing, { regels: weg })),
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
    bewaarRegels(tx, {
      school,
      door: "vo-meting",
      wijzigingen: wijzigingen.map((een) => ({ ...een, toepassing })),
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
  return beslis(feiten, toepassing, { scopes: new Set(), vandaag }).toegang;
}

async function countRows(ctx: Context): Promise<number> {
  const [row] = await ctx.sql<{ count: number }[]>`
    select (select count(*) from toepassingen.zichtbaarheid) + (select count(*) from toepassingen.wijziging) as count`;
  return row?.count ?? 0;
}

/** Enrols 3,000 pupils in one school, by the feed, and lets it choose the application. Gives one of them. */
async function largeSchool(ctx: Context): Promise<AccountUuid> {
  let number = 0;
  const line = (soort: string, sleutel: object, gegevens: object) =>
    JSON.stringify({
      id: `018f0077-0000-7000-8000-${String(++number).padStart(12, "0")}`,
      volgnummer: number,
      tijdstip: "2026-09-01T07:12:33Z",
      soort,
      versie: 1,
      sleutel,
      gegevens,
    });
  const lines = [
    line(
      "school",
      { instellingsnummer: school.instellingsnummer },
      { naam: "Groot", gemeente: "Gent", niveaus, van: "2000-09-01", vestigingen: [] },
    ),
  ];
  for (let index = 0; index < pupils; index++) {
    const sleutel = { instellingsnummer: school.instellingsnummer, stamnummer: `G${index}` };
    lines.push(
      line("leerling", sleutel, { naam: "Groot", voornaam: "Noor", insz: null, geboortedatum: "2014-05-02" }),
      line("inschrijving", sleutel, {
        inschrijving: "1",
        vestiging: "1",
        niveau: niveaus[index % 3],
        leerjaar: index % 6,
        van: "2020-09-01",
        status: "gerealiseerd",
      }),
    );
  }
  const { quarantaine } = await ontvang(ctx, lines, { bron: "http" });
  if (quarantaine[0]) throw new Error(JSON.stringify(quarantaine[0]));
  await ctx.sql`insert into toepassingen.keuze (instellingsnummer, toepassing, van) values (${school.instellingsnummer}, ${toepassing}, '2024-09-01')`;
  await shareClasses(
    ctx,
    school.instellingsnummer,
    ctx.sql`select account_uuid, 'K' || substr(stamnummer, 2)::int % 60 from leerlingen.registratie
             where instellingsnummer = ${school.instellingsnummer} and stamnummer like 'G%'`,
  );
  await ctx.sql`analyze`;
  const [row] = await ctx.sql<{ account_uuid: AccountUuid }[]>`
    select account_uuid from klasinformatie.indeling where instellingsnummer = ${school.instellingsnummer} limit 1`;
  if (!row) throw new Error("no pupils");
  return row.account_uuid;
}
