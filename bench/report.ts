import { mkdir, readFile, writeFile } from "node:fs/promises";
import type { Result } from "./contract.ts";

const file = new URL("./results/latest.json", import.meta.url);

const number = (value: number): string =>
  value >= 1000
    ? Math.round(value).toLocaleString("nl-BE")
    : value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : 2).replace(".", ",");

const columns: readonly (readonly [string, (result: Result) => string])[] = [
  ["meting", (r) => r.benchmark],
  ["gr.", (r) => r.size],
  ["eenheid", (r) => r.unit],
  ["LeerID", (r) => number(r.product)],
  ["anker", (r) => number(r.anchor)],
  ["verhouding", (r) => number(r.ratio)],
  ["doel", (r) => number(r.goal)],
  ["gehaald", (r) => (r.superb_met ? "ruim" : r.met ? "ja" : "nee")],
  ["reizen", (r) => (r.trips === undefined ? "" : number(r.trips))],
  ["commits", (r) => (r.commits === undefined ? "" : number(r.commits))],
  ["cpu ms", (r) => (r.cpu_ms === undefined ? "" : number(r.cpu_ms))],
  ["p95 ms", (r) => (r.p95_ms === undefined ? "" : number(r.p95_ms))],
  ["vlak", (r) => (r.flat === undefined ? "" : number(r.flat))],
  ["MB", (r) => (r.memory_mb === undefined ? "" : number(r.memory_mb))],
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

/** Writes the results; those of other benchmarks and sizes that were there stay. */
export async function keepResults(results: readonly Result[]): Promise<void> {
  const before = JSON.parse(await readFile(file, "utf8").catch(() => "[]")) as Result[];
  const key = ({ benchmark, size }: Result) => `${benchmark} ${size}`;
  const fresh = new Set(results.map(key));
  const all = [...before.filter((result) => !fresh.has(key(result))), ...results.map(rounded)];
  const order = [...new Set(all.map((result) => result.benchmark))].toSorted();
  all.sort((a, b) => order.indexOf(a.benchmark) - order.indexOf(b.benchmark) || b.size.localeCompare(a.size));
  await mkdir(new URL("./results/", import.meta.url), { recursive: true });
  await writeFile(file, `${JSON.stringify(all, null, 2)}\n`);
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
