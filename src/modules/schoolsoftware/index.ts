import { inTransaction, type Context } from "#platform/context";
import { changesBetween, readFile, type Change } from "#platform/import-file";
import { Problem } from "#platform/problem";
import { listKnown } from "#modules/scholen";
import { schoolsoftwareBestand, type Gebruik, type SchoolsoftwareFile } from "./contract.ts";
import { schoolsoftwareProblemen } from "./problems.ts";
import { readSleutel } from "./rules.ts";
import {
  listExisting,
  listStrangerClients,
  listStrangerSleutels,
  freeClients,
  takeLock,
  updateUntil,
  upsertGebruik,
  upsertPakket,
  setSleutels,
} from "./store.ts";
import { getStanding } from "./store-standing.ts";

export { schoolsoftwareBestand, type Gebruik, type Pakket, type SchoolsoftwareFile } from "./contract.ts";
export { schoolsoftwareProblemen } from "./problems.ts";
export { schooljaarOf, fingerprintOf } from "./rules.ts";
export { giveIdentificaties, type Identificatie, type Place } from "./store-identificatie.ts";
export {
  findPakketOfClient,
  findPakketOfSleutel,
  listDeliveringPakketten,
  listGebruik,
  listPakketten,
  pakketOf,
} from "./store.ts";

/**
 * `leerid import schoolsoftware`: packages and which school uses which, whole or not at all; the same file again changes
 * nothing. Of a package that stands in the file the keys are those of the file; packages and schools that do not stand in it
 * stay as they are.
 * @param options.door leave out the lines of schools that Discimus never sent, instead of refusing the file
 * @returns what was taken, what changed by it, and a line per school that was left out
 * @throws Problem `bestand-ongeldig` with a line per field, `school-onbekend` with a line per school, `pakket-onbekend`,
 *   `sleutel-van-ander`, `client-van-ander-pakket`
 */
export async function importSchoolsoftware(
  ctx: Context,
  inhoud: string,
  { door = false }: { readonly door?: boolean } = {},
): Promise<{
  readonly bestand: SchoolsoftwareFile;
  readonly changes: readonly Change[];
  readonly left: readonly string[];
}> {
  const whole = readFile(inhoud, schoolsoftwareBestand);
  const known = new Set(
    await listKnown(
      ctx,
      whole.scholen.map((one) => one.instellingsnummer),
    ),
  );
  const left = whole.scholen.flatMap(({ instellingsnummer }, plaats) =>
    known.has(instellingsnummer)
      ? []
      : [`scholen.${plaats}.instellingsnummer: LeerID kent geen school ${instellingsnummer}`],
  );
  if (left.length > 0 && !door)
    throw new Problem(schoolsoftwareProblemen["school-onbekend"], left.join("\n"));
  const file = { ...whole, scholen: whole.scholen.filter((one) => known.has(one.instellingsnummer)) };
  const pakketten = file.pakketten.map((one) => one.pakket);
  const clients = file.pakketten.flatMap(({ pakket, client_id }) =>
    client_id === undefined ? [] : [{ pakket, client_id }],
  );
  const sleutels = file.pakketten.flatMap(({ pakket, publieke_sleutels }) =>
    publieke_sleutels.flatMap((regel) => {
      const sleutel = readSleutel(regel);
      return typeof sleutel === "string" ? [] : [{ ...sleutel, pakket }];
    }),
  );
  return inTransaction(ctx, async (tx) => {
    await takeLock(tx);
    const before = await getStanding(tx, file);
    const refuseWhen = (code: keyof typeof schoolsoftwareProblemen, wat: readonly string[]) => {
      if (wat.length > 0) throw new Problem(schoolsoftwareProblemen[code], wat.join("\n"));
    };
    const clientIds = clients.map((one) => one.client_id);
    refuseWhen("client-van-ander-pakket", await listStrangerClients(tx, clientIds, pakketten));
    const vingerafdrukken = sleutels.map((one) => one.vingerafdruk);
    refuseWhen("sleutel-van-ander", await listStrangerSleutels(tx, vingerafdrukken, pakketten));
    const houd = clients.map((one) => `${one.pakket} ${one.client_id}`);
    await freeClients(tx, pakketten, houd);
    for (const { pakket, naam, levert_klasinformatie, client_id } of file.pakketten) {
      await upsertPakket(tx, {
        pakket,
        naam,
        levertKlasinformatie: levert_klasinformatie,
        clientId: client_id ?? null,
      });
    }
    await setSleutels(tx, pakketten, sleutels);
    const bekend = new Set(await listExisting(tx, [...new Set(file.scholen.map((one) => one.pakket))]));
    refuseWhen(
      "pakket-onbekend",
      file.scholen.flatMap(({ pakket }, plaats) =>
        bekend.has(pakket) ? [] : [`scholen.${plaats}.pakket: dit pakket bestaat niet`],
      ),
    );
    if (file.scholen.length > 0) await upsertGebruik(tx, file.scholen);
    return { bestand: file, changes: changesBetween(before, await getStanding(tx, file)), left };
  });
}

/**
 * A school uses a package from a day on (R21), maybe until a last day. What it used before ends the day before. Again the same
 * first day: that period changes.
 * @throws Problem `pakket-onbekend`, `gebruik-omgekeerd`
 */
export async function changeGebruik(ctx: Context, gebruik: Gebruik): Promise<void> {
  if (gebruik.tot !== null && gebruik.tot < gebruik.van)
    throw new Problem(schoolsoftwareProblemen["gebruik-omgekeerd"]);
  await inTransaction(ctx, async (tx) => {
    await takeLock(tx);
    if ((await listExisting(tx, [gebruik.pakket])).length === 0)
      throw new Problem(schoolsoftwareProblemen["pakket-onbekend"]);
    await upsertGebruik(tx, [gebruik]);
  });
}

/**
 * Gives a period of use, known by its first day, another last day; null = open again.
 * @throws Problem `gebruik-onbekend`, `gebruik-omgekeerd`
 */
export async function stopGebruik(ctx: Context, gebruik: Omit<Gebruik, "pakket">): Promise<void> {
  if (gebruik.tot !== null && gebruik.tot < gebruik.van)
    throw new Problem(schoolsoftwareProblemen["gebruik-omgekeerd"]);
  if (!(await updateUntil(ctx, gebruik))) throw new Problem(schoolsoftwareProblemen["gebruik-onbekend"]);
}
