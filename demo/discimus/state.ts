import { readFile, rename, writeFile } from "node:fs/promises";
import type { Stand } from "./actions.ts";

/** The state in the data folder, or `begin` when there is none yet (or of another school year). */
export async function leesStand(bestand: string, begin: () => Stand): Promise<Stand> {
  const tekst = await readFile(bestand, "utf8").catch(() => undefined);
  if (tekst === undefined) return begin();
  return JSON.parse(tekst) as Stand;
}

/** Written beside and moved into place: a stop halfway leaves the former state. */
export async function bewaarStand(bestand: string, stand: Stand): Promise<void> {
  await writeFile(`${bestand}.nieuw`, JSON.stringify(stand), { mode: 0o600 });
  await rename(`${bestand}.nieuw`, bestand);
}
