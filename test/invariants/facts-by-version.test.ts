import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import type { Datum } from "#platform/clock";
import { inSchool, type Context } from "#platform/context";
import { openDatabase, transaction, type Sql } from "#platform/database";
import type { AccountUuid } from "#platform/ids";
import { importToepassing } from "#modules/toepassingen";
import { getFeiten, openFeiten, type Feiten } from "#modules/verstrekking";
import { inschrijvingRegel, leerlingRegel, schoolRegel, testInsz } from "#testing/discimus";
import { indelen, shareKlassen } from "#testing/klasinformatie";
import { drawsOf, times } from "#testing/runs";
import { schoolwereld, type SchoolWorld } from "#testing/schoolloket";
import { toepassingText } from "#testing/toepassing";
import { changesOf, type Change } from "./fact-changes.ts";
import { makeModel, orderly, readBoth, readModel } from "./whole-facts.ts";

// What a process keeps of schools and of what is offered is never older than the facts that it is put beside: whatever changes, between
// whichever steps, the facts are those that a read of everything gives.

let w: SchoolWorld;
let account: AccountUuid;
let changes: readonly Change[];
const opened: Sql[] = [];

before(async () => {
  w = await schoolwereld();
  await makeModel(w.url);
  for (const naam of ["bingel", "klas"]) {
    await importToepassing(w.ctx, toepassingText(naam));
    await w.sql`insert into protocollen.protocol (protocol, versie, toepassing, van, attributen, inhoud, ingevoerd_op)
      values (${naam}, 1, ${naam}, '2020-01-01', '[{"attribuut":"Naam"}]', '{}', now())`;
    await w.sql`insert into toepassingen.keuze (instellingsnummer, toepassing, van)
      select nummer, ${naam}, '2020-09-01' from unnest('{999000,999002}'::text[]) nummer`;
    await w.sql`insert into toepassingen.zichtbaarheid (regel_id, instellingsnummer, toepassing, soort)
      select gen_random_uuid(), nummer, ${naam}, 'school' from unnest('{999001,999002}'::text[]) nummer`;
  }
  // A pupil of two schools, one of which had another number, and he another account.
  const insz = { insz: testInsz("170502") };
  await w.deliver(
    schoolRegel({ school: "999000" }, { tot: "2020-12-31", opvolger: "999001" }),
    leerlingRegel("x"),
    inschrijvingRegel("x"),
  );
  const former = (await w.accountOf("x")) as AccountUuid;
  await w.deliver(
    leerlingRegel("x", { versie: 2, id: "x2" }, insz),
    leerlingRegel("x", { school: "999002" }, insz),
    inschrijvingRegel("x", { school: "999002" }, { niveau: "secundair", leerjaar: 1 }),
  );
  account = (await w.accountOf("x")) as AccountUuid;
  assert.notEqual(account, former);
  await shareKlassen(w, "999001");
  await indelen(w, "999001", [[account, "3A", null, "2020-09-01", "2099-08-31"]]);
  changes = changesOf({ account, former });
});
after(async () => {
  for (const sql of opened) await sql.end();
  await w.close();
});

/** As another process has it: connections of its own, and nothing held. */
function anotherProcess(): Context {
  const sql = openDatabase({ url: w.url, max: 4 });
  opened.push(sql);
  return { ...w.ctx, sql };
}
const ask = (client: string | null) => ({ account, client, dag: w.ctx.clock.vandaag() });
const both = ({ sql }: Context, client: string | null) => readBoth(sql, ask(client));
const open = async (ctx: Context, json: string): Promise<Feiten> => {
  const feiten = await openFeiten(ctx, json);
  assert.ok(feiten);
  return orderly(feiten);
};
const questions = ["bingel", "klas", "derde", null] as const;
/** Do the rules of these facts stand no more as they were then? */
async function isMoved(json: string): Promise<boolean> {
  const { scholen, aanbod } = JSON.parse(json) as {
    readonly scholen: readonly { readonly versie: string }[];
    readonly aanbod: readonly string[];
  };
  const rows = await w.sql<{ versie: string }[]>`
    select versie from verstrekking.schoolversie union all select versie from verstrekking.aanbodversie`;
  const standing = new Set(rows.map(({ versie }) => versie));
  return [...scholen.map(({ versie }) => versie), ...aanbod].some((versie) => !standing.has(versie));
}

