import type { Context } from "#platform/context";

export async function findHostSleutel(
  ctx: Context,
): Promise<{ publiek: string; prive_versleuteld: Buffer } | undefined> {
  const [row] = await ctx.sql<{ publiek: string; prive_versleuteld: Buffer }[]>`
    select publiek, prive_versleuteld from dropserver.hostsleutel`;
  return row;
}

export async function insertHostSleutel(ctx: Context, publiek: string, versleuteld: Buffer): Promise<void> {
  await ctx.sql`
    insert into dropserver.hostsleutel (publiek, prive_versleuteld, gemaakt_op)
    values (${publiek}, ${versleuteld}, ${new Date(ctx.clock.now())}) on conflict do nothing`;
}

/**
 * The sum that a package announced for a file, if it did; and remembers the sum that the file has, for an announcement that comes
 * later. Of a name the first file counts, as at intake; one that does not match its announcement never came.
 */
export async function compareSum(
  ctx: Context,
  pakket: string,
  naam: string,
  som: string,
): Promise<string | undefined> {
  const [row] = await ctx.sql<{ aangekondigd: string | null }[]>`
    insert into dropserver.controlesom as c (pakket, naam, gekregen, gewijzigd_op)
    values (${pakket}, ${naam}, ${som}, ${new Date(ctx.clock.now())})
    on conflict (pakket, naam) do update set gewijzigd_op = excluded.gewijzigd_op,
      gekregen = case when c.aangekondigd <> excluded.gekregen then c.gekregen else coalesce(c.gekregen, excluded.gekregen) end
    returning aangekondigd`;
  return row?.aangekondigd ?? undefined;
}

/** The file with this sum was not taken after all. */
export async function forgetSum(ctx: Context, pakket: string, naam: string, som: string): Promise<void> {
  await ctx.sql`
    update dropserver.controlesom set gekregen = null where pakket = ${pakket} and naam = ${naam} and gekregen = ${som}`;
}

/** Remembers the sum that a package announces. @returns the sum of the file if it came already */
export async function announceSum(
  ctx: Context,
  pakket: string,
  naam: string,
  som: string,
): Promise<string | undefined> {
  const [row] = await ctx.sql<{ gekregen: string | null }[]>`
    insert into dropserver.controlesom as c (pakket, naam, aangekondigd, gewijzigd_op)
    values (${pakket}, ${naam}, ${som}, ${new Date(ctx.clock.now())})
    on conflict (pakket, naam) do update set gewijzigd_op = excluded.gewijzigd_op, aangekondigd = excluded.aangekondigd
    returning gekregen`;
  return row?.gekregen ?? undefined;
}

/** Sums are compared within days or never. */
export async function sweepSums(ctx: Context): Promise<void> {
  const limit = new Date(ctx.clock.now() - 14 * 86_400_000);
  await ctx.sql`delete from dropserver.controlesom where gewijzigd_op < ${limit}`;
}
