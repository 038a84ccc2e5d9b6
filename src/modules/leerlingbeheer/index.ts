import type { Context } from "#platform/context";
import type { AccountUuid } from "#platform/ids";
import {
  perBladzijde,
  type Bladzijde,
  type Filter,
  type Groep,
  type Leerling,
  type Sortering,
} from "./contract.ts";
import { getOverzicht, listLeerlingen, listNieuwPerGroep, listTreffers, type Lijn } from "./store.ts";
import { findOverzicht, upsertOverzicht, type Plaats } from "./store-selection.ts";

export {
  perBladzijde,
  sorteringen,
  statussen,
  type Bladzijde,
  type Filter,
  type Groep,
  type Leerling,
  type Sortering,
  type Status,
} from "./contract.ts";
export { exporteer } from "./csv.ts";
export { listVroegere } from "./store.ts";
export {
  kies,
  kiesAlle,
  laat,
  ruimSelectiesOp,
  selectieVan,
  telGekozen,
  type Plaats,
} from "./store-selection.ts";

/**
 * A page of the pupils of one school (R4): enrolled, to come, or gone for less than a year. `lijn` = all numbers that stand
 * for the school. A page past the end gives the last one.
 */
export async function zoekLeerlingen(
  ctx: Context,
  lijn: Lijn,
  vraag: { readonly filter: Filter; readonly sorteer: Sortering; readonly bladzijde: number },
): Promise<Bladzijde> {
  const { filter, sorteer, bladzijde } = vraag;
  const page = (nr: number) =>
    listLeerlingen(ctx, lijn, { filter, sorteer, overslaan: (nr - 1) * perBladzijde });
  const found = await page(bladzijde);
  if (found.leerlingen.length > 0 || bladzijde === 1) return { ...found, bladzijde };
  const { totaal } = await page(1);
  const last = Math.max(1, Math.ceil(totaal / perBladzijde));
  return { ...(await page(last)), bladzijde: last };
}

/** For the banner: how many accounts were never handed out, in all and per group (R55c). */
export async function telNieuw(
  ctx: Context,
  lijn: Lijn,
): Promise<{ readonly aantal: number; readonly perGroep: readonly Groep[] }> {
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

/** Accounts of one group that were never handed out: for the print button of the banner (R55c). */
export const listNieuwVan = (
  ctx: Context,
  lijn: Lijn,
  { niveau, leerjaar, groep }: Omit<Groep, "aantal">,
): Promise<Leerling[]> => listTreffers(ctx, lijn, { filter: { niveau, leerjaar, groep, status: "nieuw" } });

const versGenoeg = 5 * 60_000;

/**
 * How many pupils are enrolled today, and the groups to choose from. `vers` counts anew, which reads every enrolment of the
 * school; else an answer of the last five minutes will do.
 */
export async function overzichtVan(
  ctx: Context,
  school: Plaats["school"],
  { vers }: { readonly vers: boolean },
): Promise<{ readonly ingeschreven: number; readonly groepen: readonly Groep[] }> {
  const bewaard = vers ? undefined : await findOverzicht(ctx, school.instellingsnummer, versGenoeg);
  if (bewaard) return bewaard;
  const nieuw = await getOverzicht(ctx, school.lijn);
  await upsertOverzicht(ctx, school.instellingsnummer, nieuw);
  return nieuw;
}
