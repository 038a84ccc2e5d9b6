import type { Context } from "#platform/context";
import type { AccountUuid } from "#platform/ids";
import type { Filter, Groep, Leerling } from "./contract.ts";
import { listTreffers, treffers, type Plaats } from "./store.ts";

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

/** How many are picked, and the overview as it was kept; that is undefined when older than `jonger` milliseconds. */
export async function getStand(
  ctx: Context,
  { sessie, school: { instellingsnummer } }: Plaats,
  jonger: number,
): Promise<{ readonly gekozen: number; readonly overzicht: Overzicht | undefined }> {
  const [row] = await ctx.sql<{ gekozen: number; ingeschreven: number | null; groepen: string | null }[]>`
    select (select count(*) from leerlingbeheer.selectie k where k.sessie = ${sessie} and k.instellingsnummer = ${instellingsnummer}) as gekozen,
           o.ingeschreven, o.groepen
      from (select) een left join leerlingbeheer.overzicht o
        on o.instellingsnummer = ${instellingsnummer} and o.gemaakt_op > ${new Date(ctx.clock.now() - jonger)}`;
  if (!row) throw new Error("a count gave no row");
  const { gekozen, ingeschreven, groepen } = row;
  if (ingeschreven === null || groepen === null) return { gekozen, overzicht: undefined };
  return { gekozen, overzicht: { ingeschreven, groepen: JSON.parse(groepen) as Groep[] } };
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
