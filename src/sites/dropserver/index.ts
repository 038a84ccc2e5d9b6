import type { Context } from "#platform/context";
import type { Limits, DropMetrics } from "./contract.ts";
import type { Dropserver } from "./server.ts";

export type { Limits, DropMetrics } from "./contract.ts";
export type { Dropserver } from "./server.ts";
export { makeDropMetrics } from "./figures.ts";
export { upkeep } from "./jobs.ts";

/**
 * Starts the SFTP server (D9): each package sees its own two folders, a file counts when it was closed and stored. Only now its
 * library is loaded: most processes have no dropserver.
 * @throws when the port is taken; DatabaseError when the host key does not open
 */
export async function startDropserver(
  ctx: Context,
  options: {
    readonly host: string;
    readonly port: number;
    readonly grenzen?: Partial<Limits>;
    readonly metingen?: DropMetrics;
  },
): Promise<Dropserver> {
  const { start } = await import("./server.ts");
  return start(ctx, options);
}
