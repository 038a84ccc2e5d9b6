import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer, type AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { testDatabase, type TestDatabase } from "#testing/database";
import { copyIn, isUnavailable, openDatabase, transaction, type Sql } from "./index.ts";

let db: TestDatabase;
let admin: Sql;
let one: Sql;
before(async () => {
  db = await testDatabase();
  admin = openDatabase({ url: db.url, max: 1, role: "eigenaar" });
  one = openDatabase({ url: db.url, max: 1 });
  await admin`create table public.proef (waarde integer primary key)`;
  await admin`grant all on public.proef to leerid_app`;
});
after(async () => {
  await Promise.all([one.end({ timeout: 1 }), admin.end({ timeout: 1 })]);
  await db.close();
});

const count = async (sql: Sql): Promise<unknown> =>
  (await sql`select count(*) as n from public.proef`)[0]?.["n"];

/** What comes after a failure has its own answer, all of it, twice. */
async function answersRight(sql: Sql): Promise<void> {
  for (const name of ["Noor", "Lina"]) {
    const rows = await sql`select ${name}::text as voornaam`;
    assert.deepEqual(rows, [{ voornaam: name }]);
    assert.equal(rows.count, 1);
  }
}

describe("after a statement that fails in the middle of its rows, the next has its own answer", () => {
  const dividing = (sql: Sql) => sql`select 10/(x-3) from generate_series(1,5) x`;

  it("on the same connection, one after the other and side by side", async () => {
    await assert.rejects(dividing(one), { code: "22012", name: "PostgresError" });
    await answersRight(one);
    const [failed, right] = await Promise.allSettled([dividing(one), one`select 1 as n`]);
    assert.equal(failed.status, "rejected");
    assert.deepEqual(right.status === "fulfilled" && right.value, [{ n: 1 }]);
  });

  it("when its time is up", async () => {
    await assert.rejects(
      transaction(one, async (tx) => {
        await tx`set local statement_timeout = 150`;
        await tx`select x, pg_sleep(0.04) from generate_series(1, 50) x`;
      }),
      (error: unknown) => (error as { code?: unknown }).code === "57014" && isUnavailable(error),
    );
    await answersRight(one);
  });

  it("when it is cancelled, and nobody else is", async () => {
    const [{ pid } = { pid: 0 }] = await one<{ pid: number }[]>`select pg_backend_pid() as pid`;
    const long = assert.rejects(one`select x, pg_sleep(0.02) from generate_series(1, 200) x`, {
      code: "57014",
    });
    await wait(150);
    await admin`select pg_cancel_backend(${pid})`;
    await long;
    await answersRight(one);
  });

  it("inside a transaction: the first failure is told, nothing is kept", async () => {
    const kept: string[] = [];
    await assert.rejects(
      transaction(one, async (tx) => {
        await tx`insert into public.proef values (1)`;
        const asked = [dividing(tx), tx`select 1`, tx`select 2`];
        for (const { status } of await Promise.allSettled(asked)) kept.push(status);
      }),
      { code: "22012" },
    );
    assert.deepEqual(kept, ["rejected", "rejected", "rejected"]);
    assert.equal(await count(one), 0);
    await answersRight(one);
  });
});

describe("a transaction tells the truth", () => {
  it("a failure that its work overlooks is a failure all the same", async () => {
    await assert.rejects(
      transaction(one, async (tx) => {
        await tx`insert into public.proef values (2)`;
        await tx`insert into public.proef values (2)`.catch(() => {});
        return "klaar";
      }),
      { code: "23505" },
    );
    await assert.rejects(
      transaction(one, async (tx) => {
        await tx`insert into public.proef values (3)`;
        tx`insert into public.proef values (3)`.execute(); // nobody waits for it
        return "klaar";
      }),
      { code: "23505" },
    );
    assert.equal(await count(one), 0);
  });

  it("a statement after its end is refused", async () => {
    let late: Sql | undefined;
    await transaction(one, async (tx) => void (late = tx));
    assert.ok(late);
    await assert.rejects(late`insert into public.proef values (4)`);
    assert.equal(await count(one), 0);
  });

  it("side by side its statements go out in one pipeline, in order", async () => {
    const door = await slowDoor(40);
    const sql = openDatabase({ url: door.url, max: 1 });
    try {
      const [took, rows] = await transaction(sql, async (tx) => {
        const start = performance.now();
        const answers = await Promise.all(
          Array.from({ length: 20 }, (_, n) => tx<{ n: number }[]>`select ${n}::int as n`),
        );
        return [performance.now() - start, answers.map(([row]) => row?.n)] as const;
      });
      assert.deepEqual(
        rows,
        Array.from({ length: 20 }, (_, n) => n),
      );
      assert.ok(took < 400, `${took} ms for 20 statements over a line of 40 ms`);
    } finally {
      await sql.end({ timeout: 1 });
      door.close();
    }
  });

  it("one that is left open on a connection of the pool does not reach the next user", async () => {
    await one.unsafe("begin; insert into public.proef values (5)");
    await answersRight(one);
    await assert.rejects(one.unsafe("begin; select 1/0"));
    await answersRight(one);
    assert.equal(await count(one), 0);
  });
});

