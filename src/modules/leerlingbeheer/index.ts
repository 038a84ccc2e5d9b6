import type { Context } from "#platform/context";
import { perBladzijde, type Bladzijde, type Filter, type Groep, type Sortering } from "./contract.ts";
import { listLeerlingen, listNieuwPerGroep, type Lijn } from "./store.ts";

export {
  sorteringen,
  statussen,
  type Bladzijde,
  type Filter,
  type Groep,
  type Leerling,
  type Sortering,
  type Status,
} from "./contract.ts";
export { findLeerling, getOverzicht } from "./store.ts";

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
