import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import fc from "fast-check";
import type { Client, SFTPWrapper } from "ssh2";
import type { Dropserver } from "#sites/dropserver";
import { runsOf } from "#testing/runs";
import {
  ask,
  connect,
  deliveries,
  freshName,
  get,
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

const [noFile, denied, failure, unsupported] = [2, 3, 4, 8];

describe("names and operations that no package needs", () => {
  test("names: whatever they are, the same few refusals, and nothing is stored", () =>
    within(async (fs) => {
      const before = await deliveries(world);
      const piece = fc.oneof(
        fc.string({ unit: "binary", maxLength: 30 }),
        fc.constantFrom(
          "..",
          ".",
          "",
          "inkomend",
          "ontvangst",
          "\u0000",
          "%2e%2e",
          "..\\",
          "~",
          "COM1",
          "a\nb",
          "\u202e",
          "{{x}}",
        ),
        fc.constantFrom("x.part", "klasinformatie_999001_2026-2027_20261121T000500Z.csv.part", "-rf.tmp"),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(piece, { maxLength: 6 }), fc.boolean(), async (pieces, absolute) => {
          const path = (absolute ? "/" : "") + pieces.join("/");
          const answers = await Promise.all([
            ask((callback) => fs.stat(path, callback)),
            ask((callback) => fs.realpath(path, callback)),
            ask((callback) => fs.opendir(path, callback)),
            ask((callback) => fs.unlink(path, callback)),
            ask((callback) => fs.rename(path, `${path}x`, callback)),
            get(fs, path),
          ]);
          for (const { code } of answers)
            assert.ok([0, noFile, denied, failure, unsupported].includes(code), String(code));
          const opened = answers[2]?.value;
          if (Buffer.isBuffer(opened)) await ask((callback) => fs.close(opened, callback));
          const written = await put(fs, path, "x");
          if (written.code === 0) {
            assert.match(
              path,
              /^\/?(?:\.?\/)*inkomend\/(?:\.?\/)*[A-Za-z0-9._-]+\.(part|tmp|filepart|deel)\/*(?:\.\/*)*$/,
            );
            await ask((callback) => fs.unlink(path, callback));
          } else assert.match(written.text, /^[A-Z].*\.$/s, "a sentence");
        }),
        runsOf(120),
      );
      assert.deepEqual(await deliveries(world), before);
    }));

  test("links, rights, folders and extensions: each its status and a sentence", () =>
    within(async (fs) => {
      const dir = "/inkomend";
      const expect = async (code: number, answer: Promise<{ code: number; text: string }>, what: string) => {
        const got = await answer;
        assert.equal(got.code, code, `${what}: ${got.text}`);
        assert.match(got.text, /^[A-Z].*\.$/s, what);
      };
      await expect(
        unsupported,
        ask((cb) => fs.symlink("/etc/passwd", `${dir}/x.part`, cb)),
        "symlink",
      );
      await expect(
        unsupported,
        ask((cb) => fs.readlink(dir, cb)),
        "readlink",
      );
      await expect(
        denied,
        ask((cb) => fs.mkdir(`${dir}/m`, cb)),
        "mkdir",
      );
      await expect(
        denied,
        ask((cb) => fs.rmdir(dir, cb)),
        "rmdir",
      );
      await expect(
        denied,
        ask((cb) => fs.chmod(dir, 0o777, cb)),
        "chmod",
      );
      await expect(
        denied,
        ask((cb) => fs.utimes("/ontvangst", 1, 1, cb)),
        "utimes",
      );
      await expect(
        denied,
        ask((cb) => fs.unlink("/ontvangst", cb)),
        "unlink",
      );
      await expect(
        denied,
        ask((cb) => fs.rename(dir, `${dir}/x.part`, cb)),
        "rename a folder",
      );
      await expect(
        noFile,
        ask((cb) => fs.rename(`${dir}/a.part`, `${dir}/${freshName()}`, cb)),
        "rename nothing",
      );
      await expect(
        noFile,
        ask((cb) => fs.stat("/etc/passwd", cb)),
        "absolute",
      );
      await expect(
        denied,
        ask((cb) => fs.realpath("/inkomend/..", cb)),
        "up",
      );
      await expect(
        failure,
        ask((cb) => fs.open(dir, "w", cb)),
        "open a folder",
      );
      await expect(
        failure,
        ask((cb) => fs.opendir(`${dir}/a.part`, cb)),
        "list a file",
      );
      await expect(
        denied,
        ask((cb) => fs.open("/ontvangst/a.ontvangst.json", "w", cb)),
        "write a receipt",
      );
      await expect(
        denied,
        ask((cb) => fs.open(`${dir}/${freshName()}`, "r", cb)),
        "read what comes in",
      );
      await expect(
        denied,
        ask((cb) => fs.open(`${dir}/${freshName()}`, "w+", cb)),
        "read and write",
      );
      await expect(
        unsupported,
        ask((cb) => fs.open(`${dir}/${freshName()}`, "a", cb)),
        "append",
      );
      await expect(
        failure,
        ask((cb) => fs.close(Buffer.from([9, 9, 9, 9]), cb)),
        "close nothing",
      );
      await expect(
        failure,
        ask((cb) => fs.fstat(Buffer.from("x"), cb)),
        "a handle that is none",
      );
    }));

  test("what was received cannot be taken back, renamed or written over", () =>
    within(async (fs) => {
      const name = `/inkomend/${freshName()}`;
      assert.equal((await put(fs, name, list(world, "7A"))).code, 0);
      assert.equal((await ask((cb) => fs.unlink(name, cb))).code, denied);
      assert.equal((await ask((cb) => fs.rename(name, `/inkomend/${freshName()}`, cb))).code, denied);
      const stat = await ask<{ size: number }>((cb) => fs.stat(name, cb));
      assert.equal(stat.value?.size, list(world, "7A").length, "clients look at the size of what they sent");
      assert.equal((await put(fs, name, list(world, "7A"))).code, 0, "the same again");
      const other = await put(fs, name, list(world, "7B"));
      assert.equal(other.code, failure);
      assert.match(other.text, /andere inhoud/);
      assert.equal((await put(fs, "/inkomend/n.tmp", list(world, "7C"))).code, 0);
      assert.equal((await ask((cb) => fs.rename("/inkomend/n.tmp", name, cb))).code, failure);
      assert.equal((await ask((cb) => fs.setstat(name, { size: 0 }, cb))).code, unsupported);
    }));
});

describe("a file that is not sent from begin to end", () => {
  test("parts in any order make one file; a hole, a jump or half a file makes none", () =>
    within(async (fs) => {
      const content = Buffer.from(list(world, "8A").repeat(20));
      const write = async (order: readonly [number, number][], name: string) => {
        const handle = (await ask<Buffer>((cb) => fs.open(`/inkomend/${name}`, "w", cb))).value;
        assert.ok(handle);
        const codes = await Promise.all(
          order.map(([from, to]) =>
            ask((cb) => fs.write(handle, content.subarray(from, to), 0, to - from, from, cb)),
          ),
        );
        const closed = await ask((cb) => fs.close(handle, cb));
        return { codes: codes.map((one) => one.code), closed };
      };
      const n = content.length;
      const good = freshName();
      assert.equal(
        (
          await write(
            [
              [500, 900],
              [0, 500],
              [1200, n],
              [800, 1200],
            ],
            good,
          )
        ).closed.code,
        0,
      );
      assert.deepEqual(
        (await deliveries(world, good)).map((one) => one.bytes),
        [n],
      );
      const hole = freshName();
      const holed = await write(
        [
          [0, 500],
          [600, n],
        ],
        hole,
      );
      assert.equal(holed.closed.code, failure);
      assert.match(holed.closed.text, /opnieuw van het begin/);
      const resumed = freshName();
      assert.equal((await write([[500, n]], resumed)).closed.code, failure);
      for (const name of [hole, resumed]) assert.deepEqual(await deliveries(world, name), []);
      await fc.assert(
        fc.asyncProperty(
          fc.uniqueArray(fc.integer({ min: 1, max: n - 1 }), { maxLength: 8 }),
          fc.infiniteStream(fc.nat()),
          async (cuts, random) => {
            const points = [0, ...cuts.toSorted((a, b) => a - b), n];
            const parts = points.slice(1).map((to, i): [number, number] => [points[i] ?? 0, to]);
            const shuffled = parts
              .map((part) => ({ part, key: Number(random.next().value) }))
              .toSorted((a, b) => a.key - b.key)
              .map(({ part }) => part);
            const name = freshName();
            assert.equal((await write(shuffled, name)).closed.code, 0);
            assert.deepEqual(
              (await deliveries(world, name)).map((one) => one.bytes),
              [n],
            );
          },
        ),
        runsOf(15),
      );
    }));

  test("an offset of a terabyte takes no memory, and says so", () =>
    within(async (fs) => {
      const name = freshName();
      const handle = (await ask<Buffer>((cb) => fs.open(`/inkomend/${name}`, "w", cb))).value;
      assert.ok(handle);
      for (const place of [2_000_000, 2 ** 40, 2 ** 53 - 10, 2 ** 63]) {
        const answer = await ask((cb) => fs.write(handle, Buffer.from("xx"), 0, 2, place, cb));
        assert.equal(answer.code, failure);
        assert.match(answer.text, /te groot/);
      }
      assert.equal(
        (await ask((cb) => fs.write(handle, Buffer.from("xx"), 0, 2, 0, cb))).code,
        failure,
        "it stays wrong",
      );
      assert.match((await ask((cb) => fs.close(handle, cb))).text, /te groot/);
      assert.deepEqual(await deliveries(world, name), []);
    }));

  test("broken off before CLOSE: never read, also when all its bytes had come", async () => {
    const names = [freshName(), freshName(), freshName()];
    for (const [index, name] of names.entries()) {
      const client = await connect(world, server);
      const fs = await session(client);
      const handle = (await ask<Buffer>((cb) => fs.open(`/inkomend/${name}`, "w", cb))).value;
      assert.ok(handle);
      const content = Buffer.from(list(world, "9A"));
      await ask((cb) => fs.write(handle, content, 0, content.length, 0, cb));
      if (index === 0) fs.end();
      else if (index === 1) client.end();
      else client.destroy();
      client.end();
    }
    await serves();
    for (const name of names) assert.deepEqual(await deliveries(world, name), []);
  });
});
