import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { ConfigError, readConfig } from "#platform/config";

const problem = (env: Record<string, string>): string => {
  try {
    readConfig(env);
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.message;
  }
  return "";
};

test("without settings: the demo's addresses", () => {
  assert.deepEqual(readConfig({ PATH: "/bin" }).urls, {
    acm: "http://localhost:4400",
    leerlingloket: "http://localhost:4401",
    schoolloket: "http://localhost:4402",
    beheer: "http://localhost:4403",
    api: "http://localhost:4404",
  });
  assert.equal(readConfig({ LEERID_PORT_BASE: "6000" }).urls.api, "http://localhost:6004");
});

test("an unknown or invalid setting stops the start, each with its own line", () => {
  const text = problem({ LEERID_POORT: "1", LEERID_PORT_BASE: "veel", LEERID_DATABASE_URL: "mysql://x" });
  assert.match(text, /LEERID_POORT: deze instelling bestaat niet/);
  assert.match(text, /LEERID_PORT_BASE: /);
  assert.match(text, /LEERID_DATABASE_URL: /);
  assert.equal(text.split("\n").length, 3);
});

test("in production secrets and addresses have no default, and addresses are https", () => {
  const text = problem({ LEERID_PRODUCTIE: "1", LEERID_ACM_URL: "http://acm.example" });
  for (const name of [
    "LEERID_HOOFDSLEUTEL",
    "LEERID_DATABASE_URL",
    "LEERID_ACM_URL",
    "LEERID_LEERLINGLOKET_URL",
    "LEERID_BEHEER_URL",
    "LEERID_API_URL",
  ]) {
    assert.match(text, new RegExp(`^${name}: verplicht in productie`, "m"));
  }
  const weak = problem({ LEERID_HOOFDSLEUTEL: "a29ydA==" });
  assert.match(weak, /32 bytes/);
  assert.doesNotMatch(weak, /a29ydA/, "a secret is not repeated");
});

test("R18: the key of adults is set up whole or not at all, and in production with https", () => {
  const four = {
    LEERID_MEDEWERKERS_ISSUER: "http://localhost:4440",
    LEERID_MEDEWERKERS_CLIENT_ID: "acm",
    LEERID_MEDEWERKERS_CLIENT_SECRET: "geheim-van-zestien",
    LEERID_MEDEWERKERS_ACR: "urn:a, urn:b",
  };
  assert.equal(readConfig({}).medewerkers, undefined);
  assert.deepEqual(readConfig(four).medewerkers, {
    issuer: "http://localhost:4440",
    clientId: "acm",
    clientSecret: "geheim-van-zestien",
    acr: ["urn:a", "urn:b"],
  });
  for (const name of Object.keys(four)) {
    const text = problem({ ...four, [name]: "" });
    assert.match(text, new RegExp(`^${name}: ontbreekt`));
    assert.equal(text.split("\n").length, 1);
  }
  assert.match(problem({ ...four, LEERID_MEDEWERKERS_ACR: "," }), /LEERID_MEDEWERKERS_ACR/);
  assert.match(
    problem({ ...four, LEERID_PRODUCTIE: "1" }),
    /LEERID_MEDEWERKERS_ISSUER: in productie met https/,
  );
  assert.doesNotMatch(problem({ ...four, LEERID_MEDEWERKERS_CLIENT_SECRET: "kort-geheim" }), /kort-geheim/);
});

test("a main key that was not drawn by lot is refused, without repeating it; one that was is taken", () => {
  const encode = (bytes: string | readonly number[]) => Buffer.from(bytes as string).toString("base64");
  for (const [key, line] of [
    ["verander-dit-verander-dit-verander-dit-verander-dit", /voorbeeld/],
    [encode("verander-dit-voor-je-begint, met iets van jezelf!"), /voorbeeld/],
    [encode(Array.from({ length: 32 }, () => 0)), /te weinig toeval/],
    [encode(Array.from({ length: 32 }, () => 7)), /te weinig toeval/],
    [encode(Array.from({ length: 32 }, (_, at) => at)), /te weinig toeval/],
    [encode(Array.from({ length: 40 }, (_, at) => 255 - 3 * at)), /te weinig toeval/],
    [encode("\u0001\u0002".repeat(20)), /te weinig toeval/],
    [Buffer.concat([Buffer.alloc(31), Buffer.from([9])]).toString("base64"), /te weinig toeval/],
    [randomBytes(16).toString("base64url").slice(0, 16).repeat(3), /te weinig toeval/],
    [encode("De kat krabt de krullen van de trap, 12 keer"), /te weinig toeval/],
    [randomBytes(24).toString("base64"), /minstens 32 bytes/],
    ["é".repeat(60), /geen base64/],
  ] as const) {
    const text = problem({ LEERID_HOOFDSLEUTEL: key });
    assert.match(text, /^LEERID_HOOFDSLEUTEL: .*openssl rand -base64 32\.$/, key);
    assert.match(text, line, key);
    assert.ok(!text.includes(key));
  }
  for (let n = 0; n < 2000; n += 1) {
    const bytes = randomBytes(32 + (n % 40));
    for (const form of ["base64", "base64url"] as const)
      assert.equal(problem({ LEERID_HOOFDSLEUTEL: bytes.toString(form) }), "", bytes.toString(form));
  }
  assert.equal(problem({ LEERID_HOOFDSLEUTEL: randomBytes(64).toString("hex") }), "");
});

