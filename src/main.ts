import { commands, runCommand } from "#commands";
import { endOnUnforeseen, hasFailed } from "#platform/ending";

endOnUnforeseen();
const code = await runCommand(commands, process.argv.slice(2), process.env);
process.exitCode = hasFailed() ? 1 : code;
