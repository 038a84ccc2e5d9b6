import type { Config } from "#platform/config";

/** Wrong usage: exit code 2, with the help of the command that was meant. */
export class UsageError extends Error {}

/** Refused, with one clear line per problem: exit code 1. */
export class Refused extends Error {}

/** A word after a command that is not an option. */
export type Argument = {
  /** As it stands in the help: `BESTAND`. */
  readonly name: string;
  /** What is missing when it is not there: `een bestand`. */
  readonly called: string;
  readonly does: string;
  readonly optional?: true;
};

/** `--name VALUE`, or without `value` a switch. */
export type Option = {
  /** What its value is called in the help: `N`. */
  readonly value?: string;
  readonly does: string;
};

type Values<O extends Readonly<Record<string, Option>>> = {
  readonly [Name in keyof O]?: O[Name] extends { readonly value: string } ? string : boolean;
};

/** What a command was given, as it declared it. */
type Given<O extends Readonly<Record<string, Option>>> = {
  readonly config: Config;
  readonly args: readonly string[];
  readonly options: Values<O>;
};

/** A command, declared once: what it reads, its help, docs/generated/opdrachten.md and the list in README.md are all made from this. */
export type Command = {
  /** `import discimus` */
  readonly words: string;
  /** What it does, in one short Dutch line without a capital or a full stop, for the list. */
  readonly does: string;
  /** More about it, a sentence or two an item. */
  readonly more: readonly string[];
  readonly args: readonly Argument[];
  readonly options: Readonly<Record<string, Option>>;
  /** Without `leerid`. */
  readonly example: string;
  /** When it ends with exit code 1. */
  readonly refused: string;
  run(given: {
    readonly config: Config;
    readonly args: readonly string[];
    readonly options: Readonly<Record<string, string | boolean>>;
  }): Promise<void>;
};

/** Declares a command; what `run` is given follows from the declaration. */
export function command<const O extends Readonly<Record<string, Option>> = Record<never, Option>>(declared: {
  readonly words: string;
  readonly does: string;
  readonly more?: readonly string[];
  readonly args?: readonly Argument[];
  readonly options?: O;
  readonly example: string;
  readonly refused: string;
  run(given: Given<O>): Promise<void>;
}): Command {
  return { more: [], args: [], options: {}, ...declared } as Command;
}
