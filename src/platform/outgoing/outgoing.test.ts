import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, test } from "node:test";
import { isUnreachable, makeAsk } from "./index.ts";

let server: Server;
let address: string;
/** Where nobody listens any more. */
let closed: string;
before(async () => {
  server = createServer((req, res) => {
    const half = () => void res.writeHead(200, { "content-length": "100" }).write('{"half":');
    if (req.url === "/op/stil") return; // never answers
    if (req.url === "/op/halt") return half();
    if (req.url === "/op/breekt") {
      half();
      return void setTimeout(() => res.destroy(), 20);
    }
    if (req.url === "/op/leeg") return void res.writeHead(204).end();
    if (req.url === "/op/te-druk") return void res.writeHead(503).end("<html>");
    if (req.url === "/op/geweigerd") return void res.writeHead(400).end('{"error":"invalid_grant"}');
    res.end('{"ok":true}');
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const other = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => other.once("listening", resolve));
  closed = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
  await new Promise((resolve) => other.close(resolve));
});
after(() => {
  server.closeAllConnections();
  server.close();
});

function setting(inside = address) {
  const lines: Record<string, unknown>[] = [];
  const tell = (why: Record<string, unknown>) => void lines.push(why);
  const ask = makeAsk({ what: "ACM", outside: "https://acm.example", inside, tell, patience: 300 });
  return { ask: (path: string) => ask(`https://acm.example${path}`, {}), lines };
}

describe("what is asked of another process", () => {
  test("no answer, half an answer and 'not now' are the same fault, in time, with its cause in the log", async () => {
    for (const [path, cause, inside] of [
      ["/op/stil", /TimeoutError/],
      ["/op/halt", /TimeoutError/],
      ["/op/breekt", /UND_ERR_SOCKET|ECONNRESET/],
      ["/op/te-druk", /HTTP_503/],
      ["/op/weg", /ECONNREFUSED/, closed],
      ["/op/naamloos", /ENOTFOUND|EAI_AGAIN/, "http://bestaat-niet.invalid"],
    ] as const) {
      const { ask, lines } = setting(inside ?? address);
      const began = performance.now();
      const error = await ask(path).then(
        () => assert.fail(`${path}: answered`),
        (caught: unknown) => caught,
      );
      assert.ok(performance.now() - began < 2000, `${path}: in time`);
      assert.ok(isUnreachable(error), path);
      assert.ok(isUnreachable(new Error("of a library", { cause: error })), path);
      assert.equal(lines.length, 1, path);
      assert.match(JSON.stringify(lines[0]), cause, path);
      assert.equal(lines[0]?.["pad"], path);
    }
  });

  test("a refusal is an answer, whole, and so is one without a body", async () => {
    const { ask, lines } = setting();
    const refused = await ask("/op/geweigerd");
    assert.deepEqual([refused.status, await refused.text()], [400, '{"error":"invalid_grant"}']);
    assert.equal((await ask("/op/leeg")).status, 204);
    assert.deepEqual(await (await ask("/op/goed")).json(), { ok: true });
    assert.deepEqual(lines, []);
    assert.ok(!isUnreachable(new Error("something else")));
  });
});
