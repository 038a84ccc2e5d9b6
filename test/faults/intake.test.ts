import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { receive } from "#modules/discimus";
import { upsertClient } from "#modules/toepassingen";
import { systemClock } from "#platform/clock";
import type { Context } from "#platform/context";
import { migrate, openDatabase } from "#platform/database";
import { testKeys } from "#testing/database";
import { guardedLog } from "#testing/guarded-log";
import { drawsOf, times } from "#testing/runs";
import { startServer, type ServerNode } from "#testing/server";
import { makeFeed, post, stateOf, type Answer, type Batch, type Sent } from "./feed.ts";
import { killablePostgres, type KillablePostgres } from "./killable-postgres.ts";

const secret = "een-geheim-van-minstens-32-tekens-lang";
const random = drawsOf(1);
const feed = makeFeed(random, 400);

let cluster: KillablePostgres;
let server: ServerNode;
let token = "";

const contextOn = (url: string): Context => ({
  sql: openDatabase({ url, max: 2 }),
  clock: systemClock(),
  keys: testKeys,
  log: guardedLog(),
});

async function onDatabase<T>(url: string, work: (ctx: Context) => Promise<T>): Promise<T> {
  const ctx = contextOn(url);
  try {
    return await work(ctx);
  } finally {
    await ctx.sql.end({ timeout: 2 });
  }
}

async function machineToken(): Promise<string> {
  const response = await fetch(`${server.acm}/op/v1/token`, {
    method: "POST",
    headers: { authorization: `Basic ${Buffer.from(`discimus:${secret}`).toString("base64")}` },
    body: new URLSearchParams({ grant_type: "client_credentials", scope: "discimus:schrijven" }),
  });
  const body = (await response.json()) as { access_token?: string };
  assert.equal(response.status, 200, JSON.stringify(body));
  return body.access_token ?? "";
}

const serve = (base?: number) => startServer({ LEERID_DATABASE_URL: cluster.url }, base);

before(async () => {
  cluster = await killablePostgres();
  await migrate(cluster.url, guardedLog());
  await onDatabase(cluster.url, (ctx) =>
    upsertClient(
      ctx,
      {
        client_id: "discimus",
        naam: "Discimus",
        omgeving: "test",
        soort: "machine",
        client_secret: secret,
        scope: "discimus:schrijven",
        token_endpoint_auth_method: "client_secret_basic",
      },
      "(test)",
    ),
  );
  server = await serve();
  token = await machineToken();
});
after(async () => {
  await server?.end("SIGKILL");
  await cluster?.stop();
});

/** What an answer may be while things are being killed. */
function check(sent: Sent | undefined, batch: Batch): Answer | undefined {
  if (sent === undefined) return undefined;
  if (sent.status === 503) {
    assert.match(sent.headers.get("retry-after") ?? "", /^\d+$/);
    assert.equal((sent.body as { code?: string }).code, "te-druk");
    return undefined;
  }
  assert.equal(sent.status, 200, `${JSON.stringify(sent.body)}\n${server.output().slice(-3000)}`);
  const answer = sent.body as Answer;
  assert.equal(answer.ontvangen, batch.lines.length);
  assert.equal(answer.verwerkt + answer.ongewijzigd + answer.quarantaine.length, answer.ontvangen);
  assert.equal(answer.quarantaine.length, batch.bad);
  return answer;
}

/** Counts of all deliveries add up, and every one has exactly the rows in quarantine that it says. */
async function checkBooks(ctx: Context): Promise<void> {
  const wrong = await ctx.sql`
    select l.levering_id from discimus.levering l
     where l.ontvangen <> l.verwerkt + l.ongewijzigd + l.quarantaine
        or l.quarantaine <> (select count(*) from discimus.quarantaine q where q.levering_id = l.levering_id)`;
  assert.deepEqual([...wrong], []);
}

/** Every message that was acknowledged is in the database, in its version or a later one. */
async function checkKept(ctx: Context, batches: Iterable<Batch>): Promise<void> {
  const versions = new Map<string, number>();
  for (const row of await ctx.sql<{ sleutel: string; versie: number }[]>`
    select 'school ' || instellingsnummer as sleutel, versie from scholen.school
    union all select 'leerling ' || instellingsnummer || stamnummer, versie from leerlingen.registratie
    union all select 'inschrijving ' || instellingsnummer || stamnummer, versie from inschrijvingen.inschrijving`)
    versions.set(row.sleutel, row.versie);
  for (const batch of batches) {
    for (const line of batch.lines.slice(0, batch.lines.length - batch.bad)) {
      const { soort, versie, sleutel } = JSON.parse(line) as {
        soort: string;
        versie: number;
        sleutel: { instellingsnummer: string; stamnummer?: string };
      };
      const kept = versions.get(`${soort} ${sleutel.instellingsnummer}${sleutel.stamnummer ?? ""}`) ?? 0;
      assert.ok(kept >= versie, `${soort} of batch ${batch.nr} was acknowledged and is gone`);
    }
  }
}

