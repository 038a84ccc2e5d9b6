import { appendFile, open } from "node:fs/promises";
import type { Context } from "#platform/context";
import { findHead, findZegel, listZegels } from "./store.ts";

/** The file outside the database that holds the chain of seals, one line each. */
export type Anchor = {
  /**
   * Adds the seals that the file does not hold yet, whoever made them; an empty one begins with the newest, which covers all before it.
   * @throws when the file cannot be read or written, or ends with a seal that the database does not have (`ANDERE_KETEN`); the next
   * turn, of this process or a later one, tries again from what the file then holds
   */
  follow(ctx: Context): Promise<void>;
  /** Seals that are not in the file yet. */
  waiting(): number;
  failures(): number;
};

/** A seal as the file has it: its number, how many rows are sealed with it, and the seal in hexadecimal. */
type Line = { readonly nr: number; readonly aantal: number; readonly zegel: string };

/** Without a file nothing is written and nothing can fail. */
export function openAnchor(file: string | undefined): Anchor {
  /** What the file holds, as far as it could be read. */
  let known: number | undefined;
  let waiting = 0;
  let failures = 0;
  return {
    async follow(ctx) {
      const found = file ? await findHead(ctx) : undefined;
      if (!file || !found) return;
      const head = { ...found, zegel: found.zegel.toString("hex") };
      known ??= head.nr - 1;
      try {
        const { last, torn } = await readEnd(file);
        known = last?.nr ?? Math.min(known, head.nr - 1);
        for await (const lines of linesAfter(ctx, last, head))
          await appendFile(file, torn ? `\n${lines}` : lines);
        known = head.nr;
      } catch (error) {
        failures += 1;
        throw error;
      } finally {
        waiting = Math.max(0, head.nr - known);
      }
    },
    waiting: () => waiting,
    failures: () => failures,
  };
}

async function* linesAfter(ctx: Context, last: Line | undefined, head: Line): AsyncGenerator<string> {
  if (!last) return yield lineOf(head);
  // A database that was put back goes on where it then stood: its new seals must not stand as if they followed on the old ones.
  if ((await findZegel(ctx, last.nr))?.zegel.toString("hex") !== last.zegel)
    throw Object.assign(new Error("the anchor file belongs to another chain"), { code: "ANDERE_KETEN" });
  for (let at = last; at.nr < head.nr;) {
    const part = await listZegels(ctx, at.nr, 500);
    if (part.length === 0) return; // taken away since: the next turn, and a verification, will see that
    let lines = "";
    for (const { nr, aantal, zegel } of part) {
      at = { nr, aantal: at.aantal + aantal, zegel: zegel.toString("hex") };
      lines += lineOf(at);
    }
    yield lines;
  }
}

const lineOf = ({ nr, aantal, zegel }: Line): string => `${nr} ${aantal} ${zegel}\n`;

/** The seals in the text of an anchor file. A line that was broken off, by a disk that was full, is no seal. */
export function* sealsIn(text: string): Generator<Line> {
  for (const [, nr, aantal, zegel = ""] of text.matchAll(/^(\d+) (\d+) ([0-9a-f]{64})\n/gm))
    yield { nr: Number(nr), aantal: Number(aantal), zegel };
}

/** The last seal of the file, and whether a line was broken off after it. A file that is not there is empty. */
async function readEnd(file: string): Promise<{ readonly last: Line | undefined; readonly torn: boolean }> {
  const handle = await open(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (!handle) return { last: undefined, torn: false };
  try {
    const { size } = await handle.stat();
    const { buffer, bytesRead } = await handle.read({
      buffer: Buffer.alloc(4096),
      position: Math.max(0, size - 4096),
    });
    const text = buffer.toString("latin1", 0, bytesRead);
    return { last: [...sealsIn(text)].at(-1), torn: text !== "" && !text.endsWith("\n") };
  } finally {
    await handle.close();
  }
}
