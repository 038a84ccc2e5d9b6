import { connect, type Socket } from "node:net";

/** What came back over a socket; undefined status when the other side closed it without a word. */
export type RawAnswer = {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

type Piece = string | Buffer;

/** Sends bytes as they are, and reads until the other side closes or the answer is whole. */
export function raw(port: number, pieces: Piece | Iterable<Piece>, patience = 30_000): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    const parts: Buffer[] = [];
    const finish = () => {
      clearTimeout(timer);
      socket.destroy();
      resolve(parse(Buffer.concat(parts)));
    };
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Error(`no whole answer: ${Buffer.concat(parts).toString("latin1").slice(0, 200)}`));
    }, patience);
    socket.on("data", (part) => {
      parts.push(part);
      if (isWhole(Buffer.concat(parts))) finish();
    });
    socket.on("end", finish);
    socket.on("error", finish); // a reset, maybe after an answer
    socket.once(
      "connect",
      () => void send(socket, typeof pieces === "string" || Buffer.isBuffer(pieces) ? [pieces] : pieces),
    );
  });
}

async function send(socket: Socket, pieces: Iterable<Piece>): Promise<void> {
  for (const piece of pieces) {
    if (socket.destroyed || !socket.writable) return;
    const bytes = typeof piece === "string" ? Buffer.from(piece, "latin1") : piece;
    if (!socket.write(bytes)) {
      await new Promise<void>((resolve) => {
        const go = () => {
          socket.off("drain", go).off("close", go);
          resolve();
        };
        socket.on("drain", go).on("close", go);
      });
    }
  }
}

/** A request with its headers in order, closing the connection after it. */
export function request(
  method: string,
  target: string,
  headers: readonly string[] = [],
  body: Piece = "",
): Buffer {
  const bytes = typeof body === "string" ? Buffer.from(body, "utf8") : body;
  const own = (name: string) => headers.some((line) => line.toLowerCase().startsWith(`${name}:`));
  const lines = [
    `${method} ${target} HTTP/1.1`,
    ...(own("host") ? [] : ["Host: localhost"]),
    "Connection: close",
    ...(bytes.length === 0 || own("content-length") || own("transfer-encoding")
      ? []
      : [`Content-Length: ${bytes.length}`]),
    ...headers,
  ];
  return Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1"), bytes]);
}

function isWhole(bytes: Buffer): boolean {
  const end = bytes.indexOf("\r\n\r\n");
  if (end < 0) return false;
  const head = bytes.subarray(0, end).toString("latin1");
  const length = /^content-length: *(\d+)/im.exec(head)?.[1];
  if (length !== undefined) return bytes.length >= end + 4 + Number(length);
  return /^transfer-encoding: *chunked/im.test(head) && bytes.subarray(-5).toString("latin1") === "0\r\n\r\n";
}

function parse(bytes: Buffer): RawAnswer {
  const end = bytes.indexOf("\r\n\r\n");
  const head = (end < 0 ? bytes : bytes.subarray(0, end)).toString("latin1");
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1];
  const headers = Object.fromEntries(
    head
      .split("\r\n")
      .slice(1)
      .map((line) => [
        line.slice(0, line.indexOf(":")).toLowerCase(),
        line.slice(line.indexOf(":") + 1).trim(),
      ]),
  );
  const rest = end < 0 ? Buffer.alloc(0) : bytes.subarray(end + 4);
  const body = headers["transfer-encoding"] === "chunked" ? unchunk(rest) : rest;
  return { status: status === undefined ? undefined : Number(status), headers, body: body.toString("utf8") };
}

function unchunk(bytes: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf("\r\n", at);
    const size = Number.parseInt(bytes.subarray(at, end).toString("latin1"), 16);
    if (end < 0 || !(size > 0)) break;
    parts.push(bytes.subarray(end + 2, end + 2 + size));
    at = end + 2 + size + 2;
  }
  return Buffer.concat(parts);
}
