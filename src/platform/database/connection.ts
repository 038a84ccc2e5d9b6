import { Socket } from "node:net";
import pg from "pg";
import { from as copyFrom } from "pg-copy-streams";
import type { Call, Rows } from "./statement.ts";
import { columnTypes } from "./values.ts";

/** How connections are made. */
export type ConnectionOptions = {
  readonly url: string;
  /** `app` cannot change tables nor the privacy log; `eigenaar` migrates. */
  readonly role?: "app" | "eigenaar";
  /** After how many ms the server ends a transaction that asks nothing, so that a node that hangs or is paused keeps no locks; default
   * 5 s. What waits longer, with no lock that others want, says so itself (set local). */
  readonly idleInTransaction?: number;
};

export type Answer = { readonly rows: Rows; readonly command: string };
type Done = (error: Error | undefined, answer?: Answer) => void;

/** How long making a connection may take, ms. */
const connectTimeout = 10_000;
/** How long a connection may take to say goodbye, ms. */
const goodbye = 1000;

/**
 * One connection. What is asked of it is sent at once, one behind the other, and answered in that order; whoever holds it holds
 * it alone. Once it is lost everything that was under way has failed, and nothing is sent any more.
 */
export class Connection {
  readonly #client: pg.Client;
  readonly #socket: Socket;
  #lost: Error | undefined;
  #underWay = 0;
  /** Did the server say that it is ready after the last answer. After a failure it says so a moment later. */
  #ready = true;
  #quiet: (() => void) | undefined;
  /** While a COPY runs: what waits for its end. */
  #held: (() => void)[] | undefined;
  /** Told once, when it is lost. */
  onLost: () => void = () => {};
  onNotification: (channel: string, text: string) => void = () => {};
  /** Since when nobody uses it; for its pool. */
  idleSince = 0;

