import { answerCalls } from "#bench/processes";
import { openConnection, type Connection } from "./http.ts";
import { closedLoop, type LoopOptions, type LoopRun } from "./loop.ts";
import { open, type Jar, type Target } from "./sign-in.ts";

type Names = { readonly names: readonly string[]; readonly password: string };

let nextName = 0;
/** Signed-in browsers per server. */
const jars = new Map<number, Jar[]>();
const takeName = ({ names, password }: Names) => ({ name: names[nextName++ % names.length] ?? "", password });

async function withConnections<T>(
  port: number,
  count: number,
  work: (connections: Connection[]) => Promise<T>,
): Promise<T> {
  const connections = Array.from({ length: count }, () => openConnection(port));
  try {
    return await work(connections);
  } finally {
    for (const connection of connections) connection.close();
  }
}

const at = <T>(list: readonly T[], index: number): T => {
  const item = list[index];
  if (item === undefined) throw new Error("index outside the list");
  return item;
};

/** The load: sign-ins and hops, as browsers and applications would send them. */
const calls = {
  /** Sign-ins of ever other pupils, each in a new browser. */
  signIns: (args: LoopOptions & Names & { readonly target: Target }): Promise<LoopRun> =>
    withConnections(args.target.port, args.concurrency, (connections) =>
      closedLoop(args, async (worker) => {
        await open(at(connections, worker), args.target, new Map(), 0, takeName(args));
        return true;
      }),
    ),

  /** Signs in `browsers` pupils at application 0, for `hops`. */
  prepareHops: (args: Names & { readonly target: Target; readonly browsers: number }): Promise<void> =>
    withConnections(args.target.port, 8, async (connections) => {
      const made: Jar[] = [];
      await Promise.all(
        connections.map(async (connection) => {
          while (made.length < args.browsers) {
            const jar: Jar = new Map();
            made.push(jar);
            await open(connection, args.target, jar, 0, takeName(args));
          }
        }),
      );
      jars.set(args.target.port, made);
    }),

  /** Lets them open every other application once: first all of them the second one, and so on. */
  hops: (args: LoopOptions & { readonly target: Target }): Promise<LoopRun> =>
    withConnections(args.target.port, args.concurrency, (connections) => {
      const browsers = jars.get(args.target.port) ?? [];
      const all = browsers.length * (args.target.clients.length - 1);
      let next = 0;
      return closedLoop(args, async (worker) => {
        const turn = next++;
        if (turn >= all) return false;
        const client = 1 + Math.floor(turn / browsers.length);
        await open(
          at(connections, worker),
          args.target,
          at(browsers, turn % browsers.length),
          client,
          undefined,
        );
        return true;
      });
    }),

  /** The same page over and over, each time with the next cookie; `expect` must stand in it. */
  gets: (
    args: LoopOptions & {
      readonly port: number;
      readonly path: string;
      readonly cookies: readonly string[];
      readonly expect: string;
    },
  ): Promise<LoopRun> =>
    withConnections(args.port, args.concurrency, (connections) => {
      let next = 0;
      return closedLoop(args, async (worker) => {
        const cookie = args.cookies[next++ % args.cookies.length];
        const answer = await at(connections, worker).request(
          `GET ${args.path} HTTP/1.1\r\nHost: localhost:${args.port}\r\n${cookie === undefined ? "" : `Cookie: ${cookie}\r\n`}`,
        );
        if (answer.status !== 200 || !answer.body.includes(args.expect))
          throw new Error(`${args.path}: ${answer.status}, without ${args.expect}`);
        return true;
      });
    }),
};
export type ClientCalls = typeof calls;

answerCalls(calls);
