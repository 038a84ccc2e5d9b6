import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
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
import {
  createMetrics,
  gauge,
  ownFigures,
  poolReading,
  type Figure,
  type Metrics,
  type Reading,
} from "#platform/metrics";
import { version } from "#platform/version";
import * as aanmelding from "#modules/aanmelding";
import { feedReading } from "#modules/discimus";
import * as leveringen from "#modules/leveringen";
import * as leerlingbeheer from "#modules/leerlingbeheer";
import * as privacylog from "#modules/privacylog";
import * as rechten from "#modules/rechten";
import * as sleutels from "#modules/sleutels";
import { importToepassing } from "#modules/toepassingen";
import * as uitreiking from "#modules/uitreiking";
import * as verstrekking from "#modules/verstrekking";
import * as acmSite from "#sites/acm";
import { createApi } from "#sites/api";
import * as dropserverSite from "#sites/dropserver";
import * as leerlingloket from "#sites/leerlingloket";
import * as beheer from "#sites/beheer";
import * as schoolloket from "#sites/schoolloket";

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

export type LeerId = {
  readonly ctx: Context;
  /** When this process has it. */
  readonly dropserver: dropserverSite.Dropserver | undefined;
  /** Where what else runs in this process offers its figures. */
  readonly metrics: Metrics;
  /** Stops listening and lets requests in flight end. The pool stays open: it is the caller's. */
  close(): Promise<void>;
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

/** Every site says whether it lives (`/healthz`) and whether it can work: database reachable, migrations done (`/readyz`). */
function withHealth(ctx: Context, listener: Listener): Listener {
  const say = (response: ServerResponse, status: number, text: string) =>
    response
      .writeHead(status, { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" })
      .end(text);
  return (request, response) => {
    if (request.url === "/healthz") say(response, 200, "ok");
    else if (request.url === "/readyz") {
      void isReady(ctx.sql).then((ready) => say(response, ready ? 200 : 503, ready ? "ok" : "niet klaar"));
    } else listener(request, response);
  };
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

function listenOn(
  config: Config,
  listener: Listener,
  port: number,
  host: HostSetting = "LEERID_HOST",
): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer(
      {
        keepAliveTimeout: 65_000,
        requestTimeout: 60_000,
        headersTimeout: 10_000,
        // How often the two above are looked at; Node's own 30 s would more than double them.
        connectionsCheckingInterval: 5000,
      },
      listener,
    );
    server.once("error", (error: NodeJS.ErrnoException) => reject(portError(config, port, error, host)));
    server.listen(port, config[host], () => resolve(server));
  });
}

const closeServer = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), 3000).unref();
  });

/** Health and figures, where nobody from outside comes. */
const listenForWatchers = (config: Config, ctx: Context, metrics: Metrics, offset: number): Promise<Server> =>
  listenOn(
    config,
    withHealth(ctx, metrics.handler),
    config.LEERID_PORT_BASE + offset,
    "LEERID_METINGEN_HOST",
  );

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
export async function startDropserverAlone(config: Config, ctx: Context): Promise<dropserverSite.Dropserver> {
  const metrics = openMetrics(ctx, "dropserver");
  const health = await listenForWatchers(config, ctx, metrics, 98);
  const close = () => Promise.all([closeServer(health), metrics.close()]);
  try {
    const dropserver = await startDropserver(config, ctx, metrics);
    return {
      ...dropserver,
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
  const health = await listenForWatchers(config, ctx, metrics, 97);
  const upkeeping = startAllUpkeep(ctx, { anker: config.LEERID_LOG_ANKER }, metrics);
  const close = async () => {
    await upkeeping.stop();
    await Promise.all([closeServer(health), metrics.close()]);
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
 * Connections for ACM alone, so that no slow page of another site stands before a sign-in. Few: a statement of a sign-in is short,
 * and more of them at once than the machine has cores for only take turns (ADR 0017).
 */
export function openAcmPool({ sql }: Context, max = Math.min(10, 2 * availableParallelism())): Sql {
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
  await leerlingloket.register(ctx, urls);
  await schoolloket.register(ctx, urls);
  await importToepassing(ctx, beheer.clientFile(ctx, urls));
  const servers: Server[] = [];
  const listen = async (listener: Listener, port: number, of: Context = ctx): Promise<void> => {
    servers.push(await listenOn(config, withHealth(of, listener), port));
  };
  const acmCtx: Context = { ...ctx, sql: openAcmPool(ctx, config.LEERID_ACM_VERBINDINGEN) };
  const metrics = openMetrics(ctx, "serve", { acm: acmCtx.sql });
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
  const apiGate = aanmelding.makeGate();
  metrics.offer([
    aanmelding.signInReading([...(acm ? [acm.gate] : []), apiGate]),
    ...(acm ? [acm.reading] : []),
  ]);
  const base = config.LEERID_PORT_BASE;
  let dropserver: dropserverSite.Dropserver | undefined;
  const close = async () => {
    await Promise.all([...servers.map(closeServer), dropserver?.stop()]);
    await acm?.close();
    await Promise.all([acmCtx.sql.end({ timeout: 5 }), metrics.close()]);
  };
  try {
    if (acm) await listen(metrics.measured("acm", acm.handler), base, acmCtx);
    if (sites.includes("leerlingloket"))
      await listen(
        metrics.measured(
          "leerlingloket",
          getRequestListener(leerlingloket.createLeerlingloket(ctx, urls).fetch),
        ),
        base + 1,
      );
    if (sites.includes("schoolloket"))
      await listen(
        metrics.measured("schoolloket", getRequestListener(schoolloket.createSchoolloket(ctx, urls).fetch)),
        base + 2,
      );
    if (sites.includes("beheer"))
      await listen(
        metrics.measured(
          "beheer",
          getRequestListener(beheer.createBeheer(ctx, { urls, dov: config.LEERID_DOV_ORGANISATIE }).fetch),
        ),
        base + 3,
      );
    if (sites.includes("api"))
      await listen(
        metrics.measured(
          "api",
          getRequestListener(
            createApi(ctx, urls, { quotum: config.LEERID_DROPSERVER_QUOTUM * mega, gate: apiGate }).fetch,
          ),
        ),
        base + 4,
      );
    if (sites.includes("dropserver")) dropserver = await startDropserver(config, ctx, metrics);
    servers.push(await listenForWatchers(config, ctx, metrics, 99));
  } catch (error) {
    await close();
    throw error;
  }
  return { ctx, dropserver, metrics, close };
}
