import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { promisify } from "node:util";

/** How a program ended: exit code, and all it said. */
export type Ended = { readonly code: number; readonly said: string };

/** Runs a program to its end. */
export async function runTool(
  program: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string | undefined>> } = {},
): Promise<Ended> {
  try {
    const { stdout, stderr } = await promisify(execFile)(program, args, {
      maxBuffer: 64_000_000,
      ...options,
      env: { ...process.env, ...options.env },
    });
    return { code: 0, said: `${stdout}${stderr}` };
  } catch (error) {
    const {
      code,
      stdout = "",
      stderr = "",
    } = error as { code?: number | string; stdout?: string; stderr?: string };
    return { code: typeof code === "number" ? code : 127, said: `${stdout}${stderr}` || String(error) };
  }
}

/**
 * Looks for programs of Debian, and installs their packages when they are not there and we may.
 * @returns false when they are there, else why a test must be skipped
 */
export async function withoutTools(
  files: readonly string[],
  packages: readonly string[],
): Promise<string | false> {
  const absent = () => files.filter((file) => !existsSync(file));
  if (absent().length === 0) return false;
  if (process.getuid?.() === 0 && existsSync("/usr/bin/apt-get")) {
    const apt = (...args: string[]) =>
      runTool("apt-get", ["-o", "DPkg::Lock::Timeout=300", ...args], {
        env: { DEBIAN_FRONTEND: "noninteractive" },
      });
    await apt("update");
    await apt("install", "-y", "--no-install-recommends", ...packages);
  }
  return absent().length > 0 && `${absent().join(", ")} is not here (Debian: ${packages.join(", ")})`;
}
