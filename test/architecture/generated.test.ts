import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { generate } from "#docs/generate";
import { root, sourceFiles } from "./source.ts";

const read = (path: string): string => readFileSync(`${root}${path}`, "utf8");

test("the generated documents are what the code says now", async () => {
  assert.deepEqual(await generate({ check: true }), []);
});

test("every refusal that the code declares is in the list", () => {
  const page = read("docs/generated/problemen.md");
  const codes = sourceFiles("src").flatMap(({ text }) =>
    [...text.matchAll(/\bproblems\(\{([\s\S]*?)\n\}\);/g)].flatMap(([, body = ""]) =>
      [...body.matchAll(/^ {2}"?([a-z-]+)"?: \{/gm)].map(([, code = ""]) => code),
    ),
  );
  assert.ok(codes.length > 10, `${codes.length} refusals`);
  assert.deepEqual(
    codes.filter((code) => !page.includes(`| \`${code}\` |`)),
    [],
  );
});

test("every address of ACM is in the access matrix", () => {
  const page = read("docs/generated/toegang.md");
  const [, endpoints = ""] =
    /const endpoints[^{]*\{([\s\S]*?)\n\};/.exec(read("src/sites/acm/http.ts")) ?? [];
  const routes = [...endpoints.matchAll(/^ {2}"([^"]+)": \{ methods: \[([^\]]*)\]/gm)].map(
    ([, path = "", list = ""]) => {
      const answered = [...list.matchAll(/[A-Z]+/g)].map(([method]) => method);
      return `${answered.filter((method) => method !== "HEAD" && method !== "OPTIONS").join(" ")} ${path}`;
    },
  );
  assert.ok(routes.length >= 9, `${routes.length} routes`);
  assert.deepEqual(
    routes.filter((route) => !page.includes(`| \`${route}\` |`)),
    [],
  );
});
