import type { Context } from "#platform/context";
import * as inschrijvingen from "#modules/inschrijvingen";
import * as leerlingen from "#modules/leerlingen";
import { afkeuring, type Bericht } from "./contract.ts";
import { allowWait, vergrendel, verwerking, type Apart, type Telling } from "./store.ts";

/** A message with the place it came from. */
export type Regel = { readonly regel: number; readonly tekst: string; readonly gelezen: Bericht };
type Van<S extends Bericht["soort"]> = Regel & { readonly gelezen: Extract<Bericht, { soort: S }> };

/** Below this number of one kind, one by one (in a pipeline) is faster than a staging table. */
const kleinsteGroep = 100;
const pijplijn = 200;

/**
 * Takes a set of messages in the transaction of `ctx`: what is simple by sets, the rest one by one. The end state is that of
 * taking each alone, in any order. `voorLock`: waited for between staging and locking, so that sets overlap but commit in order.
 */
export async function neemGroep(
  ctx: Context,
  regels: readonly Regel[],
  voorLock?: Promise<unknown>,
): Promise<{ telling: Telling; apart: Apart[] }> {
  const apart: Apart[] = [];
  let ongewijzigd = 0;
  const noteer = (regel: Regel, uitkomst: leerlingen.Uitkomst) => {
    if (uitkomst === "ongewijzigd") ongewijzigd++;
    else if (uitkomst === "botsing")
      apart.push({
        ...afkeuring("versie-botsing", regel.gelezen.id, "versie"),
        regel: regel.regel,
        tekst: regel.tekst,
      });
  };
  const van = <S extends Bericht["soort"]>(soort: S) =>
    regels.filter((regel): regel is Van<S> => regel.gelezen.soort === soort);
  const pupils = splits(
    van("leerling"),
    ({ bericht }) => `${bericht.instellingsnummer} ${bericht.stamnummer}`,
  );
  const enrolments = splits(
    van("inschrijving"),
    ({ bericht }) => `${bericht.instellingsnummer} ${bericht.stamnummer}\n${bericht.inschrijving}`,
  );

  if (pupils.enkel.length > 0)
    await leerlingen.zetKlaar(
      ctx,
      pupils.enkel.map((regel) => regel.gelezen.bericht),
    );
  if (enrolments.enkel.length > 0)
    await inschrijvingen.zetKlaar(
      ctx,
      enrolments.enkel.map((regel) => regel.gelezen.bericht),
    );
  if (voorLock) {
    await allowWait(ctx);
    await voorLock;
  }
  await vergrendel(ctx);

  const eenVoorEen = async <R extends Regel>(
    lijst: readonly R[],
    neem: (regel: R) => Promise<leerlingen.Uitkomst>,
  ) => {
    for (let begin = 0; begin < lijst.length; begin += pijplijn) {
      const deel = lijst.slice(begin, begin + pijplijn);
      const uitkomsten = await Promise.all(deel.map(neem));
      for (const [index, regel] of deel.entries()) noteer(regel, uitkomsten[index] ?? "verwerkt");
    }
  };
  const perRegel = async (regel: Regel): Promise<leerlingen.Uitkomst> => {
    const [row] = await ctx.sql<
      { uitkomst: leerlingen.Uitkomst }[]
    >`select ${verwerking(ctx, regel.gelezen, true)} as uitkomst`;
    if (!row) throw new Error("a message gave no outcome");
    return row.uitkomst;
  };
  const groep = (
    lijst: readonly Regel[],
    uitkomst: { readonly ongewijzigd: readonly number[]; readonly botsing: readonly number[] },
  ) => {
    ongewijzigd += uitkomst.ongewijzigd.length;
    for (const n of uitkomst.botsing) {
      const regel = lijst[n];
      if (regel) noteer(regel, "botsing");
    }
  };

  await eenVoorEen(van("school"), perRegel);
  let rest = pupils.rest;
  if (pupils.enkel.length > 0) {
    const uitkomst = await leerlingen.verwerkKlaargezet(ctx);
    groep(pupils.enkel, uitkomst);
    rest = [...uitkomst.rest.flatMap((n) => pupils.enkel[n] ?? []), ...pupils.rest];
  }
  await eenVoorEen(rest, (regel) => leerlingen.verwerkLeerling(ctx, regel.gelezen.bericht));
  if (enrolments.enkel.length > 0) groep(enrolments.enkel, await inschrijvingen.verwerkKlaargezet(ctx));
  await eenVoorEen(enrolments.rest, perRegel);
  await eenVoorEen(van("directeursopdracht"), perRegel);

  apart.sort((a, b) => a.regel - b.regel);
  const quarantaine = apart.length;
  return {
    telling: {
      ontvangen: regels.length,
      verwerkt: regels.length - ongewijzigd - quarantaine,
      ongewijzigd,
      quarantaine,
    },
    apart,
  };
}

/** Parts a list in keys that occur once, for the set-based way, and all the others in their order. */
function splits<R extends Regel>(
  lijst: readonly R[],
  sleutel: (gelezen: R["gelezen"]) => string,
): { enkel: readonly R[]; rest: readonly R[] } {
  if (lijst.length < kleinsteGroep) return { enkel: [], rest: lijst };
  const keer = new Map<string, number>();
  const sleutels = lijst.map((regel) => sleutel(regel.gelezen));
  for (const een of sleutels) keer.set(een, (keer.get(een) ?? 0) + 1);
  if (keer.size === lijst.length) return { enkel: lijst, rest: [] };
  return {
    enkel: lijst.filter((_, index) => keer.get(sleutels[index] ?? "") === 1),
    rest: lijst.filter((_, index) => keer.get(sleutels[index] ?? "") !== 1),
  };
}
