import type { Context } from "#platform/context";
import type { Reading, Sample } from "./declare.ts";

/** How long who looks waits for one reading, ms: below the ten seconds after which Prometheus gives up. */
const patience = 2000;
const keep = 5000;

/**
 * Reads when it is asked, unless what was read a moment ago still counts. Never twice at once: a database that does not answer
 * gets no queue of the same question.
 * @returns undefined when it could not be read, or not in time
 */
export function makeReader(
  ctx: Context,
  { read, keepMs = keep }: Reading,
): () => Promise<readonly Sample[] | undefined> {
  let last: { readonly at: number; readonly samples: readonly Sample[] | undefined } | undefined;
  let underWay: Promise<void> | undefined;
  const begin = async (): Promise<void> => {
    const samples = await Promise.resolve(ctx)
      .then(read)
      .catch(() => undefined);
    last = { at: performance.now(), samples };
    underWay = undefined;
  };
  return async () => {
    if (last && performance.now() - last.at < keepMs) return last.samples;
    last = undefined;
    underWay ??= begin();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, patience)));
    await Promise.race([underWay, late]);
    clearTimeout(timer);
    return (last as { samples: readonly Sample[] | undefined } | undefined)?.samples;
  };
}
