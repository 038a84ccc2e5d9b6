import type { Context } from "#platform/context";

/** A file that a package sent, as it sees it: epoch milliseconds. */
export type Sent = { readonly naam: string; readonly bytes: number; readonly ontvangenOp: number };

type Row = { naam: string; bytes: number; op: Date };
const sentFrom = ({ op, ...rij }: Row): Sent => ({ ...rij, ontvangenOp: op.getTime() });

/** A file that came before, by its name; also when it was handled meanwhile. */
export async function findFile(ctx: Context, pakket: string, naam: string): Promise<Sent | undefined> {
  const [row] = await ctx.sql<Row[]>`
    select naam, bytes, ontvangen_op as op from leveringen.levering where pakket = ${pakket} and naam = ${naam}`;
  return row && sentFrom(row);
}

/** Files of a package that wait, oldest first. */
export async function listWaiting(ctx: Context, pakket: string): Promise<Sent[]> {
  const rows = await ctx.sql<Row[]>`
    select naam, bytes, ontvangen_op as op from leveringen.levering
     where inhoud is not null and pakket = ${pakket} and status = 'wacht' order by ontvangen_op, naam limit 10000`;
  return rows.map(sentFrom);
}

/** Bytes of the files of a package that are kept: they wait, or are held. */
export async function bytesInProgress(ctx: Context, pakket: string): Promise<number> {
  const [row] = await ctx.sql<{ bytes: number }[]>`
    select coalesce(sum(bytes), 0)::bigint as bytes from leveringen.levering where inhoud is not null and pakket = ${pakket}`;
  return row?.bytes ?? 0;
}
