// A process that has the embedded PostgreSQL of the given folder, for tests that kill it. Prints {url, pid} or {error}.
import { startEmbeddedPostgres } from "#platform/postgres";

const [folder = ""] = process.argv.slice(2);
const silent = { info() {}, warn() {}, error() {} };
try {
  const { url, pid } = await startEmbeddedPostgres({ folder, log: silent });
  console.log(JSON.stringify({ url, pid }));
  setInterval(() => {}, 60_000);
} catch (error) {
  console.log(JSON.stringify({ error: error instanceof Error ? error.message : String(error) }));
}
