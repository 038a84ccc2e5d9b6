// Runs test files, each in a process of its own, and tells how it went: exit code 1 when a test failed or a file held none.
import { availableParallelism } from "node:os";
import { run } from "node:test";
import { spec } from "node:test/reporters";

// The longest first: begun last, it would run on alone.
const long = [
  "test/production",
  "test/screens",
  "test/journeys",
  "test/faults",
  "test/input",
  "packages",
  "test/dropserver",
];
const place = (file) => (long.findIndex((folder) => file.startsWith(folder)) + 1 || long.length + 1) - 1;
const files = process.argv.slice(2).toSorted((a, b) => place(a) - place(b));
const pattern = process.env.LEERID_TEST_PATTERN;

const tests = run({
  files,
  // Some wait more than they work.
  concurrency: Math.max(2, availableParallelism() + 1),
  timeout: 600_000,
  ...(pattern === undefined ? {} : { testNamePatterns: [new RegExp(pattern)] }),
});
let counts = { passed: 0, failed: 0, skipped: 0 };
const ran = new Map(files.map((file) => [file, 0]));
const short = (path) => files.find((file) => path.endsWith(`/${file}`));
tests.on("test:summary", (summary) => {
  if (summary.file !== undefined) ran.set(short(summary.file), summary.counts.tests);
  else
    counts = {
      ...summary.counts,
      failed: summary.counts.tests - summary.counts.passed - summary.counts.skipped,
    };
});
tests.on("test:fail", () => (process.exitCode = 1));
tests.compose(spec).pipe(process.stdout);
process.once("exit", () => {
  const empty = pattern === undefined ? [...ran].filter(([, count]) => count === 0) : [];
  if (empty.length > 0) {
    process.exitCode = 1;
    console.log(`\nGeen enkele test in: ${empty.map(([file]) => file).join(", ")}`);
  }
  const { passed, failed, skipped } = counts;
  console.log(`\n${passed} geslaagd, ${failed} mislukt, ${skipped} overgeslagen`);
});
