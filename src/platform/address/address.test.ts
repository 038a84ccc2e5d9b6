import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { test } from "node:test";
import { clientAddress } from "./index.ts";

/** What a server reads of a request with these header lines, from the socket `10.0.0.1` of a proxy. */
const read = (proxies: number, ...lines: readonly (readonly [string, string])[]) =>
  clientAddress({ rawHeaders: lines.flat(), socket: { remoteAddress: "10.0.0.1" } }, proxies);
const forwardedFor = (value: string): [string, string] => ["X-Forwarded-For", value];

test("D24: without proxies no header is believed", () => {
  assert.equal(read(0, forwardedFor("198.51.100.7"), ["Forwarded", "for=198.51.100.7"]), "10.0.0.1");
});

test("D24: the entry that our own proxies wrote, whatever stands left of it", () => {
  assert.equal(read(1, forwardedFor("198.51.100.7")), "198.51.100.7");
  assert.equal(read(1, forwardedFor("1.2.3.4, 5.6.7.8,198.51.100.7 ")), "198.51.100.7", "the rest is a lie");
  assert.equal(read(2, forwardedFor("1.2.3.4, 198.51.100.7, 10.0.0.9")), "198.51.100.7");
  assert.equal(
    read(2, forwardedFor("1.2.3.4, 198.51.100.7"), forwardedFor("10.0.0.9")),
    "198.51.100.7",
    "two lines",
  );
  assert.equal(
    read(1, ["forwarded", 'for=1.2.3.4;proto=https, For="198.51.100.7:4711";by=10.0.0.1']),
    "198.51.100.7",
  );
  assert.equal(read(1, ["Forwarded", 'proto=https;for="[2001:db8:1:2::9]:443"']), "2001:db8:1:2::/64");
  assert.equal(read(1, ["Forwarded", "for=1.2.3.4"], forwardedFor("198.51.100.7")), "198.51.100.7");
});

test("D24: what is no address, or is not there, is the other end of the connection", () => {
  for (const value of [
    "",
    "unknown",
    "_hidden",
    "1.2.3",
    "1.2.3.4.5",
    "198.51.100.7;x",
    "[::1",
    "::g",
    "x".repeat(10_000),
  ])
    assert.equal(read(1, forwardedFor(value)), "10.0.0.1", value.slice(0, 20));
  assert.equal(read(1), "10.0.0.1");
  assert.equal(read(3, forwardedFor("1.2.3.4, 5.6.7.8")), "10.0.0.1", "fewer proxies than there are");
  assert.equal(read(1, ["Forwarded", "by=10.0.0.1;proto=https"]), "10.0.0.1");
  assert.equal(clientAddress({ rawHeaders: [], socket: {} }, 1), "");
});

test("D24: an IPv6 /64 is one source, and IPv4 inside IPv6 is IPv4", () => {
  const expected = "2001:db8:0:1::/64";
  for (const value of [
    "2001:db8:0:1::5",
    "2001:0DB8:0:1:a:b:c:d",
    "[2001:db8::1:0:0:0:1]",
    "2001:db8:0:1::ffff:1.2.3.4",
  ])
    assert.equal(read(1, forwardedFor(value)), expected, value);
  assert.equal(read(1, forwardedFor("::ffff:198.51.100.7")), "198.51.100.7");
  assert.equal(read(1, forwardedFor("198.51.100.7:5123")), "198.51.100.7");
  assert.equal(read(1, forwardedFor("::1")), "0:0:0:0::/64");
  assert.equal(read(1, forwardedFor("fe80::1%eth0")), "fe80:0:0:0::/64");
});

test("D24: over a real connection, also after a site took the header out", async () => {
  const seen: string[] = [];
  const server = createServer((req, res) => {
    delete req.headers["x-forwarded-for"];
    seen.push(clientAddress(req, 0), clientAddress(req, 1));
    res.end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  socket.write("GET / HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 198.51.100.7\r\nConnection: close\r\n\r\n");
  socket.resume();
  await once(socket, "close");
  server.close();
  assert.deepEqual(seen, ["127.0.0.1", "198.51.100.7"]);
});
