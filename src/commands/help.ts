import type { Command } from "./contract.ts";

/** `import discimus BESTAND [--door]` */
export function usageOf({ words, args, options }: Command): string {
  return [
    words,
    ...args.map(({ name, optional }) => (optional ? `[${name}]` : name)),
    ...Object.entries(options).map(([name, { value }]) =>
      value === undefined ? `[--${name}]` : `[--${name} ${value}]`,
    ),
  ].join(" ");
}

const columns = (rows: readonly (readonly [string, string])[]): string => {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join("\n");
};

/** `-h` of one command. */
export function helpOf(command: Command): string {
  const { words, does, more, args, options, example, refused } = command;
  return [
    `Gebruik: leerid ${usageOf(command)}`,
    [`${words}: ${does}.`, ...more].join("\n"),
    columns([
      ...args.map(({ name, does: what }) => [name, what] as const),
      ...Object.entries(options).map(
        ([name, { value, does: what }]) =>
          [value === undefined ? `--${name}` : `--${name} ${value}`, what] as const,
      ),
      ["-h, --help", "deze uitleg"],
    ]),
    `Voorbeeld:\n  leerid ${example}`,
    `Exitcode:\n  0  gelukt\n  1  ${refused}\n  2  verkeerd gebruik`,
  ].join("\n\n");
}

/** What can be chosen: every command, or those that begin with a word. */
export function listOf(commands: readonly Command[], group: string): string {
  const chosen = group === "" ? commands : commands.filter(({ words }) => words.startsWith(`${group} `));
  return [
    `Gebruik: leerid ${group === "" ? "OPDRACHT" : `${group} …`}`,
    columns(chosen.map((one) => [usageOf(one), one.does])),
    ...(group === "" ? [] : [`Voorbeeld:\n  leerid ${chosen[0]?.example ?? group}`]),
    "Uitleg over één opdracht: -h erachter, bijvoorbeeld  leerid import discimus -h. De versie: leerid --version.\nInstellingen: omgevingsvariabelen LEERID_*, zie docs/generated/instellingen.md.\nExitcode: 0 gelukt, 1 geweigerd met een regel per probleem, 2 verkeerd gebruik.",
  ].join("\n\n");
}
