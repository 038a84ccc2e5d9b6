import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { after, before, describe, it } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { testDatabase, type TestDatabase } from "#testing/database";
import { isUnavailable, listen, openDatabase, type Sql } from "./index.ts";

let db: TestDatabase;
let admin: Sql;
before(async () => {
  db = await testDatabase();
  admin = openDatabase({ url: db.url, max: 1, role: "eigenaar" });
});
after(async () => {
  await admin.end();
  await db.close();
});

/** A way to the database that can be cut; the first `cuts` connections end, as PostgreSQL ends them, the moment they are made. */
async function doorway(cuts = 0) {
  const target = new URL(db.url);
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname);
    sockets.add(near);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const)
      one.on("error", () => {}).on("close", () => other.destroy());
    near.on("data", (bytes: Buffer) => far.write(bytes));
    far.on("data", (bytes: Buffer) => {
      const cut = cuts > 0 && bytes.subarray(-readyForQuery.length).equals(readyForQuery);
      if (!cut) return void near.write(bytes);
      cuts -= 1;
      near.end(Buffer.concat([bytes, terminated()]));
      far.destroy();
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = new URL(db.url);
  url.hostname = "127.0.0.1";
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    cutAll: () => {
      for (const socket of sockets) socket.destroy();
      sockets.clear();
    },
    close: () => server.close(),
  };
}

/** What PostgreSQL says last when somebody ends a connection: ErrorResponse, 57P01. */
function terminated(): Buffer {
  const fields = Buffer.from("SFATAL\0VFATAL\0C57P01\0Mterminating connection\0\0");
  const head = Buffer.alloc(5, "E");
  head.writeUInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
}
const readyForQuery = Buffer.from("Z\0\0\0\x05I");

/** A way in that the database can refuse, as it does when it has no connection left. */
async function refusable(role: string) {
  await admin.unsafe(`create role ${role} login password 'krap' in role leerid_app`);
  const url = new URL(db.url);
  url.username = role;
  url.password = "krap";
  return {
    url: url.href,
    async refuse() {
      await admin.unsafe(`alter role ${role} connection limit 0`);
      await admin`select pg_terminate_backend(pid) from pg_stat_activity where usename = ${role}`;
    },
    accept: () => admin.unsafe(`alter role ${role} connection limit -1`),
    drop: () => admin.unsafe(`drop role ${role}`),
  };
}

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let n = 0; n < 400; n += 1) {
    if (await holds()) return;
    await wait(25);
  }
  assert.fail(`not in 10 s: ${what}`);
}

