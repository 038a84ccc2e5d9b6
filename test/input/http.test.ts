import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { connect } from "node:net";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { raw, request, type RawAnswer } from "./raw-http.ts";
import {
  checkAnswer,
  checkProblem,
  checkStillWorks,
  home,
  sites,
  siteTrial,
  type SiteTrial,
} from "./site-trial.ts";

let t: SiteTrial;
let slow: Promise<RawAnswer>[] = [];

before(async () => {
  t = await siteTrial();
  // These take the server's whole patience, so they begin first and are asked last.
  slow = sites.map((site) => drip(t.port[site], "GET / HTTP/1.1\r\nHost: localhost\r\nX-Traag: "));
});
after(() => t?.close());

/** Sends a piece, and then a letter now and then, for as long as it is let. */
function drip(port: number, begin: string): Promise<RawAnswer> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(begin));
    let text = "";
    const more = setInterval(() => socket.write("a"), 500);
    socket.on("data", (part) => (text += part.toString("latin1")));
    socket.on("error", () => {});
    socket.on("close", () => {
      clearInterval(more);
      const status = /^HTTP\/1\.1 (\d+)/.exec(text)?.[1];
      resolve({ status: status === undefined ? undefined : Number(status), headers: {}, body: text });
    });
  });
}

describe("bytes that are no request", () => {
  const line = "GET / HTTP/1.1\r\nHost: localhost\r\n";
  const cases: readonly [name: string, bytes: string | Buffer][] = [
    ["noise", randomBytes(2000)],
    ["the hello of TLS", Buffer.from("16030100c8010000c40303", "hex")],
    ["HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
    ["HTTP/0.9", "GET /\r\n\r\n"],
    ["an unknown version", "GET / HTTP/7.3\r\nHost: localhost\r\n\r\n"],
    ["an unknown method", "BREW / HTTP/1.1\r\nHost: localhost\r\n\r\n"],
    ["a zero byte in the target", "GET /\0 HTTP/1.1\r\nHost: localhost\r\n\r\n"],
    ["a zero byte in a header", `${line}X-A: a\0b\r\n\r\n`],
    ["a bare carriage return in a header", `${line}X-A: a\rb\r\n\r\n`],
    ["a space before the colon", `${line}X-A : a\r\n\r\n`],
    ["a header without a name", `${line}: a\r\n\r\n`],
    ["no Host", "GET / HTTP/1.1\r\n\r\n"],
    ["two hosts", `${line}Host: kwaad.example\r\n\r\n`],
    ["two lengths", `POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab`],
    [
      "a length and chunks",
      `POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    ],
    ["a length below zero", `POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n`],
    ["a length that is no number", `POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0x10\r\n\r\n`],
    ["an unknown transfer coding", `POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: vouwen\r\n\r\n`],
    [
      "a chunk without a size",
      `POST /discimus/v1/berichten HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n`,
    ],
    ["a header of 100 kB", `${line}X-A: ${"a".repeat(100_000)}\r\n\r\n`],
    ["20,000 headers", `${line}${"X-A: a\r\n".repeat(20_000)}\r\n`],
    ["a target of 100 kB", `GET /?${"a".repeat(100_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`],
  ];
  // Node reads the first one, and nothing of ours reads either.
  const own = (name: string) => (name === "two hosts" ? [200, 303] : []);
  for (const site of sites) {
    it(`${site}: each is refused or cut off`, async () => {
      for (const [name, bytes] of cases) {
        const answer = await raw(t.port[site], bytes);
        checkAnswer(`${site}, ${name}`, answer, [400, 401, 404, 405, 431, ...own(name), undefined]);
      }
    });
  }
});

describe("the Host header", () => {
  const hosts = [
    "kwaad.example",
    "kwaad.example:4400",
    "localhost:1",
    "127.0.0.1",
    "[::1]",
    "xn--80ak6aa92e.com",
  ];
  const broken = [
    "",
    "a b",
    "kwaad.example/pad",
    "gebruiker@kwaad",
    "[::1",
    "%00",
    "a\tb",
    "kwaad.example:99999",
    "'\"<script>",
  ];

  it("does not choose the issuer, nor where anybody is sent", async () => {
    for (const host of [...hosts, ...broken]) {
      for (const forwarded of [
        [],
        ["X-Forwarded-Host: kwaad.example", "X-Forwarded-Proto: https", "Forwarded: host=kwaad.example"],
      ]) {
        const headers = [`Host: ${host}`, ...forwarded];
        const discovery = await raw(t.port.acm, request("GET", home.acm, headers));
        checkAnswer(`acm, host ${host}`, discovery, broken.includes(host) ? [200, 400] : [200]);
        assert.doesNotMatch(discovery.body, /kwaad/);
        if (discovery.status === 200)
          assert.equal(
            (JSON.parse(discovery.body) as { issuer: string }).issuer,
            `http://localhost:${t.port.acm}/op`,
          );
        for (const path of ["/aanmelden", "/", "/terug?code=x&state=y"]) {
          const start = await raw(t.port.loket, request("GET", path, headers));
          checkAnswer(`loket ${path}, host ${host}`, start, broken.includes(host) ? [303, 400] : [303]);
          assert.doesNotMatch(start.headers["location"] ?? "", /^[^?]*kwaad/);
        }
        const description = await raw(t.port.api, request("GET", home.api, headers));
        checkAnswer(`api, host ${host}`, description, broken.includes(host) ? [200, 400] : [200]);
        assert.doesNotMatch(description.body, /kwaad/);
      }
    }
  });

  it("and no absolute address in the request line either", async () => {
    for (const site of sites) {
      const answer = await raw(t.port[site], request("GET", `http://kwaad.example${home[site]}`));
      checkAnswer(site, answer, [200, 303, 400]);
      assert.doesNotMatch(answer.body, /kwaad/);
      assert.doesNotMatch(answer.headers["location"] ?? "", /kwaad/);
    }
  });
});

