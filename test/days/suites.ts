import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe } from "node:test";
import { fileURLToPath } from "node:url";
import { pinDay } from "#testing/days";

/** What does not look at the date, or is one story with dates of its own. */
const dateless =
  /^(platform|sites\/(acm|api)|modules\/(aanmelding|discimus|privacylog|sleutels))\/|\/intake\.test\.ts$/;
const src = fileURLToPath(new URL("../../src/", import.meta.url));

/**
 * Runs every suite of src that has a world with a pinned clock once more, on another day: a clock that always stands at 24 November
 * hides what goes wrong when a school year begins or ends. All in one process. `without`: files whose own data lie after that day.
 */
export function onDay(date: string, { without = [] }: { readonly without?: readonly string[] } = {}): void {
  pinDay(date);
  const dated = readdirSync(src, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".test.ts") && !dateless.test(file))
    .filter((file) => !without.includes(basename(file, ".test.ts")))
    .filter((file) => {
      const text = readFileSync(join(src, file), "utf8");
      // What a file does before each of its tests would be done before those of the others.
      return /"#testing\/(database|schoolloket|beheer)"/.test(text) && !/^beforeEach\(/m.test(text);
    })
    .toSorted();
  if (dated.length < 10) throw new Error(`only ${dated.length} suites know the date`);
  // One import at a time: what a file registers goes to the suite in which it is imported.
  let imported: Promise<unknown> = Promise.resolve();
  for (const file of dated)
    describe(`${file} on ${date}`, () => (imported = imported.then(() => import(join(src, file)))));
}
