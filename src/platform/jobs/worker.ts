import { EventEmitter } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import type { Runner, TaskList, WorkerEvents } from "graphile-worker";
import type { Context } from "#platform/context";
import { openDatabase, serverAddress, type Sql } from "#platform/database";
import { describeError } from "#platform/log";
import type { Payload } from "./payload.ts";

/** Does one job. Runs at least once: after a crash the same job comes again. */
export type Taak = (ctx: Context, payload: Payload) => Promise<void>;
export type Taken = Readonly<Record<string, Taak>>;

export type Worker = {
  /** Takes no new jobs, lets those under way end (5 s; then they are given back for another worker), and closes its connections. */
  stop(): Promise<void>;
};

/**
 * Runs jobs until stopped: several of these work beside each other, on one node or more, and each job is done by one of them.
 * The library is loaded here, so that a process without a worker does not carry it.
 *
 * A worker that is gone leaves its jobs locked; the library gives them free after four hours. We do it within seconds: each worker
 * holds an advisory lock as long as its connection lives, and jobs of a worker without that lock are given back.
 * @param url the address that the pool of ctx was opened with
 */
export async function startWorker(
  url: string,
  ctx: Context,
  taken: Taken,
  options: { readonly tegelijk?: number; readonly hartslagMs?: number } = {},
): Promise<Worker> {
  const { run, Logger } = await import("graphile-worker");
  const { tegelijk = 2, hartslagMs = 5000 } = options;
  const events = new EventEmitter() as WorkerEvents;
  const stopping = new AbortController();
  const own: { pool?: string } = {};
  events.on("pool:create", ({ workerPool }) => {
    own.pool = workerPool.id;
  });
  const start = () =>
    run({
      connectionString: serverAddress(url),
      concurrency: tegelijk,
      maxPoolSize: tegelijk + 2, // one listens, one takes and finishes jobs
      noHandleSignals: true,
      parsedCronItems: [],
      taskList: guarded(ctx, taken),
      events,
      // Its messages may quote what a task threw, so only that there was something is kept.
      logger: new Logger(({ taskIdentifier, jobId }) => (level, _message, meta) => {
        if (level === "error" && jobId === undefined)
          ctx.log.error({ ...describeError(meta?.["error"]), taak: taskIdentifier }, "takenwachtrij hapert");
      }),
    });
  let runner: Runner = await start();
  const alive = openDatabase({ url, max: 1 });
  const beat = heartbeat(ctx, alive, own, hartslagMs, stopping.signal);
  const watch = (async () => {
    while (!stopping.signal.aborted) {
      await runner.promise.catch(() => {}); // it logged why
      while (!stopping.signal.aborted) {
        await wait(1000, undefined, { signal: stopping.signal }).catch(() => {});
        if (stopping.signal.aborted) break;
        try {
          runner = await start();
          break;
        } catch (error) {
          ctx.log.error(describeError(error), "takenwachtrij start niet");
        }
      }
    }
  })();
  return {
    async stop() {
      stopping.abort();
      const stopped = runner.stop().then(
        () => true,
        () => true, // it had stopped
      );
      if (!(await Promise.race([stopped, wait(patienceMs, false, { ref: false })]))) {
        const { pool } = own;
        if (pool !== undefined)
          await alive`select graphile_worker.force_unlock_workers(${[pool]}::text[])`.catch(() => {});
      } else await watch;
      await beat;
      await alive.end({ timeout: 5 });
    },
  };
}

/** How long a job under way may take to end when its worker stops. */
const patienceMs = 5000;

/** A failure is told to operations without its text, and stored with the job without its text. */
function guarded(ctx: Context, taken: Taken): TaskList {
  return Object.fromEntries(
    Object.entries(taken).map(([naam, taak]) => [
      naam,
      async (payload: unknown, { job }: { job: { id: string; attempts: number } }) => {
        try {
          await taak(ctx, payload as Payload);
        } catch (error) {
          const wat = describeError(error);
          ctx.log.error({ ...wat, taak: naam, job: job.id, poging: job.attempts }, "taak mislukt");
          throw new Error([wat["fout"], wat["code"]].filter(Boolean).join(" "), { cause: error });
        }
      },
    ]),
  );
}

const lockClass = 7107;

async function heartbeat(
  ctx: Context,
  sql: Sql,
  own: { readonly pool?: string },
  every: number,
  stop: AbortSignal,
): Promise<void> {
  while (!stop.aborted) {
    try {
      // Again after the connection was replaced; a lock that is held already would be counted twice.
      if (own.pool !== undefined)
        await sql`
          select pg_advisory_lock_shared(${lockClass}, hashtext(${own.pool})) where not exists (
            select from pg_locks where locktype = 'advisory' and pid = pg_backend_pid() and classid = ${lockClass}
               and objid = (hashtext(${own.pool})::bigint & 4294967295)::oid)`;
      // A worker that just started has had no time for its lock.
      const [found] = await sql<{ weg: string[] | null }[]>`
        select array_agg(distinct locked_by) as weg from graphile_worker._private_jobs j
         where locked_at < now() - ${2 * every} * interval '1 millisecond'
           and not exists (
             select from pg_locks l join pg_database d on d.oid = l.database and d.datname = current_database()
              where l.locktype = 'advisory' and l.classid = ${lockClass} and l.objsubid = 2
                and l.objid = (hashtext(j.locked_by)::bigint & 4294967295)::oid)`;
      if (found?.weg) {
        await sql`select graphile_worker.force_unlock_workers(${found.weg}::text[])`;
        ctx.log.warn({ aantal: found.weg.length }, "taken van een verdwenen worker teruggegeven");
      }
    } catch (error) {
      if (!stop.aborted) ctx.log.error(describeError(error), "hartslag van de taken mislukt");
    }
    await wait(every, undefined, { signal: stop }).catch(() => {});
  }
}
