import type { Context } from "#platform/context";
import type { AccountUuid } from "#platform/ids";
import type { KlasCount } from "#modules/klassen";
import { overzichtsduur, type Filter, type Groep, type Leerling } from "./contract.ts";
import { listMatches, matches, type Place } from "./store.ts";

/** Most pupils in a selection: the largest school, and what one print batch takes. */
export const meesteGekozen = 5000;

/** Takes pupils into the selection; who is not of this school is left out. */
export function select(ctx: Context, plaats: Place, accountUuids: readonly AccountUuid[]): Promise<void> {
  return accountUuids.length === 0 ? Promise.resolve() : add(ctx, plaats, { accountUuids });
}

/** Takes everybody who matches into the selection, on every page. */
export const chooseAll = (ctx: Context, plaats: Place, filter: Filter): Promise<void> =>
  add(ctx, plaats, { filter });

async function add(
  ctx: Context,
  { sessie, school }: Place,
  wie: { readonly filter?: Filter; readonly accountUuids?: readonly AccountUuid[] },
): Promise<void> {
  await ctx.sql`
    insert into leerlingbeheer.selectie (sessie, instellingsnummer, account_uuid, gekozen_op)
    select ${sessie}::uuid, ${school.instellingsnummer}, t.account_uuid, ${new Date(ctx.clock.now())}
      from (${matches(ctx, school.lijn, wie)}) t
     limit ${meesteGekozen} - (select count(*) from leerlingbeheer.selectie
                                where sessie = ${sessie} and instellingsnummer = ${school.instellingsnummer})
    on conflict do nothing`;
}

/** Takes pupils out of the selection; all of them when none are named. */
export async function deselect(
  ctx: Context,
  { sessie, school }: Place,
  accountUuids?: readonly AccountUuid[],
): Promise<void> {
  await ctx.sql`
    delete from leerlingbeheer.selectie where sessie = ${sessie} and instellingsnummer = ${school.instellingsnummer}
    ${accountUuids ? ctx.sql`and account_uuid = any (${[...accountUuids]}::uuid[])` : ctx.sql``}`;
}

/** The pupils that were picked and still are of this school, by class, group and name. */
export async function selectieOf(ctx: Context, { sessie, school }: Place): Promise<Leerling[]> {
  const rows = await ctx.sql<{ account_uuid: AccountUuid }[]>`
    select account_uuid from leerlingbeheer.selectie where sessie = ${sessie} and instellingsnummer = ${school.instellingsnummer}`;
  if (rows.length === 0) return [];
  return listMatches(ctx, school.lijn, { accountUuids: rows.map((row) => row.account_uuid) });
}

/** Removes selections of a day ago. */
export async function sweepSelecties(ctx: Context): Promise<number> {
  const limit = new Date(ctx.clock.now() - 86_400_000);
  return (await ctx.sql`delete from leerlingbeheer.selectie where gekozen_op < ${limit}`).count;
}

/** Removes counts that are too old to be used: with them goes the last trace of classes of a school that stopped sharing them. */
export async function sweepOverzichten(ctx: Context): Promise<number> {
  const limit = new Date(ctx.clock.now() - overzichtsduur);
  return (await ctx.sql`delete from leerlingbeheer.overzicht where gemaakt_op <= ${limit}`).count;
}

type Overzicht = {
  readonly ingeschreven: number;
  readonly groepen: readonly Groep[];
  readonly klassen: readonly KlasCount[];
};

/** How many are picked, does the school share class information, and the overview as it was kept unless it is older than `jonger` milliseconds. */
export async function getStand(
  ctx: Context,
  { sessie, school: { instellingsnummer, lijn } }: Place,
  jonger: number,
): Promise<{ readonly gekozen: number; readonly deelt: boolean; readonly overzicht: Overzicht | undefined }> {
  const [row] = await ctx.sql<
    {
      gekozen: number;
      deelt: boolean;
      ingeschreven: number | null;
      groepen: string | null;
      klassen: string | null;
    }[]
  >`
    select (select count(*) from leerlingbeheer.selectie k where k.sessie = ${sessie} and k.instellingsnummer = ${instellingsnummer}) as gekozen,
           akkoorden.deelt(${[...lijn]}::text[]) as deelt, o.ingeschreven, o.groepen, o.klassen
      from (select) een left join leerlingbeheer.overzicht o
        on o.instellingsnummer = ${instellingsnummer} and o.gemaakt_op > ${new Date(ctx.clock.now() - jonger)}`;
  if (!row) throw new Error("a count gave no row");
  const { gekozen, deelt, ingeschreven, groepen, klassen } = row;
  if (ingeschreven === null || groepen === null || klassen === null)
    return { gekozen, deelt, overzicht: undefined };
  const kept = {
    ingeschreven,
    groepen: JSON.parse(groepen) as Groep[],
    klassen: JSON.parse(klassen) as KlasCount[],
  };
  return { gekozen, deelt, overzicht: kept };
}

/** Keeps an overview for the searches that follow. */
export async function upsertOverzicht(
  ctx: Context,
  instellingsnummer: string,
  overzicht: Overzicht,
): Promise<void> {
  await ctx.sql`
    insert into leerlingbeheer.overzicht (instellingsnummer, ingeschreven, groepen, klassen, gemaakt_op)
    values (${instellingsnummer}, ${overzicht.ingeschreven}, ${JSON.stringify(overzicht.groepen)},
            ${JSON.stringify(overzicht.klassen)}, ${new Date(ctx.clock.now())})
    on conflict (instellingsnummer) do update set ingeschreven = excluded.ingeschreven, groepen = excluded.groepen,
      klassen = excluded.klassen, gemaakt_op = excluded.gemaakt_op`;
}
