import { readConfig } from "#platform/config";
import { Unforeseen } from "#platform/ending";
import { version } from "#platform/version";
import { UsageError, type Command } from "./contract.ts";
import { helpOf, listOf } from "./help.ts";
import { findCommand, readArguments } from "./read.ts";
import { linesOf } from "./refusals.ts";

const asksHelp = (word: string): boolean => word === "--help" || word === "-h";

/**
 * Runs what was typed after `leerid`, and says on stderr what was wrong with it.
 * @returns the exit code: 0 done, 1 refused, 2 wrong usage
 */
export async function runCommand(
  commands: readonly Command[],
  typed: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<0 | 1 | 2> {
  const help = typed[0] === "help" || typed.some(asksHelp);
  const words = help ? typed.slice(typed[0] === "help" ? 1 : 0).filter((word) => !asksHelp(word)) : typed;
  if (typed[0] === "--version") {
    console.log(`leerid ${version}`);
    return 0;
  }
  const found = findCommand(commands, words);
  if (!("command" in found)) {
    // Asked for help, the first word of several commands is no mistake; nor is none at all.
    const wrong =
      help && (words.length === 0 || (found.group !== "" && words.length === 1)) ? undefined : found.wrong;
    const text = listOf(commands, found.group);
    if (wrong === undefined) console.log(text);
    else console.error(`${wrong}\n\n${text}`);
    return wrong === undefined && help ? 0 : 2;
  }
  const { command, rest } = found;
  if (help) {
    console.log(helpOf(command));
    return 0;
  }
  try {
    const given = readArguments(command, rest);
    await command.run({ config: readConfig(env), ...given });
    return 0;
  } catch (error) {
    if (error instanceof UsageError) {
      console.error(`${error.message}\n\n${helpOf(command)}`);
      return 2;
    }
    if (!(error instanceof Unforeseen)) console.error(linesOf(error));
    return 1;
  }
}
