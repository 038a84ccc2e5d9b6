import assert from "node:assert/strict";
import { connect as connectTcp } from "node:net";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import type { Client, ClientChannel, SFTPWrapper } from "ssh2";
import type { Dropserver } from "#sites/dropserver";
import { runsOf } from "#testing/runs";
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
  type World,
} from "./setting.ts";

let world: World;
let server: Dropserver;
before(async () => {
  world = await makeWorld();
  server = await open(world);
});
after(async () => {
  await server?.stop();
  await world?.close();
});

/** Works with one session, and sees afterwards that the server still serves. */
async function within(work: (fs: SFTPWrapper, client: Client) => Promise<void>): Promise<void> {
  const client = await connect(world, server);
  try {
    await work(await session(client), client);
  } finally {
    client.end();
  }
  await serves();
}
async function serves(): Promise<void> {
  const client = await connect(world, server);
  const fs = await session(client);
  const name = freshName();
  assert.equal((await put(fs, `/inkomend/${name}`, list(world, name.slice(-12, -6)))).code, 0);
  assert.equal((await deliveries(world, name)).length, 1);
  client.end();
}

const failure = 4;

/** A packet of SFTP: its length, type and the rest; strings with their length before them. */
function packet(type: number, ...parts: (number | string | Buffer)[]): Buffer {
  const body = Buffer.concat([
    Buffer.from([type]),
    ...parts.map((part) => {
      const head = Buffer.alloc(4);
      if (typeof part === "number") {
        head.writeUInt32BE(part);
        return head;
      }
      const bytes = Buffer.from(part);
      head.writeUInt32BE(bytes.length);
      return Buffer.concat([head, bytes]);
    }),
  ]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  return Buffer.concat([length, body]);
}
const init = packet(1, 3);
const raw = (client: Client): Promise<ClientChannel> =>
  new Promise((resolve, reject) =>
    client.subsys("sftp", (error, channel) => (error ? reject(error) : resolve(channel))),
  );

describe("packets that are none", () => {
  test("lengths, types and counts that lie end the connection, and nothing else", async () => {
    const u32 = (value: number) => {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(value);
      return bytes;
    };
    const broken: Readonly<Record<string, Buffer[]>> = {
      "longer than any": [u32(0x7fffffff), Buffer.alloc(65_536)],
      "negative as a signed number": [init, u32(0xffffffff), Buffer.alloc(64)],
      "a little too long": [init, u32(300_000), Buffer.alloc(300_000)],
      "no length": [init, u32(0)],
      "no hello": [packet(3, 1, "/inkomend/x", 26, 0)],
      "hello twice": [init, init],
      "an unknown type": [init, packet(77, 1)],
      "an answer instead of a question": [init, packet(101, 1, 0, "", "")],
      "a string longer than its packet": [
        init,
        Buffer.concat([u32(13), Buffer.from([17]), u32(1), u32(0xffffff), Buffer.alloc(4)]),
      ],
      "a handle of a kilobyte": [init, packet(4, 1, "h".repeat(1000))],
      "four billion attributes": [init, packet(3, 1, "/inkomend/x.part", 26, 0x80000000, 0xffffffff)],
      "half a packet": [init, packet(3, 1, "/inkomend/x.part", 26, 0).subarray(0, 12)],
    };
    for (const [what, parts] of Object.entries(broken)) {
      const client = await connect(world, server);
      const gone = new Promise<string>((resolve) => client.once("close", () => resolve("gone")));
      const channel = await raw(client);
      channel.on("error", () => {});
      for (const part of parts) channel.write(part);
      if (what === "half a packet") client.end();
      assert.equal(await Promise.race([gone, sleep(5000, "still there", { ref: false })]), "gone", what);
    }
    await serves();
  });

  test("a client that takes answers in parts of no bytes, or of one, is no client", async () => {
    for (const size of [0, 1]) {
      const client = await connect(world, server);
      const inside = (client as unknown as { _protocol: { session(...args: number[]): void } })["_protocol"];
      const original = inside.session.bind(inside);
      inside.session = (id = 0, window = 0) => original(id, window, size);
      const gone = new Promise<string>((resolve) => client.once("close", () => resolve("gone")));
      client.subsys("sftp", (_error, channel) => {
        channel?.on("error", () => {});
        channel?.write(init);
      });
      assert.equal(await Promise.race([gone, sleep(5000, "still there", { ref: false })]), "gone");
    }
    await serves();
  });

  test("bytes at random, before and after signing in", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 1, maxLength: 3000 }),
        fc.boolean(),
        async (bytes, hello) => {
          const client = await connect(world, server);
          const channel = await raw(client);
          channel.on("error", () => {});
          if (hello) channel.write(init);
          channel.write(bytes);
          await sleep(2);
          client.destroy();
          const socket = connectTcp(server.poort, "127.0.0.1");
          socket.on("error", () => {});
          if (hello) socket.write("SSH-2.0-x\r\n");
          socket.write(bytes);
          await sleep(2);
          socket.destroy();
        },
      ),
      runsOf(40),
    );
    await serves();
  });
});

