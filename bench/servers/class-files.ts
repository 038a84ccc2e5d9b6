import { setTimeout as wait } from "node:timers/promises";
import { benchContext } from "#bench/load-world";
import { answerCalls } from "#bench/processes";
import { startJobs } from "#leerid";
import { systemClock } from "#platform/clock";
import type { Context } from "#platform/context";
import { daysOfSchooljaar, schooljaarOn } from "#platform/schooljaar";
import { receive } from "#modules/discimus";
import { receiveFile, processLevering } from "#modules/leveringen";
import { makeUsage, type Usage } from "./usage.ts";

type School = { readonly nummer: string; readonly rows: string };

const counter = makeUsage();
let ctx: Context | undefined;
let schools: readonly School[] = [];
let large: School | undefined;
let last = 0;
let stop = async () => {};

const head = "leer_id_uuid;account_uuid;klas;subklas;van;tot\n";
const receivers = 8;
const largeNumber = "900001";
const largePupils = 1000;

/** One process of class files: it takes them as the dropserver does, works on them as `leerid worker` does, or is the anchor. */
const calls = {
  async start(args: { readonly url: string; readonly count: boolean }): Promise<void> {
    ctx = benchContext(await counter.through(args.url, args.count));
    stop = async () => ctx?.sql.end({ timeout: 2 });
  },

  /** Works on what waits, beside whoever takes files. */
  async work(args: { readonly url: string }): Promise<void> {
    ctx = benchContext(args.url);
    const worker = await startJobs({ urls: { acm: "http://acm.leerid.test" }, LEERID_PRODUCTIE: false }, ctx);
    stop = async () => {
      await worker.stop();
      await ctx?.sql.end({ timeout: 2 });
    };
  },

  /** One school more, with 1,000 pupils; every school uses one package and shares. Once per database. */
  async world(_: undefined): Promise<void> {
    const { sql } = opened();
    const { quarantaine } = await receive(opened(), largeSchool(), { bron: "http" });
    if (quarantaine[0]) throw new Error(JSON.stringify(quarantaine[0]));
    await sql`insert into schoolsoftware.pakket (pakket, naam, levert_klasinformatie, gewijzigd_op) values ('meting', 'Meting', true, now()) on conflict do nothing`;
    await sql`
      insert into schoolsoftware.gebruik (instellingsnummer, van, tot, pakket, gewijzigd_op)
      select instellingsnummer, '2020-09-01', null, 'meting', now() from scholen.school on conflict do nothing`;
    await sql`insert into akkoorden.overeenkomst (versie, inhoud, ingevoerd_op) values (1, '{}', now()) on conflict do nothing`;
    await sql`
      insert into akkoorden.akkoord (akkoord, instellingsnummer, versie, gegeven_op, gegeven_door, gegeven_naam)
      select gen_random_uuid(), instellingsnummer, 1, now(), 'vo-1', 'Els Vandamme' from scholen.school on conflict do nothing`;
    await sql`analyze`;
  },

  /** Writes the files of a night. Gives how many schools and rows it has. */
  async prepare(args: { readonly perSchool: number }): Promise<{ schools: number; rows: number }> {
    const { sql } = opened();
    const rows = await sql<{ nummer: string; leer: string | null; account: string }[]>`
      select r.instellingsnummer as nummer, a.leer_id_uuid as leer, a.account_uuid as account
        from leerlingen.registratie r join leerlingen.account a using (account_uuid) order by 1, r.stamnummer`;
    const perNumber = new Map<string, string[]>();
    for (const { nummer, leer, account } of rows) {
      const list = perNumber.get(nummer) ?? [];
      perNumber.set(nummer, list);
      if (list.length < (nummer === largeNumber ? largePupils : args.perSchool))
        list.push(
          `${leer ?? ""};${leer === null ? account : ""};${1 + (list.length % 12)}A;${list.length % 3 === 0 ? "Zwemmen" : ""};;\n`,
        );
    }
    const all = [...perNumber].map(([nummer, list]) => ({ nummer, rows: head + list.join("") }));
    large = all.find(({ nummer }) => nummer === largeNumber);
    schools = all.filter(({ nummer }) => nummer !== largeNumber);
    perNumber.delete(largeNumber);
    const count = [...perNumber.values()].reduce((sum, list) => sum + list.length, 0);
    return { schools: schools.length, rows: count };
  },

  /** A night: all schools deliver at once, and it has ended when each has its receipt. Milliseconds. */
  async night(_: undefined): Promise<number> {
    const context = opened();
    const begin = performance.now();
    let next = 0;
    const taken: string[] = [];
    await Promise.all(
      Array.from({ length: receivers }, async () => {
        for (let school = schools[next++]; school; school = schools[next++]) {
          const { levering, ontvangst } = await take(context, school);
          if (!ontvangst) taken.push(levering);
          else if (ontvangst.status !== "verwerkt") throw new Error(`a file is ${ontvangst.status}`);
        }
      }),
    );
    for (;;) {
      const [row] = await context.sql<{ waiting: number; bad: number }[]>`
        select count(*) filter (where status = 'wacht') as waiting, count(*) filter (where status <> 'verwerkt') as bad
          from leveringen.levering where levering = any (${taken})`;
      if (row?.bad !== row?.waiting) throw new Error("a file was not taken whole");
      if (row?.waiting === 0) return performance.now() - begin;
      await wait(20);
    }
  },

  /** The file of the large school, from the first byte to its receipt, without a queue between. Milliseconds. */
  async one(_: undefined): Promise<number> {
    const context = opened();
    if (!large) throw new Error("prepare first");
    const begin = performance.now();
    const { levering } = await take(context, large);
    await processLevering(context, levering);
    const ms = performance.now() - begin;
    const [row] = await context.sql`select status from leveringen.levering where levering = ${levering}`;
    if (row?.["status"] !== "verwerkt") throw new Error(`a file is ${row?.["status"]}`);
    return ms;
  },

  /** The anchor: the same files, each split and written by one upsert and one commit, with as many indexes. Milliseconds. */
  async upserts(args: { readonly connections: number; readonly large: boolean }): Promise<number> {
    const { sql } = opened();
    const list = args.large && large ? [large] : schools;
    const { van, tot } = daysOfSchooljaar(schooljaarOn(systemClock().vandaag()));
    const begin = performance.now();
    let next = 0;
    await Promise.all(
      Array.from({ length: args.connections }, async () => {
        for (let school = list[next++]; school; school = list[next++]) {
          const rows = school.rows
            .trimEnd()
            .split("\n")
            .slice(1)
            .map((row) => row.split(";"));
          await sql`
            insert into public.klas_anker (instellingsnummer, klas, subklas, account_uuid, van, tot)
            select ${school.nummer}, u.klas, u.subklas, u.account, ${van}, ${tot}
              from unnest(${rows.map(([, , klas]) => klas ?? "")}::text[], ${rows.map(([, , , sub]) => sub ?? "")}::text[],
                          ${rows.map(([leer, account]) => leer || account || "")}::uuid[]) as u(klas, subklas, account)
            on conflict (instellingsnummer, klas, subklas, account_uuid, van) do update set tot = excluded.tot`;
        }
      }),
    );
    return performance.now() - begin;
  },

  usage: (_: undefined): Usage => counter.usage(),
};
export type ClassFileCalls = typeof calls;