describe("a connection that is cut", () => {
  it("in the moment that it is made: the statement fails, the process goes on", async () => {
    const door = await doorway(3);
    const sql = openDatabase({ url: door.url, max: 1 });
    try {
      for (let n = 0; n < 3; n += 1) await assert.rejects(sql`select 1`, isUnavailable);
      assert.equal((await sql`select 1`).length, 1);
    } finally {
      await sql.end({ timeout: 1 });
      door.close();
    }
  });

  it("with a statement that still has to be written: it speaks again when it is made anew", async () => {
    // Two connections that close together: who hears of the one asks again on the other.
    const child = spawn(
      process.execPath,
      [
        "--input-type=module-typescript",
        "--eval",
        `import { Socket } from "node:net";
         import { openDatabase } from "#platform/database";
         const { emit } = Socket.prototype;
         let victim, asked;
         Socket.prototype.emit = function (name, ...rest) {
           if (name === "connect") victim = this;
           if (name !== "close" || this !== victim || asked) return Reflect.apply(emit, this, [name, ...rest]);
           asked = sql\`select 2\`.then(() => "answered", (error) => error.code);
           void (async () => {
             for (let n = 0; n < 20; n += 1) await null;
             Reflect.apply(emit, this, [name, ...rest]);
           })();
           return true;
         };
         const sql = openDatabase({ url: ${JSON.stringify(db.url)}, max: 1 });
         await sql\`select 1\`;
         victim.destroy();
         while (!asked) await new Promise((resolve) => setTimeout(resolve, 5));
         console.log(await asked);
         console.log((await sql\`select 3 as n\`)[0].n);
         await sql.end({ timeout: 1 });`,
      ],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    let said = "";
    child.stdout.setEncoding("utf8").on("data", (part: string) => (said += part));
    const timer = setTimeout(() => child.kill("SIGKILL"), 8000);
    await once(child, "close");
    clearTimeout(timer);
    assert.equal(said, "CONNECTION_CLOSED\n3\n");
  });
});

describe("a transaction whose connection is gone", () => {
  it("gets an error for what it asks after that", async () => {
    const sql = openDatabase({ url: db.url, max: 1 });
    const codes: unknown[] = [];
    const ended = Promise.withResolvers<void>();
    const lost = sql.begin(async (tx) => {
      const [row] = await tx<{ pid: number }[]>`select pg_backend_pid() as pid`;
      await admin`select pg_terminate_backend(${row?.pid ?? 0})`;
      await wait(200);
      for (const n of [1, 2])
        await tx`select ${n}::int`.catch((error: unknown) => codes.push((error as { code?: unknown }).code));
      ended.resolve();
    });
    await assert.rejects(lost, isUnavailable);
    await ended.promise;
    assert.deepEqual(codes, ["CONNECTION_CLOSED", "CONNECTION_CLOSED"]);
    assert.equal((await sql`select 1`).length, 1);
    await sql.end({ timeout: 1 });
  });
});

/** A database address where something answers with these bytes and hangs up. */
async function at(answer: string, work: (url: string, calls: () => number) => Promise<void>): Promise<void> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => {});
    socket.end(answer);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    await work(`postgres://x:y@127.0.0.1:${(server.address() as AddressInfo).port}/z`, () => sockets.length);
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
}

describe("a server that ends a connection before it stands", () => {
  for (const [name, answer] of [
    ["hangs up without a word", ""],
    ["is no PostgreSQL", "HTTP/1.1 400 Bad Request\r\n\r\n"],
  ] as const) {
    it(`what ${name} is refused at once, and not asked again and again`, () =>
      at(answer, async (url, calls) => {
        const sql = openDatabase({ url, max: 2 });
        for (let n = 0; n < 4; n += 1) await assert.rejects(sql`select 1`, isUnavailable);
        assert.ok(calls() <= 8, `${calls()} connections`);
        await sql.end({ timeout: 1 });
      }));
  }

  it("is an error each time, also after a statement that was under way; then all is well again", async () => {
    const role = "proef_geweigerd";
    const door = await refusable(role);
    const sql = openDatabase({ url: door.url, max: 2 });
    try {
      const busy = [1, 2].map(() => assert.rejects(sql`select pg_sleep(20)`, isUnavailable));
      await until("both are busy", async () => {
        const [row] = await admin`
          select count(*)::int as n from pg_stat_activity where usename = ${role} and query like '%pg_sleep%'`;
        return row?.["n"] === 2;
      });
      await door.refuse();
      await Promise.all(busy);
      for (let n = 0; n < 4; n += 1) await assert.rejects(sql`select 1`, isUnavailable);
      await door.accept();
      assert.equal((await sql`select 1`).length, 1);
    } finally {
      await sql.end({ timeout: 1 });
      await door.drop();
    }
  });

  it("of several hosts in the address the next one is asked; when none answers it is an error", async () => {
    const { hostname, port, username, password, pathname } = new URL(db.url);
    const address = (hosts: string) => `postgres://${username}:${password}@${hosts}${pathname}`;
    const one = openDatabase({ url: address(`127.0.0.1:1,${hostname}:${port}`), max: 1 });
    const none = openDatabase({ url: address("127.0.0.1:1,127.0.0.1:2"), max: 1 });
    try {
      assert.equal((await one`select 1`).length, 1);
      for (let n = 0; n < 3; n += 1) await assert.rejects(none`select 1`, isUnavailable);
    } finally {
      await Promise.all([one.end({ timeout: 1 }), none.end({ timeout: 1 })]);
    }
  });
});