describe("PostgreSQL says what the facts are made of", () => {
  /** Columns that the functions of the rules read; PostgreSQL knows, because they are written as `begin atomic`. */
  const readColumns = async () =>
    (
      await w.sql<{ naam: string }[]>`
      select distinct d.refobjid::regclass::text || '.' || a.attname as naam
        from pg_depend d join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
       where d.classid = 'pg_proc'::regclass and d.refclassid = 'pg_class'::regclass
         and d.objid in ('verstrekking.schoolregels(text[])'::regprocedure, 'verstrekking.aanbod()'::regprocedure)`
    )
      .map(({ naam }) => naam)
      .filter((naam) => !naam.startsWith("verstrekking."))
      .toSorted();
  const tableOf = (column: string) => column.slice(0, column.lastIndexOf("."));

  test("every table that the rules are read from changes a version: insert, update, delete, and truncate", async () => {
    const tables = [...new Set((await readColumns()).map((column) => tableOf(column)))];
    assert.ok(tables.length >= 5, `${tables.length} tables`);
    for (const table of tables) {
      const [row] = await w.sql<{ bits: number }[]>`
        select coalesce(bit_or(t.tgtype), 0)::int as bits from pg_trigger t join pg_proc p on p.oid = t.tgfoid
         where t.tgrelid = ${table}::regclass and t.tgenabled = 'O' and p.pronamespace = 'verstrekking'::regnamespace
           and t.tgtype & 1 = 0 and t.tgqual is null and cardinality(t.tgattr) = 0`;
      assert.equal((row?.bits ?? 0) & 0b111100, 0b111100, `${table}: insert, delete, update and truncate`);
    }
  });

  test("every column and every kind of change of these is tried below, and every table of the pupil", async () => {
    const columns = await readColumns();
    const tried = new Set(
      changes.flatMap(({ table, columns: those }) => those.map((one) => `${table}.${one}`)),
    );
    assert.deepEqual(
      columns.filter((column) => !tried.has(column)),
      [],
    );
    const kinds = new Set(changes.map(({ table, kind }) => `${table} ${kind}`));
    for (const table of new Set(columns.map((column) => tableOf(column))))
      for (const kind of ["insert", "update", "delete"])
        assert.ok(kinds.has(`${table} ${kind}`), `${table} ${kind}`);
    const [source] = await w.sql<{ text: string }[]>`
      select string_agg(prosrc, ' ') as text from pg_proc
       where oid in ('verstrekking.feiten(uuid,text,date)'::regprocedure, 'scholen.lijn(text,date)'::regprocedure)`;
    const ofPupil = [...(source?.text ?? "").matchAll(/(?:from|join) (\w+\.\w+)/g)].map(
      ([, name = ""]) => name,
    );
    assert.ok(ofPupil.length > 8, ofPupil.join());
    for (const name of ofPupil)
      assert.ok(
        name.startsWith("verstrekking.") ||
          changes.some(
            ({ table }) => table === name.replace("inschrijvingen.geldig", "inschrijvingen.inschrijving"),
          ),
        name,
      );
  });
});

test("each change changes the facts of somebody, and between any two steps they are those of one moment", async () => {
  for (const change of changes) {
    const [warm, cold] = [w.ctx, anotherProcess()];
    const earlier = await Promise.all(questions.map((client) => both(warm, client)));
    for (const { feiten } of earlier) await open(warm, feiten); // holds what they name
    await w.sql.unsafe(change.sql);
    const later = await Promise.all(questions.map((client) => both(warm, client)));
    const turns = earlier.map((before, index) => ({ before, now: later[index] ?? before }));
    for (const { before } of turns)
      assert.deepEqual(await open(warm, before.feiten), readModel(before.model), `held: ${change.sql}`);
    for (const { before, now } of turns) {
      // Who holds nothing reads what the rules are since, and with them what the rest is since.
      const model = readModel((await isMoved(before.feiten)) ? now.model : before.model);
      assert.deepEqual(await open(cold, before.feiten), model, `read since: ${change.sql}`);
      for (const ctx of [warm, cold])
        assert.deepEqual(await open(ctx, now.feiten), readModel(now.model), `asked since: ${change.sql}`);
      if (before.model !== now.model) assert.notEqual(before.feiten, now.feiten, change.sql);
    }
    assert.ok(
      later.some(({ model }, index) => model !== earlier[index]?.model),
      `${change.sql} changes nothing that this test sees`,
    );
  }
});

