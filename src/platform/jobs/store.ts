import type { Context } from "#platform/context";
import type { Payload } from "./payload.ts";

/** A job that a worker has taken. */
export type Job = {
  readonly job: number;
  readonly task: string;
  readonly payload: Payload;
  /** Counting this one. */
  readonly attempts: number;
};

/** Attempts after which a job is given up: with the growing pauses between them some four days. */
export const mostAttempts = 25;

/**
 * Takes the job that waits longest, for so many ms; also one whose worker did not say in time that he still has it.
 * @param own the jobs that this worker has under way: also when the database was away too long they are not anybody's
 */
export async function takeJob(
  ctx: Context,
  by: { readonly worker: string; readonly tasks: readonly string[]; readonly own: readonly number[] },
  ms: number,
): Promise<Job | undefined> {
  const [job] = await ctx.sql<Job[]>`
    update jobs.job
       set worker = ${by.worker}, taken_until = now() + ${ms} * interval '1 millisecond', attempts = attempts + 1
     where job = (
       select job from jobs.job
        where run_at <= now() and (worker is null or taken_until < now()) and attempts < ${mostAttempts}
          and task = any (${by.tasks}::text[])
          and job <> all (${by.own.map(String)}::text[]::bigint[])
        order by run_at, job limit 1 for update skip locked)
    returning job, task, payload, attempts`;
  return job;
}

/** Says that a worker still has these jobs, for so many ms more. */
export async function keepJobs(
  ctx: Context,
  worker: string,
  own: readonly number[],
  ms: number,
): Promise<void> {
  await ctx.sql`
    update jobs.job set taken_until = now() + ${ms} * interval '1 millisecond'
     where worker = ${worker} and job = any (${own.map(String)}::text[]::bigint[])`;
}

/** A job is done. Nothing happens when it has become another worker's meanwhile. */
export async function deleteJob(ctx: Context, worker: string, job: number): Promise<void> {
  await ctx.sql`delete from jobs.job where job = ${job} and worker = ${worker}`;
}

/**
 * A job failed: it comes again after a pause that grows from 3 s to 6 h. It goes when it was asked for anew meanwhile, with the same
 * key, or when this was the last attempt. False: it does not come again.
 */
export async function putBackJob(
  ctx: Context,
  worker: string,
  { job, attempts }: Job,
  fault: string,
): Promise<boolean> {
  const again =
    attempts < mostAttempts &&
    (await ctx.sql`
      update jobs.job j set worker = null, taken_until = null, last_error = ${fault},
             run_at = now() + exp(least(attempts, 10)) * interval '1 second'
       where job = ${job} and worker = ${worker}
         and not exists (select from jobs.job newer where newer.key = j.key and newer.worker is null)
      returning job`);
  if (again && again.length > 0) return true;
  await deleteJob(ctx, worker, job);
  return false;
}

/** A worker stops: what it has under way is anybody's at once. */
export async function giveBackJobs(ctx: Context, worker: string): Promise<void> {
  await ctx.sql`update jobs.job set taken_until = now() where worker = ${worker}`;
  await ctx.sql`select pg_notify('leerid_jobs', '')`;
}

/** What waits, by task: how many, how long the first of them could have begun, s, and how many failed before. */
export type Waiting = {
  readonly task: string;
  readonly waiting: number;
  readonly oldest: number;
  readonly failed: number;
};

/** What is in the queue, by task; a task without jobs is not in it. */
export function listWaiting(ctx: Context): Promise<readonly Waiting[]> {
  return ctx.sql<Waiting[]>`
    select task, count(*)::int as waiting, (count(*) filter (where last_error is not null))::int as failed,
           coalesce(max(extract(epoch from now() - run_at)) filter (where run_at <= now()), 0)::float8 as oldest
      from jobs.job group by task order by task`;
}
