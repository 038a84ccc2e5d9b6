import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { startDropserver } from "#sites/dropserver";
import { freePortBase, mainKey, outcomeOf, spawnLeerid, type Outcome } from "#testing/server";
import {
  ask,
  connect,
  deliveries,
  freshName,
  list,
  makeWorld,
  open,
  put,
  session,
  school,
  sftp,
  type World,
} from "./setting.ts";

let world: World;
before(async () => {
  world = await makeWorld();
});
after(async () => {
  await world?.close();
});

type Node = {
  readonly poort: number;
  readonly base: number;
  readonly child: ChildProcess;
  readonly ended: Promise<Outcome>;
};

/** Starts `leerid dropserver` as a process of its own and waits until it listens. */
async function startProcess(base: number): Promise<Node> {
  const child = spawnLeerid(["dropserver"], {
    LEERID_DATABASE_URL: world.db.url,
    LEERID_HOOFDSLEUTEL: mainKey,
    LEERID_PORT_BASE: String(base),
  });
  const ended = outcomeOf(child);
  let said = "";
  await new Promise<void>((resolve, reject) => {
    child.stdout?.on("data", (part: string) => {
      said += part;
      if (said.includes("de dropserver luistert")) resolve();
    });
    void ended.then((outcome) => reject(new Error(`it did not start: ${outcome.stdout}${outcome.stderr}`)));
  });
  return { poort: base + 22, base, child, ended };
}

describe("leerid dropserver", () => {
  test("D9: killed in the middle of an upload it leaves nothing, and what it said OK to is there", async () => {
    const base = await freePortBase();
    let node = await startProcess(base);
    const [whole, half, early] = [freshName(), freshName(), freshName()];
    const client = await connect(world, node);
    const fs = await session(client);
    assert.equal((await put(fs, `/inkomend/${whole}`, list(world, "K1"))).code, 0);
    assert.equal((await put(fs, "/inkomend/vroeg.part", list(world, "K2"))).code, 0);
    const handle = (await ask<Buffer>((cb) => fs.open(`/inkomend/${half}`, "w", cb))).value;
    assert.ok(handle);
    const content = Buffer.from(list(world, "K3"));
    assert.equal((await ask((cb) => fs.write(handle, content, 0, content.length, 0, cb))).code, 0);
    node.child.kill("SIGKILL");
    await node.ended;
    client.destroy();
    assert.equal((await deliveries(world, whole)).length, 1);
    assert.deepEqual(await deliveries(world, half), []);

    node = await startProcess(base);
    try {
      assert.deepEqual(await deliveries(world, half), [], "also not after it came back");
      const again = await connect(world, node);
      const more = await session(again);
      const renamed = await ask((cb) => more.rename("/inkomend/vroeg.part", `/inkomend/${early}`, cb));
      assert.equal(renamed.code, 2, "what had no name yet is gone");
      assert.equal((await put(more, `/inkomend/${half}`, content)).code, 0);
      assert.equal((await put(more, `/inkomend/${whole}`, list(world, "K1"))).code, 0, "again is no harm");
      assert.equal((await deliveries(world, whole)).length, 1);
      again.end();
    } finally {
      node.child.kill("SIGTERM");
      const { code, stderr } = await node.ended;
      assert.equal(code, 0, stderr);
    }
  });

  test("killed at any moment of many uploads: each OK is a file, each file is whole", async () => {
    const node = await startProcess(await freePortBase());
    const said: string[] = [];
    const sent = new Map<string, number>();
    const senders = Array.from({ length: 6 }, async (_, i) => {
      const client = await connect(world, node);
      client.once("close", () => client.destroy());
      const fs = await session(client);
      for (let n = 0; n < 200 && node.child.exitCode === null && node.child.signalCode === null; n++) {
        const name = freshName();
        const content = list(world, `${i}-${n}`);
        sent.set(name, content.length);
        const answer = await Promise.race([
          put(fs, `/inkomend/${name}`, content),
          node.ended.then(() => undefined),
        ]);
        if (answer?.code === 0) said.push(name);
      }
    });
    while (said.length < 40) await sleep(5);
    node.child.kill("SIGKILL");
    await node.ended;
    await Promise.all(senders);
    await sleep(200); // PostgreSQL may still be ending what it was told
    const stored = new Map((await deliveries(world)).map((one) => [one.naam, one.bytes]));
    assert.deepEqual(
      said.filter((name) => !stored.has(name)),
      [],
    );
    for (const [name, bytes] of sent) assert.ok(!stored.has(name) || stored.get(name) === bytes, name);
  });

  test("says its health and its figures, and stops when it is told, after the upload that goes on", async () => {
    const node = await startProcess(await freePortBase());
    const at = (path: string) => fetch(`http://127.0.0.1:${node.base + 98}${path}`);
    assert.equal((await at("/healthz")).status, 200);
    assert.equal((await at("/readyz")).status, 200);
    const client = await connect(world, node);
    const fs = await session(client);
    const name = freshName();
    const handle = (await ask<Buffer>((cb) => fs.open(`/inkomend/${name}`, "w", cb))).value;
    assert.ok(handle);
    await ask((cb) => fs.open("/inkomend/fout", "w", cb));
    node.child.kill("SIGTERM");
    await sleep(300);
    assert.equal((await ask((cb) => fs.open(`/inkomend/${freshName()}`, "w", cb))).code, 4, "nothing new");
    const content = Buffer.from(list(world, "S1"));
    assert.equal((await ask((cb) => fs.write(handle, content, 0, content.length, 0, cb))).code, 0);
    const figures = await (await at("/metrics")).text();
    assert.match(figures, /leerid_dropserver_refusals_total\{reason="mislukt"\} [1-9]/);
    assert.match(figures, /leerid_dropserver_connections_total\{event="aangemeld"\} 1/);
    assert.equal((await ask((cb) => fs.close(handle, cb))).code, 0);
    const { code, stderr } = await node.ended;
    assert.equal(code, 0, stderr);
    assert.equal((await deliveries(world, name)).length, 1);
  });

  test("a port that is taken is one clear line", async () => {
    const base = await freePortBase();
    const taken = await startDropserver(world.ctx, { host: "127.0.0.1", port: base + 22 });
    try {
      const outcome = await outcomeOf(
        spawnLeerid(["dropserver"], {
          LEERID_DATABASE_URL: world.db.url,
          LEERID_HOOFDSLEUTEL: mainKey,
          LEERID_PORT_BASE: String(base),
        }),
      );
      assert.equal(outcome.code, 1);
      assert.match(outcome.stderr, /^Poort \d+ is al in gebruik\./m);
      assert.doesNotMatch(outcome.stderr, /\n\s+at /);
    } finally {
      await taken.stop();
    }
  });
});

