import { describeError } from "#platform/log";

export { getText, postForm, type Reach } from "./guarded.ts";

/** The other side gave no answer, or one that says that it cannot be done now: later is better. */
export class Unreachable extends Error {
  constructor(what: string, cause: unknown) {
    super(`${what} cannot be reached`, { cause });
    this.name = "Unreachable";
  }
}

/** Is this, under whatever a library put around it, that the other side gave no answer? */
export function isUnreachable(error: unknown): boolean {
  for (let one = error; one instanceof Error; one = one.cause) if (one instanceof Unreachable) return true;
  return false;
}

/** How long an answer may take, to its last byte, ms. Somebody waits for it with a page. */
const patience = 5000;
/** Answers without a body, whatever they say of one (Fetch, null body status). */
const bodiless = [204, 205, 304];

/**
 * A `fetch` for what this process asks of one other side, in time and whole: of an answer that stays away, breaks off or says 5xx it
 * makes the same `Unreachable`, after it told why (`ECONNREFUSED`, a certificate, a timeout).
 * @param options.what who is asked, as an operator knows it: `ACM`
 * @param options.tell writes it in the log, in words of the caller that an operator finds in the runbook: what may be said of the cause,
 * the address and the path
 * @param options.inside where this process finds it, when that is another address than the outside knows
 */
export function makeAsk(options: {
  readonly what: string;
  /** Without a slash at the end. */
  readonly outside: string;
  readonly inside?: string | undefined;
  tell(why: Record<string, unknown>): void;
  readonly patience?: number;
}) {
  const { what, outside, inside = outside } = options;
  return async (url: string, init: object): Promise<Response> => {
    const there = url.startsWith(`${outside}/`) ? `${inside}${url.slice(outside.length)}` : url;
    const { origin, pathname } = new URL(there);
    try {
      const answer = await fetch(there, {
        ...init,
        signal: AbortSignal.timeout(options.patience ?? patience),
      });
      // To its end: a library reads the rest after this, and takes what breaks off for a wrong answer.
      const body = await answer.arrayBuffer();
      if (answer.status >= 500)
        throw Object.assign(new Error(`${what} says that it cannot now`), { code: `HTTP_${answer.status}` });
      const { status, statusText, headers } = answer;
      return new Response(bodiless.includes(status) ? null : body, { status, statusText, headers });
    } catch (error) {
      options.tell({ ...describeError(error), adres: origin, pad: pathname });
      throw new Unreachable(what, error);
    }
  };
}
