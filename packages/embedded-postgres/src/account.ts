import { spawn } from "node:child_process";
import { chown, lstat, writeFile } from "node:fs/promises";
import { EmbeddedPostgresError } from "./problems.ts";

/**
 * Who runs PostgreSQL: `{}` is this process's own user. PostgreSQL refuses to run as root, so root hands over to the
 * owner of the folder or else to 65534 ("nobody").
 */
export type Account = { readonly uid?: number; readonly gid?: number };

/** The account for a folder owned by `owner`. */
export function accountFor(owner: { readonly uid: number; readonly gid: number }): Account {
  if (process.getuid?.() !== 0) return {};
  return owner.uid === 0 ? { uid: 65_534, gid: 65_534 } : { uid: owner.uid, gid: owner.gid };
}

/** Gives a file or folder to the account, where that is another one than ours. */
export async function give(path: string, account: Account): Promise<void> {
  if (account.uid !== undefined && account.gid !== undefined) await chown(path, account.uid, account.gid);
}

/** Writes a file only its owner can read, and the owner is whoever owns the folder it lies in. */
export async function writeOwned(
  path: string,
  content: string,
  owner: { uid: number; gid: number },
): Promise<void> {
  await writeFile(path, content, { mode: 0o600 });
  if (process.getuid?.() === 0) await chown(path, owner.uid, owner.gid);
}

/** What a program prints on both outputs; "" when it cannot be started. */
export function text(program: string, args: readonly string[]): Promise<string> {
  return runAs({}, program, args).then(
    ({ output }) => output,
    () => "",
  );
}

/** Whether a line of shell succeeds as the account, with `$0` as given. */
export async function tryAs(account: Account, line: string, zero: string): Promise<boolean> {
  return (await runAs(account, "/bin/sh", ["-c", line, zero])).code === 0;
}

/**
 * Runs a program to its end as the account, in the root folder and with an empty environment.
 * @throws EmbeddedPostgresError when this process may not become that user
 */
export function runAs(
  account: Account,
  program: string,
  args: readonly string[],
  input = "",
): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { ...account, cwd: "/", env: environment, stdio: "pipe" });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (part: string) => (output += part));
    }
    child.on("error", (error: NodeJS.ErrnoException) => {
      reject(
        account.uid !== undefined && (error.code === "EPERM" || error.code === "EINVAL")
          ? noSwitch(account.uid)
          : error,
      );
    });
    child.on("close", (code) => resolve({ code, output }));
    child.stdin.on("error", () => {}); // a program that ends early says why itself
    child.stdin.end(input);
  });
}

/** PostgreSQL gets none of our variables: they hold secrets, and PG* ones would change what it does. */
export const environment = { PATH: "/usr/bin:/bin", LC_ALL: "C", TZ: "UTC" } as const;

function noSwitch(uid: number): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    `PostgreSQL mag niet als root draaien, en deze omgeving laat niet toe om over te schakelen naar gebruiker ${uid}. ` +
      "Start LeerID als gewone gebruiker, of zet LEERID_DATABASE_URL op het adres van een PostgreSQL die al draait.",
  );
}

/** Whether a path is there and is what it should be. A path we may not look at counts as absent. */
export async function isAlike(path: string, kind: "directory" | "file"): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined);
  return found !== undefined && (kind === "file" ? found.isFile() : found.isDirectory());
}
