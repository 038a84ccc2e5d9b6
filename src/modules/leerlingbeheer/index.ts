import type { Context } from "#platform/context";
import type { AccountUuid } from "#platform/ids";
import { listKlassen, type KlasTelling } from "#modules/klassen";
import {
  overzichtsduur,
  perBladzijde,
  type Afdrukgroep,
  type Bladzijde,
  type Filter,
  type Groep,
  type Leerling,
  type Sortering,
} from "./contract.ts";
import {
  getOverzicht,
  listLeerlingen,
  listNieuwPerGroep,
  listTreffers,
  type Lijn,
  type Plaats,
} from "./store.ts";
import { getStand, upsertOverzicht } from "./store-selection.ts";

export {
  perBladzijde,
  sorteringen,
  statussen,
  type Afdrukgroep,
  type Bladzijde,
  type Filter,
  type Groep,
  type Klas,
  type Klaskeuze,
  type Leerling,
  type Sortering,
  type Status,
} from "./contract.ts";
export { exporteer } from "./csv.ts";
export { upkeep } from "./jobs.ts";
export { klasnamen, subklasnamen } from "./rules.ts";
export { listVroegere, type Plaats } from "./store.ts";
export { kies, kiesAlle, laat, ruimOverzichtenOp, selectieVan } from "./store-selection.ts";

/**
 * A page of the pupils of one school (R4): enrolled, to come, or gone for less than a year. `lijn` = all numbers that stand
 * for the school. A page past the end gives the last one. With `plaats` it also says who of the page is in that selection.
 */
export async function zoekLeerlingen(
  ctx: Context,
  lijn: Lijn,
  vraag: {
    readonly filter: Filter;
    readonly sorteer: Sortering;
    readonly bladzijde: number;
    readonly plaats?: Plaats;
  },
): Promise<Bladzijde> {
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
export async function telNieuw(
  ctx: Context,
  lijn: Lijn,
): Promise<{ readonly aantal: number; readonly perGroep: readonly Afdrukgroep[] }> {
  const perGroep = await listNieuwPerGroep(ctx, lijn);
  return { aantal: perGroep.reduce((som, groep) => som + groep.aantal, 0), perGroep };
}

/** One pupil of the school; undefined when he is none (another school's, gone for longer than a year, superseded, or nobody). */
export async function findLeerling(
  ctx: Context,
  lijn: Lijn,
  accountUuid: AccountUuid,
): Promise<Leerling | undefined> {
  const [leerling] = await listTreffers(ctx, lijn, { accountUuids: [accountUuid] });
  return leerling;
}

/** Accounts of one class or group that were never handed out: for the print button of the banner (R55c). */
export const listNieuwVan = (
  ctx: Context,
  lijn: Lijn,
  wie: Pick<Filter, "niveau" | "leerjaar" | "groep" | "klas">,
): Promise<Leerling[]> => listTreffers(ctx, lijn, { filter: { ...wie, status: "nieuw" } });

type Stand = {
  readonly gekozen: number;
  readonly ingeschreven: number;
  readonly groepen: readonly Groep[];
  /** null while the school does not share class information (R68). */
  readonly klassen: readonly KlasTelling[] | null;
};

/**
 * What stands around a list: how many pupils are enrolled today, the groups and classes to choose from, and how many are picked.
 * `vers` counts them anew, which reads every enrolment of the school; else an answer of the last minutes will do.
 */
export async function standVan(
  ctx: Context,
  plaats: Plaats,
  { vers }: { readonly vers: boolean },
): Promise<Stand> {
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
