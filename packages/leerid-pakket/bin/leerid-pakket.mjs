#!/usr/bin/env node
// The command `leerid-pakket`: hands over to src/main.ts on a Node that runs TypeScript as it stands (≥ 24): this one, or
// the one that came along with the packages.
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

if (Number.parseInt(process.versions.node, 10) >= 24) {
  const { main } = await import("../src/main.ts");
  process.exitCode = await main(process.argv.slice(2));
} else {
  const node = cameAlong();
  if (node === undefined) {
    process.stderr.write(
      `leerid-pakket heeft Node.js 24 of nieuwer nodig; hier staat ${process.versions.node}. Installeer Node.js 24 en probeer opnieuw.\n`,
    );
    process.exit(2);
  }
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
  child.once("exit", (code) => (process.exitCode = code ?? 1));
}

function cameAlong() {
  try {
    const name = `node-${process.platform}-${process.arch}`;
    const place = dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
    return join(place, "bin", "node");
  } catch {
    return undefined;
  }
}
