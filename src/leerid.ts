import { availableParallelism } from "node:os";
import { getRequestListener } from "@hono/node-server";
import type { Config } from "#platform/config";
import { inTransaction, type Context } from "#platform/context";
import { isReady, openDatabase, type Sql } from "#platform/database";
import { collectJobs, startUpkeep, startWorker, type Job, type Upkeep, type Worker } from "#platform/jobs";
import { ignoreHangUp, untilStopped } from "#platform/ending";
import { operationsLog } from "#platform/log";
import { version } from "#platform/version";
import { makePorts, type Listener, type Needs } from "#platform/listening";
import { createMetrics, type Metrics } from "#platform/metrics";
import * as aanmelding from "#modules/aanmelding";
import * as leveringen from "#modules/leveringen";
import * as leerlingbeheer from "#modules/leerlingbeheer";
import * as privacylog from "#modules/privacylog";
import * as rechten from "#modules/rechten";
import * as sleutels from "#modules/sleutels";
import {
  importToepassing,
  listAdressen,
  registerAdressen,
  replaceAdressen,
  type Adressen,
} from "#modules/toepassingen";
import * as uitreiking from "#modules/uitreiking";
import * as verstrekking from "#modules/verstrekking";
import * as acmSite from "#sites/acm";
import { createApi } from "#sites/api";
import * as dropserverSite from "#sites/dropserver";
import * as leerlingloket from "#sites/leerlingloket";
import * as beheer from "#sites/beheer";
import * as schoolloket from "#sites/schoolloket";

export type LeerId = {
  readonly ctx: Context;
  /** When this process has it. */
  readonly dropserver: dropserverSite.Dropserver | undefined;
  /** Says on `/readyz` that it is about to stop, and goes on answering. */
  drain(): void;
  /**
   * Stops listening and lets requests in flight end. The pool stays open: it is the caller's.
   * @returns how many connections had to be cut off
   */
  close(): Promise<number>;
};

const { endSessies } = acmSite;

type UpkeepOptions = {
  /** File outside the database for the seals of the privacy log. */
  readonly anker?: string | undefined;
};

/** The regular work that the rooms offer. */
export const upkeep = ({ anker }: UpkeepOptions): readonly Upkeep[] => [
  ...privacylog.upkeep({ anker }),
  ...rechten.upkeep,
  ...acmSite.upkeep,
  ...leerlingloket.upkeep,
  ...schoolloket.upkeep,
  ...beheer.upkeep,
  ...leerlingbeheer.upkeep,
  ...aanmelding.upkeep,
  ...dropserverSite.upkeep,
  ...verstrekking.upkeep,
  ...sleutels.upkeep,
  ...leveringen.upkeep,
  ...uitreiking.upkeep(endSessies),
];

/** What the jobs of a process need of its configuration. */
type JobsConfig = { readonly urls: Pick<Config["urls"], "acm">; readonly LEERID_PRODUCTIE: boolean };

/** The work that may be asked for with `enqueue`, as the rooms offer it. */
export const jobs = ({ urls, LEERID_PRODUCTIE }: JobsConfig): readonly Job[] => [
  ...acmSite.jobs({ issuer: `${urls.acm}/op`, allowPrivateNetwork: !LEERID_PRODUCTIE }),
  ...leveringen.jobs,
  ...uitreiking.jobs(endSessies),
];

/** Does the regular work until stopped, beside the same in other processes. */
export const startAllUpkeep = (ctx: Context, options: UpkeepOptions): { stop(): Promise<void> } =>
  startUpkeep(ctx, upkeep(options));

/** Does what was asked for until stopped, beside the workers of other processes. */
export const startJobs = (config: JobsConfig, ctx: Context): Promise<Worker> =>
  startWorker(ctx, collectJobs(jobs(config)));

/** What to say when a port cannot be had. */
const portError = (config: Config, port: number, error: NodeJS.ErrnoException): Error =>
  error.code === "EADDRINUSE"
    ? new Error(`Poort ${port} is al in gebruik. Kies andere poorten met LEERID_PORT_BASE.`)
    : new Error(
        `Op ${config.LEERID_HOST}, poort ${port}, kan LeerID niet luisteren (${error.code ?? "onbekend"}). Kijk LEERID_HOST en LEERID_PORT_BASE na.`,
      );

/** What every site needs: the database within reach, with a structure that this program can work with. */
const needsDatabase = ({ sql }: Context): Needs => ({ databank: () => isReady(sql) });

const mega = 1_000_000;

