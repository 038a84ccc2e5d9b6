import type { IncomingMessage } from "node:http";

const limit = 16_384;

/** Reads a form (`application/x-www-form-urlencoded`) of at most 16 kB; undefined when it is larger or something else. */
export async function readForm(req: IncomingMessage): Promise<URLSearchParams | undefined> {
  const type = req.headers["content-type"]?.split(";")[0]?.trim().toLowerCase();
  if (type !== "application/x-www-form-urlencoded") return undefined;
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of req.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > limit) return undefined;
    parts.push(part);
  }
  return new URLSearchParams(Buffer.concat(parts).toString("utf8"));
}

/** A form that was read, and may still turn out to be somebody else's to handle. */
export type PeekedForm = {
  readonly text: string;
  /** Puts it back on the request: who reads next gets it whole. */
  giveBack(): void;
};

/** Reads a form of a known length of at most 16 kB without ending the stream; undefined, and nothing read, for any other body. */
export function peekForm(req: IncomingMessage): Promise<PeekedForm | undefined> {
  const { "content-type": type = "", "content-length": given, "transfer-encoding": coded } = req.headers;
  const length = Number(given);
  if (!/^application\/x-www-form-urlencoded(; ?charset=utf-8)?$/i.test(type))
    return Promise.resolve(undefined);
  if (coded !== undefined || !(length > 0 && length <= limit)) return Promise.resolve(undefined);
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let received = 0;
    const stop = (error?: Error) => {
      req.off("data", onData).off("error", stop).off("close", stop);
      reject(
        error ??
          Object.assign(new Error("the request ended in the middle of its body"), { code: "ECONNRESET" }),
      );
    };
    const onData = (part: Buffer) => {
      parts.push(part);
      received += part.length;
      if (received < length) return;
      req.pause(); // before "end": after it nothing can be put back
      req.off("data", onData).off("error", stop).off("close", stop);
      const body = Buffer.concat(parts);
      resolve({ text: body.toString("utf8"), giveBack: () => req.unshift(body) });
    };
    if (req.destroyed) return stop();
    req.on("data", onData).on("error", stop).on("close", stop);
  });
}
