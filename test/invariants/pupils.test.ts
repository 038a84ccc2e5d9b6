import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import * as fc from "fast-check";
import { importFile, receive } from "#modules/discimus";
import { readInsz, foldGebruikersnaam } from "#modules/leerlingen";
import type { Context } from "#platform/context";
import { testDatabase, type TestDatabase } from "#testing/database";
import { inschrijvingRegel, leerlingRegel, schoolRegel, testInsz } from "#testing/discimus";
import { runsOf } from "#testing/runs";
import { emptyModel, take, type Message, type Model } from "./model.ts";
import { checkInvariants, projection, readTables, type Tables } from "./state.ts";

let one: TestDatabase;
let two: TestDatabase;
before(async () => {
  one = await testDatabase();
  two = await testDatabase();
});
after(() => Promise.all([one.close(), two.close()]));

// Each run of a property works with its own schools, numbers and names, so that the databases need no emptying.
let runs = 0;
function nextWorld() {
  const run = runs++;
  const two = (n: number) => String(n).padStart(2, "0");
  const date =
    two(run % 100) + two(1 + (Math.floor(run / 100) % 12)) + two(1 + (Math.floor(run / 1200) % 28));
  const letters = [...String(run)].map((digit) => "abcdefghij"[Number(digit)]).join("");
  const eeuw = run % 2 === 0 ? 20 : 19;
  return {
    prefix: String(10_000 + run),
    schools: [`${10_000 + run}0`, `${10_000 + run}1`],
    // A national number, both its bis numbers, and someone born on another day.
    inszs: [
      testInsz(date, { eeuw }),
      testInsz(date, { bis: 20, eeuw }),
      testInsz(date, { bis: 40, eeuw }),
      testInsz(date, { eeuw: eeuw === 20 ? 19 : 20 }),
    ],
    names: [`Peeters${letters}`, `Janssens${letters}`],
  };
}
type World = ReturnType<typeof nextWorld>;

/** A message by numbers that a world gives meaning to, so that fast-check can shrink it. */
type Draft = { school: number; stam: number; versie: number; tijd: number; naam: number; insz: number };
const draft = fc.record<Draft>({
  school: fc.nat(1),
  stam: fc.nat(1),
  versie: fc.integer({ min: 1, max: 4 }),
  tijd: fc.nat(3),
  naam: fc.nat(1),
  insz: fc.integer({ min: -2, max: 3 }),
});
const toMessage = (world: World, d: Draft): Message => ({
  school: world.schools[d.school] ?? "",
  stam: `s${d.stam}`,
  versie: d.versie,
  tijdstip: `2026-09-01T07:12:0${d.tijd}Z`,
  naam: world.names[d.naam] ?? "",
  voornaam: "Noor",
  insz: world.inszs[d.insz] ?? null,
});
const toLine = ({ school, stam, versie, tijdstip, naam, voornaam, insz }: Message): string =>
  leerlingRegel(stam, { school, versie, tijdstip }, { naam, voornaam, insz });

async function send(db: TestDatabase, lines: readonly string[]): Promise<string> {
  db.clock.advance(1000);
  const answer = await receive(db.ctx, lines, { bron: "http" });
  assert.equal(
    answer.ontvangen,
    answer.verwerkt + answer.ongewijzigd + answer.quarantaine.length,
    "counts add up",
  );
  assert.equal(answer.ontvangen, lines.length);
  return answer.verwerkt === 1
    ? "verwerkt"
    : answer.ongewijzigd === 1
      ? "ongewijzigd"
      : (answer.quarantaine[0]?.code ?? "").replace("versie-", "");
}

const birth = (insz: string) => insz.slice(0, 2) + (Number(insz.slice(2, 4)) % 20) + insz.slice(4, 6);
const isBis = (insz: string) => Number(insz.slice(2, 4)) >= 20;
const century = (insz: string) =>
  [0, 2_000_000_000]
    .filter((add) => 97 - ((Number(insz.slice(0, 9)) + add) % 97) === Number(insz.slice(9)))
    .join();
const plainlyOne = (a: string, b: string) =>
  birth(a) === birth(b) && century(a) === century(b) && (isBis(a) || isBis(b));

