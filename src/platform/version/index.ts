import { readFileSync } from "node:fs";

const about = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8")) as {
  readonly version: string;
};

/** The version of this program, as package.json says: `0.1.0`. */
export const { version } = about;

/** Whether this program is at least as new as `oldest`, `1.12.3`; what is not a version is never reached. */
export function isAtLeast(oldest: string, own: string = version): boolean {
  const wanted = numbersOf(oldest);
  const had = numbersOf(own);
  if (!wanted || !had) return false;
  for (const [place, number] of wanted.entries()) {
    const mine = had[place] ?? 0;
    if (mine !== number) return mine > number;
  }
  return true;
}

/** What follows the three numbers (`0.3.0~rc1`) does not count. */
function numbersOf(text: string): readonly number[] | undefined {
  const [found] = /^\d+\.\d+\.\d+/.exec(text) ?? [];
  return found?.split(".").map(Number);
}
