// A throw-away PostgreSQL for a whole test run: prints its address on a line, and stops on SIGINT or SIGTERM.
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silent } from "./log.ts";
import { EmbeddedPostgresError, startEmbeddedPostgres } from "./index.ts";

const folder = await mkdtemp(join(tmpdir(), "leerid-test-"));
await chmod(folder, 0o711);
const asked = new Promise<void>((resolve) => {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => resolve());
});
try {
  const postgres = await startEmbeddedPostgres({ folder, durable: false, log: silent });
  process.stdout.write(`${postgres.url}\n`);
  const alive = setInterval(() => {}, 60_000);
  await asked;
  clearInterval(alive);
  await postgres.stop();
} catch (error) {
  process.stderr.write(`${error instanceof EmbeddedPostgresError ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
