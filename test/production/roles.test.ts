import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { isReady, openDatabase } from "#platform/database";
import { startDebianPostgres, startEmbeddedBesideDebian, type Cluster } from "#testing/debian-postgres";
import { freePortBase, outcomeOf, runLeerid, spawnLeerid, startServer, type Outcome } from "#testing/server";
import {
  addressesOf,
  asUser,
  makeDatabase,
  makeRoles,
  migrating,
  revokeRole,
  runProgram,
  serving,
  type Addresses,
} from "./setting.ts";

function checkRefused(outcome: Outcome, ...lines: readonly RegExp[]): void {
  assert.equal(outcome.code, 1, `${outcome.code} ${outcome.stdout}${outcome.stderr}`);
  for (const line of lines) assert.match(outcome.stderr, line);
  assert.doesNotMatch(outcome.stderr, /\n\s+at |iets onverwachts/);
}

async function checkDone(command: readonly string[], settings: ReturnType<typeof serving>): Promise<void> {
  const outcome = await runLeerid(command, settings);
  assert.deepEqual([outcome.code, outcome.stderr], [0, ""], `${command.join(" ")}: ${outcome.stdout}`);
}

/** Is a server on this address ready, by the same question that `/readyz` asks. */
async function askReady(url: string): Promise<boolean> {
  const sql = openDatabase({ url, max: 1 });
  try {
    return await isReady(sql);
  } finally {
    await sql.end({ timeout: 2 });
  }
}

const starts = [
  ["the oldest PostgreSQL of Debian", startDebianPostgres],
  ["the PostgreSQL that comes along", startEmbeddedBesideDebian],
] as const;