describe("many at once", () => {
  test("fifty connections send at once through few places: all are served, none is refused", async () => {
    const server = await open(world, { verbindingen: 12, geheugen: 16_000_000 });
    try {
      const clients = await Promise.all(
        Array.from({ length: 50 }, () =>
          connect(world, server, "wisa", { readyTimeout: 60_000 }).then(async (client) => {
            const fs = await session(client);
            const codes: number[] = [];
            for (let n = 0; n < 4; n++)
              codes.push((await put(fs, `/inkomend/${freshName()}`, list(world, "V").repeat(200))).code);
            client.end();
            return codes;
          }),
        ),
      );
      assert.deepEqual([...new Set(clients.flat())], [0]);
    } finally {
      await server.stop();
    }
  });

  test("one package that holds all it may does not keep another one out", async () => {
    const server = await open(world, { geheugen: 8_000_000 });
    const clients = await Promise.all(Array.from({ length: 4 }, () => connect(world, server)));
    try {
      const opened: number[] = [];
      for (const client of clients) {
        const fs = await session(client);
        void ask((cb) => fs.open(`/inkomend/${freshName()}`, "w", cb)).then(({ code }) => opened.push(code));
      }
      await sleep(300);
      assert.deepEqual(opened, [0, 0], "half of the memory, the others wait");
      const other = await connect(world, server, "broekx");
      assert.equal((await put(await session(other), `/inkomend/${freshName("999002")}`, "x")).code, 0);
      other.end();
      clients[0]?.destroy();
      await sleep(300);
      assert.deepEqual(opened, [0, 0, 0], "who waited is next");
    } finally {
      for (const client of clients) client.destroy();
      await server.stop();
    }
  });

  test("two hundred small files over one connection of OpenSSH take seconds, not minutes", async () => {
    const server = await open(world);
    const { writeFile } = await import("node:fs/promises");
    const { join } = await import("node:path");
    try {
      const commands = ["cd inkomend"];
      for (let n = 0; n < 200; n++) {
        const name = freshName(school);
        await writeFile(join(world.folder, name), list(world, `T${n}`));
        commands.push(`put ${join(world.folder, name)}`);
      }
      const begin = performance.now();
      const { code, out } = await sftp(world, server, "wisa", commands);
      const seconds = (performance.now() - begin) / 1000;
      assert.equal(code, 0, out.slice(-500));
      assert.ok(seconds < 20, `${seconds.toFixed(1)} s`); // 27 s and more with Nagle, on a machine with nothing else to do
    } finally {
      await server.stop();
    }
  });
});
