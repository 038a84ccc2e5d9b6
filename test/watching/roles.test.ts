import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { figures } from "#leerid";
import { version } from "#platform/version";
import { testDatabase, type TestDatabase } from "#testing/database";
import { freePortBase, mainKey, outcomeOf, spawnLeerid, type Outcome } from "#testing/server";

let db: TestDatabase;
before(async () => {
  db = await testDatabase();
});
after(() => db.close());

type Role = {
  readonly base: number;
  readonly child: ChildProcess;
  readonly ended: Promise<Outcome>;
  said(): string;
};

/** Starts a role on every address of the machine, and waits until it says that it does its work. */
async function startRole(command: string, line: string, more: Record<string, string> = {}): Promise<Role> {
  const base = await freePortBase();
  const child = spawnLeerid([command], {
    LEERID_DATABASE_URL: db.url,
    LEERID_HOOFDSLEUTEL: mainKey,
    LEERID_PORT_BASE: String(base),
    LEERID_HOST: "0.0.0.0",
    ...more,
  });
  const ended = outcomeOf(child);
  let said = "";
  child.stdout?.on("data", (part: string) => (said += part));
  for (let n = 0; n < 300 && !said.includes(line) && child.exitCode === null; n += 1) await wait(50);
  if (!said.includes(line)) {
    child.kill("SIGKILL");
    assert.fail(`it does not say that it began: ${said}`);
  }
  return { base, child, ended, said: () => said };
}

const statusOf = (host: string, port: number, path: string) =>
  fetch(`http://${host}:${port}${path}`).then(
    async (answer) => ({ status: answer.status, text: await answer.text() }),
    () => undefined,
  );

const namesIn = (text: string): ReadonlySet<string> =>
  new Set([...text.matchAll(/^# TYPE (leerid_\w+)/gm)].map(([, name = ""]) => name));

describe("every role can be watched", () => {
  for (const { command, line, offset } of [
    { command: "serve", line: "LeerID luistert", offset: 99 },
    { command: "dropserver", line: "de dropserver luistert", offset: 98 },
    { command: "worker", line: "de worker werkt", offset: 97 },
  ])
    test(`${command}: a line at its start, health and figures on this machine only, wherever it serves`, async () => {
      const role = await startRole(command, line);
      const port = role.base + offset;
      try {
        assert.equal((await statusOf("127.0.0.1", port, "/healthz"))?.status, 200);
        assert.equal((await statusOf("127.0.0.1", port, "/readyz"))?.status, 200);
        const found = await statusOf("127.0.0.1", port, "/metrics");
        assert.match(found?.text ?? "", /^leerid_ready 1$/m);
        assert.ok(found?.text.includes(`version="${version}"`) && found.text.includes(`role="${command}"`));
        // Who listens on all addresses answers here too.
        assert.equal(await statusOf("127.0.0.2", port, "/metrics"), undefined);
      } finally {
        role.child.kill("SIGTERM");
      }
      const { code, stderr } = await role.ended;
      assert.equal(code, 0, stderr);
    });

  test("LEERID_METINGEN_HOST puts them elsewhere", async () => {
    const role = await startRole("worker", "de worker werkt", { LEERID_METINGEN_HOST: "127.0.0.3" });
    try {
      assert.equal((await statusOf("127.0.0.3", role.base + 97, "/metrics"))?.status, 200);
      assert.equal(await statusOf("127.0.0.1", role.base + 97, "/metrics"), undefined);
    } finally {
      role.child.kill("SIGTERM");
      await role.ended;
    }
  });

  test("a loket that does not find ACM says so", async () => {
    const role = await startRole("serve", "LeerID luistert", { LEERID_SITES: "leerlingloket" });
    try {
      const found = await statusOf("127.0.0.1", role.base + 99, "/metrics");
      assert.match(found?.text ?? "", /^leerid_loket_finds_acm\{site="leerlingloket"\} 0$/m);
      assert.match(found?.text ?? "", /^leerid_ready 1$/m);
    } finally {
      role.child.kill("SIGTERM");
      await role.ended;
    }
  });

  test("a server tells every figure that the rooms declare, and no other; what fails is seen", async () => {
    await db.sql`insert into jobs.job (task, payload, run_at) values ('van-later', '{}', now() - interval '10 minutes')`;
    const role = await startRole("serve", "LeerID luistert", { LEERID_LOG_ANKER: "/weg/van/hier/zegels" });
    try {
      await db.sql`
        with r as (
          insert into privacylog.regel (tijdstip, soort, account_uuid, attributen, ontvanger, aanleiding)
          values (now(), 'inzage', ${randomUUID()}::uuid, '{}', 'x', 'proef') returning nr, tijdstip)
        insert into privacylog.wachtrij (nr, tijdstip) select nr, tijdstip from r`;
      let text = "";
      for (let n = 0; n < 100 && !/^leerid_seal_anchor_failures_total [1-9]/m.test(text); n += 1) {
        await wait(100);
        text = (await statusOf("127.0.0.1", role.base + 99, "/metrics"))?.text ?? "";
      }
      assert.match(text, /^leerid_seal_anchor_failures_total [1-9]/m);
      assert.match(text, /^leerid_seal_anchor_waiting 1$/m);
      assert.match(text, /^leerid_upkeep_failures_total\{task="privacylog-zegel"\} [1-9]/m);
      assert.match(text, /^leerid_upkeep_interval_seconds\{task="privacylog-zegel"\} 1$/m);
      assert.match(text, /^leerid_jobs_oldest_seconds\{task="van-later"\} 6\d\d/m);
      const known = figures().map(({ name }) => name);
      assert.equal(new Set(known).size, known.length);
      assert.deepEqual([...namesIn(text)].toSorted(), known.toSorted());
      assert.match(text, /^leerid_loket_finds_acm\{site="schoolloket"\} 1$/m);
      assert.doesNotMatch(text, /^leerid_figures_read.* 0$/m);
    } finally {
      role.child.kill("SIGTERM");
      await role.ended;
    }
  });
});
