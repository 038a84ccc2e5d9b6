import { connect, type Socket } from "node:net";

/** Where to, as the client library read it from the address. */
type Target = {
  readonly host: readonly string[];
  readonly port: readonly number[];
  readonly path?: string | false;
};

/** First bytes of PostgreSQL: an authentication request, an error, or the answer to "do you speak TLS". */
const greetings = "RENS";

/**
 * Connects for the client library. It takes a server that hangs up before its greeting as a reason to try again, at once and
 * for ever: a balancer without a database behind it, or a port of something else, kept a whole core busy and every caller
 * waiting. Here that is an error like any other refusal. Several hosts in the address take turns.
 */
export function makeSocket(): (target: Target) => Socket {
  let turn = 0;
  return ({ host, port, path }) => {
    const n = turn++ % host.length;
    const target = { host: host[n] ?? "localhost", port: port[n] ?? 5432 };
    const socket = path ? connect(path) : connect(target);
    Object.assign(socket, target); // for its messages, and for the name in TLS
    let greeted = false;
    socket.once("data", (first: Buffer) => {
      greeted = greetings.includes(String.fromCharCode(first[0] ?? 0));
    });
    socket.once("end", () => {
      if (!greeted) socket.destroy(Object.assign(new Error("hung up"), { code: "CONNECTION_CLOSED" }));
    });
    return socket;
  };
}
