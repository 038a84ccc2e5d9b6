import { mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { PakketError } from "./problem.ts";

/** What the program remembers between two runs. No names and no classes. */
const standSchema = z.object({
  /** Moment of the last file, epoch milliseconds: the next one is at least a second later. */
  laatste: z.number().default(0),
});
export type Stand = z.output<typeof standSchema>;

export type RunState = {
  readonly stand: Stand;
  save(stand: Stand): Promise<void>;
  /** Writes a file of the folder, whole or not at all. */
  write(naam: string, inhoud: string): Promise<void>;
};

/**
 * Opens the folder for one run at a time, and closes it again whatever happens.
 * @throws PakketError when another run has it
 */
export async function withState<T>(map: string, work: (staat: RunState) => Promise<T>): Promise<T> {
  await mkdir(map, { recursive: true });
  const slot = join(map, "bezig");
  await takeLock(slot);
  try {
    const text = await readFile(join(map, "stand.json"), "utf8").catch(() => "{}");
    let stand: Stand;
    try {
      stand = standSchema.parse(JSON.parse(text));
    } catch {
      // Spoiled by something else: nothing in it is more than a help.
      stand = standSchema.parse({});
    }
    const write = (naam: string, inhoud: string) => writeWhole(join(map, naam), inhoud);
    return await work({
      get stand() {
        return stand;
      },
      async save(nieuw) {
        await write("stand.json", `${JSON.stringify(nieuw)}\n`);
        stand = nieuw;
      },
      write,
    });
  } finally {
    await rm(slot, { force: true });
  }
}

/** Beside it, to the disk, then in its place: after a stop halfway the former file is there. */
async function writeWhole(path: string, inhoud: string): Promise<void> {
  const naast = `${path}.nieuw`;
  const file = await open(naast, "w", 0o600);
  try {
    await file.writeFile(inhoud);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(naast, path);
}

async function takeLock(path: string): Promise<void> {
  for (let poging = 0; ; poging += 1) {
    try {
      const slot = await open(path, "wx", 0o600);
      await slot.writeFile(String(process.pid));
      return await slot.close();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const houder = await readFile(path, "utf8").catch(() => "");
    // No number yet: its owner is just writing it, or was killed while doing so.
    const net =
      Date.now() -
        (await stat(path)
          .then((one) => one.mtimeMs)
          .catch(() => 0)) <
      10_000;
    if (poging > 0 || (houder === "" ? net : isAlive(Number(houder))))
      throw new PakketError("leerid-pakket loopt al voor deze school. Wacht tot het klaar is.");
    await rm(path, { force: true }); // of a run that was killed
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
