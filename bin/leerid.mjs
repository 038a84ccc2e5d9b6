#!/usr/bin/env node
// The command `leerid`: installs what is missing and hands over to src/main.ts on a Node that runs TypeScript.
import { join } from "node:path";
import { ensureInstalled, findNode, root, run } from "./runtime.mjs";

await ensureInstalled({ dev: process.env.NODE_ENV !== "production" });
const args = process.argv.slice(2);
process.exitCode = await run(findNode(), [...memoryOf(args[0]), join(root, "src", "main.ts"), ...args]);

/**
 * A server handles small requests for months: Node would let its heap grow to what a large job needs (330 MB where 135
 * do, measured with 16 pupils at once signing in). The other commands are large jobs.
 */
function memoryOf(command) {
  return ["serve", "worker", "dropserver"].includes(command)
    ? ["--max-semi-space-size=8", "--max-old-space-size=512", "--expose-gc"]
    : [];
}