describe("COPY", () => {
  const numbers = function* (from: number, to: number) {
    for (let n = from; n <= to; n += 1) yield `${n}\n`;
  };

  it("takes all, or fails itself; what follows is right", async () => {
    await copyIn(one`copy public.proef from stdin`, numbers(1, 50_000));
    assert.equal(await count(one), 50_000);
    await assert.rejects(copyIn(one`copy public.proef from stdin`, numbers(50_000, 60_000)), {
      code: "23505",
    });
    await answersRight(one);
    await assert.rejects(copyIn(one`copy public.proef from stdin`, ["60001\n", "zestig\n"]), {
      code: "22P02",
    });
    await assert.rejects(copyIn(one`copy public.onbekend from stdin`, numbers(1, 50_000)), { code: "42P01" });
    await copyIn(one`copy public.proef from stdin`, []);
    assert.equal(await count(one), 50_000);
    await one`delete from public.proef`;
  });

  it("what its lines throw is told, and nothing is kept", async () => {
    const broken = function* () {
      yield* numbers(1, 30_000);
      throw new Error("de bron hapert");
    };
    await assert.rejects(copyIn(one`copy public.proef from stdin`, broken()), /de bron hapert/);
    await answersRight(one);
    assert.equal(await count(one), 0);
  });

  it("stands alone in a transaction: what was asked before and meanwhile is answered in order", async () => {
    const seen = await transaction(one, async (tx) => {
      const counting = () => tx`select count(*) as n from public.proef`.execute();
      const before = counting();
      const first = copyIn(tx`copy public.proef from stdin`, numbers(1, 1000));
      const between = counting();
      const second = copyIn(tx`copy public.proef from stdin`, numbers(1001, 3000));
      await Promise.all([first, second]);
      return [...(await before), ...(await between), ...(await counting())].map((row) => row["n"] as number);
    });
    assert.deepEqual(seen, [0, 1000, 3000]);
    assert.equal(await count(one), 3000);
    await assert.rejects(
      transaction(one, async (tx) => {
        await copyIn(tx`copy public.proef from stdin`, ["3001\n", "drie\n"]).catch(() => {});
      }),
      { code: "22P02" },
    );
    assert.equal(await count(one), 3000);
    await one`delete from public.proef`;
  });

  it("on a connection that is cut, it fails", async () => {
    const slow = function* () {
      for (let n = 0; n < 1e7; n += 1) {
        if (n === 100_000)
          void admin`select pg_terminate_backend(pid) from pg_stat_activity where query like 'copy%'`.execute();
        yield `${n}\n`;
      }
    };
    await assert.rejects(copyIn(one`copy public.proef from stdin`, slow()), isUnavailable);
    await answersRight(one);
    assert.equal(await count(one), 0);
  });
});

describe("a prepared statement that is not what it was", () => {
  it("is made again: its columns changed, or the server forgot it", async () => {
    const read = () => one`select * from public.verandert`;
    await admin`create table public.verandert (een integer)`;
    await admin`grant select on public.verandert to leerid_app`;
    await admin`insert into public.verandert values (1)`;
    for (let n = 0; n < 6; n += 1) assert.deepEqual(await read(), [{ een: 1 }]);
    await admin`alter table public.verandert add twee text default 'b'`;
    for (let n = 0; n < 3; n += 1) assert.deepEqual(await read(), [{ een: 1, twee: "b" }]);
    await one.unsafe("deallocate all");
    for (let n = 0; n < 3; n += 1) assert.deepEqual(await read(), [{ een: 1, twee: "b" }]);
  });

  it("one that cannot be parsed says why, also to those behind it", async () => {
    await transaction(one, async (tx) => {
      const answers = await Promise.allSettled(
        [1, 2].map((n) => tx`select ${n}::int from public.bestaat_niet`),
      );
      assert.deepEqual(
        answers.map(({ status }) => status),
        ["rejected", "rejected"],
      );
    }).catch((error: unknown) => assert.equal((error as { code?: unknown }).code, "42P01"));
    const answers = await Promise.allSettled(
      [1, 2, 3].map((n) => one`select ${n}::int from public.bestaat_niet`),
    );
    for (const answer of answers)
      assert.equal(answer.status === "rejected" && (answer.reason as { code?: unknown }).code, "42P01");
    await answersRight(one);
  });
});

