import type { Config } from "#platform/config";
import type { Context } from "#platform/context";
import { findWideRights } from "#platform/database";
import { ignoreHangUp, untilStopped } from "#platform/ending";
import { operationsLog } from "#platform/log";
import { version } from "#platform/version";
import { startAllUpkeep, startDropserverAlone, startJobs, startLeerId, startWorkerAlone } from "#leerid";

type Stoppable = { stop(): Promise<void> };

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
  await warnOfWideRights(config, ctx);
  const running = await startLeerId(config, ctx);
  let upkeep: Stoppable | undefined;
  let worker: Stoppable | undefined;
  try {
    // As soon as it listens it can be told to stop, also while the rest begins.
    const stopped = untilStopped(leaving(config, ctx, running));
    stopped.catch(() => {}); // awaited below
    upkeep = startAllUpkeep(ctx, { anker: config.LEERID_LOG_ANKER }, running.metrics);
    worker = await startJobs(config, ctx, running.metrics);
    ctx.log.info({ sites: config.LEERID_SITES ?? "alle", poort: config.LEERID_PORT_BASE }, "LeerID luistert");
    // What loading left behind (15 MB), while nobody waits for us; see bin/leerid.mjs.
    globalThis.gc?.({ type: "major", execution: "sync", flavor: "last-resort" });
    await stopped;
  } finally {
    // Also of what could not begin: a server that has no database any more must not go on listening.
    await worker?.stop();
    await upkeep?.stop();
    const afgebroken = await running.close();
    ctx.log.info({ afgebroken }, "LeerID is gestopt");
  }
}

/** `leerid worker`: what was asked for and the upkeep, and no site. Until it is stopped. */
export async function work(config: Config, ctx: Context): Promise<void> {
  await warnOfWideRights(config, ctx);
  const running = await startWorkerAlone(config, ctx);
  const stopped = untilStopped();
  ctx.log.info({ metingen: config.LEERID_PORT_BASE + 97 }, "de worker werkt");
  await stopped.finally(async () => {
    await running.stop();
    ctx.log.info({}, "de worker is gestopt");
  });
}

/** `leerid dropserver`: the SFTP server and nothing else. Until it is stopped. */
export async function serveDropserver(config: Config, ctx: Context): Promise<void> {
  await warnOfWideRights(config, ctx);
  const running = await startDropserverAlone(config, ctx);
  const stopped = untilStopped(leaving(config, ctx, running));
  ctx.log.info({ poort: running.poort, hostsleutel: running.vingerafdruk }, "de dropserver luistert");
  await stopped.finally(async () => {
    await running.stop();
    ctx.log.info({}, "de dropserver is gestopt");
  });
}

/** Rights too wide, which production refuses (src/open.ts); of the PostgreSQL that comes along we are always the owner. */
async function warnOfWideRights(config: Config, ctx: Context): Promise<void> {
  if (config.LEERID_PRODUCTIE || config.LEERID_DATABASE_URL === undefined) return;
  const wide = await findWideRights(ctx.sql);
  if (wide !== undefined) ctx.log.warn({}, `${wide} In productie wordt dit geweigerd.`);
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
