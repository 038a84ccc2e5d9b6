import { mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { PakketFout } from "./problem.ts";

/** What the program remembers between two runs. No names and no classes. */
const standSchema = z.object({
  /** Moment of the last file, epoch milliseconds: the next one is at least a second later. */
  laatste: z.number().default(0),
});
export type Stand = z.output<typeof standSchema>;

export type Staat = {
  readonly stand: Stand;
  bewaar(stand: Stand): Promise<void>;
  /** Writes a file of the folder, whole or not at all. */
  schrijf(naam: string, inhoud: string): Promise<void>;
};

/**
 * Opens the folder for one run at a time, and closes it again whatever happens.
 * @throws PakketFout when another run has it
 */
export async function metStaat<T>(map: string, werk: (staat: Staat) => Promise<T>): Promise<T> {
  await mkdir(map, { recursive: true });
  const slot = join(map, "bezig");
  await neemSlot(slot);
  try {
    const tekst = await readFile(join(map, "stand.json"), "utf8").catch(() => "{}");
    let stand: Stand;
    try {
      stand = standSchema.parse(JSON.parse(tekst));
    } catch {
      // Spoiled by something else: nothing in it is more than a help.
      stand = standSchema.parse({});
    }
    const schrijf = (naam: string, inhoud: string) => schrijfHeel(join(map, naam), inhoud);
    return await werk({
      get stand() {
        return stand;
      },
      async bewaar(nieuw) {
        await schrijf("stand.json", `${JSON.stringify(nieuw)}\n`);
        stand = nieuw;
      },
      schrijf,
    });
  } finally {
    await rm(slot, { force: true });
  }
}

/** Beside it, to the disk, then in its place: after a stop halfway the former file is there. */
async function schrijfHeel(pad: string, inhoud: string): Promise<void> {
  const naast = `${pad}.nieuw`;
  const bestand = await open(naast, "w", 0o600);
  try {
    await bestand.writeFile(inhoud);
    await bestand.sync();
  } finally {
    await bestand.close();
  }
  await rename(naast, pad);
}

async function neemSlot(pad: string): Promise<void> {
  for (let poging = 0; ; poging += 1) {
    try {
      const slot = await open(pad, "wx", 0o600);
      await slot.writeFile(String(process.pid));
      return await slot.close();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const houder = await readFile(pad, "utf8").catch(() => "");
    // No number yet: its owner is just writing it, or was killed while doing so.
    const net =
      Date.now() -
        (await stat(pad)
          .then((een) => een.mtimeMs)
          .catch(() => 0)) <
      10_000;
    if (poging > 0 || (houder === "" ? net : leeft(Number(houder))))
      throw new PakketFout("leerid-pakket loopt al voor deze school. Wacht tot het klaar is.");
    await rm(pad, { force: true }); // of a run that was killed
  }
}

function leeft(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
