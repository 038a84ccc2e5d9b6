import { mkdir, readFile, writeFile, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { withResults } from "#bench/report";
import { accessPage } from "./generate/access.ts";
import { claimsPage, logPage, problemsPage, settingsPage } from "./generate/catalogues.ts";
import { commandsPage, withCommands } from "./generate/commands.ts";
import { databasePage } from "./generate/database.ts";
import { figuresPage } from "./generate/figures.ts";
import { logLinesPage } from "./generate/log-lines.ts";
import { migrationSums } from "./generate/migrations.ts";
import { requirementsPage } from "./generate/requirements.ts";
import { withRooms } from "./generate/rooms.ts";
import { schemas } from "./generate/schemas.ts";

const folder = fileURLToPath(new URL("./", import.meta.url));

/** Every generated document by its place in docs/. */
async function documents(): Promise<Record<string, string>> {
  const generated = {
    "instellingen.md": settingsPage(),
    "metingen.md": figuresPage(),
    "logregels.md": await logLinesPage(),
    "opdrachten.md": commandsPage(),
    "problemen.md": problemsPage(),
    "privacylog.md": logPage(),
    "claims.md": claimsPage(),
    "toegang.md": await accessPage(),
    "databank.md": await databasePage(),
    "migraties.sha256": await migrationSums(),
    ...(await schemas()),
  };
  return {
    ...Object.fromEntries(Object.entries(generated).map(([name, text]) => [`generated/${name}`, text])),
    "eisen.md": await requirementsPage(),
    "../ARCHITECTURE.md": withRooms(await readFile(`${folder}../ARCHITECTURE.md`, "utf8")),
    "../README.md": await withResults(withCommands(await readFile(`${folder}../README.md`, "utf8"))),
  };
}

/**
 * Makes docs/generated (with one column of docs/eisen.md, the rooms in ARCHITECTURE.md and the commands and measurements in README.md) from the declarations in the code, so that a fact is declared once.
 * @param check true: writes nothing
 * @returns the documents that are stale, from the root of the repository; none after writing
 */
export async function generate({ check }: { readonly check: boolean }): Promise<string[]> {
  await mkdir(`${folder}generated`, { recursive: true });
  const wanted = await documents();
  const stale: string[] = [];
  for (const [name, text] of Object.entries(wanted)) {
    if ((await readFile(`${folder}${name}`, "utf8").catch(() => "")) === text) continue;
    stale.push(join("docs", name));
    if (!check) await writeFile(`${folder}${name}`, text);
  }
  for (const name of await readdir(`${folder}generated`)) {
    if (`generated/${name}` in wanted) continue;
    stale.push(`docs/generated/${name}`);
    if (!check) await rm(`${folder}generated/${name}`);
  }
  return check ? stale : [];
}
