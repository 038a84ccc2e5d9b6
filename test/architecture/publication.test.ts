import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { root } from "./source.ts";

const read = (path: string): string => readFileSync(`${root}${path}`, "utf8");
const pkg = JSON.parse(read("package.json")) as { version: string; license: string };
const publiccode = read("publiccode.yml");

/** The text after a key of publiccode.yml, without its quotes; the key with its indentation, as it stands there. */
function value(key: string): string | undefined {
  const [, found] = new RegExp(`^${key}: *"?([^"\\n]*)"?$`, "m").exec(publiccode) ?? [];
  return found;
}

test("the licence is the EUPL 1.2, word for word", () => {
  const sum = createHash("sha256").update(read("LICENSE")).digest("hex");
  assert.equal(sum, "57fb42fbcd0b037ce528ed8f72f1ec095d67bc6825ecf1448ff39be1fe68a4b4");
  assert.equal(pkg.license, "EUPL-1.2");
  assert.equal(value("  license"), pkg.license);
});

test("publiccode.yml has every key that version 0.4 of the standard demands", () => {
  assert.equal(value("publiccodeYmlVersion"), "0.4");
  const keys = [
    ...["name", "url", "platforms", "categories", "developmentStatus", "softwareType"],
    ...["  license", "  type", "  contacts", "  localisationReady", "  availableLanguages"],
    ...["    shortDescription", "    longDescription", "    features"],
  ];
  assert.deepEqual(
    keys.filter((key) => value(key) === undefined),
    [],
  );
});

test("publiccode.yml speaks of this version, and of files that exist", () => {
  assert.equal(value("softwareVersion"), pkg.version);
  assert.ok(read("CHANGELOG.md").includes(`## ${pkg.version} - ${value("releaseDate")}\n`));
  const screens = [...publiccode.matchAll(/^ +- (docs\/screens\/.+)$/gm)].map(([, path = ""]) => path);
  assert.ok(screens.length > 0);
  assert.deepEqual(
    screens.filter((path) => !existsSync(`${root}${path}`)),
    [],
  );
});

test("pages at the root point to files that exist", () => {
  const pages = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"];
  const broken = pages.flatMap((page) =>
    [...read(page).matchAll(/\]\((?!https?:|#)([^)#]+)/g)]
      .map(([, path = ""]) => path)
      .filter((path) => !existsSync(`${root}${path}`))
      .map((path) => `${page}: ${path}`),
  );
  assert.deepEqual(broken, []);
});
