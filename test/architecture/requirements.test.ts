import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { root } from "./source.ts";

type Line = { readonly nr: string; readonly text: string; readonly rooms: string; readonly test: string };

const page = readFileSync(`${root}docs/eisen.md`, "utf8");
const lines: Line[] = [...page.matchAll(/^\| (R\d+b?) \| (.*?) \| (.*?) \| (.*?) \|$/gm)].map(
  ([, nr = "", text = "", rooms = "", carried = ""]) => ({ nr, text, rooms, test: carried }),
);
const codes = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, code = ""]) => code);

/** Does a text name this requirement: R6 is not in R60 nor in R6b. */
const names = (text: string, nr: string): boolean => new RegExp(`\\b${nr}\\b`).test(text);

const read = (path: string): string => readFileSync(`${root}${path}`, "utf8");

describe("the list of requirements is true", () => {
  test("every requirement stands in it exactly once, in order", () => {
    const wanted = Array.from({ length: 96 }, (_, index) => `R${index + 1}`)
      .filter((nr) => nr !== "R70")
      .flatMap((nr) => (nr === "R25" ? ["R25", "R25b"] : [nr]));
    assert.deepEqual(
      lines.map((line) => line.nr),
      wanted,
    );
    assert.match(page, /R70 is vrijgehouden/);
  });

  test("every room that it names exists", () => {
    const rooms = lines.flatMap((line) => codes(line.rooms));
    assert.ok(rooms.length > 40);
    assert.deepEqual(
      rooms.filter(
        (room) =>
          !existsSync(`${root}src/${room}/index.ts`) &&
          !existsSync(`${root}${room}/index.ts`) &&
          !existsSync(`${root}${room}/package.json`),
      ),
      [],
    );
  });

  test("every test that it names exists and names the requirement", () => {
    const named = lines.flatMap((line) => codes(line.test).map((path) => ({ nr: line.nr, path })));
    assert.ok(named.length > 8);
    assert.deepEqual(
      named.filter(
        ({ nr, path }) =>
          !path.endsWith(".test.ts") || !existsSync(`${root}${path}`) || !names(read(path), nr),
      ),
      [],
    );
  });

  test("what is not built names no test, and what is built has a room", () => {
    for (const line of lines) {
      if (line.test === "nog niet") continue;
      assert.ok(codes(line.rooms).length > 0, line.nr);
      assert.ok(line.test === "zonder toets" || codes(line.test).length > 0, line.nr);
    }
  });
});
