import { commands, listOf, usageOf, type Command } from "#commands";
import { code, page, table } from "./page.ts";

function section(command: Command): string {
  const { words, does, more, args, options, example, refused } = command;
  return [
    `## leerid ${words}`,
    [`${does.charAt(0).toUpperCase()}${does.slice(1)}.`, ...more].join(" "),
    ["```", `leerid ${usageOf(command)}`, "```"].join("\n"),
    ...(args.length + Object.keys(options).length === 0
      ? []
      : [
          table(
            ["woord", "wat het is"],
            [
              ...args.map(({ name, does: what }) => [code(name), what]),
              ...Object.entries(options).map(([name, { value, does: what }]) => [
                code(value === undefined ? `--${name}` : `--${name} ${value}`),
                what,
              ]),
            ],
          ),
        ]),
    `Voorbeeld: ${code(`leerid ${example}`)}. Exitcode 1: ${refused}.`,
  ].join("\n\n");
}

/** Every command with its words, options and an example: what `-h` says. */
export function commandsPage(): string {
  return page("Opdrachten", "`src/commands/`", [
    "Elke opdracht toont met `-h` of `--help` haar eigen uitleg. Exitcode 0 is gelukt, 1 geweigerd met een regel per probleem op stderr, 2 verkeerd gebruik.",
    ["```", listOf(commands, ""), "```"].join("\n"),
    ...commands.map(section),
  ]);
}

const begin = "<!-- commands: made from src/commands by `npm run generate` -->";
const end = "<!-- /commands -->";

/**
 * README.md with its list of commands made anew.
 * @throws when the two marks are not there, once each
 */
export function withCommands(readme: string): string {
  const [before, rest, ...more] = readme.split(begin);
  const [, after, ...rests] = (rest ?? "").split(end);
  if (before === undefined || after === undefined || more.length + rests.length > 0)
    throw new Error("README.md has not its two marks of the list of commands");
  const list = ["```", ...commands.map((one) => `leerid ${usageOf(one)}`), "```"].join("\n");
  return [before, begin, "\n\n", list, "\n\n", end, after].join("");
}
