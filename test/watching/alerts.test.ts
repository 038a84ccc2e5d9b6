import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { figures } from "#leerid";
import { testDatabase, type TestDatabase } from "#testing/database";
import { findDebianProgram } from "#testing/debian-program";
import { withFolder } from "#testing/server";

const root = fileURLToPath(new URL("../../", import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), "utf8");

const rules = read("deploy/prometheus/leerid.rules.yml");
const trialFiles = ["leerid.rules.test.yml", "leerid.rules.dagen.test.yml"];
const trials = trialFiles.map((name) => read(`deploy/prometheus/${name}`)).join("\n");
const dashboard = read("deploy/grafana/leerid.json");
const pages = readdirSync(join(root, "docs/draaiboek")).map((name) => ({
  name,
  path: `docs/draaiboek/${name}`,
  text: read(`docs/draaiboek/${name}`),
}));

/** The alerts, each with what stands under it. */
const alerts = rules
  .split(/^ +- alert: /m)
  .slice(1)
  .map((text) => ({ name: /^\w+/.exec(text)?.[0] ?? "", text }));

/** Names of ours in an expression or a text that are no figure; a histogram is there as its parts. */
function unknownFigures(text: string): readonly string[] {
  const known = new Set(
    figures().flatMap(({ name, type }) =>
      type === "histogram" ? ["bucket", "sum", "count"].map((part) => `${name}_${part}`) : [name],
    ),
  );
  return [...new Set([...text.matchAll(/\bleerid_[a-z0-9_]+/g)].map(([name]) => name))].filter(
    (name) => !known.has(name),
  );
}

describe("alerts", () => {
  test("promtool accepts the rules and the example, and every trial of the rules ends as it says", async (t) => {
    const promtool = await findDebianProgram("/usr/bin/promtool", "prometheus");
    if (!promtool) return t.skip("no promtool on this machine, and it could not be installed");
    const run = (...args: string[]) =>
      promisify(execFile)(promtool, args, { cwd: join(root, "deploy/prometheus") });
    await run("check", "rules", "leerid.rules.yml");
    await run("check", "config", "prometheus.yml");
    await run("test", "rules", ...trialFiles);
  });

  test("each is tried, says what it is, and has its page", () => {
    assert.ok(alerts.length >= 20, `${alerts.length} alerts`);
    for (const { name, text } of alerts) {
      assert.match(text, /^ +severity: (?:dringend|waarschuwing)$/m, name);
      assert.match(text, /^ +summary: ["']?.{20}/m, name);
      assert.match(text, /^ +description:\s+\S/m, name);
      assert.match(text, new RegExp(`^ +runbook_url: https://.*/docs/draaiboek/${name}\\.md$`, "m"), name);
      assert.ok(trials.includes(`{alertname="${name}"}`), `${name} is not tried`);
      assert.ok(existsSync(join(root, `docs/draaiboek/${name}.md`)), `${name} has no page`);
    }
  });

  test("rules, trials, dashboard and pages speak of figures that exist", () => {
    for (const text of [rules, trials, dashboard, ...pages.map((page) => page.text)])
      assert.deepEqual(unknownFigures(text), []);
    assert.deepEqual(unknownFigures("rate(leerid_jobs_wating[5m]) leerid_http_request_seconds"), [
      "leerid_jobs_wating",
      "leerid_http_request_seconds",
    ]);
  });

  test("every figure can be seen: on the dashboard, or in a rule", () => {
    const shown = rules + dashboard;
    assert.deepEqual(
      figures()
        .map(({ name }) => name)
        .filter((name) => !shown.includes(name)),
      [],
    );
  });
});

describe("the dashboard", () => {
  test("is JSON of which every panel has a place, a title and something to ask", () => {
    type Panel = {
      readonly id: number;
      readonly type: string;
      readonly title: string;
      readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
      readonly targets?: readonly { readonly expr: string }[];
    };
    const { panels, uid } = JSON.parse(dashboard) as { panels: readonly Panel[]; uid: string };
    assert.equal(uid, "leerid");
    assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
    const taken = new Set<string>();
    for (const { type, title, targets, gridPos: at } of panels) {
      assert.ok(title.length > 0);
      assert.ok(type === "row" || (targets?.length ?? 0) > 0, title);
      for (let x = at.x; x < at.x + at.w; x += 1)
        for (let y = at.y; y < at.y + at.h; y += 1) {
          assert.ok(x < 24 && !taken.has(`${x} ${y}`), `${title} stands on another panel`);
          taken.add(`${x} ${y}`);
        }
    }
  });

  test("promtool understands what its panels ask", async (t) => {
    const promtool = await findDebianProgram("/usr/bin/promtool", "prometheus");
    if (!promtool) return t.skip("no promtool on this machine, and it could not be installed");
    const asked = [...dashboard.matchAll(/"expr": ("(?:[^"\\]|\\.)*")/g)].map(
      ([, text = ""]) => JSON.parse(text) as string,
    );
    assert.ok(asked.length > 30, `${asked.length} questions`);
    const asRules = asked.map((expr, n) => `- record: p${n}\n  expr: ${JSON.stringify(expr)}`).join("\n");
    await withFolder(async (folder) => {
      const file = join(folder, "panels.yml");
      await writeFile(file, `groups:\n- name: x\n  rules:\n${asRules.replaceAll(/^/gm, "  ")}\n`);
      await promisify(execFile)(promtool, ["check", "rules", file]);
    });
  });
});

describe("the runbook", () => {
  let db: TestDatabase;
  before(async () => {
    db = await testDatabase();
  });
  after(() => db.close());
  const ofAlerts = pages.filter(({ name }) => name.startsWith("LeerID"));

  test("has a page per alert and no other, each in the index, each with its four answers", () => {
    assert.deepEqual(
      ofAlerts.map(({ name }) => name).toSorted(),
      alerts.map(({ name }) => `${name}.md`).toSorted(),
    );
    const index = read("docs/draaiboek/README.md");
    for (const { name, text } of ofAlerts) {
      assert.ok(index.includes(`(${name})`), `${name} is not in the index`);
      assert.deepEqual(
        [...text.matchAll(/^## (.*)$/gm)].map(([, title]) => title),
        ["Wat betekent het, en voor wie", "Kijk hier eerst", "Wat te doen", "Wanneer is het voorbij"],
        name,
      );
    }
  });

  test("asks the database what it can answer", async () => {
    const asked = pages.flatMap(({ name, text }) =>
      [...text.matchAll(/^ *```sql\n([\s\S]*?)^ *```/gm)].map(([, sql = ""]) => ({ name, sql })),
    );
    assert.ok(asked.length >= 8, `${asked.length} questions`);
    for (const { name, sql } of asked) {
      assert.match(sql.trim(), /^select /, `${name}: a page only looks`);
      await assert.doesNotReject(db.sql.unsafe(sql), `${name}: ${sql}`);
    }
  });

  test("explains lines that stand in the log", () => {
    const [, table = ""] =
      /## De belangrijkste regels([\s\S]*)$/.exec(read("docs/draaiboek/logboek.md")) ?? [];
    const messages = [...table.matchAll(/^\| ([^|]+?) \|/gm)]
      .map(([, message = ""]) => message)
      .filter((message) => message !== "`msg`" && !message.startsWith("---"));
    assert.ok(messages.length > 15, `${messages.length} lines`);
    const written = read("docs/generated/logregels.md");
    assert.deepEqual(
      messages.filter((message) => !written.includes(`| ${message} |`)),
      [],
    );
  });
});
