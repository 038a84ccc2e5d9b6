import type { Context } from "#platform/context";

/** A file that a package sent, as it sees it: epoch milliseconds. */
export type Gestuurd = { readonly naam: string; readonly bytes: number; readonly ontvangenOp: number };

type Rij = { naam: string; bytes: number; op: Date };
const lees = ({ op, ...rij }: Rij): Gestuurd => ({ ...rij, ontvangenOp: op.getTime() });

/** A file that came before, by its name; also when it was handled meanwhile. */
export async function findBestand(ctx: Context, pakket: string, naam: string): Promise<Gestuurd | undefined> {
  const [rij] = await ctx.sql<Rij[]>`
    select naam, bytes, ontvangen_op as op from leveringen.levering where pakket = ${pakket} and naam = ${naam}`;
  return rij && lees(rij);
}

/** Files of a package that wait, oldest first. */
export async function listWachtende(ctx: Context, pakket: string): Promise<Gestuurd[]> {
  const rijen = await ctx.sql<Rij[]>`
    select naam, bytes, ontvangen_op as op from leveringen.levering
     where inhoud is not null and pakket = ${pakket} and status = 'wacht' order by ontvangen_op, naam limit 10000`;
  return rijen.map(lees);
}

/** Bytes of the files of a package that are kept: they wait, or are held. */
export async function bytesInBehandeling(ctx: Context, pakket: string): Promise<number> {
  const [rij] = await ctx.sql<{ bytes: number }[]>`
    select coalesce(sum(bytes), 0)::bigint as bytes from leveringen.levering where inhoud is not null and pakket = ${pakket}`;
  return rij?.bytes ?? 0;
}
