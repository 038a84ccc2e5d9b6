import { describeError, type Log } from "#platform/log";

/** ACM gave no answer, or one that says that it cannot be done now: later is better. */
export class AcmUnreachable extends Error {
  constructor(cause: unknown) {
    super("ACM cannot be reached", { cause });
    this.name = "AcmUnreachable";
  }
}

/** Is this, under whatever a library put around it, that ACM gave no answer? */
export function isAcmUnreachable(error: unknown): boolean {
  for (let one = error; one instanceof Error; one = one.cause) if (one instanceof AcmUnreachable) return true;
  return false;
}

/**
 * A `fetch` for what this process asks ACM: to the address inside, where that is another one than the outside knows. Who gets no
 * answer is told so in the log with its cause. @throws AcmUnreachable
 */
export function makeAsk(outside: string, inside: string, log: Log) {
  return async (url: string, init: object): Promise<Response> => {
    const there = url.startsWith(`${outside}/`) ? `${inside}${url.slice(outside.length)}` : url;
    const { origin, pathname } = new URL(there);
    try {
      const answer = await fetch(there, init);
      if (answer.status < 500) return answer;
      await answer.body?.cancel();
      throw Object.assign(new Error("ACM says that it cannot now"), { code: `HTTP_${answer.status}` });
    } catch (error) {
      log.error({ ...describeError(error), adres: origin, pad: pathname }, "ACM antwoordt niet");
      throw new AcmUnreachable(error);
    }
  };
}