describe("listening", () => {
  it("hears what is told on its channel, is told of a new beginning after a loss, and stops", async () => {
    const door = await doorway();
    const sql = openDatabase({ url: door.url, max: 1 });
    const heard: string[] = [];
    const begun = { een: 0, twee: 0 };
    const ears = await Promise.all([
      listen(
        sql,
        "proef_een",
        (text) => heard.push(`een ${text}`),
        () => (begun.een += 1),
      ),
      listen(
        sql,
        "proef_twee",
        (text) => heard.push(`twee ${text}`),
        () => (begun.twee += 1),
      ),
    ]);
    try {
      await admin`select pg_notify('proef_een', 'a'), pg_notify('proef_twee', 'b')`;
      await until("both are heard", () => heard.length === 2);
      const before = { ...begun };
      door.cutAll();
      await until("both begin again", () => begun.een > before.een && begun.twee > before.twee);
      await admin`select pg_notify('proef_een', 'c'), pg_notify('proef_twee', 'd')`;
      await until("both are heard again", () => heard.length === 4);
      assert.deepEqual(heard.toSorted(), ["een a", "een c", "twee b", "twee d"]);
      const listeners = async () =>
        (
          await admin<{ n: number }[]>`
            select count(*)::int as n from pg_stat_activity where query like 'listen "proef%'`
        )[0]?.n;
      assert.equal(await listeners(), 1, "one connection for both");
      await Promise.all(ears.map((one) => one.close()));
      await until("its connection is closed", async () => (await listeners()) === 0);
    } finally {
      await sql.end({ timeout: 1 });
      door.close();
    }
  });

  it("comes back when the database refuses for a while", async () => {
    const role = "proef_luisteraar";
    const door = await refusable(role);
    const sql = openDatabase({ url: door.url, max: 1 });
    let begun = 0;
    const heard: string[] = [];
    const ears = await Promise.all(
      ["een", "twee", "drie"].map((one) =>
        listen(
          sql,
          `proef_${one}`,
          (text) => heard.push(text),
          () => (begun += 1),
        ),
      ),
    );
    try {
      await door.refuse();
      await wait(900); // some refusals
      const before = begun;
      await door.accept();
      // Who begins to listen before the others are back joins them.
      ears.push(
        await listen(
          sql,
          "proef_vier",
          (text) => heard.push(text),
          () => {},
        ),
      );
      await until("all three begin again", () => begun >= before + 3);
      await admin`select pg_notify('proef_een', 'a'), pg_notify('proef_twee', 'b'), pg_notify('proef_drie', 'c')`;
      await until("all are heard", () => heard.length === 3);
      await wait(600);
      const [row] = await admin`select count(*)::int as n from pg_stat_activity where usename = ${role}`;
      assert.equal(row?.["n"], 1, "one connection for all");
    } finally {
      await Promise.all(ears.map((one) => one.close()));
      await sql.end({ timeout: 1 });
      await door.drop();
    }
  });

  it("goes to the direct address, when a pooler stands before the database", async () => {
    const sql = openDatabase({ url: "postgres://x:y@127.0.0.1:1/z", direct: db.url, max: 1 });
    const heard: string[] = [];
    const ear = await listen(
      sql,
      "proef_direct",
      (text) => heard.push(text),
      () => {},
    );
    await admin`select pg_notify('proef_direct', 'a')`;
    await until("it is heard", () => heard.length === 1);
    await ear.close();
    await sql.end({ timeout: 1 });
  });

  it("cannot begin without a database", async () => {
    const sql = openDatabase({ url: "postgres://x:y@127.0.0.1:1/z", max: 1 });
    await assert.rejects(
      listen(
        sql,
        "proef",
        () => {},
        () => {},
      ),
      isUnavailable,
    );
    await sql.end({ timeout: 1 });
  });
});
