import { createHash } from "node:crypto";
import { chmod, mkdir, mkdtemp, readFile, rm, rmdir, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { accountFor, give, isAlike, tryAs, writeOwned, type Account } from "./account.ts";
import { EmbeddedPostgresError } from "./problems.ts";

/** Where a cluster lives and as whom it runs. */
export type Place = {
  /** Holds `data`, the password, the port and the log file. */
  readonly folder: string;
  readonly data: string;
  readonly account: Account;
  readonly owner: { readonly uid: number; readonly gid: number };
};

/** Says, in the wanted folder, in which other folder the cluster lives. */
const marker = "elders";

/** Makes the wanted folder, private but passable for the account that will run PostgreSQL. */
export async function makeFolder(wanted: string): Promise<string> {
  const folder = resolve(wanted);
  await mkdir(folder, { recursive: true, mode: 0o711 });
  const { uid, mode } = await stat(folder);
  if (uid === process.getuid?.()) await chmod(folder, uid === 0 ? mode | 0o111 : mode & 0o700);
  return folder;
}

/** The folder a cluster lives in: the wanted one, or the one it was moved to by an earlier start. */
export async function findPlace(wanted: string): Promise<Place> {
  const folder = resolve(wanted);
  const there = await place(folder);
  // Only root's own folder is believed: a marker in somebody else's would let them point root anywhere.
  if (process.getuid?.() !== 0 || there.owner.uid !== 0) return there;
  const elsewhere = (await readFile(join(folder, marker), "utf8").catch(() => "")).trim();
  return elsewhere && (await isAlike(elsewhere, "directory")) ? place(elsewhere) : there;
}

/**
 * As `findPlace`, and makes sure the account can work there. As root the folder may lie behind a folder only root may
 * enter (/root, a private home): then the cluster moves to /var/lib/leerid, or to the folder for temporary files, under
 * a name derived from the wanted path, and a marker in the wanted folder tells where. Deleting the wanted folder thus
 * still means starting anew.
 */
export async function settle(wanted: string): Promise<Place> {
  const found = await findPlace(wanted);
  await rmdir(found.data).catch(() => {}); // works on an empty folder only, and that holds no cluster
  if (found.account.uid === undefined) return found;
  if (await isAlike(found.data, "directory")) {
    if (await tryAs(found.account, 'cd "$0" && test -w .', found.data)) return found;
    throw unreachable(found);
  }
  if (await canWork(found)) return found;
  if (found.owner.uid !== 0) throw unreachable(found);
  const name = `postgres-${createHash("sha256").update(resolve(wanted)).digest("hex").slice(0, 12)}-`;
  for (const base of ["/var/lib/leerid", tmpdir()]) {
    const folder = await mkdir(base, { recursive: true, mode: 0o711 })
      .then(() => mkdtemp(join(base, name)))
      .catch(() => undefined);
    if (!folder) continue;
    await chmod(folder, 0o711);
    const other = await place(folder);
    if (await canWork(other)) {
      await writeOwned(join(resolve(wanted), marker), `${folder}\n`, found.owner);
      return other;
    }
    await rm(folder, { recursive: true, force: true });
  }
  throw unreachable(found);
}

async function place(folder: string): Promise<Place> {
  const { uid, gid } = await stat(folder);
  return { folder, data: join(folder, "data"), account: accountFor({ uid, gid }), owner: { uid, gid } };
}

/** Really tries it, on a folder made as the data folder will be: some mounts accept a change of owner and ignore it. */
async function canWork({ folder, account }: Place): Promise<boolean> {
  const probe = await mkdtemp(join(folder, "nieuw-"));
  try {
    await give(probe, account);
    return await tryAs(account, 'cd "$0" && : > proef', probe);
  } catch (error) {
    if (error instanceof EmbeddedPostgresError) throw error;
    return false; // the mount refuses a change of owner
  } finally {
    await rm(probe, { recursive: true, force: true });
  }
}

function unreachable({ folder, account }: Place): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    `Gebruiker ${account.uid}, als wie PostgreSQL draait omdat het niet als root mag, kan niet werken in ${folder}. ` +
      "Geef die gebruiker toegang tot de mappen erboven, of kies een andere map met LEERID_DATAMAP.",
  );
}
