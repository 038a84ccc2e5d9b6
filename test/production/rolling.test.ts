import assert from "node:assert/strict";
import { connect, createServer, type Socket } from "node:net";
import { after, before, it } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { systemClock } from "#platform/clock";
import { testDatabase, testKeys, type TestDatabase } from "#testing/database";
import { drawsOf } from "#testing/runs";
import { freePortBase, mainKey, startServer, type ServerNode } from "#testing/server";
import { application, fillSchool, type Pupil } from "../faults/school.ts";
import { signIn } from "../faults/sign-in-client.ts";

const bingel = application("bingel");
const random = drawsOf(9);

let db: TestDatabase;
let pupils: Pupil[];
before(async () => {
  db = await testDatabase();
  const ctx = { ...db.ctx, clock: systemClock(), keys: testKeys };
  const attributes = [{ attribuut: "Account_uuid" }];
  pupils = await fillSchool(ctx, { pupils: 20, applications: [bingel], attributes });
});
after(() => db?.close());

/** What stands before the nodes: a connection goes to one of those that say they are ready; it asks each every 100 ms. */
async function proxy(nodes: readonly number[]) {
  const ready = new Set<number>();
  const sockets = new Set<Socket>();
  const going = new AbortController();
  const look = async (port: number): Promise<void> => {
    while (!going.signal.aborted) {
      const signal = AbortSignal.timeout(1000);
      const answer = await fetch(`http://127.0.0.1:${port}/readyz`, { signal }).catch(() => undefined);
      if (answer?.ok) ready.add(port);
      else ready.delete(port);
      await wait(100);
    }
  };
  const looking = nodes.map(look);
  let turn = 0;
  const server = createServer((near) => {
    const open = [...ready];
    const port = open[(turn += 1) % open.length];
    if (port === undefined) return near.destroy();
    const far = connect(port, "127.0.0.1");
    near.pipe(far).pipe(near);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.on("error", () => {}).on("close", () => other.destroy());
    }
  });
  const port = await freePortBase();
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${port}`,
    ready,
    async close() {
      going.abort();
      await Promise.all(looking);
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

it(
  "two nodes are replaced one after the other, and back, while pupils sign in: nobody notices",
  { timeout: 120_000 },
  async () => {
    const bases = [await freePortBase(), await freePortBase()];
    const door = await proxy(bases);
    const nodes: ServerNode[] = [];
    const start = (base: number) =>
      startServer(
        {
          LEERID_DATABASE_URL: db.url,
          LEERID_HOOFDSLEUTEL: mainKey,
          LEERID_ACM_URL: door.origin,
          LEERID_SITES: "acm",
          LEERID_AFBOUWTIJD: "2",
        },
        base,
      );
    const isReady = async (base: number) => {
      for (let n = 0; n < 300 && !door.ready.has(base); n += 1) await wait(50);
      assert.ok(door.ready.has(base));
    };
    const going = new AbortController();
    let done = 0;
    const failures: string[] = [];
    const pupil = async () => {
      while (!going.signal.aborted) {
        await signIn(door.origin, bingel, random.pick(pupils)).then(
          () => (done += 1),
          (error: Error) =>
            failures.push(`${error.message} ${String((error.cause as Error | undefined)?.cause)}`),
        );
        await wait(20);
      }
    };
    try {
      for (const base of bases) nodes.push(await start(base));
      for (const base of bases) await isReady(base);
      const crowd = Array.from({ length: 4 }, pupil);
      for (let round = 0; round < 2; round += 1)
        for (const [n, base] of bases.entries()) {
          assert.equal(await nodes[n]?.end(), 0);
          nodes[n] = await start(base);
          await isReady(base);
        }
      going.abort();
      await Promise.all(crowd);
      assert.deepEqual(failures, []);
      assert.ok(done > 20, `${done} sign-ins`);
      console.log(`${done} sign-ins during four restarts, ${failures.length} lost`);
    } finally {
      going.abort();
      await Promise.all(nodes.map((node) => node.end("SIGKILL")));
      await door.close();
    }
  },
);
