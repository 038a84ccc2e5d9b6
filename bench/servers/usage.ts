import { connect, createServer, type AddressInfo } from "node:net";

/** What a server process has used since it started. */
export type Usage = {
  readonly cpuMs: number;
  /** Round trips to the database; only when they are counted. */
  readonly trips: number;
};

/**
 * Counts round trips where they happen, on the wire: something was asked after something was answered. What goes out together, the
 * statements of one transaction for instance, is one trip. The door costs time, so that nothing is timed that goes through it.
 */
export function makeUsage(): {
  /** The address to use for a database: with `count` that of a door in front of it. */
  through(url: string, count: boolean): Promise<string>;
  usage(): Usage;
} {
  let trips = 0;
  return {
    async through(url, count) {
      if (!count) return url;
      const { hostname, port } = new URL(url);
      const door = createServer({ noDelay: true }, (client) => {
        const server = connect({ host: hostname, port: Number(port), noDelay: true });
        let waiting = false;
        client.on("data", (bytes) => {
          if (!waiting) trips++;
          waiting = true;
          server.write(bytes);
        });
        server.on("data", (bytes) => {
          waiting = false;
          client.write(bytes);
        });
        for (const [one, other] of [
          [client, server],
          [server, client],
        ] as const) {
          one.on("error", () => other.destroy());
          one.on("close", () => other.destroy());
        }
      }).unref();
      await new Promise<void>((resolve) => door.listen(0, "127.0.0.1", resolve));
      const behind = new URL(url);
      behind.host = `127.0.0.1:${(door.address() as AddressInfo).port}`;
      return behind.href;
    },
    usage() {
      const { user, system } = process.cpuUsage();
      return { cpuMs: (user + system) / 1000, trips };
    },
  };
}