for (const [name, start] of starts)
  describe(`deploy/postgresql/rollen.sql on ${name}`, () => {
    let cluster: Cluster | null;
    let at: Addresses;
    before(async () => {
      cluster = await start();
    });
    after(() => cluster?.stop());
    const needed = (t: { skip(why: string): void }): Cluster | undefined => {
      if (!cluster)
        t.skip("no PostgreSQL 15 or newer of Debian on this machine, and none could be installed");
      return cluster ?? undefined;
    };

    it("without it an ordinary user does not begin to migrate, and hears which file he needs", async (t) => {
      const there = needed(t);
      if (!there) return;
      await runProgram(there, "psql", "-c", "create role leerid_eigenaar login password 'leerid_eigenaar'");
      const bare = await makeDatabase(there, "zonder");
      const outcome = await runLeerid(["migrate"], { ...migrating(bare), LEERID_DATABASE_URL: bare.admin });
      checkRefused(outcome, /leerid_app, leerid_beheer, leerid_school ontbreken/, /rollen\.sql/);
      const made = await asUser(
        bare.admin,
        (sql) => sql`select to_regclass('public.migratie')::text as naam`,
      );
      assert.equal(made[0]?.["naam"], null);
    });

    it("is run twice, and then the owner migrates everything and leerid_server serves", async (t) => {
      const there = needed(t);
      if (!there) return;
      await makeRoles(there);
      await makeRoles(there);
      at = await makeDatabase(there, "productie");
      checkRefused(await runLeerid(["log", "verify"], serving(at)), /nog niet bij.*leerid migrate/);
      await checkDone(["migrate"], migrating(at));
      await checkDone(["migrate"], migrating(at));
      await checkDone(["log", "verify"], serving(at));
      assert.equal(await askReady(at.server), true);
    });

    for (const [what, breakIt, line] of [
      [
        "leerid_app may not take leerid_school",
        (there: Cluster) => revokeRole(there, "leerid_school", "leerid_app"),
        /leerid_school niet aannemen/,
      ],
      [
        "leerid_app may not take leerid_beheer",
        (there: Cluster) => revokeRole(there, "leerid_beheer", "leerid_app"),
        /leerid_beheer niet aannemen/,
      ],
      [
        "the owner has lost leerid_app",
        (there: Cluster) => revokeRole(there, "leerid_app", "leerid_eigenaar"),
        /leerid_app niet beheren/,
      ],
      [
        "leerid_app goes past the walls",
        (there: Cluster) => runProgram(there, "psql", "-c", "alter role leerid_app bypassrls"),
        /leerid_app mogen meer/,
      ],
    ] as const)
      it(`migrate sees that ${what}, and the file mends it`, async (t) => {
        const there = needed(t);
        if (!there) return;
        await breakIt(there);
        checkRefused(await runLeerid(["migrate"], migrating(at)), line, /rollen\.sql/);
        if (what.includes("may not take")) {
          assert.equal(await askReady(at.server), false, "/readyz");
          checkRefused(await runLeerid(["worker"], serving(at)), /rollen\.sql/);
        }
        await makeRoles(there);
        await checkDone(["migrate"], migrating(at));
        assert.equal(await askReady(at.server), true);
      });

    it("production serves with no rights past the walls, and with no address of the owner", async (t) => {
      const there = needed(t);
      if (!there) return;
      await runProgram(
        there,
        "psql",
        "-c",
        "drop role if exists leerid_ruim; create role leerid_ruim login password 'leerid_ruim' bypassrls in role leerid_app",
      );
      const wide = new URL(at.server);
      Object.assign(wide, { username: "leerid_ruim", password: "leerid_ruim" });
      for (const [url, line, command] of [
        [at.admin, /superuser/, ["serve"]],
        [at.admin, /superuser/, ["worker"]],
        [at.eigenaar, /eigenaar van de tabellen/, ["dropserver"]],
        [wide.href, /BYPASSRLS/, ["log", "verify"]],
      ] as const)
        checkRefused(
          await runLeerid(command, { ...serving(at), LEERID_DATABASE_URL: url }),
          line,
          /leerid_server.*rollen\.sql/,
        );
      for (const command of [
        ["serve", "--sites", "api"],
        ["sleutels", "roteer"],
      ])
        checkRefused(await runLeerid(command, migrating(at)), /EIGENAAR_URL: alleen voor {2}leerid migrate/);
      checkRefused(
        await runLeerid(["migrate"], serving(at)),
        /EIGENAAR_URL: verplicht voor {2}leerid migrate/,
      );
    });

    it("elsewhere it serves with them, and says so", async (t) => {
      const there = needed(t);
      if (!there) return;
      const server = await startServer({
        ...serving(at),
        LEERID_PRODUCTIE: "0",
        LEERID_DATABASE_URL: at.admin,
      });
      try {
        const warning = /voorbij de muren.*superuser.*In productie wordt dit geweigerd/;
        await untilReady(async () => (warning.test(server.output()) ? 200 : 0));
        assert.equal((await fetch(`${server.api}/readyz`)).status, 200);
      } finally {
        await server.end();
      }
    });

    it("a restored dump: after the file it serves; before it, migrate says that it must be restored again", async (t) => {
      const there = needed(t);
      if (!there) return;
      if (start === startEmbeddedBesideDebian)
        return t.skip("pg_dump of Debian is older than the PostgreSQL that comes along");
      const folder = await mkdtemp(join(tmpdir(), "leerid-dump-"));
      const dump = join(folder, "leerid.dump");
      const dropAll = async () => {
        for (const name of ["productie", "zonder"])
          await runProgram(there, "dropdb", "--force", "--if-exists", name);
        for (const role of [
          "leerid_ruim",
          "leerid_server",
          "leerid_app",
          "leerid_school",
          "leerid_beheer",
          "leerid_eigenaar",
        ])
          await runProgram(there, "psql", "-c", `drop role if exists ${role}`);
      };
      try {
        await runProgram(there, "pg_dump", "--format=custom", "--file", dump, "productie");
        await dropAll();
        await makeRoles(there);
        await makeDatabase(there, "productie");
        await runProgram(there, "pg_restore", "--exit-on-error", "--dbname", "productie", dump);
        await checkDone(["migrate"], migrating(at));
        await checkDone(["log", "verify"], serving(at));
        assert.equal(await askReady(at.server), true);

        await dropAll();
        await runProgram(there, "psql", "-c", "create role leerid_eigenaar login");
        await makeDatabase(there, "productie");
        await runProgram(there, "pg_restore", "--dbname", "productie", dump).catch(() => {}); // "errors ignored on restore"
        checkRefused(await runLeerid(["migrate"], migrating(addressesOf(there, "productie"))), /PostgreSQL/);
        await makeRoles(there);
        checkRefused(await runLeerid(["migrate"], migrating(at)), /missen hun rechten/, /opnieuw terug/);
        assert.equal(await askReady(at.server), false);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    });

    it("a database that is frozen: /readyz says 503 within two seconds, and 200 when it goes on", async (t) => {
      const there = needed(t);
      if (!there) return;
      await makeRoles(there);
      const frozen = await makeDatabase(there, "bevroren");
      await checkDone(["migrate"], migrating(frozen));
      await writeLogLine(frozen.server); // before the first start, as `leerid quarantaine lees` does: its month is not made yet
      const base = await freePortBase();
      const child = spawnLeerid(["serve", "--sites", "api,acm"], {
        ...serving(frozen),
        LEERID_PORT_BASE: String(base),
      });
      const ended = outcomeOf(child);
      const ready = async () => {
        const signal = AbortSignal.timeout(20_000); // red within the time of a person, and the cluster goes on
        return (await fetch(`http://127.0.0.1:${base + 4}/readyz`, { signal })).status;
      };
      const processes = async () => [there.pid, ...(await childrenOf(there.pid))];
      try {
        await untilReady(ready);
        for (const pid of await processes()) process.kill(pid, "SIGSTOP");
        for (let n = 0; n < 3; n += 1) {
          const began = performance.now();
          assert.equal(await ready(), 503);
          assert.ok(performance.now() - began < 2000, `${Math.round(performance.now() - began)} ms`);
        }
        for (const pid of await processes()) process.kill(pid, "SIGCONT");
        await untilReady(ready);
      } finally {
        for (const pid of await processes()) process.kill(pid, "SIGCONT");
        child.kill("SIGTERM");
        await ended;
      }
    });
  });

async function writeLogLine(url: string): Promise<void> {
  const sql = openDatabase({ url, max: 1 });
  try {
    await sql`
      insert into privacylog.regel (tijdstip, soort, account_uuid, attributen, ontvanger, aanleiding)
      values (now(), 'inzage', gen_random_uuid(), '{Naam}', 'uitbating:proef', 'quarantaine-gelezen')`;
  } finally {
    await sql.end({ timeout: 2 });
  }
}

async function untilReady(ready: () => Promise<number>): Promise<void> {
  for (let n = 0; n < 300; n += 1) {
    if ((await ready().catch(() => 0)) === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.fail("not ready in 30 s");
}

const childrenOf = async (pid: number): Promise<number[]> =>
  (await readFile(`/proc/${pid}/task/${pid}/children`, "utf8")).trim().split(" ").filter(Boolean).map(Number);
