import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import {
  isRunning,
  postgresTrial,
  remember,
  remembered,
  secondsUntilGone,
  start,
  watcherOf,
} from "./trial.ts";

const { children, temporaryFolder, folderWithCluster, startHolder } = postgresTrial();
const asRoot = process.getuid?.() === 0;

describe("the embedded PostgreSQL, when something is killed", () => {
  it("stops when its process is killed with signal 9, and starts again", async () => {
    const folder = await folderWithCluster();
    const holder = await startHolder(folder);
    await remember(holder.url, 2);
    holder.child.kill("SIGKILL");
    const seconds = await secondsUntilGone(holder.pid);
    assert.ok(seconds < 5, `it took ${seconds} s`);
    const next = await start(folder);
    assert.deepEqual(await remembered(next.url), [2]);
    await next.stop();
  });

  it("takes over at once from a process that was killed, while the old server is still stopping", async () => {
    const folder = await folderWithCluster();
    const holder = await startHolder(folder);
    await remember(holder.url, 3);
    holder.child.kill("SIGKILL");
    await once(holder.child, "exit");
    const next = await start(folder);
    assert.notEqual(next.pid, holder.pid);
    assert.deepEqual(await remembered(next.url), [3]);
    await next.stop();
  });

  it("stops a server whose watcher was killed too", async () => {
    const folder = await folderWithCluster();
    const holder = await startHolder(folder);
    await remember(holder.url, 4);
    process.kill(await watcherOf(folder), "SIGKILL");
    holder.child.kill("SIGKILL");
    await once(holder.child, "exit");
    await sleep(500);
    assert.equal(await isRunning(holder.pid), true, "without a watcher nothing stops it");
    const next = await start(folder);
    assert.equal(await isRunning(holder.pid), false);
    assert.deepEqual(await remembered(next.url), [4]);
    await next.stop();
  });

  it("recovers committed rows after a kill -9 of PostgreSQL itself, in the same process and at the same address", async () => {
    const folder = await folderWithCluster();
    const first = await start(folder);
    await remember(first.url, 5);
    process.kill(first.pid, "SIGKILL");
    await first.gone;
    const next = await start(folder);
    assert.equal(next.url, first.url);
    assert.deepEqual(await remembered(next.url), [5]);
    await next.stop();
  });

  it("is not misled by an old postmaster.pid that carries the number of another process", async () => {
    const folder = await folderWithCluster();
    const first = await start(folder);
    await remember(first.url, 6);
    const pidfile = join(folder, "data", "postmaster.pid");
    const content = await readFile(pidfile, "utf8");
    await first.stop();
    const stranger = spawn("/bin/sleep", ["60"], asRoot ? { uid: 65_534, gid: 65_534 } : {});
    children.push(stranger);
    await once(stranger, "spawn");
    await writeFile(pidfile, content.replace(/^\d+/, String(stranger.pid)));
    const next = await start(folder);
    assert.deepEqual(await remembered(next.url), [6]);
    await next.stop();
    assert.equal(stranger.exitCode, null);
    assert.equal(await isRunning(stranger.pid ?? 0), true, "the other process was left alone");
    stranger.kill();
  });

  it("clears what a first start left that was cut off halfway", async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, "nieuw-oud", "data", "base"), { recursive: true });
    await mkdir(join(folder, "data"));
    const { url, stop } = await start(folder);
    await remember(url, 7);
    await stop();
    await assert.rejects(stat(join(folder, "nieuw-oud")), { code: "ENOENT" });
  });
});
