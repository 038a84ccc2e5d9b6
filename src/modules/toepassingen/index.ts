import { inTransaction, type Context } from "#platform/context";
import { Problem } from "#platform/problem";
import { bestandProblemen, changesBetween, readFile, type Change } from "#platform/import-file";
import { toepassingBestand, type ToepassingFile } from "./contract.ts";
import { toepassingProblemen } from "./problems.ts";
import { plainAddresses } from "./rules-clients.ts";
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
  endOtherClients,
  findAfmeldadres,
  findClientOf,
  findToepassingOf,
  hasToepassing,
  saveKeuze,
  listClients,
  listMachines,
  listToepassingen,
  makeVisible,
  upsertClient,
  type RegelInput,
} from "./store.ts";
export { wrongKey } from "./rules-clients.ts";
export { availabilityOf, widerRegel, isAsleep, standOf } from "./rules.ts";
export { listWijzigingen } from "./store-school.ts";

/** What an import did. */
export type Imported = {
  readonly bestand: ToepassingFile;
  readonly changes: readonly Change[];
  /** Clients that ended: whoever keeps something of them lets go of it. */
  readonly beeindigd: readonly string[];
};

/**
 * Stores the file of an application with its clients, whole or not at all. The file is the truth (D25): a client, an address or a
 * key that no longer stands in it ends at the next request.
 * @throws Problem `bestand-ongeldig` with a line per field, `client-van-ander` with a line per client
 */
export async function importToepassing(
  ctx: Context,
  inhoud: string,
  { production = false }: { /** Every address with https. */ readonly production?: boolean } = {},
): Promise<Imported> {
  const file = readFile(inhoud, toepassingBestand);
  const plain = production ? plainAddresses(file) : [];
  if (plain.length > 0) throw new Problem(bestandProblemen["bestand-ongeldig"], plain.join("\n"));
  return inTransaction(ctx, async (tx) => {
    await takeLock(tx);
    const strangers = await listStrangerClients(tx, file);
    if (strangers.length > 0)
      throw new Problem(
        toepassingProblemen["client-van-ander"],
        strangers.map((id) => `client ${id}: staat al in een ander bestand`).join("\n"),
      );
    const before = await getStanding(tx, file);
    await upsertToepassing(tx, file);
    const clientIds = file.clients.map((client) => client.client_id);
    const beeindigd = await endOtherClients(tx, file.toepassing, clientIds);
    return { bestand: file, changes: changesBetween(before, await getStanding(tx, file)), beeindigd };
  });
}
