import { availableParallelism } from "node:os";
import { getRequestListener } from "@hono/node-server";
import type { Config } from "#platform/config";
import type { Context } from "#platform/context";
import { isReady, openDatabase, type Sql } from "#platform/database";
import {
  collectJobs,
  jobFigures,
  queueReading,
  startUpkeep,
  startWorker,
  type Job,
  type Upkeep,
  type Worker,
} from "#platform/jobs";
import { version } from "#platform/version";
import { makePorts, type Listener, type Needs, type Ports } from "#platform/listening";
import {
  createMetrics,
  gauge,
  ownFigures,
  poolReading,
  type Figure,
  type Metrics,
  type Reading,
} from "#platform/metrics";
import * as aanmelding from "#modules/aanmelding";
import { feedReading } from "#modules/discimus";
import * as leveringen from "#modules/leveringen";
import * as leerlingbeheer from "#modules/leerlingbeheer";
import * as privacylog from "#modules/privacylog";
import * as rechten from "#modules/rechten";
import * as sleutels from "#modules/sleutels";
import * as uitreiking from "#modules/uitreiking";
import * as verstrekking from "#modules/verstrekking";
import * as acmSite from "#sites/acm";
import * as dropserverSite from "#sites/dropserver";
import * as leerlingloket from "#sites/leerlingloket";
import * as beheer from "#sites/beheer";
import * as schoolloket from "#sites/schoolloket";
import { registerSites } from "#registration";

