import type { Context } from "#platform/context";
import type { AccountUuid } from "#platform/ids";
import { listKlassen, type KlasCount } from "#modules/klassen";
import {
  overzichtsduur,
  perBladzijde,
  type Afdrukgroep,
  type ResultPage,
  type Filter,
  type Groep,
  type Leerling,
  type SortOrder,
} from "./contract.ts";
import {
  getOverzicht,
  listLeerlingen,
  listNewPerGroep,
  listMatches,
  type Lijn,
  type Place,
} from "./store.ts";
import { listStopped } from "./store-badges.ts";
import { getStand, upsertOverzicht } from "./store-selection.ts";

export {
  perBladzijde,
  sorteringen,
  statussen,
  type Afdrukgroep,
  type ResultPage,
  type Filter,
  type Groep,
  type Klas,
  type Klaskeuze,
  type Leerling,
  type SortOrder,
  type Status,
} from "./contract.ts";
export { exportLeerlingen } from "./csv.ts";
export { upkeep } from "./jobs.ts";
export { klasnamen, subklasnamen } from "./rules.ts";
export { listEarlier, type Place } from "./store.ts";
export { select, chooseAll, deselect, sweepOverzichten, selectieOf } from "./store-selection.ts";

/**
 * A page of the pupils of one school (R4): enrolled, to come, or gone for less than a year. `lijn` = all numbers that stand
 * for the school. A page past the end gives the last one. With `plaats` it also says who of the page is in that selection.
 */
export async function searchLeerlingen(
  ctx: Context,
  lijn: Lijn,
  vraag: {
    readonly filter: Filter;
    readonly sorteer: SortOrder;
    readonly bladzijde: number;
    readonly plaats?: Place;
  },
): Promise<ResultPage> {
  const { filter, sorteer, bladzijde, plaats } = vraag;
  const page = (nr: number) =>
    listLeerlingen(ctx, lijn, { filter, sorteer, plaats, overslaan: (nr - 1) * perBladzijde });
  const found = await page(bladzijde);
  if (found.leerlingen.length > 0 || bladzijde === 1) return { ...found, bladzijde };
  const { totaal } = await page(1);
  const last = Math.max(1, Math.ceil(totaal / perBladzijde));
  return { ...(await page(last)), bladzijde: last };
}

/** For the banner: how many accounts were never handed out, in all and per class or group (R55c). */
export async function countNew(
  ctx: Context,
  lijn: Lijn,
): Promise<{ readonly aantal: number; readonly perGroep: readonly Afdrukgroep[] }> {
  const perGroep = await listNewPerGroep(ctx, lijn);
  return { aantal: perGroep.reduce((som, groep) => som + groep.aantal, 0), perGroep };
}

/** Pupils of the school on whose badge too many wrong pictures were chosen, of the last two weeks and until they get another (D24). */
export async function listStoppedBadges(ctx: Context, lijn: Lijn): Promise<Leerling[]> {
  const accountUuids = await listStopped(ctx, lijn);
  if (accountUuids.length === 0) return [];
  const leerlingen = await listMatches(ctx, lijn, { accountUuids });
  return leerlingen.filter((one) => one.badgeGestoptOp !== null);
}

/** One pupil of the school; undefined when he is none (another school's, gone for longer than a year, superseded, or nobody). */
export async function findLeerling(
  ctx: Context,
  lijn: Lijn,
  accountUuid: AccountUuid,
): Promise<Leerling | undefined> {
  const [leerling] = await listMatches(ctx, lijn, { accountUuids: [accountUuid] });
  return leerling;
}

/** Accounts of one class or group that were never handed out: for the print button of the banner (R55c). */
export const listNewOf = (
  ctx: Context,
  lijn: Lijn,
  wie: Pick<Filter, "niveau" | "leerjaar" | "groep" | "klas">,
): Promise<Leerling[]> => listMatches(ctx, lijn, { filter: { ...wie, status: "nieuw" } });

type OverviewState = {
  readonly gekozen: number;
  readonly ingeschreven: number;
  readonly groepen: readonly Groep[];
  /** null while the school does not share class information (R68). */
  readonly klassen: readonly KlasCount[] | null;
};

/**
 * What stands around a list: how many pupils are enrolled today, the groups and classes to choose from, and how many are picked.
 * `vers` counts them anew, which reads every enrolment of the school; else an answer of the last minutes will do.
 */
export async function overviewOf(
  ctx: Context,
  plaats: Place,
  { vers }: { readonly vers: boolean },
): Promise<OverviewState> {
  const { lijn, instellingsnummer } = plaats.school;
  const { gekozen, deelt, overzicht } = await getStand(ctx, plaats, vers ? 0 : overzichtsduur);
  const stand = (gegevens: NonNullable<typeof overzicht>) => ({
    gekozen,
    ...gegevens,
    klassen: deelt ? gegevens.klassen : null,
  });
  if (overzicht) return stand(overzicht);
  const [telling, klassen] = await Promise.all([
    getOverzicht(ctx, lijn),
    deelt ? listKlassen(ctx, lijn, ctx.clock.vandaag()) : [],
  ]);
  await upsertOverzicht(ctx, instellingsnummer, { ...telling, klassen });
  return stand({ ...telling, klassen });
}
