import { inTransaction, type Context } from "#platform/context";
import { Problem } from "#platform/problem";
import { changesBetween, readFile, type Change } from "#platform/import-file";
import { toepassingBestand, type ToepassingFile } from "./contract.ts";
import { toepassingProblemen } from "./problems.ts";
import { endOtherClients, listStrangerClients, takeLock, upsertToepassing } from "./store.ts";
import { getStanding } from "./store-standing.ts";

export {
  leerlingScopes,
  machineScopes,
  medewerkerScopes,
  toepassingBestand,
  type Availability,
  type Doel,
  type Groep,
  type GroepTally,
  type Klas,
  type KlasTally,
  type Period,
  type Regel,
  type RegelWijziging,
  type SchoolRegel,
  type SchoolToepassing,
  type KeuzeState,
  type Preview,
  type Wijziging,
  type ClientInput,
  type ClientRecord,
  type Doelgroep,
  type ToepassingFile,
} from "./contract.ts";
export { toepassingProblemen } from "./problems.ts";
export {
  saveRegels,
  getSchoolToepassing,
  chooseToepassing,
  overzichtOf,
  type Overzicht,
  stopToepassing,
  countGroepenOf,
  countEffect,
} from "./school.ts";
export { listAdressen, registerAdressen, replaceAdressen, type Adressen } from "./own-sites.ts";
export {
  findAfmeldadres,
  findClientOf,
  findToepassingOf,
  hasToepassing,
  saveKeuze,
  listClients,
  listToepassingen,
  makeVisible,
  upsertClient,
  type RegelInput,
} from "./store.ts";
export { availabilityOf, widerRegel, isAsleep, standOf } from "./rules.ts";
export { listWijzigingen } from "./store-school.ts";

/**
 * `leerid import toepassing`: stores an application with its clients, whole or not at all. The file is the truth (D25): a client,
 * an address or a key of the application that no longer stands in it ends at the next request. Machine clients belong to no
 * application, and stay.
 * @throws Problem `bestand-ongeldig` with a line per field, `client-van-ander`
 */
export async function importToepassing(
  ctx: Context,
  inhoud: string,
): Promise<{ readonly bestand: ToepassingFile; readonly changes: readonly Change[] }> {
  const file = readFile(inhoud, toepassingBestand);
  return inTransaction(ctx, async (tx) => {
    await takeLock(tx);
    const webClients = file.clients
      .filter((client) => client.soort === "web")
      .map((client) => client.client_id);
    const machines = file.clients
      .filter((client) => client.soort === "machine")
      .map((client) => client.client_id);
    const vreemd = [
      ...(await listStrangerClients(tx, webClients, file.toepassing)),
      ...(await listStrangerClients(tx, machines, null)),
    ];
    if (vreemd.length > 0)
      throw new Problem(
        toepassingProblemen["client-van-ander"],
        vreemd.map((row) => row.client_id).join(", "),
      );
    const before = await getStanding(tx, file);
    await upsertToepassing(tx, file);
    await endOtherClients(tx, file.toepassing, webClients);
    return { bestand: file, changes: changesBetween(before, await getStanding(tx, file)) };
  });
}
