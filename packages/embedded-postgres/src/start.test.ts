import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chown, mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { EmbeddedPostgresError, runningPostgres } from "./index.ts";
import {
  isRunning,
  postgresTrial,
  query,
  remember,
  remembered,
  run,
  secondsUntilGone,
  start,
} from "./trial.ts";

const { folders, temporaryFolder, folderWithCluster, startHolder } = postgresTrial();
const asRoot = process.getuid?.() === 0;
/** "daemon", on every Debian: PostgreSQL wants a user with a name. */
const ordinary = 1;

const refusal = (words: RegExp) => (error: unknown) => {
  assert.ok(error instanceof EmbeddedPostgresError);
  assert.match(error.message, words);
  return true;
};

describe("the embedded PostgreSQL", () => {
  it("starts, keeps its data and its address, and starts again quickly", async () => {
    const folder = await temporaryFolder();
    const first = await start(folder);
    await remember(first.url, 1);
    assert.equal(await runningPostgres(folder), first.url);
    await first.stop();
    await first.stop();
    assert.equal(await isRunning(first.pid), false);
    assert.equal(await runningPostgres(folder), undefined);

    const started = performance.now();
    const second = await start(folder);
    const took = performance.now() - started;
    assert.equal(second.url, first.url);
    assert.deepEqual(await remembered(second.url), [1]);
    await second.stop();
    assert.ok(took < 2000, `a warm start took ${Math.round(took)} ms`);
  });

  it("speaks UTF-8, sorts the same everywhere, and lets nobody in without the password", async () => {
    const folder = await temporaryFolder();
    const { url, stop } = await start(folder);
    const [row] = await query(url, (ask) =>
      ask(`
      select upper('Ł ş ğ č é') as upper, current_setting('server_encoding') as encoding,
             array(select v from unnest(array['b', 'B', 'é', 'a']) v order by v) as sorted,
             current_setting('listen_addresses') as addresses, current_setting('unix_socket_directories') as sockets`),
    );
    assert.deepEqual(
      { ...row },
      {
        upper: "Ł Ş Ğ Č É",
        encoding: "UTF8",
        sorted: ["B", "a", "b", "é"],
        addresses: "127.0.0.1",
        sockets: "",
      },
    );
    const wrong = new URL(url);
    wrong.password = "geraden";
    await assert.rejects(
      query(wrong.href, (ask) => ask("select 1")),
      { code: "28P01" },
    );
    const secret = await stat(join(folder, "wachtwoord"));
    assert.equal(secret.mode & 0o777, 0o600);
    assert.equal((await stat(join(folder, "data"))).mode & 0o777, 0o700);
    await stop();
  });

  it("writes no statement, and no error of a statement, in its log file", async () => {
    const folder = await folderWithCluster();
    const { url, stop } = await start(folder);
    await query(url, async (ask) => {
      await ask("create table uniek (naam text primary key)");
      await ask("insert into uniek values ('Proefnaam')");
      await assert.rejects(ask("insert into uniek values ('Proefnaam')"), { code: "23505" });
      await assert.rejects(ask("select 'Proefnaam'::date"), { code: "22007" });
    });
    await stop();
    assert.doesNotMatch(await readFile(join(folder, "postgres.log"), "utf8"), /Proefnaam|uniek/);
  });

  it("refuses a second start on the same folder, and names the process that has it", async () => {
    const folder = await folderWithCluster();
    const holder = await startHolder(folder);
    await assert.rejects(start(folder), refusal(new RegExp(`al in gebruik .*proces ${holder.child.pid}\\)`)));
    await remember(holder.url, 8);
    holder.child.kill("SIGKILL");
    await secondsUntilGone(holder.pid);
  });

  it("lets one of two that start together have the folder", async () => {
    const folder = await temporaryFolder();
    const [one, two] = await Promise.allSettled([start(folder), start(folder)]);
    const started = [one, two].flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
    assert.equal(started.length, 1);
    await started[0]?.stop();
  });

  it("takes the asked port when it is free and another one when it is not", async () => {
    const folder = await folderWithCluster();
    const occupant = createServer().listen(0, "127.0.0.1");
    await once(occupant, "listening");
    const address = occupant.address();
    const port = typeof address === "object" && address ? address.port : 0;
    const first = await start(folder, { port });
    assert.notEqual(Number(new URL(first.url).port), port);
    await first.stop();
    occupant.close();
    await once(occupant, "close");
    const second = await start(folder, { port });
    assert.equal(Number(new URL(second.url).port), port);
    await second.stop();
  });

  it("makes a new password when the file with the old one is lost", async () => {
    const folder = await folderWithCluster();
    const first = await start(folder);
    await remember(first.url, 9);
    await first.stop();
    await rm(join(folder, "wachtwoord"));
    const next = await start(folder);
    assert.notEqual(next.url, first.url);
    assert.deepEqual(await remembered(next.url), [9]);
    await next.stop();
  });

  it("refuses data of another version and files that are not a database, and leaves them alone", async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, "data"));
    if (asRoot) await chown(join(folder, "data"), 65_534, 65_534);
    await writeFile(join(folder, "data", "brief.txt"), "");
    await assert.rejects(start(folder), refusal(/geen databank van LeerID/));
    await writeFile(join(folder, "data", "PG_VERSION"), "16\n");
    await assert.rejects(start(folder), refusal(/gemaakt met PostgreSQL 16/));
    await stat(join(folder, "data", "brief.txt"));
  });

  it("says so when the folder cannot be made", async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, "bestand"), "");
    await assert.rejects(start(join(folder, "bestand", "databank")), refusal(/start niet/));
  });

  it("says that the disk is full, and starts once there is room", async (t) => {
    const folder = await temporaryFolder();
    const mounted = await run("mount", ["-t", "tmpfs", "-o", "size=20m,mode=711", "tmpfs", folder]).catch(
      () => undefined,
    );
    if (!mounted) return t.skip("this user or this machine cannot make a small disk");
    try {
      await assert.rejects(start(folder), refusal(/De schijf is vol/));
      await run("mount", ["-o", "remount,size=400m", folder]);
      await (await start(folder)).stop();
    } finally {
      await run("umount", [folder]);
    }
  });

  it("runs for an ordinary user, in a folder that only that user can enter", async (t) => {
    if (!asRoot) return t.skip("only root can become another user");
    if (!(await isReadableBy(ordinary))) return t.skip("an ordinary user cannot read this repository");
    const folder = await temporaryFolder(0o700);
    await chown(folder, ordinary, ordinary);
    const holder = await startHolder(folder, ordinary);
    assert.equal(holder.error, undefined);
    await remember(holder.url, 10);
    holder.child.kill("SIGKILL");
    assert.ok((await secondsUntilGone(holder.pid)) < 5);
    // Root who comes after works as that user, so that the files stay theirs.
    const next = await start(folder);
    assert.deepEqual(await remembered(next.url), [10]);
    await next.stop();
    assert.equal((await stat(join(folder, "wachtwoord"))).uid, ordinary);
    assert.equal((await stat(join(folder, "poort"))).uid, ordinary);
    const again = await startHolder(folder, ordinary);
    assert.equal(again.error, undefined);
    again.child.kill("SIGKILL");
    await secondsUntilGone(again.pid);
  });

  it("refuses an ordinary user the folder of another, in plain words", async (t) => {
    if (!asRoot) return t.skip("only root can become another user");
    if (!(await isReadableBy(ordinary))) return t.skip("an ordinary user cannot read this repository");
    const folder = await folderWithCluster();
    await (await start(folder)).stop();
    const holder = await startHolder(folder, ordinary);
    assert.match(holder.error ?? "", /niet genoeg rechten/);
  });

  it("moves, as root, out of a folder that only root can enter, and finds its data back", async (t) => {
    if (!asRoot) return t.skip("this concerns root only");
    const folder = join(await temporaryFolder(0o700), "databank");
    const first = await start(folder);
    await remember(first.url, 11);
    const elsewhere = (await readFile(join(folder, "elders"), "utf8")).trim();
    folders.push(elsewhere);
    assert.equal(await runningPostgres(folder), first.url);
    await first.stop();
    const next = await start(folder);
    assert.deepEqual(await remembered(next.url), [11]);
    await assert.rejects(start(folder), refusal(/al in gebruik/));
    await next.stop();
    await rm(folder, { recursive: true });
    const anew = await start(folder);
    folders.push((await readFile(join(folder, "elders"), "utf8")).trim());
    await assert.rejects(remembered(anew.url), { code: "42P01" });
    await anew.stop();
  });
});

async function isReadableBy(uid: number): Promise<boolean> {
  const probe = spawn("/usr/bin/test", ["-r", fileURLToPath(import.meta.url)], { uid, gid: uid });
  const [code] = (await once(probe, "exit")) as [number | null];
  return code === 0;
}
