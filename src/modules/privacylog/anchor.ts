import { appendFile } from "node:fs/promises";

/** The file outside the database to which every seal of this process is added. */
export type Anchor = {
  /** Adds lines, after those that could not be written before. @throws when the file cannot be written; the lines stay for the next time */
  add(lines?: readonly string[]): Promise<void>;
  /** Seals that are not in the file yet. */
  waiting(): number;
  failures(): number;
};

/** Without a file nothing is written and nothing can fail. */
export function openAnchor(file: string | undefined): Anchor {
  let late: readonly string[] = [];
  let failures = 0;
  return {
    async add(lines = []) {
      if (!file) return;
      late = [...late, ...lines];
      if (late.length === 0) return;
      try {
        await appendFile(file, late.join(""));
        late = [];
      } catch (error) {
        failures += 1;
        throw error;
      }
    },
    waiting: () => late.length,
    failures: () => failures,
  };
}