test("what is held is of every day: rules begin and end by date, without a change", async () => {
  for (const dag of ["2020-06-01", "2020-12-31", "2021-01-01", "2026-11-24", "2099-06-01"] as Datum[]) {
    const { feiten, model } = await readBoth(w.sql, { account, client: null, dag });
    assert.deepEqual(await open(w.ctx, feiten), readModel(model), dag);
  }
});

test("pupil, school and offer that change in one commit are read as of one commit, however it falls", async () => {
  const marked = (n: number) => ({ n: `n${n}`, tot: `${2100 + n}-01-01` });
  const mark = (sql: Sql, n: number) =>
    transaction(sql, async (tx) => {
      const { n: word, tot } = marked(n);
      const parts = [
        () => tx`update leerlingen.account set voornaam = ${word} where account_uuid = ${account}`,
        () =>
          tx`update toepassingen.keuze set tot = ${tot} where instellingsnummer = '999002' and toepassing = 'klas'`,
        () => tx`update toepassingen.toepassing set omschrijving = ${word} where toepassing = 'klas'`,
      ];
      for (let part = n; part < n + parts.length; part += 1) await parts[part % parts.length]?.();
    });
  await mark(w.sql, 0);
  const writer = anotherProcess();
  const readers = [w.ctx, anotherProcess(), anotherProcess()];
  const written = new AbortController();
  const seen = new Set<string>();
  const reading = readers.map(async (ctx) => {
    while (!written.signal.aborted) {
      const feiten = await getFeiten(ctx, account, "klas", ctx.clock.vandaag());
      const [toepassing] = feiten?.toepassingen ?? [];
      const word = feiten?.account.voornaam ?? "";
      const tot = toepassing?.keuzes.find((one) => one.instellingsnummer === "999002")?.tot;
      assert.deepEqual([toepassing?.omschrijving, tot], [word, marked(Number(word.slice(1))).tot]);
      seen.add(word);
    }
  });
  const turns = times(600, 60);
  for (let n = 1; n <= turns; n += 1) await mark(writer.sql, n % 800);
  written.abort();
  await Promise.all(reading);
  assert.ok(seen.size > 3, `${seen.size} of ${turns} commits were seen`);
});

test("whatever others do meanwhile, commit or undo, each snapshot has its own facts: its own changes too", async () => {
  const draw = drawsOf(35);
  const schools = ["999000", "999001", "999002"];
  const change = async (tx: Sql) => {
    const [school, naam] = [draw.pick(schools), draw.pick(["bingel", "klas"])];
    const van = `2021-01-${String(10 + draw.below(20))}`;
    switch (draw.below(6)) {
      case 0:
        return tx`insert into toepassingen.keuze (instellingsnummer, toepassing, van) values (${school}, ${naam}, ${van}) on conflict do nothing`;
      case 1:
        return tx`delete from toepassingen.keuze where instellingsnummer = ${school} and toepassing = ${naam} and van > '2021-01-01'`;
      case 2:
        return tx`insert into toepassingen.zichtbaarheid (regel_id, instellingsnummer, toepassing, soort, van)
          values (${randomUUID()}, ${school}, ${naam}, 'school', ${van}) on conflict do nothing`;
      case 3:
        return tx`delete from toepassingen.zichtbaarheid where instellingsnummer = ${school} and toepassing = ${naam} and van > '2021-01-01'`;
      case 4:
        return tx`update toepassingen.toepassing set tint = ${1 + draw.below(8)} where toepassing = ${naam}`;
      default:
        return tx`update leerlingen.account set naam = ${van} where account_uuid = ${account}`;
    }
  };
  const whole = "isolation level repeatable read";
  const compare = async (ctx: Context, tx: Sql) => {
    for (const client of ["bingel", null]) {
      const { feiten, model } = await readBoth(tx, ask(client));
      assert.deepEqual(await open({ ...ctx, sql: tx }, feiten), readModel(model));
    }
  };
  const processes = [w.ctx, anotherProcess(), anotherProcess()];
  let undone = 0;
  const turn = async (ctx: Context) => {
    const writes = draw.below(3);
    const undo = draw.below(3) === 0;
    await transaction(
      ctx.sql,
      async (tx) => {
        await compare(ctx, tx);
        for (let n = 0; n < writes; n += 1) {
          await change(tx);
          await compare(ctx, tx);
        }
        if (undo) throw new Undo();
      },
      whole,
    ).catch((error: unknown) => {
      // Undone by itself; or by PostgreSQL, because others change the same account, choice or application, first or in another order.
      const { code = "" } = error as { readonly code?: string };
      if (!(error instanceof Undo) && !["40001", "40P01"].includes(code)) throw error;
      undone += 1;
    });
  };
  const turns = times(400, 40);
  await Promise.all(
    processes.flatMap((ctx) =>
      [0, 1].map(async () => {
        for (let n = 0; n < turns; n += 1) await turn(ctx);
      }),
    ),
  );
  assert.ok(undone > 0);
  for (const ctx of processes) {
    const { feiten, model } = await both(ctx, null);
    assert.deepEqual(await open(ctx, feiten), readModel(model));
  }
});
class Undo extends Error {}