test("a secret can stand in a file: one of the two, only for whom it is meant, without its line end", () => {
  const folder = mkdtempSync(join(tmpdir(), "leerid-proef-"));
  const write = (name: string, text: string, mode = 0o400) => {
    writeFileSync(join(folder, name), text);
    chmodSync(join(folder, name), mode); // whatever the mask is
    return join(folder, name);
  };
  const key = randomBytes(32).toString("base64");
  try {
    const secrets = {
      LEERID_HOOFDSLEUTEL: key,
      LEERID_DATABASE_URL: "postgres://leerid_server:a@db/leerid",
      LEERID_DATABASE_EIGENAAR_URL: "postgres://leerid_eigenaar:b@db/leerid",
      LEERID_DATABASE_RECHTSTREEKS_URL: "postgres://leerid_server:c@db/leerid",
      LEERID_MEDEWERKERS_CLIENT_SECRET: "een geheim van personeel ",
    };
    const files = Object.entries(secrets).map(([name, value]) => [`${name}_FILE`, write(name, `${value}\n`)]);
    const rest = {
      LEERID_MEDEWERKERS_ISSUER: "https://op.example",
      LEERID_MEDEWERKERS_CLIENT_ID: "leerid",
      LEERID_MEDEWERKERS_ACR: "urn:a",
    };
    const read = readConfig({ ...rest, ...(Object.fromEntries(files) as Record<string, string>) });
    for (const [name, value] of Object.entries(secrets))
      assert.equal(read[name as keyof typeof secrets], value);
    const windows = write("crlf", `${key}\r\n`, 0o640);
    assert.equal(readConfig({ LEERID_HOOFDSLEUTEL_FILE: windows }).LEERID_HOOFDSLEUTEL, key);
    assert.equal(
      readConfig({ LEERID_HOOFDSLEUTEL: key, LEERID_HOOFDSLEUTEL_FILE: "" }).LEERID_HOOFDSLEUTEL,
      key,
    );
    for (const [env, line] of [
      [{ LEERID_HOOFDSLEUTEL: key, LEERID_HOOFDSLEUTEL_FILE: windows }, /LEERID_HOOFDSLEUTEL is ook gegeven/],
      [{ LEERID_HOOFDSLEUTEL_FILE: write("open", key, 0o644) }, /iedereen .*chmod 400/],
      [{ LEERID_HOOFDSLEUTEL_FILE: join(folder, "weg") }, /kan niet gelezen worden \(ENOENT\)/],
      [{ LEERID_HOOFDSLEUTEL_FILE: folder }, /geen bestand/],
      [{ LEERID_HOOFDSLEUTEL_FILE: write("leeg", "\n") }, /leeg/],
      [{ LEERID_HOST_FILE: windows }, /LEERID_HOST_FILE: deze instelling bestaat niet/],
    ] as readonly (readonly [Record<string, string>, RegExp])[]) {
      const text = problem(env);
      assert.match(text, line);
      assert.equal(text.split("\n").length, 1, text);
      assert.ok(!text.includes(key));
    }
    assert.match(
      problem({ LEERID_HOOFDSLEUTEL_FILE: write("zwak", Buffer.alloc(32).toString("base64")) }),
      /^LEERID_HOOFDSLEUTEL: .*te weinig toeval/,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("what is there for tests and measurements does not pass in production", () => {
  const names = ["LEERID_TEST_DATABASE_URL", "LEERID_CHROMIUM", "LEERID_BENCH_X"];
  const env = Object.fromEntries(names.map((name) => [name, "1"]));
  assert.equal(problem(env), "");
  const text = problem({ ...env, LEERID_PRODUCTIE: "1" });
  for (const name of names) assert.match(text, new RegExp(`^${name}: is er voor tests en metingen`, "m"));
});