describe("too much of something", () => {
  test("questions without end and without reading the answers: the connection goes, memory stays", async () => {
    const client = await connect(world, server);
    const gone = new Promise<string>((resolve) => client.once("close", () => resolve("gone")));
    const channel = await raw(client);
    channel.on("error", () => {});
    channel.pause(); // never takes an answer, so never gives room for more
    channel.write(init);
    const question = Buffer.concat(
      Array.from({ length: 200 }, (_, i) => packet(16, i, `/inkomend/${"x".repeat(900)}`)),
    );
    const before = process.memoryUsage().rss;
    const state = { ended: false };
    void gone.then(() => (state.ended = true));
    for (let round = 0; round < 400 && !state.ended; round++) {
      channel.write(question);
      await sleep(1);
    }
    assert.equal(await Promise.race([gone, sleep(10_000, "still there", { ref: false })]), "gone");
    assert.ok(process.memoryUsage().rss - before < 200_000_000);
    await serves();
  });

  test("open files, sessions and attempts have an end", () =>
    within(async (fs, client) => {
      const codes: number[] = [];
      const handles: Buffer[] = [];
      for (let i = 0; i < 40; i++) {
        const { code, value } = await ask<Buffer>((cb) => fs.open(`/inkomend/f${i}.part`, "w", cb));
        codes.push(code);
        if (value) handles.push(value);
      }
      assert.equal(codes[0], 0);
      assert.equal(codes[39], failure);
      assert.ok(handles.length >= 10 && handles.length <= 32, String(handles.length));
      for (const handle of handles) await ask((cb) => fs.close(handle, cb));
      const sessions = await Promise.all(
        Array.from({ length: 8 }, () =>
          session(client).then(
            () => 1,
            () => 0,
          ),
        ),
      );
      assert.equal(
        sessions.reduce((sum: number, one) => sum + one, 0),
        3,
      );
    }));

  test("D9: a package may not keep more than its quota waiting", async () => {
    const small = await open(world, { quotum: 1 });
    const client = await connect(world, small);
    try {
      const fs = await session(client);
      const { code, text } = await put(fs, `/inkomend/${freshName()}`, list(world));
      assert.equal(code, failure);
      assert.match(text, /wachten te veel bestanden/);
    } finally {
      client.end();
      await small.stop();
    }
  });

  test("a hundred thousand receipts are listed, in parts", async () => {
    await world.db.sql`
      insert into leveringen.levering (levering, pakket, naam, instellingsnummer, schooljaar, tijdstip, kanaal, inhoud_hash, bytes, status, ontvangen_op, klaar_op, ontvangst)
      select gen_random_uuid(), 'broekx', 'klasinformatie_999002_2026-2027_' || to_char(timestamp '2026-11-01' + n * interval '1 second', 'YYYYMMDD"T"HH24MISS"Z"') || '.csv',
             '999002', '2026-2027', now(), 'sftp', '\\x00', 1, 'geweigerd', ${new Date(world.ctx.clock.now())}, ${new Date(world.ctx.clock.now())}, '{}'
        from generate_series(1, 100000) n`;
    const client = await connect(world, server, "broekx");
    const fs = await session(client);
    const handle = (await ask<Buffer>((cb) => fs.opendir("/ontvangst", cb))).value;
    assert.ok(handle);
    let count = 0;
    for (;;) {
      const { value, code } = await ask<unknown[]>((cb) => fs.readdir(handle, cb as never));
      if (code !== 0 || !value) break;
      count += value.length;
    }
    assert.equal(count, 100_000);
    client.end();
    await serves();
  });
});

describe("who does nothing", () => {
  test("is sent away: without a hello, without signing in, without a question", async () => {
    const strict = await open(world, { aanmelden: 300, rust: 300 });
    try {
      for (const say of [undefined, "SSH-2.0-OpenSSH_9.9\r\n"]) {
        const socket = connectTcp(strict.poort, "127.0.0.1");
        socket.on("error", () => {}).resume();
        const gone = new Promise((resolve) => socket.once("close", () => resolve("gone")));
        if (say) socket.write(say);
        assert.equal(
          await Promise.race([gone, sleep(4000, "still there", { ref: false })]),
          "gone",
          String(say),
        );
      }
      const client = await connect(world, strict);
      await session(client);
      const gone = new Promise((resolve) => client.once("close", () => resolve("gone")));
      assert.equal(await Promise.race([gone, sleep(12_000, "still there", { ref: false })]), "gone");
    } finally {
      await strict.stop();
    }
  });
});