export type LeerId = {
  readonly ctx: Context;
  /** When this process has it. */
  readonly dropserver: dropserverSite.Dropserver | undefined;
  /** Where what else runs in this process offers its figures. */
  readonly metrics: Metrics;
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
type JobsConfig = {
  readonly urls: Pick<Config["urls"], "acm"> & Partial<Config["urls"]>;
  readonly LEERID_PRODUCTIE: boolean;
};

/** The work that may be asked for with `enqueue`, as the rooms offer it. */
export const jobs = ({ urls, LEERID_PRODUCTIE }: JobsConfig): readonly Job[] => [
  ...acmSite.jobs({
    issuer: `${urls.acm}/op`,
    allowPrivateNetwork: !LEERID_PRODUCTIE,
    own: Object.values(urls),
  }),
  ...leveringen.jobs,
  ...uitreiking.jobs(endSessies),
];

/** Does the regular work until stopped, beside the same in other processes. */
export function startAllUpkeep(
  ctx: Context,
  options: UpkeepOptions,
  metrics?: Metrics,
): { stop(): Promise<void> } {
  const started = startUpkeep(ctx, upkeep(options));
  metrics?.offer(started.readings);
  return started;
}

/** Does what was asked for until stopped, beside the workers of other processes. */
export async function startJobs(config: JobsConfig, ctx: Context, metrics?: Metrics): Promise<Worker> {
  const worker = await startWorker(ctx, collectJobs(jobs(config)));
  metrics?.offer([worker.reading]);
  return worker;
}

const ready = gauge(
  "leerid_ready",
  "1 als de databank bereikbaar is en haar structuur die van dit programma; anders 0.",
);

const acmFound = gauge(
  "leerid_loket_finds_acm",
  "1 als ACM dit loket nu antwoordt; 0: niemand kan zich daar aanmelden. /readyz zegt pas 503 als het ACM sinds zijn start nooit vond.",
  ["site"],
);

/** Whether ACM answers the lokets of a process now: they stay ready when it is away for a moment, and that must be seen (ADR 0021). */
const loketReading = (finds: Readonly<Record<string, () => Promise<boolean>>>): Reading => ({
  name: "lokets",
  figures: [acmFound],
  read: () =>
    Promise.all(
      Object.entries(finds).map(async ([site, isFound]) => ({
        figure: acmFound,
        labels: { site },
        value: (await isFound()) ? 1 : 0,
      })),
    ),
});

/** What can be told of the whole installation, by each process that is asked. */
const shared: readonly Reading[] = [
  {
    name: "gereed",
    figures: [ready],
    read: async ({ sql }) => [{ figure: ready, value: (await isReady(sql)) ? 1 : 0 }],
    unread: [{ figure: ready, value: 0 }],
  },
  queueReading,
  privacylog.backlogReading,
  feedReading,
  leveringen.deliveryReading,
];

/** Every figure that one of our processes may tell, as the rooms declare them; without Node's own. */
export const figures = (): readonly Figure[] => [
  ...Object.values(ownFigures),
  ...shared.flatMap((one) => one.figures),
  ...jobFigures,
  acmFound,
  ...privacylog.anchorReading(privacylog.openAnchor(undefined)).figures,
  ...aanmelding.signInReading([]).figures,
  ...acmSite.figures,
  ...dropserverSite.makeDropMetrics().reading.figures,
];

/** Where a process can be watched: its figures, with what every role can tell, and its health. */
function openMetrics(ctx: Context, role: string, pools: Readonly<Record<string, Sql>> = {}): Metrics {
  const metrics = createMetrics(ctx, { role, version });
  metrics.offer([...shared, poolReading({ process: ctx.sql, ...pools })]);
  return metrics;
}

type HostSetting = "LEERID_HOST" | "LEERID_METINGEN_HOST";

/** What to say when a port cannot be had. */
const portError = (
  config: Config,
  port: number,
  error: NodeJS.ErrnoException,
  host: HostSetting = "LEERID_HOST",
): Error =>
  error.code === "EADDRINUSE"
    ? new Error(`Poort ${port} is al in gebruik. Kies andere poorten met LEERID_PORT_BASE.`)
    : new Error(
        `Op ${config[host]}, poort ${port}, kan LeerID niet luisteren (${error.code ?? "onbekend"}). Kijk ${host} en LEERID_PORT_BASE na.`,
      );

/** What every site needs: the database within reach, with a structure that this program can work with. */
export const needsDatabase = ({ sql }: Context): Needs => ({ databank: () => isReady(sql) });

/** Health and figures, where nobody from outside comes. @throws when the port is taken */
async function openForWatchers(
  config: Config,
  ctx: Context,
  metrics: Metrics,
  offset: number,
): Promise<Ports> {
  const ports = makePorts(config.LEERID_METINGEN_HOST);
  const port = config.LEERID_PORT_BASE + offset;
  try {
    await ports.open(port, metrics.handler, needsDatabase(ctx));
  } catch (error) {
    throw portError(config, port, error as NodeJS.ErrnoException, "LEERID_METINGEN_HOST");
  }
  return ports;
}

const mega = 1_000_000;

/** The SFTP server with the limits of the configuration, on the port base + 22. */
async function startDropserver(
  config: Config,
  ctx: Context,
  metrics: Metrics,
): Promise<dropserverSite.Dropserver> {
  const metingen = dropserverSite.makeDropMetrics();
  metrics.offer([metingen.reading]);
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
      metingen,
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
export async function startDropserverAlone(
  config: Config,
  ctx: Context,
): Promise<dropserverSite.Dropserver & { drain(): void }> {
  const metrics = openMetrics(ctx, "dropserver");
  const watched = await openForWatchers(config, ctx, metrics, 98);
  const close = () => Promise.all([watched.close(), metrics.close()]);
  try {
    const dropserver = await startDropserver(config, ctx, metrics);
    return {
      ...dropserver,
      drain: () => watched.drain(),
      async stop() {
        await dropserver.stop();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * A process with nothing but upkeep and jobs, and figures and health on the port base + 97.
 * @throws when that port is taken
 */
export async function startWorkerAlone(config: Config, ctx: Context): Promise<{ stop(): Promise<void> }> {
  const metrics = openMetrics(ctx, "worker");
  const watched = await openForWatchers(config, ctx, metrics, 97);
  const upkeeping = startAllUpkeep(ctx, { anker: config.LEERID_LOG_ANKER }, metrics);
  const close = async () => {
    await upkeeping.stop();
    await Promise.all([watched.close(), metrics.close()]);
  };
  try {
    const worker = await startJobs(config, ctx, metrics);
    return {
      async stop() {
        await worker.stop();
        await close();
      },
    };
  } catch (error) {
    await close();
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
  const ports = makePorts(config.LEERID_HOST);
  const listen = (listener: Listener, port: number, needs: Needs = needsDatabase(ctx)): Promise<void> =>
    ports.open(port, listener, needs).catch((error: NodeJS.ErrnoException) => {
      throw portError(config, port, error);
    });
  const acmCtx: Context = { ...ctx, sql: openAcmPool(ctx, config.LEERID_ACM_VERBINDINGEN) };
  const metrics = openMetrics(ctx, "serve", { acm: acmCtx.sql });
  const acm = sites.includes("acm")
    ? await acmSite
        .createAcm({
          ctx: acmCtx,
          acmUrl: urls.acm,
          apiUrl: urls.api,
          loketUrl: urls.leerlingloket,
          medewerkers: config.medewerkers,
          allowPrivateNetwork: lokaal,
          proxies: config.LEERID_VERTROUWDE_PROXYS,
        })
        .catch(async (error: unknown) => {
          // A connection that nobody closes would keep the process for a minute and more.
          await Promise.all([acmCtx.sql.end({ timeout: 5 }), metrics.close()]);
          throw error;
        })
    : undefined;
  const apiGate = aanmelding.makeGate();
  metrics.offer([
    aanmelding.signInReading([...(acm ? [acm.gate] : []), apiGate]),
    ...(acm ? [acm.reading] : []),
  ]);
  const base = config.LEERID_PORT_BASE;
  let dropserver: dropserverSite.Dropserver | undefined;
  let machines: { close(): Promise<void> } | undefined;
  let watched: Ports | undefined;
  const close = async () => {
    const [cut] = await Promise.all([ports.close(), dropserver?.stop()]);
    await Promise.all([acm?.close(), machines?.close()]);
    await Promise.all([watched?.close(), acmCtx.sql.end({ timeout: 5 }), metrics.close()]);
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
    const finds: Record<string, () => Promise<boolean>> = {};
    for (const [index, name] of (["leerlingloket", "schoolloket", "beheer"] as const).entries()) {
      if (!sites.includes(name)) continue;
      const { app, isAcmFound } = await lokets[name]();
      finds[name] = () => isAcmFound("now");
      const needs = { ...needsDatabase(ctx), ACM: () => isAcmFound("ever") };
      await listen(metrics.measured(name, getRequestListener(app.fetch)), base + 1 + index, needs);
    }
    metrics.offer([loketReading(finds)]);
    if (sites.includes("api")) {
      const { createApi, followMachines } = await import("#sites/api");
      const followed = await followMachines(ctx);
      machines = followed;
      const quotum = config.LEERID_DROPSERVER_QUOTUM * mega;
      const api = createApi(ctx, urls, { quotum, gate: apiGate, machines: followed });
      await listen(metrics.measured("api", getRequestListener(api.fetch)), base + 4);
    }
    if (sites.includes("dropserver")) dropserver = await startDropserver(config, ctx, metrics);
    watched = await openForWatchers(config, ctx, metrics, 99);
  } catch (error) {
    await close();
    throw error;
  }
  const drain = () => {
    ports.drain();
    watched?.drain();
  };
  return { ctx, dropserver, metrics, drain, close };
}
