import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import ssh2, { type Client, type ConnectConfig, type OpenMode, type SFTPWrapper } from "ssh2";
import type { Context } from "#platform/context";
import { importSchoolsoftware } from "#modules/schoolsoftware";
import { startDropserver, type Dropserver, type Limits } from "#sites/dropserver";
import { testDatabase, type TestDatabase } from "#testing/database";
import { kop, makeSchool, fileNameOf, type Pupil } from "#testing/levering";
import { sshKeyPair } from "#testing/ssh-key";

/** Schools, packages with their keys, and where their things are. */
export type World = {
  readonly db: TestDatabase;
  readonly ctx: Context;
  readonly pupils: readonly Pupil[];
  /** Private keys by package; `vreemd` belongs to nobody. */
  readonly keys: Readonly<Record<"wisa" | "broekx" | "vreemd", string>>;
  readonly folder: string;
  close(): Promise<void>;
};

export const school = "999001";
export const school2 = "999002";

/** School 999001 uses Wisa and 999002 Broekx; both share class information. */
export async function makeWorld(): Promise<World> {
  const db = await testDatabase();
  const folder = await mkdtemp(join(tmpdir(), "leerid-drop-"));
  const pairs = Object.fromEntries(["wisa", "broekx", "vreemd"].map((name) => [name, sshKeyPair()]));
  const pupils = await makeSchool(db.ctx, school, { leerlingen: 3, pakket: "wisa" });
  await makeSchool(db.ctx, school2, { leerlingen: 2, pakket: "broekx" });
  const pakket = (naam: string) => ({
    pakket: naam,
    naam,
    levert_klasinformatie: true,
    publieke_sleutels: [pairs[naam]?.public],
  });
  await importSchoolsoftware(db.ctx, JSON.stringify({ pakketten: [pakket("wisa"), pakket("broekx")] }));
  await mkdir(folder, { recursive: true });
  for (const [name, pair] of Object.entries(pairs)) {
    await writeFile(join(folder, name), pair.private);
    await chmod(join(folder, name), 0o600);
  }
  return {
    db,
    ctx: db.ctx,
    pupils,
    folder,
    keys: Object.fromEntries(
      Object.entries(pairs).map(([name, pair]) => [name, pair.private]),
    ) as World["keys"],
    async close() {
      await rm(folder, { recursive: true, force: true });
      await db.close();
    },
  };
}

export const open = (world: World, grenzen: Partial<Limits> = {}): Promise<Dropserver> =>
  startDropserver(world.ctx, { host: "127.0.0.1", port: 0, grenzen });

let minutes = 0;
/** A name that no file had before. */
export const freshName = (nummer = school, gz = false): string =>
  fileNameOf(nummer, new Date(Date.UTC(2026, 10, 20, 0, minutes++)).toISOString(), { gz });

/** A class list with all pupils of the school in one class. */
export const list = (world: World, klas = "3A"): string =>
  [kop, ...world.pupils.map(({ leerId, account }) => `${leerId};${account};${klas};;;`), ""].join("\n");

/** Files of a package as they stand in the database. */
export async function deliveries(
  world: World,
  naam?: string,
): Promise<{ naam: string; status: string; bytes: number }[]> {
  const rows = await world.db.sql<{ naam: string; status: string; bytes: number }[]>`
    select naam, status, bytes from leveringen.levering ${naam === undefined ? world.db.sql`` : world.db.sql`where naam = ${naam}`} order by naam`;
  return rows.map((row) => ({ ...row }));
}

export type Ran = { readonly code: number | null; readonly out: string };

const program = "/usr/bin/sftp";

