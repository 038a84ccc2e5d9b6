import { existsSync, readdirSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { code } from "./page.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Which tests name which requirement. Tests of the documents themselves do not count. */
function carriers(): Map<string, string[]> {
  const found = new Map<string, string[]>();
  const files = ["src", "test", "demo", "packages"]
    .filter((folder) => existsSync(`${root}${folder}`))
    .flatMap((folder) =>
      readdirSync(`${root}${folder}`, { recursive: true, encoding: "utf8" }).map(
        (name) => `${folder}/${name}`,
      ),
    )
    .filter((path) => path.endsWith(".test.ts") && !path.startsWith("test/architecture/"))
    .toSorted();
  for (const path of files) {
    for (const nr of new Set(readFileSync(`${root}${path}`, "utf8").match(/\bR\d+b?\b/g) ?? [])) {
      found.set(nr, [...(found.get(nr) ?? []), path]);
    }
  }
  return found;
}

/**
 * docs/eisen.md with its last column brought up to date: the tests that name each requirement. Everything else in it is written
 * by hand, also "nog niet": whoever builds a requirement takes that away.
 */
export async function requirementsPage(): Promise<string> {
  const by = carriers();
  const page = await readFile(`${root}docs/eisen.md`, "utf8");
  return page.replaceAll(
    /^\| (R\d+b?) \| (.*) \| (.*) \| (.*) \|$/gm,
    (line, nr: string, text: string, rooms: string, now: string) => {
      if (now === "nog niet") return line;
      const tests = by.get(nr)?.map(code).join(", ") ?? "zonder toets";
      return `| ${nr} | ${text} | ${rooms} | ${tests} |`;
    },
  );
}
