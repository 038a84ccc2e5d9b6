import { inTransaction, type Context } from "#platform/context";
import { daysOfSchooljaar, shiftSchooljaar } from "#platform/schooljaar";
import { markGewist } from "#modules/akkoorden";
import { eraseKlassen, eraseUitgeschreven } from "#modules/klassen";
import { deleteStand, insertWissing, markNagekeken } from "./store-erase.ts";

/** In a transaction: erases classes and stand of a school, notes the proof, and that nothing of this akkoord is stored any more. */
export async function eraseKlassenWithProof(
  ctx: Context,
  akkoord: string,
  nummers: readonly string[],
  bestanden: number,
): Promise<void> {
  const rijen = await eraseKlassen(ctx, nummers, null);
  await deleteStand(ctx, nummers, null);
  const instellingsnummer = await markGewist(ctx, akkoord);
  if (instellingsnummer !== undefined)
    await insertWissing(ctx, { instellingsnummer, akkoord, regel: "gestopt", rijen, bestanden });
}

/** The classes of a school year that ended more than a year ago, with their stand. */
export async function erasePast(ctx: Context, instellingsnummer: string, schooljaar: string): Promise<void> {
  if (daysOfSchooljaar(shiftSchooljaar(schooljaar, 1)).tot >= ctx.clock.vandaag()) return;
  await inTransaction(ctx, async (tx) => {
    const rijen = await eraseKlassen(tx, [instellingsnummer], schooljaar);
    const standen = await deleteStand(tx, [instellingsnummer], schooljaar);
    if (rijen + standen === 0) return;
    const regel = "schooljaar-voorbij";
    await insertWissing(tx, { instellingsnummer, akkoord: null, regel, rijen, bestanden: 0 });
  });
}

/** The classes of pupils whose last enrolment in the school ended more than a year ago, or never was (R76); and that it was looked at. */
export async function eraseUnenrolled(
  ctx: Context,
  instellingsnummer: string,
  schooljaar: string,
): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    const rijen = await eraseUitgeschreven(tx, instellingsnummer, schooljaar);
    const regel = "uitgeschreven";
    if (rijen > 0) await insertWissing(tx, { instellingsnummer, akkoord: null, regel, rijen, bestanden: 0 });
    await markNagekeken(tx, instellingsnummer, schooljaar);
  });
}
