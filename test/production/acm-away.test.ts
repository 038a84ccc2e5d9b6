import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createServer as createPlain, request, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer } from "node:https";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { testDatabase, type TestDatabase } from "#testing/database";
import {
  freePortBase,
  mainKey,
  startServer,
  withFolder,
  type ServerNode,
  type Settings,
} from "#testing/server";

let db: TestDatabase;
before(async () => {
  db = await testDatabase();
});
after(() => db?.close());

const run = promisify(execFile);

/** A certificate of an authority that no machine knows by itself. */
async function privateAuthority(folder: string) {
  const [ca, key, csr, cert, ext] = ["ca.pem", "key.pem", "csr.pem", "cert.pem", "ext"].map((name) =>
    join(folder, name),
  );
  assert.ok(ca && key && csr && cert && ext);
  const caKey = join(folder, "ca.key");
  const made = ["-newkey", "rsa:2048", "-nodes", "-days", "2"];
  await run("openssl", ["req", "-x509", ...made, "-keyout", caKey, "-out", ca, "-subj", "/CN=Eigen CA"]);
  await run("openssl", ["req", ...made.slice(0, 3), "-keyout", key, "-out", csr, "-subj", "/CN=localhost"]);
  await run("sh", ["-c", `printf 'subjectAltName=DNS:localhost' > ${ext}`]);
  const sign = ["x509", "-req", "-in", csr, "-CA", ca, "-CAkey", caKey, "-CAcreateserial", "-days", "2"];
  await run("openssl", [...sign, "-extfile", ext, "-out", cert]);
  return { ca, key: await readFile(key), cert: await readFile(cert) };
}

/** A proxy as stands before a site, to the port of ACM. */
async function proxyTo(acmPort: number, own: number, tls?: { key: Buffer; cert: Buffer }) {
  const pass = (asked: IncomingMessage, answer: ServerResponse) => {
    const { method, url: path, headers } = asked;
    const to = request({ port: acmPort, host: "127.0.0.1", method, path, headers }, (from) => {
      answer.writeHead(from.statusCode ?? 502, from.headers);
      from.pipe(answer);
    });
    to.on("error", () => answer.writeHead(502).end());
    asked.pipe(to);
  };
  const server = tls ? createServer(tls, pass) : createPlain(pass);
  await new Promise<void>((resolve) => server.listen(own, resolve));
  return () => {
    server.closeAllConnections();
    server.close();
  };
}

const lokets = [
  { offset: 1, name: "leerlingloket" },
  { offset: 2, name: "schoolloket" },
  { offset: 3, name: "beheer" },
];
const at = (node: ServerNode, offset: number, path: string) =>
  fetch(`http://127.0.0.1:${node.base + offset}${path}`, { redirect: "manual" });

async function withNode(
  settings: Settings,
  work: (node: ServerNode) => Promise<void>,
  base?: number,
): Promise<void> {
  const node = await startServer(
    { LEERID_DATABASE_URL: db.url, LEERID_HOOFDSLEUTEL: mainKey, LEERID_LOG: "warn", ...settings },
    base,
  );
  try {
    await work(node);
  } finally {
    await node.end();
  }
}

/** Whether ACM answers each loket, as the figures say. */
const answering = async (node: ServerNode): Promise<string> => {
  const text = await (await fetch(`${node.metrics}/metrics`)).text();
  return [...text.matchAll(/^leerid_loket_finds_acm{site="\w+"} ([01])$/gm)].map(([, one]) => one).join("");
};

async function eventually(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (let n = 0; n < 200; n += 1) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.fail(what);
}

