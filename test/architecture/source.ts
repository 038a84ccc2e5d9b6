import { readdirSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { fileURLToPath } from "node:url";
import { moved } from "#architecture";

/** The repository's folder, with a slash at its end. */
export const root = fileURLToPath(new URL("../../", import.meta.url));

export type SourceFile = {
  /** From the root: `src/modules/tokens/store.ts`. */
  readonly path: string;
  /** `modules/tokens`, `commands`, or the name of a file right in src. */
  readonly room: string;
  readonly text: string;
  readonly test: boolean;
};

/** All TypeScript below a folder of the repository. */
export function sourceFiles(folder: string): SourceFile[] {
  return readdirSync(`${root}${folder}`, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !/(?:^|\/)(?:\.|node_modules\/)/.test(name))
    .toSorted()
    .map((name) => ({
      path: `${folder}/${name}`,
      room: roomOf(name),
      text: readFileSync(`${root}${folder}/${name}`, "utf8"),
      test: name.endsWith(".test.ts"),
    }));
}

function roomOf(name: string): string {
  const [first = "", second] = name.split("/");
  if (second === undefined) return first.replace(/\.ts$/, "");
  return first === "commands" ? first : `${first}/${second}`;
}

type Piece = { readonly kind: "code" | "comment" | "string" | "template"; readonly text: string };

/**
 * Takes TypeScript apart into code, comments, strings and the literal text of templates. A small reader of our own: types
 * are stripped and never compiled here, so there is no parser at hand. Knows regular expressions by what stands before them.
 */
function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  const depth: number[] = []; // braces open inside each template that we are in an expression of
  let code = "";
  let at = 0;
  const end = () => {
    if (code !== "") found.push({ kind: "code", text: code });
    code = "";
  };
  const until = (pattern: RegExp, from: number): number => {
    pattern.lastIndex = from;
    const match = pattern.exec(text);
    return match ? match.index + match[0].length : text.length;
  };
  const template = (from: number) => {
    let here = from;
    while (here < text.length && text[here] !== "`" && !text.startsWith("${", here))
      here += text[here] === "\\" ? 2 : 1;
    found.push({ kind: "template", text: text.slice(from, here) });
    if (text[here] === "`") at = here + 1;
    else {
      depth.push(0);
      at = here + 2;
    }
  };
  while (at < text.length) {
    const char = text[at] ?? "";
    if (text.startsWith("//", at) || text.startsWith("/*", at)) {
      end();
      const stop = text[at + 1] === "/" ? until(/\n|$/g, at) : until(/\*\//g, at);
      found.push({ kind: "comment", text: text.slice(at, stop) });
      at = stop;
    } else if (char === '"' || char === "'") {
      end();
      let close = at + 1;
      while (close < text.length && text[close] !== char && text[close] !== "\n")
        close += text[close] === "\\" ? 2 : 1;
      found.push({ kind: "string", text: text.slice(at + 1, close) });
      at = close + 1;
    } else if (char === "`") {
      end();
      template(at + 1);
    } else if (char === "/" && /(?:^|[(,=:[!&|?{};>~]|\breturn|\bcase)\s*$/.test(code.slice(-40))) {
      // A regular expression: to the slash that ends it, over escapes and classes.
      const stop = until(/(?:[^\\/[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/g, at + 1);
      code += text.slice(at, stop);
      at = stop;
    } else if (depth.length > 0 && (char === "{" || char === "}")) {
      const last = depth.length - 1;
      if (char === "}" && depth[last] === 0) {
        end();
        depth.pop();
        template(at + 1);
      } else {
        depth[last] = (depth[last] ?? 0) + (char === "{" ? 1 : -1);
        code += char;
        at++;
      }
    } else {
      code += char;
      at++;
    }
  }
  end();
  return found;
}

/** What a file imports, statically or not. */
export function importsOf(text: string): string[] {
  const list = pieces(text);
  return list.flatMap((piece, index) => {
    const before = list[index - 1];
    return piece.kind === "string" &&
      before?.kind === "code" &&
      /(?:\bfrom|\bimport|\bimport\s*\()\s*$/.test(before.text)
      ? [piece.text]
      : [];
  });
}

/**
 * Files that import one another in a circle, also if only types: none of them can be read before the others.
 * @returns each circle as the paths in it, of the groups in which every file leads to every other
 */
export function ringsOf(files: readonly Pick<SourceFile, "path" | "text">[]): string[][] {
  const edges = new Map(
    files.map(({ path, text }) => [
      path,
      importsOf(text)
        .filter((from) => from.startsWith("./"))
        .map((from) => posix.join(posix.dirname(path), from)),
    ]),
  );
  // Tarjan's strongly connected components.
  const order = new Map<string, number>();
  const open: string[] = [];
  const rings: string[][] = [];
  const visit = (path: string): number => {
    const nr = order.size;
    order.set(path, nr);
    open.push(path);
    let least = nr;
    for (const next of edges.get(path) ?? []) {
      if (!edges.has(next)) continue;
      if (!order.has(next)) least = Math.min(least, visit(next));
      else if (open.includes(next)) least = Math.min(least, order.get(next) ?? nr);
    }
    if (least === nr) {
      const ring = open.splice(open.indexOf(path));
      if (ring.length > 1) rings.push(ring.toSorted());
    }
    return least;
  };
  for (const path of edges.keys()) if (!order.has(path)) visit(path);
  return rings;
}

/** What stands in the templates and strings of a TypeScript file: its SQL, and its texts. */
export const sqlOf = (text: string): string =>
  pieces(text)
    .filter((piece) => piece.kind === "template" || piece.kind === "string")
    .map((piece) => piece.text)
    .join("\n");

/** The text of a migration, with what was moved since under the name that it has today. */
export function migrationText(name: string): string {
  let text = readFileSync(`${root}migrations/${name}`, "utf8");
  for (const [left, places] of Object.entries(moved))
    for (const [schema, objects] of Object.entries(places))
      for (const object of objects)
        text = text.replaceAll(new RegExp(`\\b${left}\\.${object}\\b`, "g"), `${schema}.${object}`);
  return text;
}

/** `schema.name` in the SQL of a TypeScript file (which stands in templates and strings), or of a migration. */
export function sqlNames(text: string, schemas: readonly string[], kind: "ts" | "sql"): string[] {
  const body =
    kind === "sql" ? text.replaceAll(/--.*$/gm, "").replaceAll(/'(?:[^']|'')*'/g, "''") : sqlOf(text);
  const pattern = new RegExp(`(?<![\\w.#/@-])(?:${schemas.join("|")})\\.[a-z_]+(?![\\w-]*\\.(?:ts|md))`, "g");
  return [...new Set([...body.matchAll(pattern)].map(([name]) => name))];
}
