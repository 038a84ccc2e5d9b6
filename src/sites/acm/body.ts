import { IncomingMessage } from "node:http";

/** What we read of a body, bytes: no form of ours or of the protocol is longer. */
const limit = 16_384;

/** Reads a whole body; undefined when it is larger than 16 kB. */
export async function readBody(req: IncomingMessage): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of req.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > limit) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** Is the body a form? */
export const isForm = ({ headers }: IncomingMessage): boolean =>
  headers["content-type"]?.split(";")[0]?.trim().toLowerCase() === "application/x-www-form-urlencoded";

/** Reads a form; undefined when it is larger than 16 kB or something else. */
export async function readForm(req: IncomingMessage): Promise<URLSearchParams | undefined> {
  if (!isForm(req)) return undefined;
  const body = await readBody(req);
  return body && new URLSearchParams(body.toString("utf8"));
}

/** The same request with the body that was read from it, for who reads it next. */
export function withBody(req: IncomingMessage, body: Buffer): IncomingMessage {
  const again = new IncomingMessage(req.socket);
  again.method = req.method;
  again.url = req.url;
  again.httpVersion = req.httpVersion;
  again.httpVersionMajor = req.httpVersionMajor;
  again.httpVersionMinor = req.httpVersionMinor;
  again.headers = { ...req.headers, "content-length": String(body.length) };
  delete again.headers["transfer-encoding"];
  again.push(body);
  again.push(null);
  again.complete = true;
  return again;
}
