import { setTimeout as sleep } from "node:timers/promises";
import {
  runningPostgres,
  startEmbeddedPostgres,
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
} from "./embedded.ts";
import { EmbeddedPostgresError } from "./problems.ts";

/** The PostgreSQL of a folder, ours or that of another process. */
export type KeptPostgres = {
  /** Stays the same for as long as this is kept. */
  readonly url: string;
  /** Keeps it no longer, and stops it when this process has it now. */
  stop(): Promise<void>;
};

/** How often a process looks whether the server that another one has is still there, ms. */
const glance = 500;
/** How long a server may stay away before we give up, ms. */
const patience = 60_000;
/** So many ends within that time mean that it falls whenever it stands. */
const tooOften = 5;

/**
 * Keeps the PostgreSQL of a folder running: the one that another process has there now, or else one of our own. When it ends,
 * because it was killed or because its process stopped, one of those that still want it starts it again at the same address.
 * @param options.lost told once, with a Dutch text for the screen, when it does not come back there: within a minute not at
 *   all, at another address, or five times a minute for a moment. Then nothing is kept any more
 * @throws EmbeddedPostgresError when it cannot be had the first time
 */
export async function keepEmbeddedPostgres(
  options: EmbeddedPostgresOptions & { readonly lost: (error: EmbeddedPostgresError) => void },
): Promise<KeptPostgres> {
  const { folder, log, lost } = options;
  const stopping = new AbortController();
  const asked = new Promise<void>((resolve) =>
    stopping.signal.addEventListener("abort", () => resolve(), { once: true }),
  );
  const pause = (): Promise<unknown> =>
    sleep(glance, undefined, { ref: false, signal: stopping.signal }).catch(() => {});
  const first = await have(options);
  const { url } = first;
  let { own } = first;

  const untilGone = async (): Promise<void> => {
    if (own) await Promise.race([own.gone, asked]);
    else
      do await pause();
      while (!stopping.signal.aborted && (await runningPostgres(folder).catch(() => undefined)) === url);
  };
  const bringBack = async (): Promise<void> => {
    own = undefined;
    for (const began = Date.now(); !stopping.signal.aborted; await pause()) {
      try {
        const back = await have(options);
        own = back.own;
        if (back.url !== url) throw new EmbeddedPostgresError(elsewhere(folder));
        log.warn({ map: folder, eigen: own !== undefined }, "de databank is er weer");
        return;
      } catch (error) {
        // Another process that just starts it has the folder, and some of what else is wrong passes.
        if (own || Date.now() - began > patience) throw error;
      }
    }
  };
  const watch = async (): Promise<void> => {
    const ends: number[] = [];
    for (;;) {
      await untilGone();
      if (stopping.signal.aborted) return;
      ends.push(Date.now());
      if (ends.length >= tooOften && Date.now() - (ends.at(-tooOften) ?? 0) < patience)
        throw new EmbeddedPostgresError(falls(folder));
      await bringBack();
    }
  };
  const watched = watch().catch((error: unknown) => {
    lost(error instanceof EmbeddedPostgresError ? error : new EmbeddedPostgresError(falls(folder)));
  });
  return {
    url,
    async stop() {
      stopping.abort();
      await watched;
      await own?.stop();
    },
  };
}

async function have(
  options: EmbeddedPostgresOptions,
): Promise<{ url: string; own: EmbeddedPostgres | undefined }> {
  const running = await runningPostgres(options.folder);
  if (running !== undefined) return { url: running, own: undefined };
  try {
    const own = await startEmbeddedPostgres(options);
    return { url: own.url, own };
  } catch (error) {
    // Two commands at once: the other one has it by now.
    const other = await runningPostgres(options.folder).catch(() => undefined);
    if (other === undefined) throw error;
    return { url: other, own: undefined };
  }
}

const elsewhere = (folder: string): string =>
  `De databank in ${folder} viel weg en kwam terug op een ander adres: iets anders nam haar poort. Start LeerID opnieuw.`;
const falls = (folder: string): string =>
  `De databank in ${folder} valt telkens opnieuw weg. Kijk in postgres.log in die map, en start LeerID opnieuw.`;
