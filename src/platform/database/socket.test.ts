import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { it } from "node:test";
import { isUnavailable, openDatabase } from "./index.ts";

/** A database address where something answers with these bytes and hangs up. */
async function at(answer: string, work: (url: string, calls: () => number) => Promise<void>): Promise<void> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => {});
    socket.end(answer);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    await work(`postgres://x:y@127.0.0.1:${(server.address() as AddressInfo).port}/z`, () => sockets.length);
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
}

for (const [name, answer] of [
  ["hangs up without a word", ""],
  ["is no PostgreSQL", "HTTP/1.1 400 Bad Request\r\n\r\n"],
] as const) {
  it(`what ${name} is refused at once, and not asked again and again`, () =>
    at(answer, async (url, calls) => {
      const sql = openDatabase({ url, max: 2 });
      for (let n = 0; n < 4; n += 1) await assert.rejects(sql`select 1`, isUnavailable);
      assert.ok(calls() <= 8, `${calls()} connections`);
      await sql.end({ timeout: 1 });
    }));
}
