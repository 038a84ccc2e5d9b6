import { setTimeout as wait } from "node:timers/promises";
import { describeError, operationsLog } from "#platform/log";

/** Why a process ends that was not asked to; it has been logged, there is nothing left to say. */
export class Unforeseen extends Error {}

/** Closing in order may take so long, ms; then the process ends as it is. */
const patience = 10_000;

let failed = false;
let waiting: ((error: Error) => void) | undefined;

/**
 * From now on an exception or rejection that nobody foresaw ends this process in order: one line in the log, without its text
 * (that may hold personal data), whoever awaits `untilStopped` closes its listeners, and the exit code is 1. What comes after the
 * first one is a consequence of it, or of the closing, and is not told.
 */
export function endOnUnforeseen(): void {
  const unforeseen = (error: unknown): void => {
    if (!failed)
      operationsLog("warn").error(
        describeError(error),
        "onvoorziene fout: LeerID sluit zijn poorten en stopt",
      );
    end(new Unforeseen());
  };
  process.on("uncaughtException", unforeseen);
  process.on("unhandledRejection", unforeseen);
}

/**
 * Ends this process with exit code 1 because it cannot do without what is lost: `untilStopped` rejects with this error. A command
 * that does not wait there ends at once.
 */
export function end(error: Error): void {
  if (failed) return;
  failed = true;
  if (waiting) {
    setTimeout(() => process.exit(1), patience).unref();
    waiting(error);
    return;
  }
  if (!(error instanceof Unforeseen)) process.stderr.write(`${error.message}\n`);
  process.exit(1);
}

/** Whether this process ends because something went wrong, however well the closing goes. */
export const hasFailed = (): boolean => failed;

let hangUpIgnored = false;

/** A SIGHUP, with which logs are rotated, is nothing to a process that serves: it has no file open for its log. */
export function ignoreHangUp(): void {
  hangUpIgnored = true;
  process.on("SIGHUP", () => {});
}

/**
 * Waits until somebody asks to stop: a terminal with SIGINT or (unless ignored) SIGHUP, or a supervisor with SIGTERM.
 * @param leave for a process that others send work to: after SIGTERM `drain` is called, which tells them to stop, and they have
 * `seconds` to do so; a second signal ends that wait
 * @throws what `end` was given, when this process ends because of that
 */
export async function untilStopped(leave?: {
  readonly seconds: number;
  readonly drain: () => void;
}): Promise<void> {
  const signals = ["SIGINT", "SIGTERM", ...(hangUpIgnored ? [] : (["SIGHUP"] as const))] as const;
  const again = new AbortController();
  const asked = await new Promise<NodeJS.Signals>((resolve, reject) => {
    waiting = reject;
    let first = true;
    for (const signal of signals)
      process.on(signal, () => {
        if (!first) again.abort();
        first = false;
        resolve(signal);
      });
  });
  if (asked !== "SIGTERM" || !leave) return;
  leave.drain();
  await wait(leave.seconds * 1000, undefined, { signal: again.signal }).catch(() => {});
}