/** The SFTP server with the limits of the configuration, on the port base + 22. */
async function startDropserver(
  config: Config,
  ctx: Context,
  metrics: Metrics,
): Promise<dropserverSite.Dropserver> {
  const files = metrics.counter("leerid_dropserver_files_total", "Files taken, by outcome", ["status"]);
  const bytes = metrics.counter("leerid_dropserver_bytes_total", "Bytes of files taken", []);
  const refusals = metrics.counter("leerid_dropserver_refusals_total", "Requests and connections refused", [
    "reason",
  ]);
  const connections = metrics.counter("leerid_dropserver_connections_total", "Connections by what happened", [
    "event",
  ]);
  const port = config.LEERID_PORT_BASE + 22;
  try {
    return await dropserverSite.startDropserver(ctx, {
      host: config.LEERID_HOST,
      port,
      grenzen: {
        verbindingen: config.LEERID_DROPSERVER_VERBINDINGEN,
        geheugen: config.LEERID_DROPSERVER_GEHEUGEN * mega,
        quotum: config.LEERID_DROPSERVER_QUOTUM * mega,
        rust: config.LEERID_DROPSERVER_RUST * 1000,
      },
      metingen: {
        file: (status, size) => {
          files([status]);
          bytes([], size);
        },
        refusal: (reason) => refusals([reason]),
        connection: (event) => connections([event]),
      },
    });
  } catch (error) {
    throw (error as NodeJS.ErrnoException).syscall === "listen"
      ? portError(config, port, error as NodeJS.ErrnoException)
      : error;
  }
}

/**
 * A process with nothing but the SFTP server, and figures and health on the port base + 98: beside a server of the same base, which
 * has its own on + 99.
 */
async function startDropserverAlone(
  config: Config,
  ctx: Context,
): Promise<dropserverSite.Dropserver & { drain(): void }> {
  const metrics = createMetrics();
  const ports = makePorts(config.LEERID_HOST);
  const port = config.LEERID_PORT_BASE + 98;
  await ports.open(port, metrics.handler, needsDatabase(ctx)).catch((error: NodeJS.ErrnoException) => {
    throw portError(config, port, error);
  });
  try {
    const dropserver = await startDropserver(config, ctx, metrics);
    return {
      ...dropserver,
      drain: () => ports.drain(),
      async stop() {
        await dropserver.stop();
        await ports.close();
      },
    };
  } catch (error) {
    await ports.close();
    throw error;
  }
}

/**
 * Connections for ACM alone, so that no slow page of another site stands before a sign-in. Commits
 * that wait together are written to disk together: with ten on two cores a hop costs a third less than with four (ADR 0017).
 */
export function openAcmPool({ sql }: Context, max = Math.min(20, 5 * availableParallelism())): Sql {
  return openDatabase({ ...sql.options, max });
}

/** Our own sites as clients of ACM, at these addresses. */
async function writeClients(ctx: Context, adressen: Adressen): Promise<void> {
  await leerlingloket.register(ctx, adressen);
  await schoolloket.register(ctx, adressen);
  await importToepassing(ctx, beheer.clientFile(ctx, adressen));
}

/**
 * Registers our own sites with the addresses that are registered, and where none is with those of this process. One process that was
 * set up with other addresses so changes nothing for the others; it says so in the log.
 */
async function registerSites(ctx: Context, own: Adressen): Promise<void> {
  await inTransaction(ctx, async (tx) => writeClients(tx, await registerAdressen(tx, own)));
  for (const { site, geregistreerd, hier } of await compareAdressen(ctx, own))
    if (geregistreerd !== hier)
      ctx.log.warn(
        { site, geregistreerd, hier },
        "dit proces heeft een ander adres voor een site dan geregistreerd is; er is niets gewijzigd. Pas de instelling aan, of geef leerid adressen zet",
      );
}

/** Per site the address that is registered, and the one of this process. */
export async function compareAdressen(
  ctx: Context,
  own: Adressen,
): Promise<
  readonly { readonly site: string; readonly geregistreerd: string | undefined; readonly hier: string }[]
> {
  const registered: Readonly<Record<string, string>> = await listAdressen(ctx);
  return Object.entries(own).map(([site, hier]) => ({ site, geregistreerd: registered[site], hier }));
}

/** Registers our own sites with these addresses, for all nodes: ACM accepts them at once. */
export async function setAdressen(ctx: Context, adressen: Adressen): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    await replaceAdressen(tx, adressen);
    await writeClients(tx, adressen);
  });
}

/**
 * Starts the sites of this process on a migrated database. Several of these run beside each other: all state is in the database.
 * @throws when a port is taken
 */
