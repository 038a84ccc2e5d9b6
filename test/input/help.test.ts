import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { commands, findCommand, helpOf, listOf, usageOf } from "#commands";
import { runLeerid, type Outcome } from "#testing/server";

/** No settings at all: who asks for help has not set anything yet. */
const run = (...args: string[]): Promise<Outcome> => runLeerid(args, {});
const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

describe("help", () => {
  it("of every command is its own: words, arguments, options, an example, exit codes; -h and --help and help say the same", async () => {
    const queue = [...commands];
    const follow = async () => {
      for (let one = queue.shift(); one; one = queue.shift()) {
        const words = one.words.split(" ");
        const { code, stdout, stderr } = await run(...words, queue.length % 2 === 0 ? "-h" : "--help");
        assert.deepEqual([code, stderr, stdout], [0, "", `${helpOf(one)}\n`], one.words);
        const named = [...one.args.map(({ name }) => name), ...Object.keys(one.options)];
        const [, about = "", ...rest] = stdout.split("\n\n");
        assert.ok(stdout.startsWith(`Gebruik: leerid ${usageOf(one)}\n`), one.words);
        assert.ok(about.startsWith(`${one.words}: `), one.words);
        for (const name of named) assert.match(rest[0] ?? "", new RegExp(`^ +(--)?${name}\\b.* {2}\\S`, "m"));
        assert.ok(stdout.includes(`\nVoorbeeld:\n  leerid ${one.words}`), one.words);
        assert.match(stdout, /\n {2}0 {2}gelukt\n {2}1 {2}\S.*\n {2}2 {2}verkeerd gebruik\n$/, one.words);
      }
    };
    await Promise.all([follow(), follow(), follow()]);
    assert.equal(new Set(commands.map(helpOf)).size, commands.length);
    assert.equal(
      (await run("help", "import", "discimus")).stdout,
      (await run("import", "discimus", "-h")).stdout,
    );
  });

  it("is asked for with arguments and wrong options too, and nothing is done", async () => {
    const outcome = await run("import", "toepassing", "bestaat-niet.json", "--kwaad", "-h");
    assert.deepEqual([outcome.code, outcome.stderr], [0, ""]);
    assert.match(outcome.stdout, /^Gebruik: leerid import toepassing BESTAND/);
  });

  it("of a word that begins several commands names those; of all, all", async () => {
    for (const args of [
      ["import", "--help"],
      ["import", "-h"],
      ["help", "import"],
    ]) {
      const { code, stdout } = await run(...args);
      assert.deepEqual([code, stdout], [0, `${listOf(commands, "import")}\n`]);
      assert.match(stdout, /^ {2}import protocol BESTAND/m);
      assert.match(stdout, /^Voorbeeld:\n {2}leerid import /m);
      assert.doesNotMatch(stdout, /\bserve\b/);
    }
    for (const args of [["--help"], ["-h"], ["help"]]) {
      const { code, stdout } = await run(...args);
      assert.equal(code, 0);
      for (const one of commands) assert.ok(stdout.includes(`\n  ${usageOf(one)}  `), one.words);
    }
  });

  it("nothing at all prints the list, and is wrong usage", async () => {
    const outcome = await run();
    assert.deepEqual([outcome.code, outcome.stdout, outcome.stderr], [2, `${listOf(commands, "")}\n`, ""]);
  });

  it("a name typed wrong: exit code 2, and the name that was probably meant", async () => {
    for (const [args, line] of [
      [["imprt"], 'De opdracht "imprt" bestaat niet. Bedoelde je "import"?'],
      [["sevre"], 'De opdracht "sevre" bestaat niet. Bedoelde je "serve"?'],
      [["discimus"], 'De opdracht "discimus" bestaat niet. Bedoelde je "import discimus"?'],
      [["migarte"], 'De opdracht "migarte" bestaat niet. Bedoelde je "migrate"?'],
      [["xyz", "--help"], 'De opdracht "xyz" bestaat niet.'],
      [["import", "toepasing", "x"], 'Bedoelde je "import toepassing"?'],
      [["import", "kwaad", "-h"], "import: kies discimus, protocol, toepassing of schoolsoftware."],
      [["serve", "--site", "acm"], 'De optie --site bestaat niet bij deze opdracht. Bedoelde je "--sites"?'],
    ] as const) {
      const { code, stdout, stderr } = await run(...args);
      assert.deepEqual([code, stdout], [2, ""], args.join(" "));
      const [first = ""] = stderr.split("\n");
      assert.ok(first.endsWith(line), `${args.join(" ")}: ${first}`);
    }
    const own = await run("import", "discimus", "x", "--force");
    assert.match(own.stderr, /^Gebruik: leerid import discimus BESTAND/m);
  });
});

describe("the documents say what the program does", () => {
  const documents = readdirSync(new URL("../../", import.meta.url), {
    recursive: true,
    encoding: "utf8",
  }).filter(
    (path) =>
      (path === "README.md" || /^(docs|src)\/.*\.md$/.test(path)) &&
      !/node_modules|docs\/(adr|generated)\//.test(path),
  );

  it("README.md and docs/generated/opdrachten.md name every command", () => {
    for (const one of commands) {
      assert.ok(read("README.md").includes(`\nleerid ${usageOf(one)}\n`), one.words);
      assert.ok(read("docs/generated/opdrachten.md").includes(`\n## leerid ${one.words}\n`), one.words);
    }
  });

  it("every command that a document names exists, with the options that it names", () => {
    const wrong: string[] = [];
    let seen = 0;
    for (const path of documents)
      for (const [line = ""] of read(path).matchAll(
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

  it("every file and folder that a document names in full exists", () => {
    // That page tells what would be added for things that do not exist.
    const wrong = documents
      .filter((path) => path !== "docs/onderhoudsproef.md")
      .flatMap((path) =>
        [...read(path).matchAll(/`((?:src|test|docs|bin|demo|migrations|packages)\/[\w./-]+)`/g)]
          .filter(([, named = ""]) => !existsSync(new URL(`../../${named}`, import.meta.url)))
          .map(([, named]) => `${path}: ${named}`),
      );
    assert.deepEqual(wrong, []);
  });

  it("docs/beveiliging.md knows every role of the database", () => {
    const migrations = new URL("../../migrations/", import.meta.url);
    const roles = readdirSync(migrations).flatMap((name) =>
      [...readFileSync(new URL(name, migrations), "utf8").matchAll(/create role (\w+)/g)].map(
        ([, role]) => role,
      ),
    );
    assert.ok(roles.length >= 3);
    const page = read("docs/beveiliging.md");
    assert.deepEqual(
      roles.filter((role) => !page.includes(`| \`${role}\` |`)),
      [],
    );
  });
});
