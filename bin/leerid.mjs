#!/usr/bin/env node
// The command `leerid`: sees to it that what it needs is there, and hands over to src/main.ts on a Node that runs TypeScript.
import { join } from "node:path";
import { absentPackages, ensureInstalled, findNode, refuseAbsent, root, run } from "./runtime.mjs";

const args = process.argv.slice(2);
const forDevelopment = ["demo", "bench", "generate"].includes(args[0]);
// In production an operator installs, what he has tried: there a start fetches nothing and writes nothing in these folders.
if (process.env.NODE_ENV === "production" || process.env.LEERID_PRODUCTIE === "1") refuseAbsent();
else if (forDevelopment || absentPackages().length > 0) await ensureInstalled();
const server = ["serve", "worker", "dropserver"].includes(args[0]);
process.exitCode = await run(findNode(), [
  ...(server ? memory() : []),
  join(root, "src", "main.ts"),
  ...args,
]);

/**
 * A server handles small requests for months: Node would let its heap grow to what a large job needs (330 MB where 135
 * do, measured with 16 pupils at once signing in). The other commands are large jobs.
 */
function memory() {
  return ["--max-semi-space-size=8", "--max-old-space-size=512", "--expose-gc"];
}