describe("methods and addresses that are not there", () => {
  it("are 404 or 405 on every site", async () => {
    const paths = {
      acm: ["/op/v1/token", "/op/v1/auth", "/op/v1/userinfo", home.acm],
      loket: ["/", "/gegevens", "/afmelden", "/terug"],
      api: ["/discimus/v1/berichten", "/datastore/v1/aanmelding", "/openapi.json", "/docs"],
    };
    for (const site of sites) {
      for (const path of paths[site]) {
        for (const method of ["DELETE", "PATCH", "PROPFIND", "TRACE", "M-SEARCH"])
          checkAnswer(
            `${site} ${method} ${path}`,
            await raw(t.port[site], request(method, path)),
            [404, 405],
          );
      }
      checkAnswer(`${site} CONNECT`, await raw(t.port[site], request("CONNECT", "kwaad.example:443")), [
        400,
        404,
        405,
        undefined,
      ]);
    }
    for (const path of ["/discimus/v1/berichten", "/niets", "/datastore", "/discimus/v2/berichten", "/DOCS"])
      checkProblem(path, await raw(t.port.api, request("GET", path)), 404, "niet-gevonden");
  });

  it("nothing outside the static files is served under /static", async () => {
    const ways = [
      "/static/../package.json",
      "/static/../../../../../../etc/passwd",
      "/static/%2e%2e/%2e%2e/package.json",
      "/static/..%2f..%2fpackage.json",
      "/static/..%5c..%5cpackage.json",
      "/static/..\\..\\package.json",
      "/static/x/....//....//etc/passwd",
      "/static//etc/passwd",
      "/static/%00/style.css",
      "/static/x/style.css%00.html",
      "/static/%c0%ae%c0%ae/style.css",
      "/static/%/style.css",
      "/static/x/%zz",
      "/static/__proto__/constructor",
      "/static/./.",
      "//static/x/style.css",
      `/static/${"a".repeat(10_000)}/b`,
      `/static/${"../".repeat(2000)}etc/passwd`,
    ];
    for (const site of sites) {
      for (const path of ways) {
        const answer = await raw(t.port[site], request("GET", path));
        checkAnswer(`${site} ${path.slice(0, 60)}`, answer, [400, 404]);
        assert.doesNotMatch(answer.body, /"name": "leerid"|root:x:/);
      }
    }
  });

  it("questions of every size and shape", async () => {
    const tails = [
      `?${"a".repeat(11_000)}`,
      `?${"a=1&".repeat(2500)}`,
      `?${"a[]=1&".repeat(1500)}`,
      "?a[__proto__][x]=1&constructor[prototype][x]=1&__proto__=1",
      "?%",
      "?%ff%fe=%00&a=%zz",
      "?a=1?b=2#c",
      "?code=%00&state=%ff&error[]=x",
      "?client_id=a&client_id=b&scope=%00&redirect_uri=%ff",
      "?\xff\xfe",
      ";jsessionid=1",
    ];
    for (const site of sites) {
      for (const path of [home[site], "/", site === "acm" ? "/op/v1/auth" : "/terug"]) {
        for (const tail of tails) {
          const answer = await raw(t.port[site], request("GET", path + tail));
          checkAnswer(`${site} ${path}${tail.slice(0, 40)}`, answer, [200, 303, 400, 404, 414, 431]);
        }
      }
    }
  });
});