/** Runs the sftp program of OpenSSH with a batch of commands. */
export async function sftp(
  world: World,
  server: { readonly poort: number; readonly hostSleutel?: string },
  user: string,
  commands: readonly string[],
  { key = user, options = [] }: { readonly key?: string; readonly options?: readonly string[] } = {},
): Promise<Ran> {
  if (!existsSync(program))
    throw new Error(
      "These tests need the sftp program: apt-get install openssh-client (npm test does so as root).",
    );
  const known = join(world.folder, `known-${server.poort}`);
  if (server.hostSleutel !== undefined)
    await writeFile(known, `[127.0.0.1]:${server.poort} ${server.hostSleutel}\n`);
  const settings = [
    "StrictHostKeyChecking=" + (server.hostSleutel === undefined ? "no" : "yes"),
    `UserKnownHostsFile=${known}`,
    "IdentitiesOnly=yes",
    "BatchMode=yes",
    "ConnectTimeout=20",
    ...options,
  ].flatMap((one) => ["-o", one]);
  return run(
    program,
    [
      ...settings,
      "-F",
      "none",
      "-i",
      join(world.folder, key),
      "-P",
      String(server.poort),
      "-b",
      "-",
      `${user}@127.0.0.1`,
    ],
    `${commands.join("\n")}\n`,
  );
}

/** Runs a program to its end with this on its standard input. */
export function run(command: string, args: readonly string[], input = ""): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...args], { stdio: ["pipe", "pipe", "pipe"] });
    let out = "";
    child.stdout.setEncoding("utf8").on("data", (part: string) => (out += part));
    child.stderr.setEncoding("utf8").on("data", (part: string) => (out += part));
    child.once("error", reject);
    child.stdin.on("error", () => {});
    child.once("close", (code) => resolve({ code, out }));
    child.stdin.end(input);
  });
}

/** A connection of the ssh2 library, which can also misbehave. */
export async function connect(
  world: World,
  server: { readonly poort: number },
  user: "wisa" | "broekx" = "wisa",
  over: ConnectConfig = {},
): Promise<Client> {
  const client = new ssh2.Client();
  await new Promise<void>((resolve, reject) => {
    client.once("ready", () => resolve());
    client.once("error", reject);
    client.connect({
      host: "127.0.0.1",
      port: server.poort,
      username: user,
      privateKey: world.keys[user],
      ...over,
    });
  });
  client.on("error", () => {});
  client.setNoDelay(true);
  return client;
}

/** What a request of SFTP came to: its status and sentence, or what it gave. */
export type Answer<T> = { readonly code: number; readonly text: string; readonly value: T | undefined };

/** Calls a function of ssh2's SFTP client. */
export function ask<T = unknown>(
  call: (callback: (error: unknown, value?: T) => void) => void,
): Promise<Answer<T>> {
  return new Promise((resolve) => {
    call((error, value) => {
      const { code = -1, message = "" } = (error ?? {}) as { code?: number; message?: string };
      resolve(error ? { code, text: message, value: undefined } : { code: 0, text: "", value });
    });
  });
}

export async function session(client: Client): Promise<SFTPWrapper> {
  const { value, text } = await ask<SFTPWrapper>((callback) => client.sftp(callback));
  if (!value) throw new Error(text);
  value.on("error", () => {});
  return value;
}

/** Sends a file whole: the status of its CLOSE. */
export async function put(
  fs: SFTPWrapper,
  path: string,
  content: Buffer | string,
  flags: OpenMode = "w",
): Promise<Answer<unknown>> {
  const handle = await ask<Buffer>((callback) => fs.open(path, flags, callback));
  if (!handle.value) return handle;
  const { value } = handle;
  const data = Buffer.from(content);
  for (let at = 0; at < data.length; at += 30_000) {
    const part = data.subarray(at, at + 30_000);
    const written = await ask((callback) => fs.write(value, part, 0, part.length, at, callback));
    if (written.code !== 0) {
      await ask((callback) => fs.close(value, callback));
      return written;
    }
  }
  return ask((callback) => fs.close(value, callback));
}

/** Reads a file whole. */
export async function get(fs: SFTPWrapper, path: string): Promise<Answer<Buffer>> {
  return ask<Buffer>((callback) => fs.readFile(path, callback));
}