/** As the tests know it: the loket says which of its needs is absent, and whoever signs in hears when to come back. */
async function checkAway(node: ServerNode, cause: RegExp): Promise<void> {
  for (const { offset, name } of lokets) {
    const ready = await at(node, offset, "/readyz");
    assert.equal(ready.status, 503, name);
    assert.equal(await ready.text(), "niet klaar: ACM", name);
    const page = await at(node, offset, "/aanmelden");
    assert.equal(page.status, 503, name);
    assert.match(page.headers.get("retry-after") ?? "", /^\d+$/, name);
    assert.match(await page.text(), /Dit lukt nu even niet/, name);
  }
  for (const offset of [0, 4, 99])
    assert.equal((await at(node, offset, "/readyz")).status, 200, String(offset));
  const line =
    node
      .output()
      .split("\n")
      .find((one) => one.includes("ACM antwoordt niet")) ?? "";
  assert.match(line, cause, node.output());
  assert.match(line, /"adres":"https?:/);
}

describe("the lokets, when ACM cannot be reached by its address", () => {
  it("are not ready, say 503 and when to come back, and log the cause; and all is well once it is there", async () => {
    const base = await freePortBase();
    const port = base + 50;
    await withNode(
      { LEERID_ACM_URL: `http://localhost:${port}` },
      async (node) => {
        await checkAway(node, /"oorzaak":\[.*ECONNREFUSED/);
        const close = await proxyTo(base, port);
        try {
          for (const { offset, name } of lokets) {
            await eventually(name, async () => (await at(node, offset, "/readyz")).status === 200);
            const page = await at(node, offset, "/aanmelden");
            assert.equal(page.status, 303, name);
            assert.ok(page.headers.get("location")?.startsWith(`http://localhost:${port}/op/v1/auth?`), name);
          }
          await eventually("the figures say that it answers", async () => (await answering(node)) === "111");
        } finally {
          close();
        }
        // It was found; that it is away for a moment does not take from people what they can do without it. Who watches sees it.
        await eventually("the figures say that it is away", async () => (await answering(node)) === "000");
        for (const { offset, name } of lokets)
          assert.equal((await at(node, offset, "/readyz")).status, 200, name);
      },
      base,
    );
  });

  it("with a certificate of a private authority say so, and take it from NODE_EXTRA_CA_CERTS", () =>
    withFolder(async (folder) => {
      const authority = await privateAuthority(folder);
      for (const known of [false, true]) {
        const base = await freePortBase();
        const close = await proxyTo(base, base + 50, authority);
        const settings = {
          LEERID_ACM_URL: `https://localhost:${base + 50}`,
          ...(known && { NODE_EXTRA_CA_CERTS: authority.ca }),
        };
        const work = async (node: ServerNode) => {
          if (!known) return checkAway(node, /"oorzaak":\[.*(UNABLE_TO|SELF_SIGNED_CERT)/);
          for (const { offset, name } of lokets)
            await eventually(name, async () => (await at(node, offset, "/readyz")).status === 200);
        };
        await withNode(settings, work, base).finally(close);
      }
    }));

  it("ask it by the address inside, while the browser goes to the one outside", async () => {
    const base = await freePortBase();
    await withNode(
      {
        LEERID_ACM_URL: "http://acm.bestaat-niet.invalid",
        LEERID_ACM_BINNEN_URL: `http://127.0.0.1:${base}`,
      },
      async (node) => {
        for (const { offset, name } of lokets) {
          assert.equal((await at(node, offset, "/readyz")).status, 200, name);
          const page = await at(node, offset, "/aanmelden");
          assert.ok(
            page.headers.get("location")?.startsWith("http://acm.bestaat-niet.invalid/op/v1/auth?"),
            name,
          );
        }
      },
      base,
    );
  });

  it("and lose it again while somebody signs in: 503 and when to come back, with the cause in the log", async () => {
    const base = await freePortBase();
    const close = await proxyTo(base, base + 50);
    const acm = "http://acm.leerid.test";
    const settings = { LEERID_ACM_URL: acm, LEERID_ACM_BINNEN_URL: `http://localhost:${base + 50}` };
    const work = async (node: ServerNode) => {
      const begun = await Promise.all(lokets.map(({ offset }) => at(node, offset, "/aanmelden")));
      close();
      for (const [n, { offset, name }] of lokets.entries()) {
        const state = new URL(begun[n]?.headers.get("location") ?? acm).searchParams.get("state") ?? "";
        const cookie = begun[n]?.headers.getSetCookie()[0]?.split(";")[0] ?? "";
        const query = new URLSearchParams({ code: "x".repeat(43), state, iss: `${acm}/op` });
        const answer = await fetch(`http://127.0.0.1:${base + offset}/terug?${query}`, {
          headers: { cookie },
          redirect: "manual",
        });
        assert.equal(answer.status, 503, name);
        assert.match(answer.headers.get("retry-after") ?? "", /^\d+$/, name);
        assert.equal((await at(node, offset, "/readyz")).status, 200, name);
      }
      assert.match(node.output(), /ECONNREFUSED.*"pad":"\/op\/v1\/token".*ACM antwoordt niet/);
    };
    await withNode(settings, work, base).finally(close);
  });
});
