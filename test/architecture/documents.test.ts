import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { describe, test } from "node:test";
import { commands, findCommand, readArguments, usageOf } from "#commands";
import { readConfig, settings } from "#platform/config";
import { blocksOf, commandsOf, type Block } from "#testing/blocks";
import { runTool } from "#testing/debian-tools";
import { root, sourceFiles } from "./source.ts";

const read = (path: string): string => readFileSync(`${root}${path}`, "utf8");
const exists = (path: string): boolean => existsSync(`${root}${path}`);

/** What people read and nobody generates. */
const documents = ["", "docs/", "src/", "deploy/", "demo/", "packages/"]
  .flatMap((folder) =>
    readdirSync(`${root}${folder}`, { recursive: folder !== "", encoding: "utf8" }).map(
      (name) => folder + name,
    ),
  )
  .filter((path) => path.endsWith(".md") && !/node_modules|docs\/generated\//.test(path))
  .map((path) => ({ path, text: read(path), blocks: blocksOf(read(path)) }));
/** Of today: a decision and the changelog tell what was. */
const current = documents.filter(({ path }) => !/docs\/adr\/|CHANGELOG/.test(path));
/** Of whoever runs LeerID. */
const operating = current.filter(({ path }) => /^docs\/(?:uitbating|draaiboek)|^deploy\//.test(path));
const isShell = ({ kind }: Block): boolean => /^sh\b/.test(kind);
const shell = current.flatMap(({ path, blocks }) =>
  blocks.filter(isShell).map((block) => ({ path, ...block })),
);

/** What a pattern names in documents and does not hold, as `path: what`; there are at least so many that do. */
function findWrong(
  pattern: RegExp,
  holds: (named: string, path: string) => boolean,
  { least, among = current }: { readonly least: number; readonly among?: typeof documents },
): string[] {
  const named = among.flatMap(({ path, text }) =>
    [...text.matchAll(pattern)].map(([, found = ""]) => ({ path, found })),
  );
  assert.ok(named.length >= least, `${named.length} of ${pattern.source}`);
  return named.filter(({ path, found }) => !holds(found, path)).map(({ path, found }) => `${path}: ${found}`);
}

/** How GitHub names the headings of a page, and names that stand in it as HTML. */
const anchorsOf = (text: string): readonly string[] => [
  ...[...text.matchAll(/^#{1,6} (.*)$/gm)].map(([, title = ""]) =>
    title
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .trim()
      .replaceAll(" ", "-"),
  ),
  ...[...text.matchAll(/<a (?:id|name)="([^"]+)"/g)].map(([, name = ""]) => name),
];

describe("commands in the documents", () => {
  test("README.md and docs/generated/opdrachten.md name every command", () => {
    for (const one of commands) {
      assert.ok(read("README.md").includes(`\nleerid ${usageOf(one)}\n`), one.words);
      assert.ok(read("docs/generated/opdrachten.md").includes(`\n## leerid ${one.words}\n`), one.words);
    }
  });

  test("in a sentence exist, with the options that are named", () => {
    const wrong: string[] = [];
    let seen = 0;
    for (const { path, text } of current)
      for (const [line = ""] of text.matchAll(
        /(?<=`|^)(?:(?:npx )?leerid|node bin\/leerid\.mjs) [a-z][^`\n]*/gm,
      )) {
        seen += 1;
        const typed = line.replace(/^(?:npx |node bin\/)?leerid(?:\.mjs)? /, "").split(/[\s[\]|]+/);
        const found = findCommand(commands, typed);
        const options = typed.flatMap((word) => /^--([a-z-]+)/.exec(word)?.[1] ?? []);
        if ("command" in found) {
          const known = [...Object.keys(found.command.options), "help"];
          wrong.push(
            ...options.filter((name) => !known.includes(name)).map((name) => `${path}: ${line}: --${name}`),
          );
        } else if (found.group !== typed.join(" ").trim() && !/…$/.test(line)) wrong.push(`${path}: ${line}`);
      }
    assert.ok(seen > 30, `${seen} commands`);
    assert.deepEqual(wrong, []);
  });

  test("in a block are taken by the reader of the command line", () => {
    const typed = shell.flatMap(({ path, line, text }) =>
      commandsOf(text)
        .map((words) => words.slice(words[0] === "node" || words[0] === "npx" ? 1 : 0))
        .filter(([program]) => program === "leerid" || program === "bin/leerid.mjs")
        .map(([, ...words]) => ({ where: `${path}:${line}: leerid ${words.join(" ")}`, words })),
    );
    assert.ok(typed.length > 20, `${typed.length} commands`);
    for (const { where, words } of typed) {
      if (words[0] === "--version") continue;
      const found = findCommand(commands, words);
      assert.ok("command" in found, `${where}: ${"wrong" in found ? found.wrong : ""}`);
      if (!words.includes("-h")) assert.doesNotThrow(() => readArguments(found.command, found.rest), where);
    }
  });

  test("stand in a block that is shell, and in the guide when an operator has to follow it", async () => {
    for (const { path, line, text } of shell) {
      const { code, said } = await runTool("bash", ["-n", "-c", text]);
      assert.equal(code, 0, `${path}:${line}: ${said}`);
    }
    const kinds = new Set(documents.flatMap(({ blocks }) => blocks.map(({ kind }) => kind)));
    const known = ["", "sh", "sh tweede-knoop", "sql", "ini", "json", "mermaid", "ts"];
    assert.deepEqual(
      [...kinds].filter((kind) => !known.includes(kind)),
      [],
    );
    // docs/uitbating.md is followed as it is printed (test/deploy/guide.test.ts); what stands beside it is not.
    const aside = shell.filter(({ path }) => path.startsWith("docs/uitbating/"));
    assert.deepEqual(
      aside.map(({ path, line }) => `${path}:${line}`),
      [],
    );
  });

  test("of npm are scripts", () => {
    const { scripts } = JSON.parse(read("package.json")) as { scripts: object };
    assert.deepEqual(
      findWrong(/\bnpm run ([a-z:]+)/g, (name) => name in scripts, { least: 5 }),
      [],
    );
  });
});

describe("names in the documents", () => {
  test("of settings exist", () => {
    const names = Object.entries(settings).flatMap(([name, one]) =>
      "geheim" in one ? [name, `${name}_FILE`] : [name],
    );
    const known = (name: string): boolean =>
      /^LEERID_(?:TEST_|CHROMIUM$)/.test(name) ||
      (name.endsWith("_") ? names.some((one) => one.startsWith(name)) : names.includes(name));
    assert.deepEqual(findWrong(/\b(LEERID_[A-Z_]+)/g, known, { least: 40 }), []);
  });

  test("of files and folders exist, here and where the packages put them", () => {
    // That page tells what would be added for things that do not exist.
    const among = current.filter(({ path }) => path !== "docs/onderhoudsproef.md");
    /** A package names its own files from its own folder. */
    const here = (named: string, path: string) =>
      exists(named) || exists(posix.join(posix.dirname(path), named));
    assert.deepEqual(
      [
        ...findWrong(/`((?:src|test|docs|bin|demo|deploy|migrations|packages)\/[\w./-]+)`/g, here, {
          least: 50,
          among,
        }),
        ...findWrong(/\/usr\/share\/leerid(\/[\w./-]+)/g, (path) => exists(`deploy${path}`), { least: 15 }),
        ...findWrong(/\/opt\/leerid\/huidig\/([\w./-]+)/g, (path) => exists(path), { least: 0 }),
        ...findWrong(/\/lib\/systemd\/system\/([\w.-]+)/g, (name) => exists(`deploy/systemd/${name}`), {
          least: 0,
        }),
      ],
      [],
    );
  });

  test("of units are units", () => {
    const units = shell.flatMap(({ path, text }) =>
      commandsOf(text)
        .filter(([program = ""]) => /^(?:systemctl|journalctl)$/.test(program))
        .flatMap((words) =>
          words.filter((word) => word.startsWith("leerid")).map((unit) => ({ path, unit })),
        ),
    );
    assert.ok(units.length > 30, `${units.length} units`);
    assert.deepEqual(
      units.filter(({ unit }) => !exists(`deploy/systemd/${unit}.service`)),
      [],
    );
  });

  test("of secrets in /etc/leerid/geheim are settings that are secret", () => {
    const secret = (name: string): boolean =>
      "geheim" in
      (Object.entries(settings).find(
        ([one]) => one === `LEERID_${name.toUpperCase().replaceAll("-", "_")}`,
      )?.[1] ?? {});
    assert.deepEqual(findWrong(/\/etc\/leerid\/geheim\/([\w-]+)/g, secret, { least: 5 }), []);
    // The settings that the package lays down are taken as they are.
    const given = [...read("deploy/debian/leerid.env").matchAll(/^(LEERID_\w+)=(.*)$/gm)];
    assert.doesNotThrow(() =>
      readConfig({
        ...Object.fromEntries(given.map(([, name, value]) => [name, value])),
        LEERID_MEDEWERKERS_CLIENT_SECRET: "een geheim van zestien tekens",
      }),
    );
  });

  test("of figures are figures, and roles of the database are roles", () => {
    const figures = read("docs/generated/metingen.md");
    const roles = read("deploy/postgresql/rollen.sql");
    const known = (name: string): boolean =>
      roles.includes(`'${name}'`) ||
      figures.includes(`\`${name.replace(/_(?:bucket|count|sum)$/, "")}\``) ||
      name === "leerid_oud"; // the database that a restore sets aside
    assert.deepEqual(findWrong(/\b(leerid_[a-z_]+[a-z])\b/g, known, { least: 25, among: operating }), []);
  });

  test("of lines of the log stand in the log", () => {
    const sources = sourceFiles("src");
    const asked = shell
      .filter(({ text }) => text.includes("journalctl"))
      .flatMap(({ path, text }) =>
        commandsOf(text)
          .filter(([program]) => program === "grep")
          .flatMap((words) => words.slice(1).filter((word) => !word.startsWith("-")))
          .map((pattern) => ({ path, pattern })),
      );
    assert.ok(asked.length > 8, `${asked.length} lines`);
    const absent = asked.filter(
      ({ pattern }) =>
        !/^level:\d0$/.test(pattern) &&
        !sources.some(({ test: isTest, text }) => !isTest && text.includes(pattern)),
    );
    assert.deepEqual(absent, []);
  });

  test("of what a command or a page of health says, are said", () => {
    const said = sourceFiles("src")
      .filter(({ test: isTest }) => !isTest)
      .map(({ text }) => text)
      .join("\n")
      .replaceAll(/ {2,}/g, " ");
    const guide = read("docs/uitbating.md");
    const lines = ["\\| regel \\|", "\\| regel in het log \\|", "\\| `/readyz` \\|"].flatMap((head) => {
      const [, rows = ""] = new RegExp(`^${head}.*\\n.*\\n((?:\\|.*\\n)+)`, "m").exec(guide) ?? [];
      return rows.split("\n").flatMap((row) => /^\| ([^|]+?) \|/.exec(row)?.[1] ?? []);
    });
    assert.ok(lines.length >= 16, `${lines.length} lines`);
    const wanting = lines.flatMap((line) =>
      line
        .replaceAll(/`|^`?(?:200|503) |niet klaar: /g, "")
        .split("…")
        .map((part) => part.trim())
        .filter((part) => !said.includes(part)),
    );
    assert.deepEqual(wanting, []);
  });

  test("of addresses have a port of the program, on the machines of the guide", () => {
    const ports = [4400, 4401, 4402, 4403, 4404, 4422, 4497, 4498, 4499].map(String);
    const hosts = ["10.0.0.11", "10.0.0.12"];
    const known = (address: string): boolean => {
      const [host = "", port = ""] = address.split(":");
      return host.endsWith(".leerid.example") || (hosts.includes(host) && ports.includes(port));
    };
    assert.deepEqual(findWrong(/\bhttps?:\/\/([\w.]+:\d+)/g, known, { least: 5, among: operating }), []);
  });
});

test("links in the documents lead somewhere, to the heading too", () => {
  const broken = documents.flatMap(({ path, text }) =>
    [...text.replaceAll(/^ *```[\s\S]*?^ *```/gm, "").matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)/g)]
      .map(([, to = ""]) => to)
      .filter((to) => {
        const [file = "", heading] = to.split("#");
        const target = file === "" ? path : posix.join(posix.dirname(path), file);
        return !exists(target) || (heading !== undefined && !anchorsOf(read(target)).includes(heading));
      })
      .map((to) => `${path}: ${to}`),
  );
  assert.deepEqual(broken, []);
});
