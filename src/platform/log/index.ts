import { pino } from "pino";

/** Log for operations: never personal data (that is what the privacy log is for, and it holds none in clear either). */
export type Log = {
  info(fields: Record<string, unknown>, message: string): void;
  warn(fields: Record<string, unknown>, message: string): void;
  error(fields: Record<string, unknown>, message: string): void;
};

/** Writes JSON lines to stdout; `silent` for commands that print their own text. */
export function operationsLog(level: "info" | "warn" | "silent" = "info"): Log {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime });
}

/**
 * Did the other side hang up while we read what it sent? Nothing of ours, and nobody is left to answer. A connection of ours that was
 * reset (to the database, to another site) tells which call it was in; a request that was given up does not.
 */
export function isHangUp(error: unknown): boolean {
  const { code, name, syscall } = (error ?? {}) as { code?: unknown; name?: unknown; syscall?: unknown };
  if (code === "ECONNRESET") return syscall === undefined;
  // A connection that ends before the request does is a request that cannot be parsed to Node, or one that was aborted.
  return (
    code === "ECONNABORTED" ||
    code === "HPE_INVALID_EOF_STATE" ||
    code === "ERR_STREAM_PREMATURE_CLOSE" ||
    name === "AbortError"
  );
}

/** What may be said of a thrown value: its class, code and place, and the same of what caused it; the message only of our own `Problem`s. */
export function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { fout: typeof error };
  const code = (error as { code?: unknown }).code;
  return {
    fout: error.name,
    ...(typeof code === "string" ? { code } : {}),
    ...causesOf(error),
    // Frames hold no values; the first line of a stack repeats the message, which may.
    plaats: error.stack
      ?.split("\n")
      .filter((line) => line.trimStart().startsWith("at "))
      .slice(0, 6),
  };
}

/** `oorzaak`: class and code of what stands behind an error, the nearest first, as `ConnectTimeoutError UND_ERR_CONNECT_TIMEOUT`. */
function causesOf(error: Error): { readonly oorzaak?: readonly string[] } {
  const causes: string[] = [];
  for (let one = error.cause; one instanceof Error && causes.length < 4; one = one.cause) {
    const { code } = one as { code?: unknown };
    causes.push(typeof code === "string" ? `${one.name} ${code}` : one.name);
  }
  return causes.length === 0 ? {} : { oorzaak: causes };
}