export async function startLeerId(config: Config, ctx: Context): Promise<LeerId> {
  const sites = config.LEERID_SITES ?? ["acm", "leerlingloket", "schoolloket", "beheer", "api", "dropserver"];
  const { urls } = config;
  const lokaal = !config.LEERID_PRODUCTIE;
  await privacylog.makePartitions(ctx);
  await registerSites(ctx, urls);
  const metrics = createMetrics();
  const ports = makePorts(config.LEERID_HOST);
  const listen = (listener: Listener, port: number, needs: Needs = needsDatabase(ctx)): Promise<void> =>
    ports.open(port, listener, needs).catch((error: NodeJS.ErrnoException) => {
      throw portError(config, port, error);
    });
  const acmCtx: Context = { ...ctx, sql: openAcmPool(ctx, config.LEERID_ACM_VERBINDINGEN) };
  const acm = sites.includes("acm")
    ? await acmSite.createAcm({
        ctx: acmCtx,
        acmUrl: urls.acm,
        apiUrl: urls.api,
        loketUrl: urls.leerlingloket,
        medewerkers: config.medewerkers,
        allowPrivateNetwork: lokaal,
      })
    : undefined;
  if (acm) {
    metrics.gauge(
      "leerid_signin_failed_names",
      "Names on which a sign-in failed and none succeeded since, in the running five minutes",
      () => acm.sprayState().namen,
    );
    metrics.gauge("leerid_signin_spraying", "1 while many names fail in this process (D7)", () =>
      acm.sprayState().alarm ? 1 : 0,
    );
  }
  const base = config.LEERID_PORT_BASE;
  let dropserver: dropserverSite.Dropserver | undefined;
  const close = async () => {
    const [cut] = await Promise.all([ports.close(), dropserver?.stop()]);
    await acm?.close();
    await acmCtx.sql.end({ timeout: 5 });
    return cut;
  };
  try {
    if (acm) await listen(metrics.measured("acm", acm.handler), base, needsDatabase(acmCtx));
    const at = { ...urls, acmBinnen: config.LEERID_ACM_BINNEN_URL };
    const lokets = {
      leerlingloket: () => leerlingloket.createLeerlingloket(ctx, at),
      schoolloket: () => schoolloket.createSchoolloket(ctx, at),
      beheer: () => beheer.createBeheer(ctx, { urls: at, dov: config.LEERID_DOV_ORGANISATIE }),
    };
    for (const [index, name] of (["leerlingloket", "schoolloket", "beheer"] as const).entries()) {
      if (!sites.includes(name)) continue;
      const { app, isAcmFound } = lokets[name]();
      const needs = { ...needsDatabase(ctx), ACM: isAcmFound };
      await listen(metrics.measured(name, getRequestListener(app.fetch)), base + 1 + index, needs);
    }
    if (sites.includes("api"))
      await listen(
        metrics.measured(
          "api",
          getRequestListener(createApi(ctx, urls, { quotum: config.LEERID_DROPSERVER_QUOTUM * mega }).fetch),
        ),
        base + 4,
      );
    if (sites.includes("dropserver")) dropserver = await startDropserver(config, ctx, metrics);
    await listen(metrics.handler, base + 99);
  } catch (error) {
    await close();
    throw error;
  }
  return { ctx, dropserver, drain: () => ports.drain(), close };
}

/** The first line in the log of a program that runs until it is stopped, before anything can go wrong. */
export function announce(config: Config, opdracht: "serve" | "worker" | "dropserver"): void {
  ignoreHangUp();
  operationsLog(config.LEERID_LOG).info(
    { opdracht, versie: version, node: process.versions.node },
    "LeerID start",
  );
}

/** `leerid serve`: the sites, and what a worker does, so that a small installation needs no second process. Until it is stopped. */
export async function serve(config: Config, ctx: Context): Promise<void> {
  const running = await startLeerId(config, ctx);
  const upkeep = startAllUpkeep(ctx, { anker: config.LEERID_LOG_ANKER });
  const worker = await startJobs(config, ctx);
  const stopped = untilStopped(leaving(config, ctx, running));
  ctx.log.info({ sites: config.LEERID_SITES ?? "alle", poort: config.LEERID_PORT_BASE }, "LeerID luistert");
  // What loading left behind (15 MB), while nobody waits for us; see bin/leerid.mjs.
  globalThis.gc?.({ type: "major", execution: "sync", flavor: "last-resort" });
  await stopped.finally(async () => {
    await worker.stop();
    await upkeep.stop();
    const afgebroken = await running.close();
    ctx.log.info({ afgebroken }, "LeerID is gestopt");
  });
}

/** `leerid worker`: what was asked for and the upkeep, and no site. Until it is stopped. */
export async function work(config: Config, ctx: Context): Promise<void> {
  const upkeep = startAllUpkeep(ctx, { anker: config.LEERID_LOG_ANKER });
  const worker = await startJobs(config, ctx);
  const stopped = untilStopped();
  ctx.log.info({}, "de worker werkt");
  await stopped.finally(async () => {
    await worker.stop();
    await upkeep.stop();
    ctx.log.info({}, "de worker is gestopt");
  });
}

/** `leerid dropserver`: the SFTP server and nothing else. Until it is stopped. */
export async function serveDropserver(config: Config, ctx: Context): Promise<void> {
  const running = await startDropserverAlone(config, ctx);
  const stopped = untilStopped(leaving(config, ctx, running));
  ctx.log.info({ poort: running.poort, hostsleutel: running.vingerafdruk }, "de dropserver luistert");
  await stopped.finally(async () => {
    await running.stop();
    ctx.log.info({}, "de dropserver is gestopt");
  });
}

/** How a process that a proxy sends work to takes its leave. */
const leaving = (config: Config, { log }: Context, running: { drain(): void }) => ({
  seconds: config.LEERID_AFBOUWTIJD,
  drain(): void {
    log.info(
      { seconden: config.LEERID_AFBOUWTIJD },
      "LeerID stopt: /readyz zegt 503, en wat nog komt wordt beantwoord",
    );
    running.drain();
  },
});
