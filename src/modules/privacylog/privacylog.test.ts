import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { inTransaction } from "#platform/context";
import { openDatabase } from "#platform/database";
import {
  verifyChain,
  listRegelsOf,
  makePartitions,
  writeRegel,
  zegel,
  type Logregel,
} from "#modules/privacylog";
import { testDatabase, type TestDatabase } from "#testing/database";

const regel = (tijdstip: number, over: Partial<Logregel> = {}): Logregel => ({
  tijdstip,
  soort: "verstrekking",
  accountUuid: randomUUID(),
  attributen: ["Naam", "Voornaam"],
  ontvanger: "bingel",
  protocol: "bingel@1",
  aanleiding: "aanmelding",
  ...over,
});

/** 30 rows under three seals and 2 that wait; the owner's connection can do what the application cannot. */
async function filled(
  work: (db: TestDatabase, eigenaar: ReturnType<typeof openDatabase>) => Promise<void>,
): Promise<void> {
  const db = await testDatabase();
  const eigenaar = openDatabase({ url: db.url, max: 1, role: "eigenaar" });
  try {
    await makePartitions(db.ctx);
    for (let part = 0; part < 3; part++) {
      for (let i = 0; i < 10; i++) await writeRegel(db.ctx, regel(db.clock.now()));
      db.clock.advance(60_000);
      assert.equal(await zegel(db.ctx), 10);
    }
    await writeRegel(db.ctx, regel(db.clock.now()));
    await writeRegel(db.ctx, regel(db.clock.now()));
    assert.deepEqual(await verifyChain(db.ctx), {
      inOrde: true,
      zegels: 3,
      regels: 32,
      wachtend: 2,
      fouten: [],
    });
    await work(db, eigenaar);
  } finally {
    await eigenaar.end();
    await db.close();
  }
}

const tamper = (naam: string, sql: string, verwacht: RegExp) =>
  test(`D11: ${naam} is found`, () =>
    filled(async (db, eigenaar) => {
      await eigenaar.unsafe(
        `alter table privacylog.regel disable trigger all; set session_replication_role = replica; ${sql}`,
      );
      const { inOrde, fouten } = await verifyChain(db.ctx);
      assert.equal(inOrde, false);
      assert.match(fouten.join("\n"), verwacht);
    }));

tamper(
  "an edited row",
  "update privacylog.regel set ontvanger = 'ander' where nr = 12",
  /onder zegel 2 .* veranderd/,
);
tamper(
  "a shortened list of attributes",
  "update privacylog.regel set attributen = '{Naam}' where nr = 3",
  /onder zegel 1 .* veranderd/,
);
tamper("a deleted row", "delete from privacylog.regel where nr = 25", /Onder zegel 3 ontbreken 1 van 10/);
tamper(
  "two swapped rows",
  "update privacylog.regel r set account_uuid = o.account_uuid from privacylog.regel o where (r.nr, o.nr) in ((1, 2), (2, 1))",
  /veranderd/,
);
tamper(
  "an added row",
  "insert into privacylog.regel (tijdstip, soort, account_uuid, attributen, ontvanger, aanleiding) select tijdstip, soort, account_uuid, attributen, ontvanger, aanleiding from privacylog.regel where nr = 1",
  /Er zijn 33 regels/,
);
tamper("a deleted seal in the middle", "delete from privacylog.zegel where nr = 2", /Zegel 2 ontbreekt/);
tamper(
  "a cut-off end",
  "delete from privacylog.regel where nr in (select nr from privacylog.regel order by nr desc limit 12); delete from privacylog.wachtrij; delete from privacylog.zegel where nr = 3; update privacylog.kop set nr = 2, aantal = 20",
  /afgeknipt/,
);
tamper(
  "a deleted row that waits for its seal",
  "delete from privacylog.regel where nr = 31",
  /wachtten zijn weg/,
);
tamper(
  "seals and head removed together",
  "delete from privacylog.zegel; delete from privacylog.kop; delete from privacylog.wachtrij",
  /Er zijn 32 regels/,
);

test("D11: the application itself can neither change nor remove a record", () =>
  filled(async (db) => {
    for (const poging of [
      "update privacylog.regel set ontvanger = 'x'",
      "delete from privacylog.regel",
      "truncate privacylog.regel",
      "update privacylog.zegel set aantal = 1",
      "delete from privacylog.zegel",
    ]) {
      await assert.rejects(db.sql.unsafe(poging), { code: "42501" }, poging);
    }
  }));

test("D11: a record that commits after a younger one was sealed is sealed next", async () => {
  const db = await testDatabase();
  try {
    let release = () => {};
    const wacht = new Promise<void>((resolve) => (release = resolve));
    let written = () => {};
    const first = new Promise<void>((resolve) => (written = resolve));
    const traag = inTransaction(db.ctx, async (tx) => {
      await writeRegel(tx, regel(db.clock.now()));
      written();
      await wacht;
    });
    await first;
    await writeRegel(db.ctx, regel(db.clock.now()));
    assert.equal(await zegel(db.ctx), 1);
    release();
    await traag;
    assert.equal(await zegel(db.ctx), 1);
    assert.equal((await verifyChain(db.ctx)).inOrde, true);
  } finally {
    await db.close();
  }
});