describe("the intake of Discimus messages, when something is killed", () => {
  it("loses nothing that was acknowledged, and ends where a run without faults ends", async (t) => {
    const acknowledged = new Set<Batch>();
    for (let round = 0; round < times(20, 2); round += 1) {
      const victim = round % 2 === 0 ? "PostgreSQL" : "server";
      const now = { killed: false, answers: 0 };
      // What was not acknowledged first; there is always more to send, so that the blow falls in the middle of work.
      const open = feed.filter((batch) => !acknowledged.has(batch));
      const again = feed.filter((batch) => acknowledged.has(batch));
      const queue = [...open, ...again, ...feed];
      const wanted = 1 + random.below(7);
      const sender = async () => {
        for (let batch = queue.shift(); batch && !now.killed; batch = queue.shift()) {
          const answer = check(await post(server.api, token, batch), batch);
          if (answer) acknowledged.add(batch);
          now.answers += answer ? 1 : 0;
        }
      };
      const senders = [sender(), sender(), sender()];
      for (let waited = 0; now.answers < wanted && waited < 1000; waited += 1) await sleep(10);
      await sleep(random.below(60));
      if (victim === "PostgreSQL") await cluster.kill();
      else await server.end("SIGKILL");
      // A moment with the database gone and the server there: it must go on answering.
      if (victim === "PostgreSQL") await sleep(200);
      now.killed = true;
      await Promise.all(senders);
      if (victim === "PostgreSQL") {
        const refused = await post(server.api, token, feed[1] ?? { nr: 1, lines: [], bad: 0 });
        assert.equal(refused?.status, 503, server.output().slice(-3000));
        await cluster.restart();
        assert.ok(server.running(), server.output().slice(-3000));
      } else server = await serve(server.base);
      t.diagnostic(
        `round ${round}, ${victim} killed: ${now.answers} answers, ${acknowledged.size} of ${feed.length} acknowledged`,
      );
      await onDatabase(cluster.url, async (ctx) => {
        await checkBooks(ctx);
        await checkKept(ctx, acknowledged);
      });
    }

    // The server that saw its database die is the one that goes on.
    for (const batch of feed.filter((one) => !acknowledged.has(one)))
      assert.ok(check(await post(server.api, token, batch), batch), `batch ${batch.nr} is refused`);
    for (const batch of feed) {
      const answer = check(await post(server.api, token, batch), batch);
      assert.equal(answer?.verwerkt, 0, `batch ${batch.nr} changed something the second time`);
    }

    const [, state] = await Promise.all([
      onDatabase(cluster.url, checkBooks),
      onDatabase(cluster.url, (ctx) => stateOf(ctx.sql)),
    ]);
    for (const { wie, naam_past } of state["personen"] as { wie: string; naam_past: boolean }[])
      assert.equal(naam_past, true, `the username of ${wie} comes from none of the names sent`);
    assert.deepEqual(state, await withoutFaults());
  });

  it("answers 503 with Retry-After when the database gives no connection, and goes on when it does", async () => {
    const admin = openDatabase({ url: cluster.url, max: 1, role: "eigenaar" });
    const [first, second] = [feed[1], feed[6]];
    assert.ok(first && second);
    try {
      await admin.unsafe("create role leerid_krap login password 'krap' in role leerid_app");
      const url = new URL(cluster.url);
      url.username = "leerid_krap";
      url.password = "krap";
      await server.end();
      server = await startServer(
        { LEERID_DATABASE_URL: url.href, LEERID_DATABASE_EIGENAAR_URL: cluster.url },
        server.base,
      );
      assert.ok(check(await post(server.api, token, first), first));

      const deliveries = async () =>
        (await admin`select count(*)::int as n from discimus.levering`)[0]?.["n"];
      const before = await deliveries();
      await admin.unsafe("alter role leerid_krap connection limit 0");
      await admin`select pg_terminate_backend(pid) from pg_stat_activity where usename = 'leerid_krap'`;
      for (const batch of [first, second, first, second]) {
        const sent = await post(server.api, token, batch);
        assert.equal(sent?.status, 503, `${JSON.stringify(sent?.body)} ${server.output().slice(-3000)}`);
        assert.match(sent?.headers.get("retry-after") ?? "", /^\d+$/);
      }
      assert.equal(await deliveries(), before);

      await admin.unsafe("alter role leerid_krap connection limit -1");
      for (const batch of [first, second]) {
        let sent: Sent | undefined;
        let answer: Answer | undefined;
        for (let attempt = 0; attempt < 100 && !answer; attempt += 1) {
          sent = await post(server.api, token, batch);
          answer = check(sent, batch);
          if (!answer) await sleep(100);
        }
        assert.equal(
          answer?.verwerkt,
          0,
          `running ${server.running()}, ${JSON.stringify(sent)}\n${server.output().slice(-3000)}`,
        );
      }
    } finally {
      await admin.end({ timeout: 2 });
    }
  });
});

/** The same feed on a database of its own, one delivery after the other, with nothing in the way. */
async function withoutFaults(): Promise<Record<string, unknown>> {
  const admin = openDatabase({ url: cluster.url, max: 1, role: "eigenaar" });
  await admin.unsafe("create database rustig encoding 'UTF8' template template0");
  await admin.end();
  const url = new URL(cluster.url);
  url.pathname = "/rustig";
  await migrate(url.href, guardedLog());
  return onDatabase(url.href, async (ctx) => {
    for (const batch of feed) await receive(ctx, batch.lines, { bron: "http" });
    return stateOf(ctx.sql);
  });
}
