import { mkdir, readFile, writeFile } from "node:fs/promises";
import type { Result } from "./contract.ts";

const file = new URL("./results/latest.json", import.meta.url);

const number = (value: number): string =>
  value >= 1000
    ? Math.round(value).toLocaleString("nl-BE")
    : value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : 2).replace(".", ",");

const optional = (value: number | undefined): string => (value === undefined ? "" : number(value));

const columns: readonly (readonly [string, (result: Result) => string])[] = [
  ["meting", (r) => r.benchmark],
  ["gr.", (r) => r.size],
  ["eenheid", (r) => r.unit],
  ["LeerID", (r) => number(r.product)],
  ["anker", (r) => number(r.anchor)],
  ["verhouding", (r) => number(r.ratio)],
  ["doel", (r) => number(r.goal)],
  ["gehaald", (r) => (r.superb_met ? "ruim" : r.met ? "ja" : "nee")],
  ["reizen", (r) => optional(r.trips)],
  ["commits", (r) => optional(r.commits)],
  ["cpu ms", (r) => optional(r.cpu_ms)],
  ["databank", (r) => optional(r.cpu_database_ms)],
  ["p95 ms", (r) => optional(r.p95_ms)],
  ["vlak", (r) => optional(r.flat)],
  ["MB", (r) => optional(r.memory_mb)],
  ["anker is", (r) => r.anchor_name],
];

/** The results as lines of a table. */
export function table(results: readonly Result[]): string[] {
  const cells = [
    columns.map(([title]) => title),
    ...results.map((result) => columns.map(([, cell]) => cell(result))),
  ];
  const used = columns.map((_, column) => cells.slice(1).some((row) => row[column] !== ""));
  const widths = columns.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  return cells.map((row) =>
    row
      .map((cell, column) => (used[column] ? cell.padEnd(widths[column] ?? 0) : undefined))
      .filter((cell) => cell !== undefined)
      .join("  ")
      .trimEnd(),
  );
}

const inReadme: readonly (readonly [string, (result: Result) => string])[] = [
  ["benchmark", (r) => r.benchmark],
  ["size", (r) => r.size],
  ["unit", (r) => r.unit],
  ["LeerID", (r) => number(r.product)],
  ["anchor", (r) => number(r.anchor)],
  ["what the anchor is", (r) => r.anchor_name],
  ["ratio", (r) => number(r.ratio)],
  ["goal", (r) => number(r.goal)],
  ["met", (r) => (r.met ? "yes" : "**no**")],
  ["trips", (r) => optional(r.trips)],
  ["commits", (r) => optional(r.commits)],
  ["CPU ms", (r) => optional(r.cpu_ms)],
  ["of which PostgreSQL", (r) => optional(r.cpu_database_ms)],
  ["flat", (r) => optional(r.flat)],
];

/** README.md with the results that are kept, between its two marks. */
export async function withResults(text: string): Promise<string> {
  const [begin, end] = ["<!-- bench: made from bench/results/latest.json -->", "<!-- /bench -->"];
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error(`README.md: no place between ${begin} and ${end}`);
  const results = JSON.parse(await readFile(file, "utf8")) as Result[];
  const rows = [
    inReadme.map(([title]) => title),
    inReadme.map(() => "---"),
    ...results.map((result) => inReadme.map(([, cell]) => cell(result))),
  ].map((cells) => `| ${cells.join(" | ")} |`);
  return `${text.slice(0, from)}${begin}\n\n${rows.join("\n")}\n\n${text.slice(to)}`;
}

const readme = new URL("../README.md", import.meta.url);

/** Writes the results, and the table of README.md with them; those of other benchmarks and sizes that were there stay. */
export async function keepResults(results: readonly Result[]): Promise<void> {
  const before = JSON.parse(await readFile(file, "utf8").catch(() => "[]")) as Result[];
  const key = ({ benchmark, size }: Result) => `${benchmark} ${size}`;
  const fresh = new Set(results.map(key));
  const all = [...before.filter((result) => !fresh.has(key(result))), ...results.map(rounded)];
  const order = [...new Set(all.map((result) => result.benchmark))].toSorted();
  all.sort((a, b) => order.indexOf(a.benchmark) - order.indexOf(b.benchmark) || b.size.localeCompare(a.size));
  await mkdir(new URL("./results/", import.meta.url), { recursive: true });
  await writeFile(file, `${JSON.stringify(all, null, 2)}\n`);
  await writeFile(readme, await withResults(await readFile(readme, "utf8")));
}

/** Three significant digits: more would be noise. */
function rounded(result: Result): Result {
  return Object.fromEntries(
    Object.entries(result).map(([key, value]) => [
      key,
      typeof value === "number" ? Number(value.toPrecision(value >= 1000 ? 4 : 3)) : value,
    ]),
  ) as unknown as Result;
}
