import { inTransaction, type Context } from "#platform/context";
import { Problem } from "#platform/problem";
import { leesBestand } from "#platform/import-file";
import { toepassingBestand, type ToepassingBestand } from "./contract.ts";
import { toepassingProblemen } from "./problems.ts";
import { listVreemdeClients, neemSlot, upsertToepassing } from "./store.ts";

export {
  leerlingScopes,
  machineScopes,
  medewerkerScopes,
  toepassingBestand,
  type Beschikbaarheid,
  type Doel,
  type Groep,
  type Groepstelling,
  type Klas,
  type Klastelling,
  type Periode,
  type Regel,
  type RegelWijziging,
  type SchoolRegel,
  type SchoolToepassing,
  type Stand,
  type Voorbeeld,
  type Wijziging,
  type ClientInvoer,
  type ClientRecord,
  type Doelgroep,
  type ToepassingBestand,
} from "./contract.ts";
export { toepassingProblemen } from "./problems.ts";
export {
  bewaarRegels,
  getSchoolToepassing,
  kiesToepassing,
  overzichtVan,
  type Overzicht,
  stopToepassing,
  telGroepenVan,
  voorbeeld,
} from "./school.ts";
export {
  findAfmeldadres,
  findClientVan,
  findToepassingVan,
  kies,
  listClients,
  listToepassingen,
  maakZichtbaar,
  upsertClient,
  type RegelInvoer,
} from "./store.ts";
export { beschikbaarheidVan, bredereRegel, slaapt, standVan } from "./rules.ts";
export { listWijzigingen } from "./store-school.ts";

/**
 * `leerid import toepassing`: stores an application with its clients, whole or not at all.
 * @throws Problem `bestand-ongeldig` with a line per field, `client-van-ander`
 */
export async function importeerToepassing(ctx: Context, inhoud: string): Promise<ToepassingBestand> {
  const bestand = leesBestand(inhoud, toepassingBestand);
  await inTransaction(ctx, async (tx) => {
    await neemSlot(tx);
    const webClients = bestand.clients
      .filter((client) => client.soort === "web")
      .map((client) => client.client_id);
    const machines = bestand.clients
      .filter((client) => client.soort === "machine")
      .map((client) => client.client_id);
    const vreemd = [
      ...(await listVreemdeClients(tx, webClients, bestand.toepassing)),
      ...(await listVreemdeClients(tx, machines, null)),
    ];
    if (vreemd.length > 0)
      throw new Problem(
        toepassingProblemen["client-van-ander"],
        vreemd.map((rij) => rij.client_id).join(", "),
      );
    await upsertToepassing(tx, bestand);
  });
  return bestand;
}
