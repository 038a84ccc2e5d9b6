import assert from "node:assert/strict";
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmod, chown, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { createInterface } from "node:readline";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import postgres from "postgres";
import { EmbeddedPostgresError, runningPostgres, startEmbeddedPostgres } from "#platform/postgres";
import { guardedLog } from "#testing/guarded-log";

const asRoot = process.getuid?.() === 0;
/** "daemon", on every Debian: PostgreSQL wants a user with a name. */
const ordinary = 1;
const folders: string[] = [];
const children: ChildProcess[] = [];

after(async () => {
  for (const child of children) child.kill("SIGKILL");
  for (const folder of folders)
    await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
});

async function temporaryFolder(mode = 0o711): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "leerid-proef-"));
  await chmod(folder, mode);
  folders.push(folder);
  return folder;
}

/** A folder with a cluster that was stopped in order: a copy, which takes a tenth of the time of a new one. */
async function folderWithCluster(): Promise<string> {
  const folder = await temporaryFolder();
  await run("cp", ["-a", `${ready}/.`, folder]);
  return folder;
}

const run = promisify(execFile);
let ready = "";
before(async () => {
  ready = await temporaryFolder();
  await (await start(ready)).stop();
});

const start = (folder: string, options: { port?: number; programs?: string } = {}) =>
  startEmbeddedPostgres({ folder, log: guardedLog(), ...options });

/** Another process that has the database; resolves when it runs or has refused. */
async function startHolder(folder: string, uid?: number) {
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL("postgres-holder.ts", import.meta.url)), folder],
    {
      stdio: ["ignore", "pipe", "inherit"],
      env: {},
      ...(uid === undefined ? {} : { uid, gid: uid }),
    },
  );
  children.push(child);
  for await (const line of createInterface({ input: child.stdout })) {
    const said = JSON.parse(line) as { url?: string; pid?: number; error?: string };
    return { child, ...said, url: said.url ?? "", pid: said.pid ?? 0 };
  }
  throw new Error("the other process ended without a word");
}

async function query<T>(url: string, act: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    return await act(sql);
  } finally {
    await sql.end({ timeout: 2 });
  }
}

const remember = (url: string, value: number) =>
  query(url, async (sql) => {
    await sql`create table if not exists proef (waarde integer)`;
    await sql`insert into proef values (${value})`;
  });

const remembered = (url: string) =>
  query(url, async (sql) =>
    (await sql<{ waarde: number }[]>`select waarde from proef order by 1`).map((row) => row.waarde),
  );

/** Alive and not merely waiting to be reaped. */
async function isRunning(pid: number): Promise<boolean> {
  const line = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  return line !== "" && !/\) Z /.test(line);
}

async function secondsUntilGone(pid: number): Promise<number> {
  const started = performance.now();
  while ((await isRunning(pid)) && performance.now() - started < 30_000) await sleep(20);
  return (performance.now() - started) / 1000;
}

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
    const [row] = await query(
      url,
      (sql) => sql`
      select upper('Ł ş ğ č é') as upper, current_setting('server_encoding') as encoding,
             array(select v from unnest(array['b', 'B', 'é', 'a']) v order by v) as sorted,
             current_setting('listen_addresses') as addresses, current_setting('unix_socket_directories') as sockets`,
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
      query(wrong.href, (sql) => sql`select 1`),
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
    await query(url, async (sql) => {
      await sql`create table uniek (naam text primary key)`;
      await sql`insert into uniek values ('Proefnaam')`;
      await assert.rejects(sql`insert into uniek values ('Proefnaam')`.execute(), { code: "23505" });
      await assert.rejects(sql.unsafe("select 'Proefnaam'::date"), { code: "22007" });
    });
    await stop();
    assert.doesNotMatch(await readFile(join(folder, "postgres.log"), "utf8"), /Proefnaam|uniek/);
  });

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
    for (const watcher of await watchersOf(folder)) process.kill(watcher, "SIGKILL");
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
    await secondsUntilGone(first.pid);
    const next = await startWhenReleased(folder);
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

/** The shells that wait to stop the server of a folder. */
async function watchersOf(folder: string): Promise<number[]> {
  const { stdout } = spawn("/bin/ps", ["-eo", "pid=,comm=,args="], { stdio: ["ignore", "pipe", "ignore"] });
  const found: number[] = [];
  for await (const line of createInterface({ input: stdout })) {
    const [pid, command] = line.trim().split(/\s+/);
    if (command === "sh" && line.includes(`-D ${folder}/data`)) found.push(Number(pid));
  }
  assert.equal(found.length, 1, "exactly one watcher");
  return found;
}

/** The launcher lets go of the folder just after it sees the server end. */
async function startWhenReleased(folder: string) {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await start(folder);
    } catch (error) {
      if (attempt === 50) throw error;
      await sleep(20);
    }
  }
}

async function isReadableBy(uid: number): Promise<boolean> {
  const probe = spawn("/usr/bin/test", ["-r", fileURLToPath(import.meta.url)], { uid, gid: uid });
  const [code] = (await once(probe, "exit")) as [number | null];
  return code === 0;
}
