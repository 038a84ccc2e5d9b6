import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, describe, it } from "node:test";
import { gzipSync } from "node:zlib";
import { importJWK, SignJWT } from "jose";
import { openKeyRing } from "#modules/tokens";
import { raw, request, type RawAnswer } from "./raw-http.ts";
import { checkAnswer, checkProblem, checkStillWorks, siteTrial, type SiteTrial } from "./site-trial.ts";

let t: SiteTrial;

before(async () => {
  t = await siteTrial();
});
after(() => t?.close());

type Send = (body: string | Buffer, headers?: readonly string[], token?: string) => Promise<RawAnswer>;

const send =
  (path: string, type: string, scope: "discimus" | "datastore"): Send =>
  (body, headers = [], token = t[scope]) =>
    raw(
      t.port.api,
      request(
        "POST",
        path,
        [
          ...(token === "" ? [] : [`Authorization: Bearer ${token}`]),
          ...(headers.some((line) => /^content-type:/i.test(line)) ? [] : [`Content-Type: ${type}`]),
          ...headers,
        ],
        body,
      ),
    );
const feed = send("/discimus/v1/berichten", "application/x-ndjson", "discimus");
const ask = (path: string, ...rest: Parameters<Send>) => send(path, "application/json", "datastore")(...rest);

/**
 * An answer that comes before the body was read is followed, half a second later, by the end of the connection: this process, which has
 * other tests beside it, may come too late to read it. As any client it asks again, twice at most.
 */
async function heard(send: () => ReturnType<typeof feed>): ReturnType<typeof feed> {
  for (let again = 0; again < 2; again += 1) {
    const answer = await send();
    if (answer.status !== undefined) return answer;
  }
  return send();
}

describe("who may knock at the API", () => {
  it("nobody without a token, with a broken one, an old one or one for something else", async () => {
    const bos = await openKeyRing(t.ctx);
    const key = bos.sleutels().find(({ alg, status }) => alg === "ES256" && status === "actief");
    assert.ok(key);
    const sign = async (changes: { age?: number; aud?: string; typ?: string }) =>
      new SignJWT({ client_id: "machine", scope: "discimus:schrijven" })
        .setProtectedHeader({ alg: "ES256", typ: changes.typ ?? "at+jwt", kid: key.kid })
        .setSubject("machine")
        .setAudience(changes.aud ?? `http://localhost:${t.port.api}`)
        .setIssuedAt(Math.floor(Date.now() / 1000) - 7200)
        .setExpirationTime(Math.floor(Date.now() / 1000) + (changes.age ?? 3600))
        .sign(await importJWK(key.prive, "ES256"));
    const [head = "", body = "", signature = ""] = t.discimus.split(".");
    const none = Buffer.from('{"alg":"none","typ":"at+jwt"}').toString("base64url");
    const bad = [
      await sign({ age: -1 }),
      await sign({ aud: "http://elders.example" }),
      await sign({ typ: "JWT" }),
      `${head}.${body}.${signature.slice(0, -4)}AAAA`,
      `${head}.${Buffer.from('{"client_id":"machine","sub":"machine","scope":"discimus:schrijven","aud":"x","exp":9999999999}').toString("base64url")}.${signature}`,
      `${none}.${body}.`,
      "x",
      "a.b.c",
      "a".repeat(8000),
      "%00",
    ];
    await bos.close();
    checkProblem(
      "the right one is right",
      await feed("{}", ["Content-Encoding: br"]),
      415,
      "verkeerd-formaat",
    );
    for (const token of ["", ...bad]) {
      const answer = await feed("{}", [], token);
      checkProblem(token.slice(0, 20), answer, 401, "geen-token");
      assert.match(answer.headers["www-authenticate"] ?? "", /^Bearer /);
      checkProblem(
        token.slice(0, 20),
        await ask("/datastore/v1/aanmelding", "{}", [], token),
        401,
        "geen-token",
      );
    }
    for (const header of [
      "Basic bWFjaGluZTpnZWhlaW0=",
      "Bearer",
      "Bearer  ",
      `Bearer ${t.discimus} ${t.discimus}`,
      "Bearer \xff",
      t.discimus,
    ]) {
      checkProblem(
        header.slice(0, 20),
        await feed("{}", [`Authorization: ${header}`], ""),
        401,
        "geen-token",
      );
    }
    const query = await raw(
      t.port.api,
      request(
        "POST",
        `/discimus/v1/berichten?access_token=${t.discimus}`,
        ["Content-Type: application/x-ndjson"],
        "{}",
      ),
    );
    checkProblem("a token in the address", query, 401, "geen-token");
    checkProblem("another scope", await feed("{}", [], t.datastore), 403, "geen-recht");
    for (const path of ["/datastore/v1/aanmelding", "/datastore/v1/verstrekking"])
      checkProblem(path, await ask(path, "{}", [], t.discimus), 403, "geen-recht");
  });
});