test("D11: sealers on several nodes at once seal every row exactly once", async () => {
  const db = await testDatabase();
  try {
    await Promise.all(Array.from({ length: 200 }, () => writeRegel(db.ctx, regel(db.clock.now()))));
    let samen = 0;
    for (let ronde = 0; ronde < 20 && samen < 200; ronde++) {
      samen += (await Promise.all(Array.from({ length: 4 }, () => zegel(db.ctx, { aantal: 30 })))).reduce(
        (som, aantal) => som + aantal,
        0,
      );
    }
    assert.equal(samen, 200);
    assert.deepEqual((await verifyChain(db.ctx)).fouten, []);
  } finally {
    await db.close();
  }
});

test("D11: no record without its transaction, and a pupil's own records newest first", async () => {
  const db = await testDatabase();
  try {
    const wie = randomUUID();
    await assert.rejects(
      inTransaction(db.ctx, async (tx) => {
        await writeRegel(tx, regel(db.clock.now(), { accountUuid: wie }));
        throw new Error("geen token");
      }),
    );
    assert.deepEqual(await listRegelsOf(db.ctx, [wie], 50), []);
    await writeRegel(db.ctx, regel(db.clock.now(), { accountUuid: wie, attributen: [] }));
    await writeRegel(db.ctx, regel(db.clock.now() + 5, { accountUuid: wie }));
    const regels = await listRegelsOf(db.ctx, [wie], 50);
    assert.deepEqual(
      regels.map((row) => row.attributen),
      [["Naam", "Voornaam"], []],
    );
  } finally {
    await db.close();
  }
});

test("D11: several nodes at once make the months that are missing", async () => {
  const db = await testDatabase();
  try {
    await Promise.all(Array.from({ length: 6 }, () => makePartitions(db.ctx)));
    const [tel] = await db.sql<{ n: number }[]>`
      select count(*) as n from pg_inherits where inhparent = 'privacylog.regel'::regclass`;
    assert.equal(tel?.n, 4, "three months and the safety net");
  } finally {
    await db.close();
  }
});

test("D11: lines that came before their month was made go along into it, unchanged, and the log stays append-only", async () => {
  const db = await testDatabase();
  const eigenaar = openDatabase({ url: db.url, max: 1, role: "eigenaar" });
  try {
    const maand = 31 * 86_400_000;
    const ahead = [0, 1, 2, 12].map((months) => db.clock.now() + months * maand);
    for (const tijdstip of ahead) await writeRegel(db.ctx, regel(tijdstip));
    assert.equal(await zegel(db.ctx), 4);
    await writeRegel(db.ctx, regel(db.clock.now()));
    await Promise.all([makePartitions(db.ctx), makePartitions(db.ctx)]);
    const stand = await db.sql<{ tijdstip: Date; tabel: string }[]>`
      select tijdstip, tableoid::regclass::text as tabel from privacylog.regel order by nr`;
    const inMonth = (tijdstip: number) =>
      `privacylog.regel_${new Date(tijdstip).toISOString().slice(0, 7).replace("-", "")}`;
    assert.deepEqual(
      stand.map(({ tabel }) => tabel),
      [...ahead.slice(0, 3).map(inMonth), "privacylog.regel_overig", inMonth(db.clock.now())],
    );
    await writeRegel(db.ctx, regel(db.clock.now()));
    assert.equal(await zegel(db.ctx), 2);
    const { inOrde, regels, fouten } = await verifyChain(db.ctx);
    assert.deepEqual([inOrde, regels, fouten], [true, 6, []]);
    for (const { tabel } of stand) {
      await assert.rejects(
        eigenaar.unsafe(`update ${tabel} set ontvanger = 'x'`),
        /the privacy log is append-only/,
      );
      await assert.rejects(eigenaar.unsafe(`delete from ${tabel}`), /the privacy log is append-only/);
      await assert.rejects(db.sql.unsafe(`delete from ${tabel}`), { code: "42501" });
    }
  } finally {
    await eigenaar.end();
    await db.close();
  }
});

test("D11: a month that cannot be made now, because a long reading such as a dump goes on, keeps no release waiting", async () => {
  const db = await testDatabase();
  try {
    let release = () => {};
    const end = new Promise<void>((resolve) => (release = resolve));
    let reads = () => {};
    const reading = new Promise<void>((resolve) => (reads = resolve));
    const dump = inTransaction(db.ctx, async (tx) => {
      await tx.sql`set local idle_in_transaction_session_timeout = 0`;
      await tx.sql`select count(*) from privacylog.regel`;
      reads();
      await end;
    });
    await reading;
    const made = makePartitions(db.ctx);
    await wait(100); // it stands in the row for the table by now
    const written = writeRegel(db.ctx, regel(db.clock.now())).then(() => "written");
    const first = await Promise.race([written, wait(20_000, "waits for the reading", { ref: false })]);
    release();
    await Promise.all([made, dump, written]);
    assert.equal(first, "written");
    await makePartitions(db.ctx);
    const [left] = await db.sql<{ n: number }[]>`select count(*)::int as n from only privacylog.regel_overig`;
    assert.equal(left?.n, 0);
  } finally {
    await db.close();
  }
});
