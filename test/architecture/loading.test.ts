import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { describe, test } from "node:test";
import { promisify } from "node:util";
import { root } from "./source.ts";

/** Every file that a Node of its own loads with these. */
async function loadedBy(...specifiers: readonly string[]): Promise<string[]> {
  const program = `
    import { registerHooks } from "node:module";
    registerHooks({
      load(url, context, next) {
        console.log(url);
        return next(url, context);
      },
    });
    for (const specifier of ${JSON.stringify(specifiers)}) await import(specifier);`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", program], {
    cwd: root,
    maxBuffer: 1 << 24,
  });
  return stdout.split("\n");
}

/** What a process should hold only when it does the work, and the work. */
const onlyWhen = {
  "/node_modules/pdfkit/": "somebody prints",
  "/node_modules/qrcode/": "somebody prints badges",
  "/node_modules/ssh2/": "the dropserver is served",
  "/src/sites/schoolloket/routes.ts": "the Schoolloket is served",
  "/src/sites/beheer/routes.ts": "beheer is served",
  "/src/sites/api/index.ts": "the API is served",
  "/packages/embedded-postgres/": "no other database is given",
  "/demo/": "the demo runs",
};

describe("4-quality: a process holds what it uses", () => {
  test("footprint: sites and heavy libraries load when they are served", async () => {
    const loaded = await loadedBy("#commands", "#processes");
    assert.ok(loaded.some((url) => url.endsWith("/src/leerid.ts")));
    const early = Object.entries(onlyWhen).filter(([part]) => loaded.some((url) => url.includes(part)));
    assert.deepEqual(early, []);
  });

  test("each of them is where this test looks for it", async () => {
    const doors = ["./src/modules/uitreiking/pdf.ts", "./src/sites/dropserver/server.ts", "#sites/api"];
    const loaded = await loadedBy(
      ...doors,
      "./src/sites/schoolloket/routes.ts",
      "./src/sites/beheer/routes.ts",
      "#embedded-postgres",
      "#demo/main",
    );
    const absent = Object.keys(onlyWhen).filter((part) => !loaded.some((url) => url.includes(part)));
    assert.deepEqual(absent, []);
  });
});
