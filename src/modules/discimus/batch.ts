import type { Context } from "#platform/context";
import * as inschrijvingen from "#modules/inschrijvingen";
import * as leerlingen from "#modules/leerlingen";
import { rejection, type Bericht } from "./contract.ts";
import { allowWait, lock, processing, type SetApart, type Tally } from "./store.ts";

/** A message with the place it came from. */
export type Regel = { readonly regel: number; readonly tekst: string; readonly gelezen: Bericht };
type OfToepassing<S extends Bericht["soort"]> = Regel & { readonly gelezen: Extract<Bericht, { soort: S }> };

/** Below this number of one kind, one by one (in a pipeline) is faster than a staging table. */
const kleinsteGroep = 100;
const pijplijn = 200;

/**
 * Takes a set of messages in the transaction of `ctx`: what is simple by sets, the rest one by one. The end state is that of
 * taking each alone, in any order. `voorLock`: waited for between staging and locking, so that sets overlap but commit in order.
 */
export async function takeGroep(
  ctx: Context,
  regels: readonly Regel[],
  voorLock?: Promise<unknown>,
): Promise<{ telling: Tally; apart: SetApart[] }> {
  const apart: SetApart[] = [];
  let ongewijzigd = 0;
  const note = (regel: Regel, outcome: leerlingen.Outcome) => {
    if (outcome === "ongewijzigd") ongewijzigd++;
    else if (outcome === "botsing")
      apart.push({
        ...rejection("versie-botsing", regel.gelezen.id, "versie"),
        regel: regel.regel,
        tekst: regel.tekst,
      });
  };
  const ofKind = <S extends Bericht["soort"]>(soort: S) =>
    regels.filter((regel): regel is OfToepassing<S> => regel.gelezen.soort === soort);
  const pupils = split(
    ofKind("leerling"),
    ({ bericht }) => `${bericht.instellingsnummer} ${bericht.stamnummer}`,
  );
  const enrolments = split(
    ofKind("inschrijving"),
    ({ bericht }) => `${bericht.instellingsnummer} ${bericht.stamnummer}\n${bericht.inschrijving}`,
  );

  if (pupils.enkel.length > 0)
    await leerlingen.stage(
      ctx,
      pupils.enkel.map((regel) => regel.gelezen.bericht),
    );
  if (enrolments.enkel.length > 0)
    await inschrijvingen.stage(
      ctx,
      enrolments.enkel.map((regel) => regel.gelezen.bericht),
    );
  if (voorLock) {
    await allowWait(ctx);
    await voorLock;
  }
  await lock(ctx);

  const oneByOne = async <R extends Regel>(
    list: readonly R[],
    take: (regel: R) => Promise<leerlingen.Outcome>,
  ) => {
    for (let begin = 0; begin < list.length; begin += pijplijn) {
      const part = list.slice(begin, begin + pijplijn);
      const outcomes = await Promise.all(part.map(take));
      for (const [index, regel] of part.entries()) note(regel, outcomes[index] ?? "verwerkt");
    }
  };
  const perRegel = async (regel: Regel): Promise<leerlingen.Outcome> => {
    const [row] = await ctx.sql<
      { uitkomst: leerlingen.Outcome }[]
    >`select ${processing(ctx, regel.gelezen, true)} as uitkomst`;
    if (!row) throw new Error("a message gave no outcome");
    return row.uitkomst;
  };
  const groep = (
    list: readonly Regel[],
    outcome: { readonly ongewijzigd: readonly number[]; readonly botsing: readonly number[] },
  ) => {
    ongewijzigd += outcome.ongewijzigd.length;
    for (const n of outcome.botsing) {
      const regel = list[n];
      if (regel) note(regel, "botsing");
    }
  };

  await oneByOne(ofKind("school"), perRegel);
  let rest = pupils.rest;
  if (pupils.enkel.length > 0) {
    const outcome = await leerlingen.processStaged(ctx);
    groep(pupils.enkel, outcome);
    rest = [...outcome.rest.flatMap((n) => pupils.enkel[n] ?? []), ...pupils.rest];
  }
  await oneByOne(rest, (regel) => leerlingen.processLeerling(ctx, regel.gelezen.bericht));
  if (enrolments.enkel.length > 0) groep(enrolments.enkel, await inschrijvingen.processStaged(ctx));
  await oneByOne(enrolments.rest, perRegel);
  await oneByOne(ofKind("directeursopdracht"), perRegel);

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
function split<R extends Regel>(
  list: readonly R[],
  sleutel: (gelezen: R["gelezen"]) => string,
): { enkel: readonly R[]; rest: readonly R[] } {
  if (list.length < kleinsteGroep) return { enkel: [], rest: list };
  const keer = new Map<string, number>();
  const sleutels = list.map((regel) => sleutel(regel.gelezen));
  for (const one of sleutels) keer.set(one, (keer.get(one) ?? 0) + 1);
  if (keer.size === list.length) return { enkel: list, rest: [] };
  return {
    enkel: list.filter((_, index) => keer.get(sleutels[index] ?? "") === 1),
    rest: list.filter((_, index) => keer.get(sleutels[index] ?? "") !== 1),
  };
}
