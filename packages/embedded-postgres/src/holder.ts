// A process that has the embedded PostgreSQL of the given folder, for tests that kill it. Prints {url, pid} or {error}.
import { startEmbeddedPostgres } from "./index.ts";
import { silent } from "./log.ts";

const [folder = ""] = process.argv.slice(2);
try {
  const { url, pid } = await startEmbeddedPostgres({ folder, log: silent });
  process.stdout.write(`${JSON.stringify({ url, pid })}\n`);
  setInterval(() => {}, 60_000);
} catch (error) {
  process.stdout.write(
    `${JSON.stringify({ error: error instanceof Error ? error.message : String(error) })}\n`,
  );
}
