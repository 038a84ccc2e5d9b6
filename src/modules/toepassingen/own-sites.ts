import type { Context } from "#platform/context";
import { takeLock } from "./store.ts";

/** Addresses of our own sites from outside, without a slash at the end. */
export type Adressen = {
  readonly acm: string;
  readonly leerlingloket: string;
  readonly schoolloket: string;
  readonly beheer: string;
  readonly api: string;
};

/** What is registered, for all nodes; a site that never was is not in it. */
export async function listAdressen(ctx: Context): Promise<Partial<Adressen>> {
  const rows = await ctx.sql<{ site: string; url: string }[]>`select site, url from toepassingen.adres`;
  return Object.fromEntries(rows.map(({ site, url }) => [site, url]));
}

/**
 * Registers the addresses of sites that have none yet; what is registered stays as it is. In a transaction, which from here on holds
 * off others that register. @returns what is registered now
 */
export async function registerAdressen(ctx: Context, own: Adressen): Promise<Adressen> {
  await takeLock(ctx);
  await ctx.sql`
    insert into toepassingen.adres ${ctx.sql(rowsOf(ctx, own))} on conflict (site) do nothing`;
  return { ...own, ...(await listAdressen(ctx)) };
}

/** Registers these addresses in place of those that were. In a transaction, as `registerAdressen`. */
export async function replaceAdressen(ctx: Context, own: Adressen): Promise<void> {
  await takeLock(ctx);
  await ctx.sql`
    insert into toepassingen.adres ${ctx.sql(rowsOf(ctx, own))}
    on conflict (site) do update set url = excluded.url, gezet_op = excluded.gezet_op where adres.url <> excluded.url`;
}

const rowsOf = ({ clock }: Context, own: Adressen) =>
  Object.entries(own).map(([site, url]) => ({ site, url, gezet_op: new Date(clock.now()) }));