test("facts cost one trip; one more where a process lacks rules, for all that it lacks, and after a change of what it holds", async () => {
  const sent: string[] = [];
  const sql = openDatabase({ url: w.url, max: 1, onStatement: (text) => sent.push(text) });
  opened.push(sql);
  const trips = async (client: string | null) => {
    sent.length = 0;
    await getFeiten({ ...w.ctx, sql }, account, client, w.ctx.clock.vandaag());
    return sent.length;
  };
  assert.deepEqual([await trips("bingel"), await trips("klas"), await trips(null)], [2, 1, 1]);
  const rules = "toepassingen.zichtbaarheid where instellingsnummer = '999002'";
  await w.sql.unsafe(`delete from ${rules} and soort = 'leerling'`);
  assert.equal(await trips("bingel"), 1, "rules on pupils are held by nobody");
  await w.sql.unsafe(`delete from ${rules}`);
  assert.deepEqual([await trips("bingel"), await trips(null)], [2, 1]);
});

test("behind the wall of a school the facts are what that school sees, and what it leaves behind is whole", async () => {
  const client = null;
  // The second as if the former number of the school were of another.
  for (const nummers of [["999001", "999000"], ["999001"], ["999002"]]) {
    const cold = anotherProcess();
    for (const ctx of [cold, w.ctx]) {
      const walled = await inSchool(ctx, nummers, async (tx) => {
        const { feiten, model } = await both(tx, client);
        const seen = await open(tx, feiten);
        assert.deepEqual(seen, readModel(model));
        return seen;
      });
      for (const { instellingsnummer } of walled.toepassingen.flatMap(({ keuzes }) => keuzes))
        assert.equal(instellingsnummer, nummers[0]);
      const { feiten, model } = await both(ctx, client);
      assert.deepEqual(await open(ctx, feiten), readModel(model));
    }
  }
});

test("two who change rules wait for nobody: not for another school, not for the same one, in any order", async () => {
  const insert = (tx: Sql, school: string, van: string) =>
    tx`insert into toepassingen.keuze (instellingsnummer, toepassing, van) values (${school}, 'bingel', ${van})`;
  const count = async () => {
    const [row] = await w.sql<{ n: number }[]>`
      select count(*)::int as n from verstrekking.schoolversie where instellingsnummer = '999002'`;
    return row?.n;
  };
  const [one, other] = [anotherProcess(), anotherProcess()];
  await transaction(one.sql, async (tx) => {
    await tx`set local lock_timeout = '2s'`;
    await insert(tx, "999001", "2031-01-01");
    await insert(tx, "999002", "2031-01-01");
    await tx`update toepassingen.toepassing set tint = 3 where toepassing = 'bingel'`;
    await transaction(other.sql, async (ty) => {
      await ty`set local lock_timeout = '2s'`;
      await insert(ty, "999002", "2032-01-01");
      await insert(ty, "999001", "2032-01-01");
      await ty`update toepassingen.toepassing set tint = 3 where toepassing = 'klas'`;
    });
  });
  assert.equal(await count(), 2, "each left its mark");
  const { feiten, model } = await both(w.ctx, null);
  assert.deepEqual(await open(w.ctx, feiten), readModel(model));
  await insert(w.sql, "999002", "2034-01-01");
  assert.equal(await count(), 1, "the next one takes both away");
});

test("no table of rules can be emptied past its versions", async () => {
  for (const table of ["toepassingen.keuze", "toepassingen.zichtbaarheid"])
    await assert.rejects(
      transaction(w.sql, async (tx) => {
        await tx`set local role none`;
        await tx.unsafe(`truncate ${table}`);
      }),
      /TRUNCATE/,
    );
});
