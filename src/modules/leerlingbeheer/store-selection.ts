import type { Context } from "#platform/context";
import type { AccountUuid } from "#platform/ids";
import type { Filter, Groep, Leerling } from "./contract.ts";
import { listTreffers, treffers, type Lijn } from "./store.ts";

/** Whose selection, and in which school: a session has one per school. */
export type Plaats = {
  readonly sessie: string;
  readonly school: { readonly instellingsnummer: string; readonly lijn: Lijn };
};

/** Most pupils in a selection: the largest school, and what one print batch takes. */
export const meesteGekozen = 5000;

/** Takes pupils into the selection; who is not of this school is left out. */
export function kies(ctx: Context, plaats: Plaats, accountUuids: readonly AccountUuid[]): Promise<void> {
  return accountUuids.length === 0 ? Promise.resolve() : voegToe(ctx, plaats, { accountUuids });
}

/** Takes everybody who matches into the selection, on every page. */
export const kiesAlle = (ctx: Context, plaats: Plaats, filter: Filter): Promise<void> =>
  voegToe(ctx, plaats, { filter });

async function voegToe(
  ctx: Context,
  { sessie, school }: Plaats,
  wie: { readonly filter?: Filter; readonly accountUuids?: readonly AccountUuid[] },
): Promise<void> {
  await ctx.sql`
    insert into leerlingbeheer.selectie (sessie, instellingsnummer, account_uuid, gekozen_op)
    select ${sessie}::uuid, ${school.instellingsnummer}, t.account_uuid, ${new Date(ctx.clock.now())}
      from (${treffers(ctx, school.lijn, wie)}) t
     limit ${meesteGekozen} - (select count(*) from leerlingbeheer.selectie
                                where sessie = ${sessie} and instellingsnummer = ${school.instellingsnummer})
    on conflict do nothing`;
}

/** Takes pupils out of the selection; all of them when none are named. */
export async function laat(
  ctx: Context,
  { sessie, school }: Plaats,
  accountUuids?: readonly AccountUuid[],
): Promise<void> {
  await ctx.sql`
    delete from leerlingbeheer.selectie where sessie = ${sessie} and instellingsnummer = ${school.instellingsnummer}
    ${accountUuids ? ctx.sql`and account_uuid = any (${[...accountUuids]}::uuid[])` : ctx.sql``}`;
}

/** How many are picked, and which of these. */
export async function telGekozen(
  ctx: Context,
  { sessie, school }: Plaats,
  vanDeze: readonly AccountUuid[],
): Promise<{ aantal: number; hier: ReadonlySet<AccountUuid> }> {
  const [row] = await ctx.sql<{ aantal: number; hier: AccountUuid[] | null }[]>`
    select count(*) as aantal, array_agg(account_uuid) filter (where account_uuid = any (${[...vanDeze]}::uuid[])) as hier
      from leerlingbeheer.selectie where sessie = ${sessie} and instellingsnummer = ${school.instellingsnummer}`;
  return { aantal: row?.aantal ?? 0, hier: new Set(row?.hier ?? []) };
}

/** The pupils that were picked and still are of this school, by group and name. */
export async function selectieVan(ctx: Context, { sessie, school }: Plaats): Promise<Leerling[]> {
  const rows = await ctx.sql<{ account_uuid: AccountUuid }[]>`
    select account_uuid from leerlingbeheer.selectie where sessie = ${sessie} and instellingsnummer = ${school.instellingsnummer}`;
  if (rows.length === 0) return [];
  return listTreffers(ctx, school.lijn, { accountUuids: rows.map((row) => row.account_uuid) });
}

/** Removes selections of a day ago. */
export async function ruimSelectiesOp(ctx: Context): Promise<number> {
  const grens = new Date(ctx.clock.now() - 86_400_000);
  return (await ctx.sql`delete from leerlingbeheer.selectie where gekozen_op < ${grens}`).count;
}

type Overzicht = { readonly ingeschreven: number; readonly groepen: readonly Groep[] };

/** The overview as it was kept; undefined when that is older than `jonger` milliseconds. */
export async function findOverzicht(
  ctx: Context,
  instellingsnummer: string,
  jonger: number,
): Promise<Overzicht | undefined> {
  const [row] = await ctx.sql<{ ingeschreven: number; groepen: string }[]>`
    select ingeschreven, groepen from leerlingbeheer.overzicht
     where instellingsnummer = ${instellingsnummer} and gemaakt_op > ${new Date(ctx.clock.now() - jonger)}`;
  return row && { ingeschreven: row.ingeschreven, groepen: JSON.parse(row.groepen) as Groep[] };
}

/** Keeps an overview for the searches that follow. */
export async function upsertOverzicht(
  ctx: Context,
  instellingsnummer: string,
  overzicht: Overzicht,
): Promise<void> {
  await ctx.sql`
    insert into leerlingbeheer.overzicht (instellingsnummer, ingeschreven, groepen, gemaakt_op)
    values (${instellingsnummer}, ${overzicht.ingeschreven}, ${JSON.stringify(overzicht.groepen)}, ${new Date(ctx.clock.now())})
    on conflict (instellingsnummer) do update set ingeschreven = excluded.ingeschreven, groepen = excluded.groepen, gemaakt_op = excluded.gemaakt_op`;
}
