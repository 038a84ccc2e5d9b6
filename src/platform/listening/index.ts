import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { setTimeout as wait } from "node:timers/promises";

export type Listener = (request: IncomingMessage, response: ServerResponse) => void;

/** What a site cannot do without, by the word that an operator reads: is it there now? */
export type Needs = Readonly<Record<string, () => Promise<boolean>>>;

export type Ports = {
  /**
   * Opens a port for a site, which then also says whether it lives (`/healthz`) and whether it can work (`/readyz`: all it needs is
   * there, and this process is not about to stop). @throws what Node says when the port cannot be had
   */
  open(port: number, listener: Listener, needs: Needs): Promise<void>;
  /** From now on `/readyz` says 503 and a connection ends with its answer, so that nobody sends more; everything is still answered. */
  drain(): void;
  /** Takes nothing new and lets what runs end, 5 seconds at most. @returns how many connections were cut off after that */
  close(): Promise<number>;
};

/** How long something that a site needs may take to be there, and what runs may take to end, ms. */
const lookTime = 2000;
const endTime = 5000;

/** The ports of this process on one host. */
export function makePorts(host: string): Ports {
  const servers: Server[] = [];
  let draining = false;
  return {
    async open(port, listener, needs) {
      servers.push(
        await listenOn(
          host,
          port,
          withHealth(listener, needs, () => draining),
        ),
      );
    },
    drain: () => void (draining = true),
    async close() {
      draining = true;
      const cut = await Promise.all(servers.map(closeServer));
      return cut.reduce((sum, one) => sum + one, 0);
    },
  };
}

function withHealth(listener: Listener, needs: Needs, draining: () => boolean): Listener {
  const looks = Object.entries(needs).map(([name, look]) => ({ name, look: inTime(look) }));
  const say = (response: ServerResponse, status: number, text: string) =>
    response
      .writeHead(status, { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" })
      .end(text);
  const sayReady = async (response: ServerResponse): Promise<void> => {
    if (draining()) return void say(response, 503, "niet klaar: stopt");
    const found = await Promise.all(looks.map(async ({ name, look }) => ((await look()) ? [] : [name])));
    const absent = found.flat();
    say(
      response,
      absent.length === 0 ? 200 : 503,
      absent.length === 0 ? "ok" : `niet klaar: ${absent.join(", ")}`,
    );
  };
  return (request, response) => {
    if (draining()) response.shouldKeepAlive = false;
    if (request.url === "/healthz") say(response, 200, "ok");
    else if (request.url === "/readyz") void sayReady(response);
    else listener(request, response);
  };
}

/**
 * A look that has an answer in time: what hangs is not there. One at a time, however many ask, so that questions do not pile up before
 * what hangs.
 */
function inTime(look: () => Promise<boolean>): () => Promise<boolean> {
  let busy: Promise<boolean> | undefined;
  return () => {
    busy ??= look()
      .catch(() => false)
      .finally(() => (busy = undefined));
    return Promise.race([busy, wait(lookTime, false, { ref: false })]);
  };
}

function listenOn(host: string, port: number, listener: Listener): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer(
      {
        keepAliveTimeout: 65_000,
        requestTimeout: 60_000,
        headersTimeout: 10_000,
        // How often the two above are looked at; Node's own 30 s would more than double them.
        connectionsCheckingInterval: 5000,
      },
      listener,
    );
    server.once("error", reject);
    server.listen(port, host, () => resolve(server));
  });
}

/** @returns how many connections were cut off */
function closeServer(server: Server): Promise<number> {
  return new Promise((resolve) => {
    let cut = 0;
    // A connection whose request began before the drain stays open after its answer.
    const sweep = setInterval(() => server.closeIdleConnections(), 100);
    const timer = setTimeout(() => {
      server.getConnections((_, open) => {
        cut = open;
        server.closeAllConnections();
      });
    }, endTime);
    server.close(() => {
      clearInterval(sweep);
      clearTimeout(timer);
      resolve(cut);
    });
    server.closeIdleConnections();
  });
}