describe("bodies at the API", () => {
  const message = JSON.stringify({
    id: "m-1",
    tijdstip: "2026-09-01T00:00:00Z",
    soort: "school",
    versie: 1,
    sleutel: { instellingsnummer: "999001" },
    gegevens: {
      naam: "De Regenboog",
      gemeente: "Gent",
      niveaus: ["lager"],
      van: "2000-09-01",
      vestigingen: [],
    },
  });

  it("the feed: types and codings that are not read", async () => {
    for (const type of [
      "",
      "application/json",
      "text/plain",
      "application/x-ndjsonx",
      "multipart/form-data; boundary=x",
      "\xff",
      "application/x-www-form-urlencoded",
    ])
      checkProblem(type, await feed(message, [`Content-Type: ${type}`]), 415, "verkeerd-formaat");
    for (const coding of ["br", "deflate", "zstd", "gzip, gzip", "x-gzip", "kwaad"])
      checkProblem(coding, await feed(message, [`Content-Encoding: ${coding}`]), 415, "verkeerd-formaat");
  });

  it("the feed: gzip that is none, is cut off, or is followed by something", async () => {
    const packed = gzipSync(`${message}\n`.repeat(200));
    for (const [name, body] of [
      ["text", Buffer.from(message)],
      ["half", packed.subarray(0, packed.length / 2)],
      ["without its end", packed.subarray(0, -4)],
      ["a wrong checksum", Buffer.concat([packed.subarray(0, -8), Buffer.alloc(8, 7)])],
      ["followed by noise", Buffer.concat([packed, randomBytes(100)])],
      ["empty", Buffer.alloc(0)],
    ] as const) {
      const answer = await feed(body, ["Content-Encoding: gzip", `Content-Length: ${body.length}`]);
      checkProblem(`gzip ${name}`, answer, 400, "ongeldige-invoer");
    }
  });

  it("the feed: what is too large, packed or not, is refused before it fills the memory", async () => {
    const bombs = {
      "10 MB of nothing": gzipSync(Buffer.alloc(10_000_000)),
      "100 MB of nothing": gzipSync(Buffer.alloc(100_000_000)),
      "100 MB of line ends": gzipSync(Buffer.alloc(100_000_000, "\n")),
      "one line of 30 MB": gzipSync(Buffer.alloc(30_000_000, "a")),
      "gzip in gzip": gzipSync(gzipSync(Buffer.alloc(100_000_000))),
    };
    for (const [name, body] of Object.entries(bombs)) {
      const answers = await Promise.all(
        [1, 2, 3].map(() => heard(() => feed(body, ["Content-Encoding: gzip"]))),
      );
      for (const answer of answers) {
        // Within the limits it is read: one line that is no message, which goes to quarantine.
        if (name === "10 MB of nothing" || name === "gzip in gzip") checkAnswer(name, answer, [200]);
        else checkProblem(name, answer, 413, "te-groot");
      }
    }
    const large = Buffer.alloc(21_000_000, "{}\n");
    checkProblem("21 MB", await heard(() => feed(large)), 413, "te-groot");
    checkProblem("20,001 lines", await heard(() => feed("{}\n".repeat(20_001))), 413, "te-groot");
    const chunk = Buffer.concat([
      Buffer.from("100000\r\n"),
      Buffer.alloc(1_048_576, "a"),
      Buffer.from("\r\n"),
    ]);
    const endless = function* () {
      yield Buffer.from(
        `POST /discimus/v1/berichten HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${t.discimus}\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n`,
      );
      for (let n = 0; n < 400; n += 1) yield chunk;
    };
    const answer = await raw(t.port.api, endless());
    checkAnswer("400 MB in chunks", answer, [413, undefined]);
    assert.equal((await t.db.sql`select from scholen.school`).length, 0);
  });

  it("the feed: lines that are no message are set apart with a reason, and the good one between them is taken", async () => {
    const lines = [
      Buffer.from("{"),
      Buffer.from("null"),
      Buffer.from("[]"),
      Buffer.from("\0"),
      Buffer.from([0xff, 0xfe, 0x7b, 0x7d]),
      Buffer.from(`{"id":"\xc3"}`, "latin1"),
      Buffer.from(`${'{"a":'.repeat(5000)}1${"}".repeat(5000)}`),
      Buffer.from("[".repeat(50_000)),
      Buffer.from('{"__proto__":{"soort":"school"}}'),
      Buffer.from(message.replace('"m-1"', '"m-\\u0000"')),
      Buffer.from(message.replace("De Regenboog", "De \\ud800")),
      Buffer.from(message),
      Buffer.from("a".repeat(200_000)),
      Buffer.from(""), // counts for nothing, but has its number
      Buffer.from('{"id":"\u2028 \u2029 \r"}'), // only a line feed ends a line
    ];
    const answer = await feed(Buffer.concat(lines.flatMap((line) => [line, Buffer.from("\n")])));
    checkAnswer("bad lines", answer, [200]);
    const counts = JSON.parse(answer.body) as {
      ontvangen: number;
      verwerkt: number;
      quarantaine: { regel: number; code: string; melding: string }[];
    };
    assert.deepEqual([counts.ontvangen, counts.verwerkt], [lines.length - 1, 1], answer.body);
    assert.deepEqual(
      counts.quarantaine.map(({ regel }) => regel),
      lines.map((_, n) => n + 1).filter((n) => n !== 12 && n !== 14),
    );
    for (const { code, melding } of counts.quarantaine)
      assert.match(`${code} ${melding}`, /^[a-z-]+ [A-Z].+\.$/);
  });

  it("JSON: wrong types, sizes, encodings and fields", async () => {
    const path = "/datastore/v1/aanmelding";
    for (const type of [
      "",
      "text/json",
      "application/x-ndjson",
      "application/x-www-form-urlencoded",
      "application/jsonx",
    ])
      checkProblem(type, await ask(path, "{}", [`Content-Type: ${type}`]), 415, "verkeerd-formaat");
    checkProblem(
      "too large",
      await ask(path, JSON.stringify({ gebruikersnaam: "a".repeat(70_000) })),
      413,
      "te-groot",
    );
    checkProblem("much too large", await ask(path, Buffer.alloc(5_000_000, " ")), 413, "te-groot");
    for (const body of [
      "",
      "{",
      "null",
      "[]",
      '"x"',
      "{}",
      '{"gebruikersnaam":"a"}',
      '{"gebruikersnaam":1,"wachtwoord":{}}',
      '{"gebruikersnaam":["a"],"wachtwoord":"b"}',
      '{"gebruikersnaam":"a","wachtwoord":"b","rol":"beheerder"}',
      '{"gebruikersnaam":"a","wachtwoord":"b","__proto__":{}}',
      JSON.stringify({ gebruikersnaam: "a".repeat(2000), wachtwoord: "b" }),
      JSON.stringify({ gebruikersnaam: "a\0b", wachtwoord: "b" }),
      String.raw`{"gebruikersnaam":"\\\u0000","wachtwoord":"b"}`,
      Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
      Buffer.from('{"gebruikersnaam":"a","wachtwoord":"b"}', "utf16le"),
      gzipSync('{"gebruikersnaam":"a","wachtwoord":"b"}'),
      "[".repeat(60_000),
    ])
      checkProblem(String(body).slice(0, 40), await ask(path, body), 400, "ongeldige-invoer");
    for (const name of [
      "a",
      "\ud83d\ude00",
      "'; drop table leerlingen.account; --",
      "a\r\nb",
      "\u202e",
      "‮",
      "%00",
      "${7*7}",
    ])
      checkProblem(
        "a name",
        await ask(path, JSON.stringify({ gebruikersnaam: name, wachtwoord: "x" })),
        401,
        "aanmelding-onjuist",
      );
    checkProblem(
      "half a pair",
      await ask(path, '{"gebruikersnaam":"\\ud800","wachtwoord":"\\udfff"}'),
      401,
      "aanmelding-onjuist",
    );

    const release = "/datastore/v1/verstrekking";
    const uuid = "0190a0a0-0000-7000-8000-000000000000";
    for (const body of [
      { client_id: "x", scope: "openid" },
      { account_uuid: "x", client_id: "x", scope: "openid" },
      { account_uuid: uuid, leer_id_uuid: uuid, client_id: "x", scope: "openid" },
      { account_uuid: uuid, client_id: "x".repeat(101), scope: "openid" },
      { account_uuid: uuid, client_id: "x", scope: "x".repeat(501) },
      { account_uuid: uuid, client_id: "x", scope: "openid", vandaag: "2020-01-01" },
      { account_uuid: null, client_id: "x", scope: "openid" },
    ])
      checkProblem(JSON.stringify(body), await ask(release, JSON.stringify(body)), 400, "ongeldige-invoer");
    for (const clientId of ["onbekend", String.raw`\u0000`, "'", "machine"]) {
      for (const key of ["account_uuid", "leer_id_uuid"]) {
        const answer = await ask(
          release,
          JSON.stringify({ [key]: uuid, client_id: clientId, scope: "openid \u2028 %" }),
        );
        checkAnswer(clientId, answer, [200]);
        assert.equal((JSON.parse(answer.body) as { toegang: boolean }).toegang, false);
      }
    }
  });
});

