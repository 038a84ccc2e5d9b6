import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { code, page, table } from "./page.ts";

const source = fileURLToPath(new URL("../../src/", import.meta.url));
const text = /(["'`])((?:(?!\1).)+)\1/g;

type Line = { readonly level: string; readonly message: string; readonly room: string };

/** Every message that the program writes to its log, by its level. */
async function logLines(): Promise<readonly Line[]> {
  const files = (await readdir(source, { recursive: true }))
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
    .toSorted();
  const lines = await Promise.all(
    files.map(async (file) => {
      const room = file.includes("/") ? file.split("/").slice(0, 2).join("/") : file.replace(".ts", "");
      const found = await readFile(`${source}${file}`, "utf8");
      return [...found.matchAll(/\b(?:log|operationsLog\([^()]*\))\s*\.(info|warn|error)\(/g)].flatMap(
        ({ 1: level = "", index, 0: begin }) =>
          messagesIn(argumentsFrom(found, index + begin.length)).map((message) => ({ level, message, room })),
      );
    }),
  );
  return lines.flat();
}

/** The text of a call's arguments, from its opening to its closing parenthesis. */
function argumentsFrom(all: string, from: number): string {
  let depth = 1;
  let at = from;
  while (depth > 0 && at < all.length) {
    if (all[at] === "(") depth += 1;
    if (all[at] === ")") depth -= 1;
    at += 1;
  }
  return all.slice(from, at - 1);
}

/** The sentences among the arguments: a name of a field or a code has no space in it. */
const messagesIn = (argumentsText: string): string[] =>
  [...argumentsText.matchAll(text)]
    .map(([, , found = ""]) => found.replaceAll(/\$\{[^}]*\}/g, "…"))
    .filter((found) => found.includes(" "));

/** What may stand in the log. */
export async function logLinesPage(): Promise<string> {
  const order = ["error", "warn", "info"];
  const lines = (await logLines()).toSorted(
    (a, b) =>
      order.indexOf(a.level) - order.indexOf(b.level) ||
      (a.message < b.message ? -1 : a.message > b.message ? 1 : a.room < b.room ? -1 : 1),
  );
  const rows = new Map<string, { line: Line; rooms: Set<string> }>();
  for (const line of lines) {
    const key = `${line.level} ${line.message}`;
    const row = rows.get(key) ?? { line, rooms: new Set() };
    rows.set(key, row);
    row.rooms.add(line.room);
  }
  return page("Regels in het logboek", "de aanroepen van het logboek in `src`", [
    "Elke regel is één JSON-object op stdout, met `level` (30 info, 40 warn, 50 error), `time`, `msg` en velden. `fout`, `code` en `plaats` zeggen welke fout het was en waar, nooit haar tekst: die kan gegevens bevatten. Wat de belangrijkste betekenen: [logboek](../draaiboek/logboek.md).",
    table(
      ["niveau", "`msg`", "kamer"],
      Array.from(rows.values(), ({ line, rooms }) => [
        line.level,
        line.message,
        [...rooms].map(code).join(", "),
      ]),
    ),
  ]);
}
