import assert from "node:assert/strict";
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
    "LEERID_API_URL",
  ]) {
    assert.match(text, new RegExp(`^${name}: verplicht in productie`, "m"));
  }
  const weak = problem({ LEERID_HOOFDSLEUTEL: "a29ydA==" });
  assert.match(weak, /32 bytes/);
  assert.doesNotMatch(weak, /a29ydA/, "a secret is not repeated");
});
