#!/usr/bin/env node
// The command `leerid`: installs what is missing and hands over to src/main.ts on a Node that runs TypeScript.
import { join } from "node:path";
import { ensureInstalled, findNode, root, run } from "./runtime.mjs";

await ensureInstalled({ dev: process.env.NODE_ENV !== "production" });
process.exitCode = await run(findNode(), [join(root, "src", "main.ts"), ...process.argv.slice(2)]);
