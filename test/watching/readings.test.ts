import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { queueReading, startUpkeep } from "#platform/jobs";
import type { Reading } from "#platform/metrics";
import { feedReading } from "#modules/discimus";
import { deliveryReading } from "#modules/leveringen";
import { backlogReading, zegel } from "#modules/privacylog";
import { testDatabase, type TestDatabase } from "#testing/database";

let db: TestDatabase;
before(async () => {
  db = await testDatabase();
});
after(() => db.close());

const ago = (seconds: number) => new Date(db.clock.now() - seconds * 1000);

/** What a reading says, by name, with its task. */
async function read(reading: Reading): Promise<Record<string, number>> {
  const samples = await reading.read(db.ctx);
  return Object.fromEntries(
    samples.map(({ figure, labels, value }) => [
      [figure.name.replace(/^leerid_/, ""), ...Object.values(labels ?? {})].join(" "),
      Math.round(value),
    ]),
  );
}

const seals = async (at: Date) => db.sql`
  with r as (
    insert into privacylog.regel (tijdstip, soort, account_uuid, attributen, ontvanger, aanleiding)
    values (${at}, 'inzage', ${randomUUID()}::uuid, '{}', 'x', 'proef') returning nr, tijdstip)
  insert into privacylog.wachtrij (nr, tijdstip) select nr, tijdstip from r`;

test("how many records wait for their seal, and how long the oldest", async () => {
  assert.deepEqual(await read(backlogReading), { seal_waiting: 0, seal_oldest_seconds: 0 });
  await seals(ago(90));
  await seals(ago(5));
  assert.deepEqual(await read(backlogReading), { seal_waiting: 2, seal_oldest_seconds: 90 });
  await zegel(db.ctx);
  assert.deepEqual(await read(backlogReading), { seal_waiting: 0, seal_oldest_seconds: 0 });
});

test("the queue of jobs, by task", async () => {
  assert.deepEqual(await read(queueReading), {});
  await db.sql`
    insert into jobs.job (task, payload, run_at, last_error) values
      ('een', '{}', now() - interval '100 seconds', null), ('een', '{}', now() + interval '1 hour', 'TypeError'), ('twee', '{}', now() + interval '1 hour', null)`;
  assert.deepEqual(await read(queueReading), {
    "jobs_waiting een": 2,
    "jobs_oldest_seconds een": 100,
    "jobs_retried een": 1,
    "jobs_waiting twee": 1,
    "jobs_oldest_seconds twee": 0,
    "jobs_retried twee": 0,
  });
  await db.sql`delete from jobs.job`;
});

test("the feed: its quarantine, and when the last delivery was done", async () => {
  assert.deepEqual(await read(feedReading), {
    discimus_quarantine: 0,
    discimus_quarantine_oldest_seconds: 0,
    discimus_last_delivery_timestamp_seconds: 0,
  });
  await db.sql`
    with l as (
      insert into discimus.levering (bron, begonnen_op, klaar_op, ontvangen, quarantaine)
      values ('http', ${ago(700)}, ${ago(600)}, 1, 1), ('http', ${ago(20)}, null, 0, 0) returning levering_id)
    insert into discimus.quarantaine (quarantaine_id, levering_id, regel, code, melding, bericht_versleuteld, ontvangen_op)
    select ${randomUUID()}::uuid, min(levering_id), 1, 'vorm', 'x', '', ${ago(650)} from l`;
  assert.deepEqual(await read(feedReading), {
    discimus_quarantine: 1,
    discimus_quarantine_oldest_seconds: 650,
    discimus_last_delivery_timestamp_seconds: Math.round(ago(600).getTime() / 1000),
  });
});

test("schools that share and had no delivery that counts in the last 24 hours", async () => {
  const hour = 3600;
  const schools = [
    { nr: "900001", since: 48 * hour, delivered: 2 * hour, status: "verwerkt" },
    { nr: "900002", since: 48 * hour, delivered: 30 * hour, status: "verwerkt" },
    { nr: "900003", since: 48 * hour, delivered: 2 * hour, status: "geweigerd" },
    { nr: "900004", since: 48 * hour },
    { nr: "900005", since: hour },
  ];
  for (const { nr, since, delivered, status } of schools) {
    await db.sql`
      insert into akkoorden.overeenkomst (versie, inhoud, ingevoerd_op) values (1, 'x', ${ago(since)}) on conflict do nothing`;
    await db.sql`
      insert into akkoorden.akkoord (akkoord, instellingsnummer, school_naam, versie, gegeven_op, gegeven_door, gegeven_naam)
      values (${randomUUID()}::uuid, ${nr}, 'School', 1, ${ago(since)}, 'x', 'x')`;
    if (delivered === undefined) continue;
    await db.sql`
      insert into leveringen.levering (levering, pakket, naam, instellingsnummer, schooljaar, tijdstip, kanaal, inhoud_hash, bytes, status, ontvangen_op, klaar_op, ontvangst)
      values (${randomUUID()}::uuid, 'wisa', ${nr}, ${nr}, '2026-2027', ${ago(delivered)}, 'sftp', '', 1, ${status ?? ""}, ${ago(delivered)}, ${ago(delivered)}, '{}')`;
  }
  assert.deepEqual(await read(deliveryReading), {
    class_files_schools_sharing: 5,
    class_files_schools_late: 3,
    class_files_last_timestamp_seconds: Math.round(ago(2 * hour).getTime() / 1000),
  });
});

test("upkeep: when each task last went well, and how often not", async () => {
  let ill = true;
  const begin = db.clock.now();
  const upkeep = startUpkeep(db.ctx, [
    {
      name: "ziek",
      everyMs: 20,
      work: async () => {
        if (ill) throw new Error("not now");
      },
    },
  ]);
  const [own] = upkeep.readings;
  assert.ok(own);
  const until = async (holds: (found: Record<string, number>) => boolean) => {
    for (let n = 0; n < 500; n += 1) {
      const found = await read(own);
      if (holds(found)) return found;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return assert.fail("not in 5 s");
  };
  const failed = await until((found) => (found["upkeep_failures_total ziek"] ?? 0) >= 2);
  assert.equal(failed["upkeep_last_success_timestamp_seconds ziek"], Math.round(begin / 1000), "its start");
  db.clock.advance(3_600_000);
  ill = false;
  await until(
    (found) => found["upkeep_last_success_timestamp_seconds ziek"] === Math.round(begin / 1000) + 3600,
  );
  await upkeep.stop();
  db.clock.advance(-3_600_000);
});
