import { mkdir, readFile, writeFile, readdir, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { accessPage } from "./generate/access.ts";
import { claimsPage, logPage, problemsPage, settingsPage } from "./generate/catalogues.ts";
import { databasePage } from "./generate/database.ts";
import { schemas } from "./generate/schemas.ts";

const folder = fileURLToPath(new URL("generated/", import.meta.url));

/** Every generated document by its name. */
async function documents(): Promise<Record<string, string>> {
  return {
    "instellingen.md": settingsPage(),
    "problemen.md": await problemsPage(),
    "privacylog.md": logPage(),
    "claims.md": claimsPage(),
    "toegang.md": await accessPage(),
    "databank.md": await databasePage(),
    ...(await schemas()),
  };
}

/**
 * Makes docs/generated from the declarations in the code, so that a fact is declared once.
 * @param check true: writes nothing
 * @returns the documents that were (check: are) stale, from the root of the repository
 */
export async function generate({ check }: { readonly check: boolean }): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const wanted = await documents();
  const stale: string[] = [];
  for (const [name, text] of Object.entries(wanted)) {
    if ((await readFile(`${folder}${name}`, "utf8").catch(() => "")) === text) continue;
    stale.push(name);
    if (!check) await writeFile(`${folder}${name}`, text);
  }
  for (const name of await readdir(folder)) {
    if (name in wanted) continue;
    stale.push(name);
    if (!check) await rm(`${folder}${name}`);
  }
  return check ? stale.map((name) => `docs/generated/${name}`) : [];
}
