import { randomInt } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { writeOwned } from "./account.ts";
import type { Place } from "./place.ts";

const file = "poort";

/** The port of the previous start, so that an address somebody noted stays true. */
export async function previousPort({ folder }: Place): Promise<number | undefined> {
  const port = Number(await readFile(join(folder, file), "utf8").catch(() => ""));
  return port > 0 && port < 65_536 ? port : undefined;
}

export async function rememberPort({ folder, owner }: Place, port: number): Promise<void> {
  await writeOwned(join(folder, file), `${port}\n`, owner);
}

/** A free port below the range from which the system takes its own for outgoing connections (32768 on Linux). */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const port = randomInt(20_000, 32_000);
    if (await isFree(port)) return port;
  }
  throw new Error("EADDRINUSE: geen vrije poort tussen 20000 en 32000");
}

/** Whether this machine's own address takes a listener on the port now. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
  });
}
