import type { Context } from "#platform/context";
import type { Fragment } from "#platform/database";
import type { Payload } from "./payload.ts";

export { collectJobs, job, startUpkeep, type Job, type Upkeep } from "./offers.ts";
export { jobFigures, queueReading } from "./figures.ts";
export type { Payload } from "./payload.ts";
export { startWorker, type Task, type Tasks, type Worker } from "./worker.ts";

export type JobOptions = {
  /** A job with this key that still waits is replaced instead of added. */
  readonly sleutel?: string;
  /** Not before so many milliseconds from now. One with the same key that waits already keeps its own moment. */
  readonly later?: number;
};

/**
 * Adds a job inside the caller's transaction: it exists when that commits, and never when it does not. It runs at least once;
 * a task must make the second time harmless.
 * @throws when a value of the payload is more than an id
 */
export async function enqueue(
  ctx: Context,
  taak: string,
  payload: Payload,
  options: JobOptions = {},
): Promise<void> {
  await ctx.sql`select ${enqueueing(ctx, taak, payload, options)}`;
}

/** The same as part of a statement, so that what asks for the job and the job are one trip. */
export function enqueueing(ctx: Context, taak: string, payload: Payload, options: JobOptions = {}): Fragment {
  for (const [naam, value] of Object.entries(payload))
    if (!isId(value)) throw new Error(`payload of ${taak}: ${naam} is not an id`);
  const { sleutel = null, later = null } = options;
  return ctx.sql`jobs.enqueue(${taak}::text, ${JSON.stringify(payload)}::text::json, ${sleutel}::text, ${later}::float8)`;
}

/**
 * Part of a statement: a job for each row of it, with one id from that row as its payload. A job for the same id that waits is brought
 * forward to now; one that runs already is followed by another.
 * @param waarde expression that gives the id: what the row stands for, never a text of a person
 */
export const enqueueingEach = ({ sql }: Context, taak: string, naam: string, value: Fragment): Fragment =>
  sql`jobs.enqueue(${taak}::text, json_build_object(${naam}::text, ${value}), ${`${taak}-`}::text || ${value})`;

/** A uuid, a number of a school or a row, a date, the short name of an application: never a text of a person, never an INSZ. */
function isId(value: string | number): boolean {
  const text = String(value);
  return /^[0-9A-Za-z][0-9A-Za-z:._-]{0,63}$/.test(text) && !/^\d{11}$/.test(text);
}
