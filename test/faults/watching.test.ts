import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { freePortBase, mainKey, outcomeOf, spawnLeerid } from "#testing/server";
import { killablePostgres } from "./killable-postgres.ts";

test("a worker tells that its database is away, at once and as long as it is, and that it came back", async () => {
  const postgres = await killablePostgres();
  const base = await freePortBase();
  const child = spawnLeerid(["worker"], {
    LEERID_DATABASE_URL: postgres.url,
    LEERID_HOOFDSLEUTEL: mainKey,
    LEERID_PORT_BASE: String(base),
  });
  const ended = outcomeOf(child);
  const scrape = async () => {
    const begin = Date.now();
    const answer = await fetch(`http://127.0.0.1:${base + 97}/metrics`).catch(() => undefined);
    return { text: (await answer?.text()) ?? "", ms: Date.now() - begin };
  };
  const until = async (wanted: RegExp) => {
    for (let n = 0; n < 300; n += 1) {
      const found = await scrape();
      if (wanted.test(found.text)) return found;
      await wait(100);
    }
    return assert.fail(`not in 30 s: ${wanted.source}`);
  };
  try {
    assert.match((await until(/^leerid_ready 1$/m)).text, /^leerid_seal_waiting 0$/m);
    await postgres.kill();
    const away = await until(/^leerid_ready 0$/m);
    assert.ok(away.ms < 5000, `${away.ms} ms`);
    await wait(6000); // longer than what was read before may still be told
    const still = await scrape();
    assert.match(still.text, /^leerid_ready 0$/m);
    assert.match(still.text, /^leerid_figures_read\{room="privacylog"\} 0$/m);
    assert.doesNotMatch(still.text, /^leerid_seal_waiting /m, "no figure is better than an old one");
    assert.match(still.text, /^leerid_upkeep_failures_total\{task="privacylog-zegel"\} [1-9]/m);
    assert.match(still.text, /^leerid_build_info/m);
    await postgres.restart();
    assert.match((await until(/^leerid_ready 1$/m)).text, /^leerid_figures_read\{room="gereed"\} 1$/m);
    await until(/^leerid_seal_waiting 0$/m);
  } finally {
    child.kill("SIGTERM");
    await ended;
    await postgres.stop();
  }
});
