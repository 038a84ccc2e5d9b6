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
