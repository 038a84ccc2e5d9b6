import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { promisify } from "node:util";

/**
 * The path of a program of Debian, from its package when it is not there and we may install it. Null when it cannot be had: skip the
 * test, saying so.
 */
export async function findDebianProgram(path: string, debianPackage: string): Promise<string | null> {
  if (existsSync(path)) return path;
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) return null;
  const apt = (...args: string[]) =>
    promisify(execFile)("apt-get", ["-o", "DPkg::Lock::Timeout=300", ...args], {
      // The program only: a package must not start what it brings.
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" },
    });
  try {
    await apt("update");
    await apt("install", "-y", "--no-install-recommends", debianPackage);
  } catch {
    return null; // no network, or no such package here
  }
  return existsSync(path) ? path : null;
}