function take(context: Context, { nummer, rows }: School) {
  const clock = systemClock();
  const stamp = new Date(clock.now() - 30 * 86_400_000 + ++last * 1000)
    .toISOString()
    .replaceAll(/[-:]|\.\d{3}/g, "");
  return receiveFile(context, {
    pakket: "meting",
    naam: `klasinformatie_${nummer}_${schooljaarOn(clock.vandaag())}_${stamp}.csv`,
    inhoud: Buffer.from(rows),
    kanaal: "sftp",
  });
}

function largeSchool(): string[] {
  let number = 0;
  const line = (soort: string, sleutel: object, gegevens: object) =>
    JSON.stringify({
      id: `018f0078-0000-7000-8000-${String(++number).padStart(12, "0")}`,
      volgnummer: number,
      tijdstip: "2026-09-01T07:12:33Z",
      soort,
      versie: 1,
      sleutel,
      gegevens,
    });
  const school = { instellingsnummer: largeNumber };
  const lines = [
    line("school", school, {
      naam: "Groot",
      gemeente: "Gent",
      niveaus: ["lager"],
      van: "2000-09-01",
      vestigingen: [],
    }),
  ];
  for (let index = 0; index < largePupils; index++) {
    const sleutel = { ...school, stamnummer: `G${index}` };
    const wie = { naam: "Groot", voornaam: "Noor", insz: null, geboortedatum: "2014-05-02" };
    const waar = {
      inschrijving: "1",
      vestiging: "1",
      niveau: "lager",
      leerjaar: 1 + (index % 6),
      van: "2020-09-01",
      status: "gerealiseerd",
    };
    lines.push(line("leerling", sleutel, wie), line("inschrijving", sleutel, waar));
  }
  return lines;
}

function opened(): Context {
  if (!ctx) throw new Error("start first");
  return ctx;
}

answerCalls(calls, () => stop());
