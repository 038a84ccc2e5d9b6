import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { answerCalls } from "#bench/processes";

const server = createServer({ keepAliveTimeout: 65_000 }, (_, answer) => {
  answer.setHeader("content-type", "text/plain; charset=utf-8");
  answer.end("hello world");
});

/** The least that a Node server can do. */
const calls = {
  async start(_: undefined): Promise<{ readonly port: number }> {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return { port: (server.address() as AddressInfo).port };
  },
};
export type HelloCalls = typeof calls;

answerCalls(calls, async () => {
  server.closeAllConnections();
  server.close();
});
