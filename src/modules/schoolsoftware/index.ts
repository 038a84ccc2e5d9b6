import { inTransaction, type Context } from "#platform/context";
import { leesBestand } from "#platform/import-file";
import { Problem } from "#platform/problem";
import { schoolsoftwareBestand, type Gebruik, type SchoolsoftwareBestand } from "./contract.ts";
import { schoolsoftwareProblemen } from "./problems.ts";
import { leesSleutel } from "./rules.ts";
import {
  listBestaande,
  listVreemdeClients,
  listVreemdeSleutels,
  maakClientsVrij,
  neemSlot,
  updateTot,
  upsertGebruik,
  upsertPakket,
  zetSleutels,
} from "./store.ts";

export { schoolsoftwareBestand, type Gebruik, type Pakket, type SchoolsoftwareBestand } from "./contract.ts";
export { schoolsoftwareProblemen } from "./problems.ts";
export { schooljaarVan, vingerafdrukVan } from "./rules.ts";
export { geefIdentificaties, type Identificatie, type Plaats } from "./store-identificatie.ts";
export { findPakketVanClient, findPakketVanSleutel, listGebruik, listPakketten, pakketVan } from "./store.ts";

/**
 * `leerid import schoolsoftware`: packages and which school uses which, whole or not at all; the same file again changes
 * nothing. Of a package that stands in the file the keys are those of the file; packages and schools that do not stand in it
 * stay as they are.
 * @throws Problem `bestand-ongeldig` with a line per field, `pakket-onbekend`, `sleutel-van-ander`, `client-van-ander-pakket`
 */
export async function importeerSchoolsoftware(ctx: Context, inhoud: string): Promise<SchoolsoftwareBestand> {
  const bestand = leesBestand(inhoud, schoolsoftwareBestand);
  const pakketten = bestand.pakketten.map((een) => een.pakket);
  const clients = bestand.pakketten.flatMap(({ pakket, client_id }) =>
    client_id === undefined ? [] : [{ pakket, client_id }],
  );
  const sleutels = bestand.pakketten.flatMap(({ pakket, publieke_sleutels }) =>
    publieke_sleutels.flatMap((regel) => {
      const sleutel = leesSleutel(regel);
      return typeof sleutel === "string" ? [] : [{ ...sleutel, pakket }];
    }),
  );
  await inTransaction(ctx, async (tx) => {
    await neemSlot(tx);
    const weiger = (code: keyof typeof schoolsoftwareProblemen, wat: readonly string[]) => {
      if (wat.length > 0) throw new Problem(schoolsoftwareProblemen[code], wat.join("\n"));
    };
    const clientIds = clients.map((een) => een.client_id);
    weiger("client-van-ander-pakket", await listVreemdeClients(tx, clientIds, pakketten));
    const vingerafdrukken = sleutels.map((een) => een.vingerafdruk);
    weiger("sleutel-van-ander", await listVreemdeSleutels(tx, vingerafdrukken, pakketten));
    const houd = clients.map((een) => `${een.pakket} ${een.client_id}`);
    await maakClientsVrij(tx, pakketten, houd);
    for (const { pakket, naam, levert_klasinformatie, client_id } of bestand.pakketten) {
      await upsertPakket(tx, {
        pakket,
        naam,
        levertKlasinformatie: levert_klasinformatie,
        clientId: client_id ?? null,
      });
    }
    await zetSleutels(tx, pakketten, sleutels);
    const bekend = new Set(await listBestaande(tx, [...new Set(bestand.scholen.map((een) => een.pakket))]));
    weiger(
      "pakket-onbekend",
      bestand.scholen.flatMap(({ pakket }, plaats) =>
        bekend.has(pakket) ? [] : [`scholen.${plaats}.pakket: dit pakket bestaat niet`],
      ),
    );
    if (bestand.scholen.length > 0) await upsertGebruik(tx, bestand.scholen);
  });
  return bestand;
}

/**
 * A school uses a package from a day on (R21), maybe until a last day. What it used before ends the day before. Again the same
 * first day: that period changes.
 * @throws Problem `pakket-onbekend`, `gebruik-omgekeerd`
 */
export async function wijzigGebruik(ctx: Context, gebruik: Gebruik): Promise<void> {
  if (gebruik.tot !== null && gebruik.tot < gebruik.van)
    throw new Problem(schoolsoftwareProblemen["gebruik-omgekeerd"]);
  await inTransaction(ctx, async (tx) => {
    await neemSlot(tx);
    if ((await listBestaande(tx, [gebruik.pakket])).length === 0)
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
  if (!(await updateTot(ctx, gebruik))) throw new Problem(schoolsoftwareProblemen["gebruik-onbekend"]);
}
