import { readdir, readFile } from "node:fs/promises";
import { isAtLeast } from "#platform/version";
import type { Sql } from "./sql.ts";

/** A step of the structure, as it stands in the folder `migrations` of this program. */
type Migration = {
  /** `0031_toepassingen_adressen.sql` */
  readonly file: string;
  readonly text: string;
  /** The oldest program that works with the structure after this step; null when only programs that have the step itself do. */
  readonly oldest: string | null;
};

const folder = new URL("../../../migrations/", import.meta.url);

let read: Promise<readonly Migration[]> | undefined;

/** The migrations of this program, in order. Read once: a file that is laid beside a running program is not of that program. */
export function readMigrations(): Promise<readonly Migration[]> {
  read ??= (async () => {
    const names = (await readdir(folder)).filter((name) => name.endsWith(".sql")).toSorted();
    return Promise.all(
      names.map(async (file) => {
        const text = await readFile(new URL(file, folder), "utf8");
        return { file, text, oldest: oldestIn(text) };
      }),
    );
  })();
  return read;
}

/** What `-- oudste-programma: 0.2.0` on a line of its own says; null without. */
const oldestIn = (text: string): string | null =>
  /^-- oudste-programma: (\d+\.\d+\.\d+)$/m.exec(text)?.[1] ?? null;

/** How the structure of the database stands to this program. */
export type Structure =
  | { readonly fits: true }
  /** Older: migrations of this program did not run. Newer: this one ran, and does not say that this program may go on. */
  | { readonly fits: false; readonly found: "older" }
  | {
      readonly fits: false;
      readonly found: "newer";
      readonly migration: string;
      readonly oldest: string | null;
    };

/**
 * Reads whether this program can work with the structure of the database: its own migrations ran, and those that a newer program
 * added say that it may go on (expand first, contract in a later release). @throws when the database cannot be reached
 */
export async function readStructure(sql: Sql): Promise<Structure> {
  const own = (await readMigrations()).map(({ file }) => file);
  const rows = await sql<{ bestand: string; oudste_programma: string | null }[]>`
    select bestand, to_jsonb(m) ->> 'oudste_programma' as oudste_programma from public.migratie m order by bestand`.catch(
    (error: unknown) => {
      if ((error as { code?: unknown }).code === "42P01") return []; // an empty database
      throw error;
    },
  );
  const ran = new Set(rows.map(({ bestand }) => bestand));
  if (own.some((file) => !ran.has(file))) return { fits: false, found: "older" };
  const closed = rows.find(
    ({ bestand, oudste_programma: oldest }) =>
      !own.includes(bestand) && (oldest === null || !isAtLeast(oldest)),
  );
  return closed
    ? { fits: false, found: "newer", migration: closed.bestand, oldest: closed.oudste_programma }
    : { fits: true };
}
