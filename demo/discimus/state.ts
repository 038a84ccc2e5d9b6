import { readFile, rename, writeFile } from "node:fs/promises";
import type { DemoState } from "./actions.ts";

/** The state in the data folder, or `begin` when there is none yet (or of another school year). */
export async function readStand(file: string, begin: () => DemoState): Promise<DemoState> {
  const text = await readFile(file, "utf8").catch(() => undefined);
  if (text === undefined) return begin();
  return JSON.parse(text) as DemoState;
}

/** Written beside and moved into place: a stop halfway leaves the former state. */
export async function saveStand(file: string, stand: DemoState): Promise<void> {
  await writeFile(`${file}.nieuw`, JSON.stringify(stand), { mode: 0o600 });
  await rename(`${file}.nieuw`, file);
}