describe("bodies at ACM and at the loket", () => {
  it("forms that are too large, of another kind or in another encoding", async () => {
    const form = "Content-Type: application/x-www-form-urlencoded";
    const kinds = [
      form,
      "Content-Type: application/json",
      "Content-Type: multipart/form-data; boundary=x",
      "Content-Type: \xff",
      "X-Niets: 1",
    ];
    const bodies = [
      "",
      "=",
      "&&&&",
      "a=%",
      "a=%ff%fe&b=%00",
      "grant_type=x&grant_type=y",
      Buffer.from([0xff, 0xfe, 0x00]),
      Buffer.alloc(60_000, "a=1&"),
      Buffer.alloc(3_000_000, "a"),
      `--x\r\nContent-Disposition: form-data; name="a"; filename="b"\r\n\r\n${"z".repeat(100)}`,
    ];
    const places = [
      ["acm", "/op/v1/token"],
      ["acm", "/op/v1/auth"],
      ["acm", "/op/v1/introspect"],
      ["acm", "/op/v1/revoke"],
      ["acm", "/op/v1/userinfo"],
      ["acm", "/op/v1/logout"],
      ["acm", "/op/v1/logout/confirm"],
      ["acm", `/op/v1/aanmelden/${"a".repeat(21)}`],
      ["loket", "/backchannel-logout"],
      ["loket", "/afmelden"],
      ["loket", "/"],
    ] as const;
    for (const [site, path] of places) {
      for (const kind of kinds) {
        for (const body of bodies) {
          const answer = await raw(t.port[site], request("POST", path, [kind], body));
          // Undefined: it stopped listening and closed while we were still talking.
          const allowed = [
            200,
            303,
            400,
            401,
            403,
            404,
            413,
            415,
            ...(body.length > 50_000 ? [undefined] : []),
          ];
          checkAnswer(`${site} ${path} ${kind.slice(0, 40)} ${String(body).slice(0, 20)}`, answer, allowed);
        }
      }
    }
  });

  it("the back channel of the loket believes nobody without a signature, and reads no novels", async () => {
    const back = (body: string | Buffer, type = "application/x-www-form-urlencoded") =>
      raw(t.port.loket, request("POST", "/backchannel-logout", [`Content-Type: ${type}`], body));
    for (const token of [
      "",
      "x",
      "a.b.c",
      t.discimus,
      `${Buffer.from('{"alg":"none"}').toString("base64url")}.e30.`,
      "\0",
    ])
      checkAnswer(token.slice(0, 20), await back(`logout_token=${encodeURIComponent(token)}`), [400]);
    checkAnswer(
      "a file",
      await back(
        `--x\r\nContent-Disposition: form-data; name="logout_token"; filename="a"\r\n\r\nb\r\n--x--\r\n`,
        "multipart/form-data; boundary=x",
      ),
      [400],
    );
    checkAnswer("100 MB", await back(Buffer.alloc(100_000_000, "a")), [413, undefined]);
  });
});

describe("after all this", () => {
  it("the server works, has not grown without bound, and called nothing of this a fault of its own", (context) =>
    checkStillWorks(t, context));
});
