import { care } from "./care.ts";
import type { Command } from "./contract.ts";
import { development } from "./development.ts";
import { imports } from "./imports.ts";
import { medewerkers } from "./medewerkers.ts";
import { programs } from "./programs.ts";
import { quarantine } from "./quarantine.ts";

export type { Command } from "./contract.ts";
export { helpOf, listOf, usageOf } from "./help.ts";
export { findCommand, readArguments } from "./read.ts";
export { runCommand } from "./run.ts";

/** Every command, in the order of the list. */
export const commands: readonly Command[] = [
  ...programs,
  ...medewerkers,
  ...imports,
  ...quarantine,
  ...care,
  ...development,
];