/** Model and tables in one shape: accounts by the order in which they were made. */
function shapeOfModel(model: Model): unknown {
  return {
    accounts: model.accounts.map((a) => ({
      identified: a.leerId !== null,
      naam: a.naam,
      voornaam: a.voornaam,
      gebruikersnaam: a.gebruikersnaam,
      door: a.door?.nr ?? null,
    })),
    registraties: [...model.registraties.values()]
      .map((r) => ({
        sleutel: `${r.school} ${r.stam}`,
        account: r.account.nr,
        tijdelijk: r.tijdelijk?.nr ?? null,
        versie: r.laatste.versie,
        naam: r.laatste.naam,
      }))
      .toSorted((a, b) => (a.sleutel < b.sleutel ? -1 : 1)),
    inszs: [...model.inszs]
      .map(([insz, person]) => ({ insz, account: person.nr }))
      .toSorted((a, b) => (a.insz < b.insz ? -1 : 1)),
    voorstellen: model.voorstellen.map(([a, b]) => `${a.nr} ${b.nr}`).toSorted(),
  };
}
function shapeOfTables(tables: Tables): unknown {
  const ordered = tables.accounts.toSorted((a, b) => a.aangemaakt_op.getTime() - b.aangemaakt_op.getTime());
  const nr = (id: string | null) =>
    id === null ? null : ordered.findIndex((account) => account.account_uuid === id);
  return {
    accounts: ordered.map((a) => ({
      identified: a.leer_id_uuid !== null,
      naam: a.naam,
      voornaam: a.voornaam,
      gebruikersnaam: a.gebruikersnaam,
      door: nr(a.vervangen_door),
    })),
    registraties: tables.registraties.map((r) => ({
      sleutel: r.sleutel,
      account: nr(r.account_uuid),
      tijdelijk: nr(r.tijdelijk_account_uuid),
      versie: r.versie,
      naam: r.naam,
    })),
    inszs: tables.inszs
      .map((row) => ({ insz: row.insz, account: nr(row.account_uuid) }))
      .toSorted((a, b) => (a.insz < b.insz ? -1 : 1)),
    voorstellen: tables.voorstellen
      .filter((v) => v.status === "voorstel")
      .map((v) => `${nr(v.oudste)} ${nr(v.jongste)}`)
      .toSorted(),
  };
}

test("messages one by one do what the model says, and the invariants hold after each", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(draft, { minLength: 1, maxLength: 14 }), async (drafts) => {
      const world = nextWorld();
      const model = emptyModel();
      let earlier: Tables | undefined;
      for (const message of drafts.map((d) => toMessage(world, d))) {
        const expected = take(model, message, foldGebruikersnaam, plainlyOne);
        assert.equal(await send(one, [toLine(message)]), expected, JSON.stringify(message));
        const tables = await readTables(one.ctx, world.prefix);
        checkInvariants(tables);
        assert.deepEqual(shapeOfTables(tables), shapeOfModel(model));
        if (earlier) checkStep(earlier, tables);
        earlier = tables;
      }
    }),
    runsOf(60),
  );
});

/** What may never change from one state to the next (R35-R38). */
function checkStep(earlier: Tables, later: Tables): void {
  for (const old of earlier.accounts) {
    const now = later.accounts.find((account) => account.account_uuid === old.account_uuid);
    assert.ok(now, "account_uuids stay for ever");
    if (old.leer_id_uuid !== null)
      assert.equal(now.leer_id_uuid, old.leer_id_uuid, "leer_id_uuid never changes");
    if (old.vervangen_door !== null) assert.notEqual(now.vervangen_door, null, "history only grows");
    if (
      old.vervangen_door === null &&
      old.gebruikersnaam !== null &&
      now.gebruikersnaam !== old.gebruikersnaam
    ) {
      const heir = later.accounts.find((account) => account.gebruikersnaam === old.gebruikersnaam);
      assert.equal(heir?.account_uuid, now.vervangen_door, "a username stays, or goes along with the pupil");
    }
  }
  for (const old of earlier.registraties) {
    const leerId = (tables: Tables) => {
      const account = tables.registraties.find((row) => row.sleutel === old.sleutel)?.account_uuid;
      return tables.accounts.find((row) => row.account_uuid === account);
    };
    const [was, is] = [leerId(earlier), leerId(later)];
    if (!was || was.leer_id_uuid === null || was.leer_id_uuid === is?.leer_id_uuid) continue;
    assert.ok(is && is.aangemaakt_op <= was.aangemaakt_op, "after a merge the oldest leer_id_uuid stands");
    assert.equal(
      later.accounts.find((row) => row.account_uuid === was.account_uuid)?.vervangen_door,
      is.account_uuid,
    );
  }
}

/** Drafts of which each (pupil, version) has one content, in two orders; the second with repetitions. */
const twoOrders = fc
  .uniqueArray(draft, { minLength: 1, maxLength: 12, selector: (d) => `${d.school} ${d.stam} ${d.versie}` })
  .chain((drafts) =>
    fc.tuple(
      fc.constant(drafts),
      fc.shuffledSubarray(drafts, { minLength: drafts.length, maxLength: drafts.length }),
      fc.array(fc.constantFrom(...drafts), { maxLength: 6 }),
    ),
  );

