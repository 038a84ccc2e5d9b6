import type { Context } from "#platform/context";
import type { AccountUuid } from "#platform/ids";
import type { Indeling } from "#modules/klassen";
import type { Difference } from "./contract.ts";
import { selectNames } from "./store-school.ts";
import { examine } from "./process.ts";
import { findTaken, listKnown } from "./store.ts";

/**
 * What a held file would change, if it were applied now (D9); nothing is changed. Reads the sealed file, which the role of a school cannot:
 * the context is that of the server, and the file must be one of `lijn`.
 * @returns undefined when it is not held any more, not of this school, or cannot be read
 */
export async function differenceOf(
  ctx: Context,
  lijn: readonly string[],
  levering: string,
): Promise<Difference | undefined> {
  const bij = await findTaken(ctx, levering);
  if (!bij || !lijn.includes(bij.instellingsnummer)) return undefined;
  const { plaats } = bij;
  const open = bij.status === "aangehouden" && bij.besluit === null && bij.inhoud !== null;
  if (!open || plaats.akkoord === null || plaats.akkoord !== bij.onderAkkoord) return undefined;
  const [wat, { oud }] = await Promise.all([
    examine(ctx, bij),
    listKnown(ctx, plaats.nummers, bij.schooljaar, ctx.clock.vandaag()),
  ]);
  if ("fout" in wat) return undefined;
  const gaat = new Set(wat.weg);
  const nieuw = Map.groupBy(wat.nieuw, ({ accountUuid }) => accountUuid);
  const had = Map.groupBy(
    oud.filter(({ accountUuid }) => gaat.has(accountUuid)),
    ({ staand }) => staand,
  );
  return {
    leerlingen: new Set(oud.map(({ staand }) => staand)).size,
    ...wat.gewijzigd,
    uitKlas: wat.uitKlas,
    wijzigingen: [...had].map(([accountUuid, rows]) => ({
      accountUuid,
      van: rows.map(klasOf),
      naar: (nieuw.get(accountUuid) ?? []).map(klasOf),
    })),
  };
}

const klasOf = ({ klas, subklas, van, tot }: Indeling) => ({ klas, subklas, van, tot });

/** Names of pupils of the school, for a page that shows a difference; who is no pupil of it is left out. */
export async function namesOf(
  ctx: Context,
  lijn: readonly string[],
  accountUuids: readonly AccountUuid[],
): Promise<ReadonlyMap<AccountUuid, { readonly voornaam: string; readonly naam: string }>> {
  return selectNames(ctx, lijn, accountUuids);
}