describe("cookies", () => {
  it("of any shape are no session and no fault", async () => {
    const names = [
      "leerid",
      "leerid.sig",
      "leerid-open",
      "leerid-aanmelding",
      "leerid-hervat",
      "leerlingloket",
      "leerlingloket-begin",
    ];
    const values = [
      "",
      "x",
      "%",
      "%00",
      "\xff\xfe",
      '"',
      "a=b=c",
      "../../x",
      "{}",
      "null",
      "A".repeat(6000),
      Buffer.from(randomBytes(200)).toString("base64url"),
      "__proto__",
    ];
    for (const value of values) {
      const cookie = `Cookie: ${names.map((name) => `${name}=${value.slice(0, 1500)}`).join("; ")}`;
      const auth = `/op/v1/auth?client_id=leerlingloket&redirect_uri=${encodeURIComponent(`http://localhost:${t.port.loket}/terug`)}&response_type=code&scope=openid&code_challenge=${"x".repeat(43)}&code_challenge_method=S256`;
      checkAnswer(`acm ${value.slice(0, 20)}`, await raw(t.port.acm, request("GET", auth, [cookie])), [200]);
      const form = await raw(
        t.port.acm,
        request(
          "POST",
          `/op/v1/aanmelden/${"a".repeat(21)}`,
          [cookie, "Content-Type: application/x-www-form-urlencoded"],
          "gebruikersnaam=a&wachtwoord=b",
        ),
      );
      checkAnswer(`acm form ${value.slice(0, 20)}`, form, [400]);
      for (const [path, status] of [
        ["/", 303],
        ["/gegevens", 303],
        ["/terug", 303],
        ["/terug?code=x", 303],
      ] as const)
        checkAnswer(
          `loket ${path} ${value.slice(0, 20)}`,
          await raw(t.port.loket, request("GET", path, [cookie])),
          [status],
        );
      checkAnswer("api", await raw(t.port.api, request("GET", home.api, [cookie])), [200]);
    }
    const many = `Cookie: ${Array.from({ length: 700 }, (_, n) => `a${n}=${n}`).join("; ")}`;
    for (const site of sites)
      checkAnswer(site, await raw(t.port[site], request("GET", home[site], [many])), [200, 303]);
  });
});

describe("after all this", () => {
  it("slow callers were cut off in a bounded time, and a crowd of them keeps nobody out", async () => {
    const crowd = Array.from({ length: 300 }, (_, n) => {
      const socket = connect(t.port[sites[n % 3] ?? "api"], "127.0.0.1");
      socket.on("error", () => {});
      socket.write("POST /discimus/v1/berichten HTTP/1.1\r\nHost: localhost\r\nX-");
      return socket;
    });
    await sleep(300);
    for (const site of sites)
      checkAnswer(site, await raw(t.port[site], request("GET", home[site])), [200, 303]);
    for (const socket of crowd) socket.destroy();
    for (const answer of await Promise.all(slow))
      assert.ok([408, undefined].includes(answer.status), answer.body);
  });

  it("the server works, has not grown without bound, and called nothing of this a fault of its own", (context) =>
    checkStillWorks(t, context));
});
