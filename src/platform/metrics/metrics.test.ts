import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { createServer as createTcpServer, type AddressInfo, type Socket } from "node:net";
import { after, before, describe, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import type { Context } from "#platform/context";
import { openDatabase } from "#platform/database";
import {
  counter,
  createMetrics,
  gauge,
  makeTally,
  poolReading,
  type Metrics,
  type Reading,
} from "#platform/metrics";
import { testDatabase, type TestDatabase } from "#testing/database";

let db: TestDatabase;
before(async () => {
  db = await testDatabase();
});
after(() => db.close());

/** What Prometheus would find, as lines. */
async function scrape(metrics: Metrics): Promise<readonly string[]> {
  const server = createServer(metrics.handler).listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`);
    assert.equal(answer.status, 200);
    return (await answer.text()).split("\n");
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

async function withMetrics<T>(ctx: Context, work: (metrics: Metrics) => Promise<T>): Promise<T> {
  const metrics = createMetrics(ctx, { version: "1.2.3", role: "proef" });
  try {
    return await work(metrics);
  } finally {
    await metrics.close();
  }
}

const temperature = gauge("leerid_proef", "Proef.");
const reading = (read: Reading["read"], more: Partial<Reading> = {}): Reading => ({
  name: "proef",
  figures: [temperature],
  read,
  ...more,
});

describe("figures that rooms offer", () => {
  test("are there with their value, and the version beside them", () =>
    withMetrics(db.ctx, async (metrics) => {
      const events = makeTally(counter("leerid_events_total", "Proef.", ["event"]), [{ event: "een" }]);
      const both = [...events.samples()];
      metrics.offer([
        reading(async ({ sql }) => {
          const [row] = await sql<{ n: number }[]>`select 21 as n`;
          return [{ figure: temperature, value: row?.n ?? 0 }];
        }),
        { name: "events", figures: both.map(({ figure }) => figure), keepMs: 0, read: events.samples },
      ]);
      const lines = await scrape(metrics);
      assert.ok(lines.includes("leerid_proef 21"));
      assert.ok(lines.includes('leerid_figures_read{room="proef"} 1'));
      assert.ok(
        lines.includes('leerid_events_total{event="een"} 0'),
        "0 before the first: else no rise is seen",
      );
      assert.ok(
        lines.includes(`leerid_build_info{version="1.2.3",role="proef",node="${process.versions.node}"} 1`),
        lines.find((line) => line.startsWith("leerid_build")),
      );
      events.add({ event: "een" }, 3);
      assert.ok((await scrape(metrics)).includes('leerid_events_total{event="een"} 3'));
    }));

  test("are read once for who looks often, never twice at once, and left out when reading fails", () =>
    withMetrics(db.ctx, async (metrics) => {
      let turns = 0;
      metrics.offer([
        reading(async () => {
          turns += 1;
          await wait(50);
          return [{ figure: temperature, value: turns }];
        }),
        {
          ...reading(() => Promise.reject(new Error("not now"))),
          name: "stuk",
          figures: [gauge("leerid_stuk", "Proef.")],
        },
      ]);
      const [first, second] = await Promise.all([scrape(metrics), scrape(metrics)]);
      assert.ok(first.includes("leerid_proef 1") && second.includes("leerid_proef 1"));
      assert.ok((await scrape(metrics)).includes("leerid_proef 1"));
      assert.equal(turns, 1);
      assert.ok(first.includes('leerid_figures_read{room="stuk"} 0'));
      assert.ok(
        !first.some((line) => line.startsWith("leerid_stuk ")),
        "no figure is better than a wrong one",
      );
    }));

  test("that were offered already are refused", () =>
    withMetrics(db.ctx, async (metrics) => {
      metrics.offer([reading(() => [])]);
      assert.throws(() => metrics.offer([reading(() => [])]), /already been registered/);
    }));
});

describe("a database that is of no use", () => {
  test("that accepts and never answers does not keep the figures from who looks", async () => {
    const open = new Set<Socket>();
    const mute = createTcpServer((socket) => open.add(socket)).listen(0, "127.0.0.1");
    await once(mute, "listening");
    const url = `postgres://x:y@127.0.0.1:${(mute.address() as AddressInfo).port}/x`;
    const sql = openDatabase({ url });
    try {
      await withMetrics({ ...db.ctx, sql }, async (metrics) => {
        const asks = ["een", "twee", "drie", "vier"].map((name) => {
          const figure = gauge(`leerid_${name}`, "Proef.");
          return {
            ...reading(async (ctx) => [{ figure, value: (await ctx.sql`select 1`).length }]),
            name,
            figures: [figure],
            unread: [{ figure, value: -1 }],
          };
        });
        metrics.offer(asks);
        const begin = Date.now();
        const lines = await scrape(metrics);
        assert.ok(Date.now() - begin < 6000, `${Date.now() - begin} ms`);
        assert.ok(lines.includes('leerid_figures_read{room="vier"} 0'));
        assert.ok(lines.includes("leerid_vier -1"));
      });
    } finally {
      for (const socket of open) socket.destroy();
      mute.close();
      await sql.end({ timeout: 0 });
    }
  });

  test("that is full is told as full, over connections of their own", async () => {
    const sql = openDatabase({ url: db.url, max: 2 });
    try {
      await withMetrics({ ...db.ctx, sql }, async (metrics) => {
        metrics.offer([
          poolReading({ proef: sql }),
          reading(async (ctx) => [{ figure: temperature, value: (await ctx.sql`select 1`).length }]),
        ]);
        // Longer than who looks waits.
        const held = Array.from({ length: 3 }, () => sql`select pg_sleep(2.5)`.execute());
        await wait(200);
        const lines = await scrape(metrics);
        assert.ok(lines.includes('leerid_pool_connections{pool="proef"} 2'));
        assert.ok(lines.includes('leerid_pool_connections_max{pool="proef"} 2'));
        assert.ok(lines.includes('leerid_pool_waiting{pool="proef"} 1'));
        assert.ok(lines.includes("leerid_proef 1"), "not behind those who wait");
        await Promise.all(held);
        assert.ok((await scrape(metrics)).includes('leerid_pool_connections{pool="proef"} 0'));
      });
    } finally {
      await sql.end({ timeout: 5 });
    }
  });
});
