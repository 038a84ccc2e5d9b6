import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { openDatabase } from "#platform/database";
import { receive } from "#modules/discimus";
import { testDatabase } from "#testing/database";
import { leerlingRegel, schoolRegel } from "#testing/discimus";

/** A node that takes sets of messages, one after the other, in which every pupil is new. */
const node = (url: string) => `
  import { testKeys } from "#testing/database";
  import { inschrijvingRegel, leerlingRegel, schoolRegel } from "#testing/discimus";
  import { systemClock } from "#platform/clock";
  import { openDatabase } from "#platform/database";
  import { operationsLog } from "#platform/log";
  import { receive } from "#modules/discimus";
  const ctx = { sql: openDatabase({ url: ${JSON.stringify(url)} }), clock: systemClock(), keys: testKeys, log: operationsLog("silent") };
  await receive(ctx, [schoolRegel({ school: "999002" })], { bron: "http" });
  for (let set = 0; ; set += 1)
    await receive(ctx, Array.from({ length: 150 }, (_, n) => {
      const key = "s" + set + "-" + n;
      return [leerlingRegel(key, { school: "999002" }), inschrijvingRegel(key, { school: "999002" })];
    }).flat(), { bron: "http" });`;

test("D9: a node that is paused while it takes a set of messages keeps the country's intake waiting five seconds, no longer", async () => {
  const db = await testDatabase();
  const owner = openDatabase({ url: db.url, max: 1, role: "eigenaar" });
  const child = spawn(process.execPath, ["--input-type=module-typescript", "--eval", node(db.url)], {
    cwd: fileURLToPath(new URL("../../", import.meta.url)),
    stdio: ["ignore", "ignore", "inherit"],
  });
  const gone = once(child, "exit");
  try {
    await receive(db.ctx, [schoolRegel()], { bron: "http" });
    /** Its sessions that hold the lock of a set and wait for a next statement. */
    const holds = async () => {
      const rows = await owner`
        select from pg_locks l join pg_stat_activity a using (pid)
         where l.locktype = 'advisory' and l.objid = 7107 and l.classid = 0 and l.mode = 'ExclusiveLock' and l.granted
           and a.datname = current_database() and a.state = 'idle in transaction'`;
      return rows.length > 0;
    };
    for (let attempt = 0; ; attempt += 1) {
      assert.ok(attempt < 500, "it was never paused with the lock");
      assert.equal(child.exitCode, null);
      child.kill("SIGSTOP");
      await wait(30); // what the server still had to do is done
      if (await holds()) break;
      child.kill("SIGCONT");
      await wait(17 + (attempt % 7) * 5);
    }
    const began = performance.now();
    const taken = await receive(db.ctx, [leerlingRegel("s1")], {
      bron: "http",
    });
    const seconds = (performance.now() - began) / 1000;
    assert.equal(taken.verwerkt, 1);
    assert.ok(seconds > 2 && seconds < 7, `it waited ${seconds.toFixed(1)} s`);
  } finally {
    child.kill("SIGKILL");
    await gone;
    await owner.end({ timeout: 5 });
    await db.close();
  }
});
