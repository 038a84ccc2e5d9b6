import type { Context } from "#platform/context";

/**
 * Lets go of all that is kept of clients that ended: their codes and tokens, and that a session opened them, so that nobody tells
 * them of its end. Another one that takes the same name later finds nothing.
 */
export async function forgetClients(ctx: Context, clientIds: readonly string[]): Promise<void> {
  if (clientIds.length === 0) return;
  const ids = [...clientIds];
  await ctx.sql`delete from acm.machtiging where client_id = any (${ids})`;
  await ctx.sql`delete from acm.afmelding where client_id = any (${ids})`;
  await ctx.sql`update acm.sessie set clients = clients - ${ids}::text[] where clients ?| ${ids}::text[]`;
}