  private constructor(client: pg.Client, socket: Socket) {
    this.#client = client;
    this.#socket = socket;
    client.on("error", (error) => this.#lose(error));
    client.on("end", () => this.#lose(new Error("the connection ended")));
    client.on("drain", () => {
      this.#ready = true;
      if (this.ready) this.#tellQuiet();
    });
    client.on("notification", ({ channel, payload }) => this.onNotification(channel, payload ?? ""));
  }

  /**
   * Makes a connection, trying each host of the address once.
   * @throws the error of the last one, which `isUnavailable` knows
   */
  static async open(options: ConnectionOptions): Promise<Connection> {
    let last: unknown;
    for (const url of addressesOf(options.url)) {
      const socket = new Socket();
      try {
        const client = new pg.Client({
          connectionString: serverAddress(url, options),
          stream: () => socket,
          pipeline: true,
          application_name: "leerid",
          connectionTimeoutMillis: connectTimeout,
          keepAlive: true,
          keepAliveInitialDelayMillis: 60_000,
          types: columnTypes as never, // the library's types know numbers of its own only
        });
        const connection = new Connection(client, socket);
        await client.connect();
        if (connection.#lost) throw connection.#lost; // in the moment that it was made
        return connection;
      } catch (error) {
        socket.destroy();
        last = withCode(withTlsCode(error), "CONNECT_FAILED");
      }
    }
    throw last;
  }

  /** Is it gone, or said to be no longer of use. */
  get lost(): boolean {
    return this.#lost !== undefined;
  }

  /** Is everything answered, and the server ready for more. */
  get ready(): boolean {
    return this.#ready && this.#underWay === 0;
  }

  /** Does it stand outside any transaction; of a connection that is ready. */
  get free(): boolean {
    return this.#client.getTransactionStatus() === "I";
  }

  /** Calls once when it is ready, or lost. */
  whenReady(then: () => void): void {
    if (this.ready || this.lost) then();
    else this.#quiet = then;
  }

  /** Sends a statement; `done` is called exactly once, with its own answer. */
  run(call: Call, done: Done): void {
    if (this.#lost) return done(gone(this.#lost));
    if (this.#held) return void this.#held.push(() => this.run(call, done));
    this.#underWay += 1;
    this.#ready = false;
    const { text, name, values = [] } = call;
    const query = new pg.Query({ text, name, values }, (error, result) => {
      this.#underWay -= 1;
      this.#ready = !error; // an answer is told when all of it is there, a failure before that
      if (error) {
        const failure = told(error, call);
        if (endsConnection(failure)) this.#lose(failure);
        done(failure);
      } else done(undefined, answerOf(result as unknown as pg.QueryResult | pg.QueryResult[]));
      if (this.ready) this.#tellQuiet();
    });
    this.#client.query(query);
  }

  #tellQuiet(): void {
    const then = this.#quiet;
    this.#quiet = undefined;
    then?.();
  }

  /** The same as a promise. */
  ask(call: Call): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.run(call, (error, answer) => (answer ? resolve(answer) : reject(error as Error)));
    });
  }

  /**
   * Sends data to a COPY … FROM STDIN, drawing lines as it goes. It stands alone on the connection: it begins when what was asked
   * before has been answered, and what is asked meanwhile is sent after it.
   */
  async copy(text: string, lines: Iterable<string>): Promise<void> {
    while (this.#held) await new Promise<void>((resolve) => this.#held?.push(resolve));
    this.#held = [];
    try {
      await new Promise<void>((resolve) => this.whenReady(resolve));
      if (this.#lost) throw gone(this.#lost);
      // The library refuses COPY in its pipeline, rightly: here nothing else is under way.
      this.#pipeline(false);
      this.#ready = false;
      await sendLines(this.#client.query(copyFrom(text)), lines);
    } catch (error) {
      throw told(error, { text });
    } finally {
      this.#pipeline(true);
      const held = this.#held;
      this.#held = undefined;
      for (const next of held) next();
    }
  }

  #pipeline(on: boolean): void {
    (this.#client as { pipeline: boolean }).pipeline = on;
  }

  #lose(error: Error): void {
    if (this.#lost) return;
    this.#lost = error;
    this.#tellQuiet();
    this.onLost();
    void this.close();
  }

  /** Ends it, after the answers to what was sent as far as they come within a second. Resolves when it is closed. */
  close(): Promise<void> {
    this.#lost ??= new Error("closed by us");
    this.#client.end().catch(() => {});
    const late = setTimeout(() => this.#socket.destroy(), goodbye).unref();
    return this.#closed().finally(() => clearTimeout(late));
  }

  /** Ends it at once; what is under way fails. */
  destroy(): Promise<void> {
    this.#lost ??= new Error("closed by us");
    this.#socket.destroy();
    return this.#closed();
  }

  #closed(): Promise<void> {
    if (this.#socket.closed) return Promise.resolve();
    return new Promise((resolve) => this.#socket.once("close", () => resolve()));
  }
}

async function sendLines(stream: ReturnType<typeof copyFrom>, lines: Iterable<string>): Promise<void> {
  let failure: Error | undefined;
  let wake = () => {};
  const ended = new Promise<void>((resolve) => {
    stream.once("finish", resolve);
    stream.on("error", (error) => {
      failure ??= error;
      resolve();
      wake();
    });
  });
  // Nothing may be written to it after its failure: it would go to a connection that it no longer has.
  const send = async (text: string) => {
    if (failure || stream.write(text)) return;
    await new Promise<void>((resolve) => {
      wake = resolve;
      stream.once("drain", resolve);
    });
  };
  try {
    let text = "";
    for (const line of lines) {
      text += line;
      if (text.length < 65_536) continue;
      await send(text);
      if (failure) break;
      text = "";
    }
    if (text !== "") await send(text);
  } catch (error) {
    if (!failure) stream.destroy(new Error("the sender stopped")); // the server hears no more than that
    await ended;
    throw error;
  }
  if (!failure) stream.end();
  await ended;
  if (failure) throw failure;
}

function answerOf(result: pg.QueryResult | pg.QueryResult[]): Answer {
  const last = Array.isArray(result) ? result.at(-1) : result; // several only from a text with several statements
  const { rows = [], rowCount = 0, command = "" } = last ?? {};
  Object.defineProperty(rows, "count", { value: rowCount ?? 0 });
  return { rows: rows as unknown as Rows, command };
}

/** What failed, told from the place in the code where it stands; with a code that says what to think of it. */
function told(error: unknown, { from }: Call): Error {
  const failure = withCode(error, "CONNECTION_CLOSED");
  if (failure instanceof pg.DatabaseError) Object.assign(failure, { name: "PostgresError" });
  if (from !== undefined) failure.stack = `${failure.name}: ${failure.message}\n${from}`;
  return failure;
}

/** The library gives its own errors no code: they all mean that there is no connection (any more). */
function withCode(error: unknown, code: string): Error {
  const failure = error instanceof Error ? error : new Error(String(error));
  return "code" in failure && typeof failure.code === "string" ? failure : Object.assign(failure, { code });
}

/** What stands in the way of an encrypted connection gets a code of its own, with the cause in it: `CONNECT_TLS:CERT_HAS_EXPIRED`. */
function withTlsCode(error: unknown): unknown {
  const { code, syscall, message } = error as { code?: unknown; syscall?: unknown; message?: unknown };
  const cause =
    syscall === "open" // a file that the address names
      ? `FILE_${String(code)}`
      : message === "The server does not support SSL connections"
        ? "NOT_OFFERED"
        : /^(?:ERR_(?:TLS|SSL|OSSL)|CERT_|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_)|_CERT/.test(String(code))
          ? String(code)
          : /sslrootcert/.test(String(message))
            ? "NO_ROOT"
            : undefined;
  return cause === undefined ? error : Object.assign(error as Error, { code: `CONNECT_TLS:${cause}` });
}

const gone = (cause: Error): Error =>
  Object.assign(new Error("the connection is gone", { cause }), { code: "CONNECTION_CLOSED" });

/** The server says these last: it stops, was told to end this connection, or will not have us. */
const endsConnection = (error: Error): boolean =>
  /^(57P0|25P0[34]|08)|^(CONN|ECONN|EPIPE|ETIMEDOUT)/.test(String((error as { code?: unknown }).code));

/** `postgres://user@one:1,two:2/name` as an address for each host. */
function addressesOf(url: string): string[] {
  const parts = /^([^/]*\/\/(?:[^@/]*@)?)([^/?]*)(.*)$/s.exec(url);
  if (!parts) return [url];
  const [, before = "", hosts = "", after = ""] = parts;
  return hosts.split(",").map((host) => before + host + after);
}

/**
 * The address with what the server must know of a connection of ours: the role, the time zone, and how long a transaction may
 * ask nothing. With `sslmode`: as libpq understands it.
 */
export function serverAddress(
  url: string,
  { role = "app", idleInTransaction = 5000 }: Omit<ConnectionOptions, "url"> = {},
): string {
  const target = new URL(url);
  const settings = [
    target.searchParams.get("options"),
    role === "app" ? "-c role=leerid_app" : undefined,
    "-c TimeZone=UTC",
    `-c idle_in_transaction_session_timeout=${idleInTransaction}`,
  ];
  target.searchParams.set("options", settings.filter(Boolean).join(" "));
  if (target.searchParams.has("sslmode")) target.searchParams.set("uselibpqcompat", "true");
  return target.href;
}