test("any order and any repetition of the same messages ends in the same state", async () => {
  await fc.assert(
    fc.asyncProperty(twoOrders, async ([drafts, shuffled, again]) => {
      const world = nextWorld();
      for (const d of drafts) await send(one, [toLine(toMessage(world, d))]);
      for (const d of [...shuffled, ...again]) await send(two, [toLine(toMessage(world, d))]);
      const [a, b] = [await readTables(one.ctx, world.prefix), await readTables(two.ctx, world.prefix)];
      checkInvariants(b);
      assert.deepEqual(projection(b), projection(a));
      for (const d of shuffled)
        assert.equal(await send(two, [toLine(toMessage(world, d))]), "ongewijzigd", "everything was taken");
    }),
    runsOf(80),
  );
});

async function allRows(ctx: Context, world: World): Promise<unknown> {
  const enrolments = await ctx.sql`
    select instellingsnummer, stamnummer, inschrijving, leerjaar, van, tot, geannuleerd, versie from inschrijvingen.inschrijving
     where starts_with(instellingsnummer, ${world.prefix}) order by 1, 2, 3`;
  const schools = await ctx.sql`
    select instellingsnummer, naam, versie, (select array_agg(vestiging order by vestiging) from scholen.vestiging v where v.instellingsnummer = s.instellingsnummer) as v
      from scholen.school s where starts_with(instellingsnummer, ${world.prefix}) order by 1`;
  const tables = await readTables(ctx, world.prefix);
  checkInvariants(tables);
  return { enrolments: [...enrolments], schools: [...schools], pupils: projection(tables) };
}

const crowd = fc.tuple(
  fc.array(
    fc.record({
      stam: fc.nat(160),
      versie: fc.integer({ min: 1, max: 3 }),
      insz: fc.integer({ min: -60, max: 120 }),
      naam: fc.nat(1),
      school: fc.nat(1),
    }),
    { minLength: 150, maxLength: 400 },
  ),
  fc.array(
    fc.record({
      stam: fc.nat(160),
      versie: fc.integer({ min: 1, max: 2 }),
      leerjaar: fc.nat(3),
      weg: fc.boolean(),
      school: fc.nat(1),
    }),
    { minLength: 150, maxLength: 300 },
  ),
  fc.integer({ min: 120, max: 400 }),
);

test("a whole file, a delivery and single messages end in the same state", async () => {
  const folder = await mkdtemp(join(tmpdir(), "leerid-"));
  // Databases of its own: its many numbers would meet those of the worlds above.
  const [single, batch, bulk] = [await testDatabase(), await testDatabase(), await testDatabase()];
  try {
    await fc.assert(
      fc.asyncProperty(crowd, async ([pupils, enrolments, size]) => {
        const world = nextWorld();
        // Content follows from (pupil, version): a feed that contradicts itself has no one end state.
        const lines = new Set<string>();
        const numbers = Array.from({ length: 121 }, (_, index) =>
          testInsz(
            `${String(runs % 100).padStart(2, "0")}${String(1 + (index % 12)).padStart(2, "0")}${String(1 + Math.floor(index / 12)).padStart(2, "0")}`,
            { bis: runs % 3 === 0 ? 20 : 0 },
          ),
        );
        const seen = new Set<string>();
        for (const p of pupils) {
          const key = `${p.school} ${p.stam} ${p.versie}`;
          if (seen.has(key)) continue;
          seen.add(key);
          const insz = numbers[p.insz] ?? null;
          lines.add(
            leerlingRegel(
              `s${p.stam}`,
              { school: world.schools[p.school] ?? "", versie: p.versie },
              { naam: world.names[p.naam], insz },
            ),
          );
        }
        for (const e of enrolments) {
          const key = `i ${e.school} ${e.stam} ${e.versie}`;
          if (seen.has(key)) continue;
          seen.add(key);
          lines.add(
            inschrijvingRegel(
              `s${e.stam}`,
              { school: world.schools[e.school] ?? "", versie: e.versie },
              { leerjaar: e.leerjaar, status: e.weg ? "geannuleerd" : "gerealiseerd" },
            ),
          );
        }
        for (const school of world.schools) lines.add(schoolRegel({ school }));
        const all = [...lines].toSorted((a, b) => (a.slice(60) < b.slice(60) ? -1 : 1));
        for (const line of all) await send(single, [line]);

        const answer = await receive(batch.ctx, all, { bron: "http" });
        assert.equal(answer.verwerkt + answer.ongewijzigd, all.length);

        const file = join(folder, `${world.prefix}.ndjson`);
        await writeFile(file, all.join("\n"));
        const totals = await importFile(bulk.ctx, { pad: file, groepsgrootte: size });
        assert.deepEqual([totals.ontvangen, totals.quarantaine], [all.length, 0]);
        assert.equal(totals.verwerkt + totals.ongewijzigd, all.length);

        const expected = await allRows(single.ctx, world);
        assert.deepEqual(await allRows(batch.ctx, world), expected);
        assert.deepEqual(await allRows(bulk.ctx, world), expected);

        // And once more, in each way, at each place: nothing changes.
        assert.equal((await receive(single.ctx, all, { bron: "http" })).ongewijzigd, all.length);
        const again = await importFile(batch.ctx, { pad: file, groepsgrootte: size });
        assert.deepEqual([again.ongewijzigd, again.ontvangen], [all.length, all.length]);
        assert.deepEqual(await allRows(batch.ctx, world), expected);
      }),
      { ...runsOf(4), endOnFailure: true },
    );
  } finally {
    await rm(folder, { recursive: true });
    await Promise.all([single.close(), batch.close(), bulk.close()]);
  }
});

