import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import type { Context } from "#platform/context";
import { follow } from "#platform/follow";
import { describeError } from "#platform/log";
import type { Reading } from "#platform/metrics";
import { followJobs, type JobCounts } from "./figures.ts";
import type { Payload } from "./payload.ts";
import { deleteJob, giveBackJobs, keepJobs, mostAttempts, putBackJob, takeJob, type Job } from "./store.ts";

/** Does one job. Runs at least once: after a crash the same job comes again. */
export type Task = (ctx: Context, payload: Payload) => Promise<void>;
export type Tasks = Readonly<Record<string, Task>>;

export type Worker = {
  readonly reading: Reading;
  /** Takes no new jobs and lets those under way end (5 s; then they are given back for another worker). */
  stop(): Promise<void>;
};

/** How often a worker looks for jobs that nobody told it of: those that failed before, those of a worker that is gone. */
const look = 2000;
/** How long a job under way may take to end when its worker stops. */
const patience = 5000;

/**
 * Runs jobs until stopped: several of these work beside each other, on one node or more, and each job is done by one of them.
 *
 * A worker has its jobs for a short time, and says again and again that it still has them; those of one that is killed, paused or
 * cut off are taken by another within five heartbeats. Everything that may fail here is a turn of `follow`, which tries again:
 * there is no promise that nobody holds.
 */
export async function startWorker(
  ctx: Context,
  taken: Tasks,
  options: { readonly tegelijk?: number; readonly hartslagMs?: number } = {},
): Promise<Worker> {
  const { tegelijk = 2, hartslagMs = 3000 } = options;
  const lease = 5 * hartslagMs;
  const worker = randomUUID();
  const tasks = Object.keys(taken);
  const own = new Set<number>();
  const { reading, counts } = followJobs(tasks);
  const stopping = new AbortController();

  const workOff = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const job = await takeJob(ctx, { worker, tasks, own: [...own] }, lease);
      if (!job) return;
      own.add(job.job);
      try {
        await run(ctx, { taken, counts }, worker, job);
      } finally {
        own.delete(job.job);
      }
    }
  };
  const heart = (async () => {
    while (!stopping.signal.aborted) {
      await wait(hartslagMs, undefined, { signal: stopping.signal, ref: false }).catch(() => {});
      // While the database is away the jobs become anybody's; that costs some work twice, and is told by the jobs themselves.
      if (own.size > 0) await keepJobs(ctx, worker, [...own], lease).catch(() => {});
    }
  })();
  const followers = await Promise.all(
    Array.from({ length: tegelijk }, () =>
      follow(ctx, { channel: "leerid_jobs", name: "taken", every: look, work: workOff }),
    ),
  );
  return {
    reading,
    async stop() {
      stopping.abort();
      const ended = Promise.all([heart, ...followers.map((one) => one.stop())]);
      await Promise.race([ended, wait(patience, undefined, { ref: false })]);
      if (own.size > 0) await giveBackJobs(ctx, worker).catch(() => {}); // else they come back by themselves
    },
  };
}

/** A failure is told to operations without its text, and stored with the job without its text. */
async function run(
  ctx: Context,
  { taken, counts }: { readonly taken: Tasks; readonly counts: JobCounts },
  worker: string,
  job: Job,
): Promise<void> {
  try {
    await taken[job.task]?.(ctx, job.payload);
  } catch (error) {
    const wat = describeError(error);
    const told = { ...wat, taak: job.task, job: job.job, poging: job.attempts };
    ctx.log.error(told, "taak mislukt");
    counts.failed.add({ task: job.task });
    const fault = [wat["fout"], wat["code"]].filter(Boolean).join(" ");
    if (await putBackJob(ctx, worker, job, fault)) return;
    ctx.log.error({ taak: job.task, job: job.job, poging: job.attempts }, "taak komt niet meer terug");
    if (job.attempts >= mostAttempts) counts.givenUp.add({ task: job.task }); // else it made room for a newer one
    return;
  }
  await deleteJob(ctx, worker, job.job);
}
