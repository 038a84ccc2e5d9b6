import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { rooms } from "#architecture";
import { code, page } from "./page.ts";

const folder = fileURLToPath(new URL("../../migrations/", import.meta.url));

type Column = { readonly name: string; readonly type: string; readonly comment: string };
type Table = { readonly name: string; readonly comment: string; readonly columns: readonly Column[] };

const unquote = (text: string): string => text.replaceAll("''", "'");

/** The tables that a migration makes, with their comments. Later files may add comments and columns. */
function readTables(sql: string): Table[] {
  const comments = new Map(
    [...sql.matchAll(/comment on (?:table|column) ([\w.]+) is\s+'((?:[^']|'')*)'/g)].map(
      ([, name = "", text = ""]) => [name, unquote(text)],
    ),
  );
  return [...sql.matchAll(/create table ([a-z_]+\.[a-z_]+) \(([^;]*?)\)(?: partition by [^;]*)?;/g)]
    .filter(([, name = ""]) => !/partition of/.test(name))
    .map(([, name = "", body = ""]) => ({
      name,
      comment: comments.get(name) ?? "",
      columns: splitLines(body).map((line) => {
        const [, column = "", type = ""] =
          /^(\w+) ((?:int8multirange|timestamptz|[a-z]+)(?:\[\])?)/.exec(line) ?? [];
        return { name: column, type, comment: comments.get(`${name}.${column}`) ?? "" };
      }),
    }));
}

/** The lines of a table that are columns. */
const splitLines = (body: string): string[] =>
  body
    .replaceAll(/--.*$/gm, "")
    .split("\n")
    .flatMap((line) => (/^\s{2}\w/.test(line) ? [line.trim()] : []))
    .flatMap((line) => splitTop(line))
    .filter((line) => !/^(?:check|primary key|unique|foreign key|constraint|exclude)\b/.test(line));

/** Takes a line with more than one column apart, at commas outside parentheses. */
function splitTop(line: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let part = "";
  for (const char of line) {
    if (char === "(") depth++;
    if (char === ")") depth--;
    if (char === "," && depth === 0) {
      parts.push(part.trim());
      part = "";
    } else part += char;
  }
  return [...parts, part.trim()].filter(Boolean);
}

/** The database: per schema its room, its tables, why they exist and how long rows stay. */
export async function databasePage(): Promise<string> {
  const files = (await readdir(folder)).filter((name) => name.endsWith(".sql")).toSorted();
  const sql = (await Promise.all(files.map((name) => readFile(`${folder}${name}`, "utf8")))).join("\n");
  const tables = readTables(sql);
  const made = sql.match(/^create table (?!if)[a-z_.]+ \(/gm)?.length ?? 0;
  if (tables.length !== made)
    throw new Error(`docs/generate/database.ts: read ${tables.length} of ${made} tables`);
  const views = [...sql.matchAll(/^comment on view ([a-z_.]+) is\s+'([^']*)'/gm)];
  const dropped = new Set([...sql.matchAll(/^drop table ([\w.]+);/gm)].map(([, name]) => name));
  const schemas = [...sql.matchAll(/^create schema (\w+)/gm)].map(([, name = ""]) => name);
  return page("Databank", "`migrations/`", [
    "Elk schema hoort bij één kamer van de code; andere kamers lezen het alleen langs wat in `architecture.ts` staat. De uitleg komt uit de databank zelf (`comment on …`): doel, grond, bewaring. De rol `leerid_app` bedient; de eigenaar migreert.",
    ...schemas.toSorted().flatMap((schema) => {
      const [room = ""] = Object.entries(rooms).find(([, one]) => one.schema === schema) ?? [];
      const own = tables.filter((one) => one.name.startsWith(`${schema}.`) && !dropped.has(one.name));
      return [
        `## ${schema} (${code(`src/${room}`)})`,
        ...(own.length === 0 ? ["Alleen functies, geen gegevens."] : []),
        ...own.flatMap((one) => [
          `### ${one.name}`,
          one.comment,
          `Kolommen: ${one.columns.map((column) => `${code(column.name)} ${column.type}`).join(", ")}.`,
          ...one.columns
            .filter((column) => column.comment !== "")
            .map((column) => `- ${code(column.name)}: ${column.comment}`),
        ]),
        ...views
          .filter(([, name = ""]) => name.startsWith(`${schema}.`))
          .flatMap(([, name = "", comment = ""]) => [`### ${name} (view)`, comment]),
      ];
    }),
  ]);
}