test("a message about one pupil changes no row of another", async () => {
  const world = nextWorld();
  const start = Array.from({ length: 12 }, (_, n) => ({
    school: n % 2,
    stam: n,
    versie: 1,
    tijd: 0,
    naam: n % 2,
    insz: -1,
  }));
  for (const d of start)
    await send(one, [
      toLine(toMessage(world, d)),
      inschrijvingRegel(`s${d.stam}`, { school: world.schools[d.school] ?? "" }),
    ]);
  const rows = async () =>
    new Map(
      (
        await one.sql<{ id: string; rij: string }[]>`
        select 'a ' || account_uuid as id, md5(a::text) as rij from leerlingen.account a
        union all select 'r ' || instellingsnummer || stamnummer, md5(r::text) from leerlingen.registratie r
        union all select 'z ' || encode(insz_hash, 'hex'), md5(i::text) from leerlingen.insz i
        union all select 'i ' || instellingsnummer || stamnummer || inschrijving, md5(i::text) from inschrijvingen.inschrijving i`
      ).map((row) => [row.id, row.rij]),
    );
  let before = await rows();
  for (const change of [{ naam: 1 }, { insz: 0 }, { insz: 1 }, { insz: 0, naam: 0 }, { insz: -1 }]) {
    const target = { ...(start[4] ?? assert.fail()), versie: 2 + [...before].length, tijd: 1, ...change };
    const mine = (await readTables(one.ctx, world.prefix)).registraties.find(
      (row) => row.sleutel === `${world.schools[0]} s4`,
    );
    await send(one, [toLine(toMessage(world, target))]);
    const then = await rows();
    for (const [id, row] of before) {
      if (then.get(id) === row) continue;
      assert.ok(
        [`r ${world.schools[0]}s4`, `a ${mine?.account_uuid}`].includes(id),
        `only rows of this pupil change, not ${id.slice(0, 2)}`,
      );
    }
    before = then;
  }
});

test("an INSZ stands nowhere in clear, also not in quarantine", async () => {
  const world = nextWorld();
  const [insz = "", other = ""] = world.inszs;
  assert.ok(readInsz(insz));
  const lines = [
    toLine(toMessage(world, { school: 0, stam: 0, versie: 1, tijd: 0, naam: 0, insz: 0 })),
    toLine(toMessage(world, { school: 0, stam: 0, versie: 2, tijd: 0, naam: 0, insz: 1 })),
    leerlingRegel("9", { school: world.schools[0] ?? "", id: insz }, { insz: other }),
    leerlingRegel(other, { school: world.schools[0] ?? "" }, { insz }),
    leerlingRegel("8", { school: world.schools[0] ?? "" }, { insz, naam: `Peeters ${insz}` }),
    `{"broken": "${insz}`,
  ];
  const answer = await receive(one.ctx, lines, { bron: "http" });
  assert.equal(answer.quarantaine.length, 4);
  assert.ok(
    !JSON.stringify(answer).includes(insz) && !JSON.stringify(answer).includes(other),
    "not in the answer",
  );
  const tables = await one.sql<{ naam: string }[]>`
    select format('%I.%I', schemaname, tablename) as naam from pg_tables where schemaname not in ('pg_catalog', 'information_schema')`;
  let looked = 0;
  for (const { naam } of tables) {
    if (naam === "public.migratie") continue;
    for (const { rij } of await one.sql.unsafe<{ rij: string }[]>(`select t::text as rij from ${naam} t`)) {
      looked++;
      for (const number of [insz, other]) {
        assert.ok(!rij.includes(number), `an INSZ in ${naam}`);
        assert.ok(!rij.includes(Buffer.from(number).toString("hex")), `an INSZ in bytes of ${naam}`);
      }
    }
  }
  assert.ok(looked > 100);
});
