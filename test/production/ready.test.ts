import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { after, before, it } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { testDatabase, type TestDatabase } from "#testing/database";
import { mainKey, startServer } from "#testing/server";

let db: TestDatabase;
before(async () => {
  db = await testDatabase();
});
after(() => db?.close());

/** A way to the database on which, while it is frozen, nothing comes through and nothing ends. */
async function freezableDoor() {
  const target = new URL(db.url);
  const sockets = new Set<Socket>();
  const held: (() => void)[] = [];
  let frozen = false;
  const pass = (one: Socket, other: Socket): void => {
    sockets.add(one);
    const through = (act: () => void) => () => void (frozen ? held.push(act) : act());
    one.on("data", (bytes: Buffer) => through(() => other.write(bytes))());
    one
      .on("error", () => {})
      .on(
        "close",
        through(() => other.destroy()),
      );
  };
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname);
    pass(near, far);
    pass(far, near);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = new URL(target);
  url.hostname = "127.0.0.1";
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    freeze(now: boolean): void {
      frozen = now;
      if (!now) for (const act of held.splice(0)) act();
    },
    close(): void {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

it("with a database that is frozen, /readyz says 503 in time, however often it is asked, and is well again afterwards", async () => {
  const door = await freezableDoor();
  const node = await startServer({ LEERID_DATABASE_URL: door.url, LEERID_HOOFDSLEUTEL: mainKey });
  const ask = async () => {
    const begun = performance.now();
    const { status } = await fetch(`${node.acm}/readyz`, { signal: AbortSignal.timeout(20_000) });
    return { status, took: performance.now() - begun };
  };
  try {
    assert.equal((await ask()).status, 200);
    door.freeze(true);
    for (let round = 0; round < 2; round += 1)
      for (const { status, took } of await Promise.all(Array.from({ length: 30 }, ask))) {
        assert.equal(status, 503);
        assert.ok(took < 6000, `${took} ms`);
      }
    assert.equal((await fetch(`${node.acm}/healthz`)).status, 200);
    door.freeze(false);
    let status = 0;
    for (let n = 0; n < 100 && status !== 200; n += 1) {
      ({ status } = await ask());
      await wait(100);
    }
    assert.equal(status, 200);
  } finally {
    door.freeze(false);
    await node.end();
    door.close();
  }
});
