import { connect, type Socket } from "node:net";

export type Answer = {
  readonly status: number;
  readonly location: string | undefined;
  /** `name=value; Path=…` as sent. */
  readonly cookies: readonly string[];
  readonly body: string;
};

export type Connection = {
  /** Sends one request (headers without the last empty line) and waits for its answer. */
  request(head: string, body?: string): Promise<Answer>;
  close(): void;
};

/**
 * One keep-alive connection that does the least a client can do, so that on two cores the figures are about the servers:
 * about 15 µs a request, where fetch takes 150. Content-length and chunked bodies; no pipelining.
 */
export function openConnection(port: number): Connection {
  const socket: Socket = connect({ host: "127.0.0.1", port, noDelay: true });
  let received = Buffer.alloc(0);
  let waiting: { resolve(answer: Answer): void; reject(error: Error): void } | undefined;
  const fail = (error: Error) => {
    waiting?.reject(error);
    waiting = undefined;
  };
  socket.on("error", fail);
  socket.on("close", () => fail(new Error("the server closed the connection")));
  socket.on("data", (chunk) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    const answer = parse(received);
    if (!answer || !waiting) return;
    received = Buffer.alloc(0);
    const { resolve } = waiting;
    waiting = undefined;
    resolve(answer);
  });
  return {
    request: (head, body) =>
      new Promise((resolve, reject) => {
        if (socket.destroyed) throw new Error("the connection is closed");
        waiting = { resolve, reject };
        socket.write(
          body === undefined
            ? `${head}\r\n`
            : `${head}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
        );
      }),
    close: () => socket.destroy(),
  };
}

/** A whole answer, or undefined while a part is still to come. */
function parse(bytes: Buffer): Answer | undefined {
  const end = bytes.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const head = bytes.toString("latin1", 0, end);
  const status = Number(head.slice(9, 12));
  const rest = bytes.subarray(end + 4);
  let body: string | undefined = "";
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length !== undefined) body = rest.length < Number(length) ? undefined : rest.toString("utf8");
  else if (/\r\ntransfer-encoding: *chunked/i.test(head)) body = unchunk(rest);
  if (body === undefined) return undefined;
  const cookies: string[] = [];
  for (const [, cookie] of head.matchAll(/\r\nset-cookie: *([^\r]+)/gi)) if (cookie) cookies.push(cookie);
  return { status, location: /\r\nlocation: *([^\r]+)/i.exec(head)?.[1], cookies, body };
}

function unchunk(bytes: Buffer): string | undefined {
  let text = "";
  for (let at = 0; ;) {
    const line = bytes.indexOf("\r\n", at);
    if (line < 0) return undefined;
    const size = Number.parseInt(bytes.toString("latin1", at, line), 16);
    const next = line + 2 + size + 2;
    if (bytes.length < next) return undefined;
    if (size === 0) return text;
    text += bytes.toString("utf8", line + 2, line + 2 + size);
    at = next;
  }
}
