import assert from "node:assert/strict";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { gevallen } from "#demo/contract";
import { withoutBrowser } from "#testing/browser";
import { caseJourneys } from "./cases.ts";
import { openSetting, type Setting } from "./setting.ts";
import { signInJourneys } from "./sign-in.ts";

// The demo starts once for all journeys of pupils, and once more for those in schools.test.ts, which change its world.
describe("journeys of pupils", { skip: withoutBrowser() }, () => {
  let setting: Setting;
  before(async () => {
    setting = await openSetting();
  });
  after(() => setting.close());

  test("demo.json says what the interface contract asks, to its owner only", async () => {
    const file = join(setting.folder, "demo.json");
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    const demo = JSON.parse(await readFile(file, "utf8"));
    assert.deepEqual(demo, JSON.parse(JSON.stringify(setting.demo)));
    assert.deepEqual(Object.keys(demo), [
      "sites",
      "toepassingen",
      "leerlingen",
      "personas",
      "machine_clients",
      "dropserver",
    ]);
    assert.deepEqual(
      demo.dropserver.pakketten.map((one: { pakket: string; user: string }) => [one.pakket, one.user]),
      ["wisa", "informat", "broekx"].map((naam) => [naam, naam]),
    );
    for (const { private_key_file: sleutel } of demo.dropserver.pakketten)
      assert.equal((await stat(sleutel)).mode & 0o777, 0o600);
    const clients = demo.machine_clients.map((one: { naam: string; scopes: string[] }) => [
      one.naam,
      one.scopes,
    ]);
    for (const naam of ["Wisa", "Informat", "Broekx"])
      assert.deepEqual(Object.fromEntries(clients)[naam], [
        "schoolpakket:identificatie",
        "dropserver:schrijven",
      ]);
    assert.deepEqual(
      demo.toepassingen.map((one: { naam: string }) => one.naam),
      ["Bingel", "Cijferbos"],
    );
    for (const geval of Object.keys(gevallen)) assert.ok(setting.leerling(geval as keyof typeof gevallen));
  });

  test("each address of the demo says that it lives and that it can work, and no other page is in the place of that", async () => {
    const { sites } = setting.demo;
    const addresses = Object.values(sites).map((url) => new URL(url).origin);
    assert.equal(new Set(addresses).size, 10);
    const figures = new URL(sites.acm);
    figures.port = String(Number(figures.port) + 99);
    for (const address of [...addresses, figures.origin])
      for (const path of ["/healthz", "/readyz"]) {
        const answer = await fetch(`${address}${path}`, { redirect: "manual" });
        assert.deepEqual([answer.status, await answer.text()], [200, "ok"], `${address}${path}`);
      }
  });

  signInJourneys(() => setting);
  caseJourneys(() => setting);
});
