import assert from "node:assert/strict";

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { keepEmbeddedPostgres, runningPostgres, type EmbeddedPostgresError } from "./index.ts";
import { readPidfile } from "./leftovers.ts";
import { silent } from "./log.ts";
import { postgresTrial, remember, remembered, secondsUntilGone } from "./trial.ts";

const { folderWithCluster, startHolder } = postgresTrial();

/** Keeps the PostgreSQL of a folder, and collects what is told when it is lost. */
async function keep(folder: string) {
  const lost: EmbeddedPostgresError[] = [];
  const kept = await keepEmbeddedPostgres({ folder, log: silent, lost: (error) => lost.push(error) });
  return { ...kept, lost };
}

const kill = async (folder: string): Promise<void> => {
  const pid = (await readPidfile(join(folder, "data")))?.pid ?? 0;
  process.kill(pid, "SIGKILL");
  await secondsUntilGone(pid);
};

async function until(what: string, holds: () => Promise<boolean> | boolean): Promise<void> {
  for (let n = 0; n < 500; n += 1) {
    if (await holds()) return;
    await sleep(20);
  }
  assert.fail(`not in 10 s: ${what}`);
}

describe("the embedded PostgreSQL that is kept", () => {
  it("is started again at its address when it is killed, and again", async () => {
    const folder = await folderWithCluster();
    const kept = await keep(folder);
    await remember(kept.url, 1);
    for (const value of [2, 3]) {
      await kill(folder);
      await until("it is back", async () => (await runningPostgres(folder)) === kept.url);
      await remember(kept.url, value);
    }
    assert.deepEqual(await remembered(kept.url), [1, 2, 3]);
    await kept.stop();
    assert.equal(await runningPostgres(folder), undefined);
    assert.deepEqual(kept.lost, []);
  });

  it("goes on in a process that uses it when the process that had it is killed", async () => {
    const folder = await folderWithCluster();
    const holder = await startHolder(folder);
    const kept = await keep(folder);
    assert.equal(kept.url, holder.url);
    await remember(kept.url, 1);
    holder.child.kill("SIGKILL");
    await secondsUntilGone(holder.pid);
    await until("it is back", async () => (await runningPostgres(folder)) === kept.url);
    assert.deepEqual(await remembered(kept.url), [1]);
    await kept.stop();
    assert.equal(await runningPostgres(folder), undefined);
    assert.deepEqual(kept.lost, []);
  });

  it("is left to the process that has it when one that uses it stops", async () => {
    const folder = await folderWithCluster();
    const owner = await keep(folder);
    await (await keep(folder)).stop();
    assert.equal(await runningPostgres(folder), owner.url);
    await owner.stop();
  });

  it("is lost, with a clear line, when it comes back at another address", async () => {
    const folder = await folderWithCluster();
    const kept = await keep(folder);
    await writeFile(join(folder, "poort"), "0\n"); // forgotten, as when somebody else has it by then
    await kill(folder);
    await until("it is told", () => kept.lost.length > 0);
    assert.match(kept.lost[0]?.message ?? "", /kwam terug op een ander adres.*Start LeerID opnieuw/);
    await kept.stop();
    assert.equal(await runningPostgres(folder), undefined);
  });

  it("is lost, with a clear line, when it falls whenever it stands", async () => {
    const folder = await folderWithCluster();
    const kept = await keep(folder);
    await until("it is told", async () => {
      // One that is killed while it still starts has not stood, and is tried again.
      if ((await runningPostgres(folder)) === kept.url) await kill(folder);
      return kept.lost.length > 0;
    });
    assert.match(kept.lost[0]?.message ?? "", /valt telkens opnieuw weg/);
    await kept.stop();
  });
});
