import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { name, passwordFile, prepareCluster } from "./cluster.ts";
import { clearLeftovers, readPidfile, worksIn } from "./leftovers.ts";
import { holdFolder } from "./lock.ts";
import type { Log } from "./log.ts";
import { findPlace, makeFolder, settle, type Place } from "./place.ts";
import { freePort, isFree, previousPort, rememberPort } from "./port.ts";
import { bundledPrograms, installedPrograms, type Programs } from "./programs.ts";
import { EmbeddedPostgresError, explain, said } from "./problems.ts";
import { startServer, type Server } from "./server.ts";

export type EmbeddedPostgresOptions = {
  /** Everything of this database lives here; made when absent. */
  readonly folder: string;
  /** The port to have when it is free; otherwise the previous one, otherwise any. */
  readonly port?: number;
  /** False: fast and forgetful, for databases that are thrown away after use. */
  readonly durable?: boolean;
  /** Folder with another PostgreSQL's programs (≥ 15), instead of the ones that came along. */
  readonly programs?: string;
  readonly log: Log;
};

export type EmbeddedPostgres = {
  /** Address with password, as superuser; the database is called leerid. */
  readonly url: string;
  /** Stops in order, and resolves when the server is gone. May be called twice. */
  stop(): Promise<void>;
  /** Of the postmaster. */
  readonly pid: number;
  /** Resolves when the server has ended, for whatever reason, and the folder is free again. */
  readonly gone: Promise<void>;
};

/**
 * Starts a real PostgreSQL in a folder, on 127.0.0.1 with a password. It stops when this process ends, however that
 * happens; a start after a hard stop clears and recovers what was left. It does not keep this process alive.
 * @throws EmbeddedPostgresError with a Dutch text that says what to do
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const wanted = options.folder;
  return asProblem(`De databank in ${wanted} start niet`, async () => {
    const held = [await holdFolder(await makeFolder(wanted))];
    const release = async () => {
      await Promise.all(held.map((free) => free()));
    };
    try {
      const place = await settle(wanted);
      if (place.folder !== resolve(wanted)) held.push(await holdFolder(place.folder));
      const { server, url } = await bringUp(place, options);
      let stopping = false;
      const afterwards = async () => {
        await server.gone;
        if (!stopping) options.log.error({ map: place.folder }, "de databank is onverwacht gestopt");
        await release();
      };
      const gone = afterwards();
      return {
        url,
        pid: server.pid,
        gone,
        async stop() {
          stopping = true;
          await server.stop();
          await gone;
        },
      };
    } catch (error) {
      await release();
      throw error;
    }
  });
}

/**
 * The address of the PostgreSQL that another process of LeerID runs in this folder; undefined when none runs.
 * For a command beside a running demo or server.
 */
export async function runningPostgres(folder: string): Promise<string | undefined> {
  return asProblem(`De databank in ${folder} is niet te bereiken`, async () => {
    const place = await findPlace(folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return undefined;
      throw error;
    });
    const pidfile = place && (await readPidfile(place.data));
    if (!place || !pidfile?.ready || !(await worksIn(place.data, pidfile.pid))) return undefined;
    return address((await readFile(join(place.folder, passwordFile), "utf8")).trim(), pidfile.port);
  });
}

async function bringUp(
  place: Place,
  options: EmbeddedPostgresOptions,
): Promise<{ server: Server; url: string }> {
  const { durable = true, log } = options;
  const programs: Programs = options.programs
    ? await installedPrograms(options.programs)
    : await bundledPrograms(place.folder, place.account);
  await clearLeftovers(place.data, log);
  const password = await prepareCluster(place, programs, durable);
  const wishes = [options.port, await previousPort(place)].filter((port) => port !== undefined);
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const port = (await firstFree(wishes.splice(0))) ?? (await freePort());
    const server = await startServer(place, programs, port, durable, log);
    if (server === "port taken") continue; // by somebody between the look and the start
    await rememberPort(place, port);
    return { server, url: address(password, port) };
  }
  throw new EmbeddedPostgresError(
    "De databank vindt geen vrije poort op deze computer. Sluit andere programma's en start opnieuw.",
  );
}

async function firstFree(ports: readonly number[]): Promise<number | undefined> {
  for (const port of ports) {
    if (await isFree(port)) return port;
  }
  return undefined;
}

function address(password: string, port: number): string {
  return `postgres://${name}:${password}@127.0.0.1:${port}/${name}`;
}

async function asProblem<T>(what: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw error instanceof EmbeddedPostgresError ? error : explain(what, said(error));
  }
}
