import { parseArgs } from "node:util";
import { UsageError, type Command } from "./contract.ts";

/** What somebody typed after `leerid`. */
export type Reading =
  | { readonly command: Command; readonly rest: readonly string[] }
  /** Words that begin several commands (`import`), or none at all: every command. */
  | { readonly group: string; readonly wrong?: string };

const first = ({ words }: Command): string => words.split(" ")[0] ?? "";
const second = ({ words }: Command): string => words.split(" ")[1] ?? "";

/** Finds the command in what was typed; what is wrong with it is said with the name that was probably meant. */
export function findCommand(commands: readonly Command[], typed: readonly string[]): Reading {
  const [head, next, ...rest] = typed;
  if (head === undefined) return { group: "" };
  const group = commands.filter((one) => first(one) === head);
  const alone = group.find((one) => one.words === head);
  if (alone) return { command: alone, rest: typed.slice(1) };
  if (group.length === 0) {
    const names = commands.flatMap((one) => [
      { name: first(one), meant: first(one) },
      { name: second(one), meant: one.words },
    ]);
    const near = nearest(
      head,
      names.map(({ name }) => name),
    );
    const meant = names.find(({ name }) => name === near)?.meant;
    return { group: "", wrong: `De opdracht "${head.slice(0, 40)}" bestaat niet.${suggest(meant)}` };
  }
  const found = group.find((one) => second(one) === next);
  if (found) return { command: found, rest };
  const names = group.map(second);
  const choice = names.length === 1 ? names[0] : `${names.slice(0, -1).join(", ")} of ${names.at(-1)}`;
  const meant = next === undefined ? undefined : nearest(next, names);
  return { group: head, wrong: `${head}: kies ${choice}.${suggest(meant && `${head} ${meant}`)}` };
}

const suggest = (meant: string | undefined): string =>
  meant === undefined ? "" : ` Bedoelde je "${meant}"?`;

/**
 * Reads what stands after the words of a command.
 * @throws UsageError that says what is wrong with it
 */
export function readArguments(
  { args, options }: Command,
  typed: readonly string[],
): { args: string[]; options: Record<string, string | boolean> } {
  const types = Object.fromEntries(
    Object.entries(options).map(([name, { value }]) => [
      name,
      { type: value === undefined ? ("boolean" as const) : ("string" as const) },
    ]),
  );
  try {
    const { positionals, values } = parseArgs({
      args: [...typed],
      options: types,
      allowPositionals: true,
      strict: true,
    });
    const missing = args[positionals.length];
    if (missing && !missing.optional)
      throw new UsageError(`Er ontbreekt ${missing.called} (${missing.name}).`);
    if (positionals.length > args.length)
      throw new UsageError("Er staat een woord te veel achter deze opdracht.");
    return { args: positionals, options: values as Record<string, string | boolean> };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const code = (error as { code?: unknown } | undefined)?.code;
    const option = /-[\w-]{1,40}/.exec(error instanceof Error ? error.message : "")?.[0] ?? "";
    if (code === "ERR_PARSE_ARGS_UNKNOWN_OPTION") {
      const meant = nearest(option.replace(/^-+/, ""), Object.keys(options));
      throw new UsageError(
        `De optie ${option} bestaat niet bij deze opdracht.${suggest(meant && `--${meant}`)}`,
      );
    }
    throw new UsageError(`De optie ${option} heeft geen waarde, of een die ze niet kent.`);
  }
}

/** The name that was probably meant: at most two letters typed wrong, and never more than a third of it. */
export function nearest(typed: string, names: readonly string[]): string | undefined {
  const lower = typed.toLowerCase();
  const near = names
    .filter((name) => name !== "")
    .map((name) => ({ name, far: distance(lower, name) }))
    .filter(({ name, far }) => far <= Math.min(2, Math.floor(name.length / 3)))
    .toSorted((a, b) => a.far - b.far);
  return near[0]?.name;
}

/** Letters to add, leave out, change or swap with their neighbour to make one word of the other. */
function distance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const at = (up: number, left: number): number =>
        (up === 0 ? row : rows[i - up])?.[j - left] ?? Infinity;
      const change = a[i - 1] === b[j - 1] ? 0 : 1;
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row.push(Math.min(at(1, 0) + 1, at(0, 1) + 1, at(1, 1) + change, swapped ? at(2, 2) + 1 : Infinity));
    }
    rows.push(row);
  }
  return rows[a.length]?.[b.length] ?? Infinity;
}