describe("a pool whose connections are killed under load", () => {
  it("gives nobody another's answer, and is whole afterwards", { timeout: 60_000 }, async () => {
    const role = "proef_druk";
    await admin.unsafe(`create role ${role} login password 'druk' in role leerid_app`);
    const url = new URL(db.url);
    url.username = role;
    url.password = "druk";
    const sql = openDatabase({ url: url.href, max: 8 });
    const enough = new AbortController();
    const killer = (async () => {
      while (!enough.signal.aborted) {
        await admin`select pg_terminate_backend(pid) from pg_stat_activity where usename = ${role} and random() < 0.5`;
        await wait(15);
      }
    })();
    let right = 0;
    let lost = 0;
    const ask = async (n: number): Promise<void> => {
      try {
        const rows =
          n % 3 === 0
            ? await transaction(sql, async (tx) => {
                const answers = await Promise.all(
                  [n, n + 0.5].map((m) => tx`select ${m}::float8 as n, pg_sleep(0.001)`),
                );
                assert.deepEqual(
                  answers.map(([row]) => row?.["n"]),
                  [n, n + 0.5],
                );
                return answers[0] ?? [];
              })
            : await sql`select ${n}::float8 as n from generate_series(1, ${(n % 7) + 1}) x`;
        for (const row of rows) assert.equal(row["n"], n);
        if (n % 3 !== 0) assert.equal(rows.length, (n % 7) + 1);
        right += 1;
      } catch (error) {
        assert.ok(isUnavailable(error), String((error as Error).stack));
        lost += 1;
      }
    };
    try {
      for (let round = 0; round < 20; round += 1)
        await Promise.all(Array.from({ length: 150 }, (_, n) => ask(round * 150 + n)));
      enough.abort();
      await killer;
      assert.equal(right + lost, 3000);
      assert.ok(right > 100 && lost > 10, `${right} right, ${lost} lost`);
      // What was killed in the last moment is told to at most one user each.
      for (let n = 0; n < 8; n += 1) await sql`select 1`.catch(() => {});
      await Promise.all(Array.from({ length: 300 }, (_, n) => ask(n)));
      assert.equal(right + lost, 3300);
      const busy = await Promise.all(Array.from({ length: 30 }, () => sql`select pg_sleep(0.02)`));
      assert.equal(busy.length, 30);
    } finally {
      enough.abort();
      await killer;
      await sql.end({ timeout: 1 });
      await admin.unsafe(`drop role ${role}`);
    }
  });
});

describe("a server that hangs up", () => {
  it(
    "wherever in the conversation: an error or the whole answer, and the next one is right",
    { timeout: 60_000 },
    async () => {
      const door = await cuttingDoor();
      const ask = async (sql: Sql) => {
        const rows = await sql<
          { x: number }[]
        >`select x, repeat('v', 40) as vulling from generate_series(1, 60) x`;
        assert.equal(rows.length, 60);
        assert.deepEqual(
          rows.map(({ x }) => x),
          Array.from({ length: 60 }, (_, n) => n + 1),
        );
      };
      const whole = openDatabase({ url: door.url, max: 1 });
      await ask(whole);
      await whole.end({ timeout: 1 });
      const length = door.passed();
      let failed = 0;
      for (let bytes = 0; bytes < length; bytes += bytes < 800 ? 23 : 211) {
        const sql = openDatabase({ url: door.url, max: 1 });
        door.cutAfter(bytes);
        await ask(sql).catch((error: unknown) => {
          assert.ok(isUnavailable(error), `after ${bytes} bytes: ${String(error)}`);
          failed += 1;
        });
        door.cutAfter(Infinity);
        await ask(sql).catch(() => ask(sql)); // it may have died between the two
        await sql.end({ timeout: 1 });
      }
      door.close();
      assert.ok(failed > 40, `${failed} of ${length} bytes`);
    },
  );
});

/** A way to the database on which each answer is late by `ms`. */
async function slowDoor(ms: number) {
  const target = new URL(db.url);
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname);
    near.pipe(far);
    far.on("data", (bytes: Buffer) => setTimeout(() => near.writable && near.write(bytes), ms));
    near.on("error", () => {}).on("close", () => far.destroy());
    far.on("error", () => {}).on("close", () => near.destroy());
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return { url: through(server.address() as AddressInfo), close: () => server.close() };
}

/** A way to the database that hangs up after so many bytes of answer. */
async function cuttingDoor() {
  const target = new URL(db.url);
  let limit = Infinity;
  let passed = 0;
  const server = createServer((near) => {
    passed = 0;
    const far = connect(Number(target.port), target.hostname);
    near.pipe(far);
    near.on("error", () => {}).on("close", () => far.destroy());
    far.on("error", () => {}).on("close", () => near.destroy());
    const cut = () => near.end(() => near.destroy());
    if (limit === 0) return cut();
    far.on("data", (bytes: Buffer) => {
      near.write(bytes.subarray(0, limit - passed));
      passed += bytes.length;
      if (passed >= limit) cut();
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: through(server.address() as AddressInfo),
    passed: () => passed,
    cutAfter: (bytes: number) => void (limit = bytes),
    close: () => server.close(),
  };
}

function through({ port }: AddressInfo): string {
  const url = new URL(db.url);
  url.hostname = "127.0.0.1";
  url.port = String(port);
  return url.href;
}
