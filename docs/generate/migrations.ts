import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../../migrations/", import.meta.url));
const list = fileURLToPath(new URL("../generated/migraties.sha256", import.meta.url));

/** SHA-256 of a migration that landed, by its file name. */
export async function landedMigrations(): Promise<ReadonlyMap<string, string>> {
  const text = await readFile(list, "utf8").catch(() => "");
  return new Map(
    [...text.matchAll(/^([0-9a-f]{64}) {2}migrations\/(.+)$/gm)].map(([, sum = "", name = ""]) => [
      name,
      sum,
    ]),
  );
}

/** SHA-256 of every migration as it is now, by its file name. */
export async function currentMigrations(): Promise<ReadonlyMap<string, string>> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".sql")).toSorted();
  return new Map(
    await Promise.all(
      names.map(async (name): Promise<[string, string]> => {
        const sum = createHash("sha256").update(await readFile(`${folder}${name}`));
        return [name, sum.digest("hex")];
      }),
    ),
  );
}

/**
 * The list of migrations that landed, in the form of sha256sum. A line that stands there stays as it is, so that making
 * the documents never hides a change: only new files get a line.
 */
export async function migrationSums(): Promise<string> {
  const sums = new Map([...(await currentMigrations()), ...(await landedMigrations())]);
  return [...sums]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, sum]) => `${sum}  migrations/${name}\n`)
    .join("");
}
