import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { commands, helpOf, listOf, usageOf } from "#commands";
import { runLeerid, type Outcome } from "#testing/server";

/** No settings at all: who asks for help has not set anything yet. */
const run = (...args: string[]): Promise<Outcome> => runLeerid(args, {});

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
