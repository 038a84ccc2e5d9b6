import { Connection, type ConnectionOptions } from "./connection.ts";

/** Who waits for a connection: gets one for itself alone, or hears why there is none. */
type Waiting = { readonly use: (connection: Connection) => void; readonly refuse: (error: Error) => void };

export type Pool = ReturnType<typeof makePool>;

/** Connections that somebody has, and how many wait for one. */
export type Load = { readonly used: number; readonly waiting: number };

/** After how long a connection that nobody uses is closed, and how often that is looked at, ms. */
const idleTime = 60_000;
const lookEvery = 15_000;

/**
 * Connections, each in the hands of one user at a time. They are made when first needed. Who asks is served in order of asking;
 * when the database cannot be reached everybody hears so at once, and the next one who asks tries again.
 */
export function makePool(options: ConnectionOptions, max: number) {
  const all = new Set<Connection>();
  /** The last used is used first, so that the first is the longest idle. */
  const idle: Connection[] = [];
  const queue: Waiting[] = [];
  let connecting = 0;
  let ending: (() => void) | undefined;
  let ended: Promise<void> | undefined;
  let closed = false;

  const sweep = setInterval(() => {
    const before = performance.now() - idleTime;
    while (idle[0] && idle[0].idleSince < before) discard(idle[0]);
  }, lookEvery).unref();

  const open = async (): Promise<void> => {
    connecting += 1;
    const made = await Connection.open(options).catch((error: Error) => error);
    connecting -= 1;
    if (made instanceof Connection) {
      all.add(made);
      made.onLost = () => drop(made);
      return give(made);
    }
    // Those who can still be served by a connection that stands go on waiting for it, except the one who asked for more.
    const refused = all.size + connecting > 0 ? queue.splice(0, 1) : queue.splice(0);
    for (const one of refused) one.refuse(ownError(made));
    settle();
  };

  /** Makes connections for those who wait, as far as there may be more. */
  const replenish = (): void => {
    while (queue.length > connecting && all.size + connecting < max) void open();
  };

  const drop = (connection: Connection): void => {
    all.delete(connection);
    const at = idle.indexOf(connection);
    if (at >= 0) idle.splice(at, 1);
    replenish();
    settle();
  };

  const discard = (connection: Connection): void => {
    drop(connection);
    void connection.close();
  };

  const settle = (): void => {
    if (ending && queue.length === 0 && connecting === 0 && idle.length === all.size) ending();
  };

  /** Asks for a connection. Whoever gets one gives it back with `give`. */
  const take = (use: Waiting["use"], refuse: Waiting["refuse"]): void => {
    if (ended) return refuse(poolEnded());
    const connection = idle.pop();
    if (connection) return use(connection);
    queue.push({ use, refuse });
    replenish();
  };

  /** Gives a connection back: to the first who waits. One that is lost, or has a transaction open, is not used again. */
  const give = (connection: Connection): void => {
    if (connection.lost) return drop(connection);
    if (!connection.ready) return connection.whenReady(() => give(connection));
    if (!connection.free || closed) return discard(connection);
    const next = queue.shift();
    if (next) return next.use(connection);
    connection.idleSince = performance.now();
    idle.push(connection);
    settle();
  };

  /** Takes no more, waits until all is answered, `timeout` seconds at most, and closes. */
  const end = (timeout?: number): Promise<void> => {
    ended ??= (async () => {
      const quiet = new Promise<void>((resolve) => (ending = resolve));
      settle();
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        if (timeout !== undefined) timer = setTimeout(resolve, timeout * 1000);
      });
      await Promise.race([quiet, late]);
      clearTimeout(timer);
      clearInterval(sweep);
      closed = true;
      for (const one of queue.splice(0)) one.refuse(poolEnded());
      await Promise.all(Array.from(all, (one) => (idle.includes(one) ? one.close() : one.destroy())));
    })();
    return ended;
  };

  /** How busy it is now. */
  const load = (): Load => ({ used: all.size - idle.length, waiting: queue.length });

  return { take, give, discard, end, load };
}

const poolEnded = (): Error => Object.assign(new Error("the pool has ended"), { code: "CONNECTION_ENDED" });

/** For everybody one of his own, since who catches it may add to it. */
const ownError = (error: Error): Error =>
  Object.assign(new Error(error.message, { cause: error }), { code: (error as { code?: string }).code });
