import type { Context } from "#platform/context";
import { followState } from "#platform/follow";
import { listMachines } from "#modules/toepassingen";

export type Machines = {
  /** Is this scope registered for this machine now? */
  may(clientId: string, scope: string): Promise<boolean>;
  /** Stops listening for changes. */
  close(): Promise<void>;
};

/**
 * The machines that are registered, as of now. A token of a machine carries itself and counts an hour; one whose machine or scope was
 * taken away meanwhile ends with it.
 */
export async function followMachines(ctx: Context): Promise<Machines> {
  let known: ReadonlyMap<string, ReadonlySet<string>> = new Map();
  const follower = await followState(ctx, {
    channel: "leerid_clients",
    name: "machines",
    read: () => listMachines(ctx),
    take: (newest) =>
      (known = new Map(newest.map(({ client_id, scope }) => [client_id, new Set(scope.split(" "))]))),
  });
  const stands = (clientId: string, scope: string) => known.get(clientId)?.has(scope) === true;
  return {
    async may(clientId, scope) {
      // ACM may have heard of a new machine before we did.
      if (!stands(clientId, scope)) await follower.now();
      return stands(clientId, scope);
    },
    close: () => follower.stop(),
  };
}
