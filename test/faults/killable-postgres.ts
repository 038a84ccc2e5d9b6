import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmbeddedPostgres } from "#embedded-postgres";
import { guardedLog } from "#testing/guarded-log";

/** A real, durable PostgreSQL of one test file, to be killed and started again at the same address. */
export type KillablePostgres = {
  readonly url: string;
  /** Kill -9 of the postmaster; its sessions end by themselves. */
  kill(): Promise<void>;
  restart(): Promise<void>;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
};

export async function killablePostgres(): Promise<KillablePostgres> {
  const folder = await mkdtemp(join(tmpdir(), "leerid-proef-"));
  await chmod(folder, 0o711);
  let server = await startEmbeddedPostgres({ folder, log: guardedLog() });
  const { url } = server;
  return {
    url,
    async kill() {
      process.kill(server.pid, "SIGKILL");
      await server.gone;
    },
    async restart() {
      server = await startEmbeddedPostgres({ folder, log: guardedLog() });
      if (server.url !== url) throw new Error("PostgreSQL came back at another address");
    },
    async stop() {
      await server.stop();
      await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
    },
  };
}
