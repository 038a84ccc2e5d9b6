import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import ssh2 from "ssh2";
import type { Datum } from "#platform/clock";
import type { Context } from "#platform/context";
import { giveAkkoord, overeenkomst } from "#modules/akkoorden";
import { importSchoolsoftware } from "#modules/schoolsoftware";
import type { DataFolder } from "./data-folder.ts";
import type { DemoDropserver, DemoJson } from "./demo-json.ts";
import { beginStand } from "./discimus/actions.ts";
import { readStand } from "./discimus/state.ts";
import type { MachineClient } from "./load.ts";
import { layouts, type Pakketnaam } from "./schoolpakket/layouts.ts";
import { createSchoolpakket, type Schoolpakket } from "./schoolpakket/index.ts";
import { registraties, permanentDirecteuren } from "./world.ts";

const pakketten = Object.values(layouts).map(({ pakket, naam }) => ({ pakket, naam }));
const sleutelbestand = (pakket: Pakketnaam) => `pakket-${pakket}.key`;

/** The packages and the schools that use them, imported as DOV does (R21). Their keys are made once in the data folder. */
export async function loadSchoolsoftware(
  ctx: Context,
  map: DataFolder,
  clients: readonly MachineClient[],
): Promise<void> {
  const file = {
    pakketten: await Promise.all(
      pakketten.map(async ({ pakket, naam }) => ({
        pakket,
        naam,
        levert_klasinformatie: true,
        client_id: clientOf(clients, pakket).client_id,
        publieke_sleutels: [await publicSleutel(map, pakket)],
      })),
    ),
    scholen: pakketten.map(({ pakket }) => ({
      instellingsnummer: layouts[pakket].school,
      pakket,
      van: `${map.stand().schooljaar - 4}-09-01` as Datum,
    })),
  };
  await importSchoolsoftware(ctx, JSON.stringify(file));
}

function clientOf(clients: readonly MachineClient[], pakket: Pakketnaam): MachineClient {
  const client = clients.find((one) => one.naam === layouts[pakket].naam);
  if (client === undefined) throw new Error(`no machine client for ${pakket}`);
  return client;
}

async function publicSleutel(map: DataFolder, pakket: Pakketnaam): Promise<string> {
  const naam = sleutelbestand(pakket);
  const eerder = await readFile(map.pathParam(`${naam}.pub`), "utf8").catch(() => undefined);
  if (eerder !== undefined) return eerder.trim();
  let paar = ssh2.utils.generateKeyPairSync("ed25519", { comment: `demo ${pakket}` });
  // One in some three hundred of the library cannot be read again: it drops a zero at the begin.
  while (ssh2.utils.parseKey(paar.private) instanceof Error) paar = ssh2.utils.generateKeyPairSync("ed25519");
  await map.write(naam, paar.private.endsWith("\n") ? paar.private : `${paar.private}\n`);
  await map.write(`${naam}.pub`, `${paar.public.trim()}\n`);
  return paar.public.trim();
}

export const demoDropserver = (map: DataFolder, port: number): DemoDropserver => ({
  host: "localhost",
  port,
  pakketten: pakketten.map(({ pakket }) => ({
    pakket,
    user: pakket,
    private_key_file: resolve(map.pathParam(sleutelbestand(pakket))),
  })),
});

/** The schools with a package share their classes (R64), since their permanent directors agreed. */
export async function giveAkkoorden(ctx: Context, map: DataFolder): Promise<void> {
  const directeurs = permanentDirecteuren(map.stand());
  for (const { school: instellingsnummer } of Object.values(layouts)) {
    const wie = directeurs.get(instellingsnummer);
    if (wie === undefined) throw new Error(`no permanent director in ${instellingsnummer}`);
    const school = { instellingsnummer, lijn: [instellingsnummer] };
    const outcome = await giveAkkoord(ctx, { school, wie, versie: overeenkomst.versie });
    if (outcome !== "gegeven" && outcome !== "loopt-al")
      throw new Error(`no akkoord for ${instellingsnummer}: ${outcome}`);
  }
}

/** The simulator of the packages; its connector knows of LeerID what a vendor is told. */
export function schoolpakketSite(
  ctx: Context,
  map: DataFolder,
  met: Pick<DemoJson, "sites" | "dropserver"> & {
    readonly clients: readonly MachineClient[];
    /** Fingerprint of the dropserver's key. */
    readonly hostsleutel: string;
  },
): Promise<Schoolpakket> {
  const { schooljaar } = map.stand();
  return createSchoolpakket({
    map: map.pathParam("schoolpakket"),
    now: () => ctx.clock.now(),
    vandaag: () => ctx.clock.vandaag(),
    // What the school secretary has, with what she changed in the Discimus simulator.
    async leerlingen() {
      const stand = await readStand(map.pathParam("discimus.json"), () =>
        beginStand(schooljaar, registraties({ schooljaar }), 0),
      );
      return Object.values(stand.leerlingen);
    },
    connection(pakket) {
      const { client_id, client_secret } = clientOf(met.clients, pakket);
      return {
        api: met.sites.api,
        issuer: met.sites.acm,
        client_id,
        client_secret,
        sftp: {
          host: met.dropserver.host,
          poort: met.dropserver.port,
          gebruiker: pakket,
          private_key_bestand: resolve(map.pathParam(sleutelbestand(pakket))),
          hostsleutels: [met.hostsleutel],
        },
      };
    },
  });
}

/** The first class lists, by the interfaces of everybody: identifiers over the API, files over SFTP (R65). */
export async function deliverKlassen(schoolpakket: Schoolpakket): Promise<number> {
  const zendingen = await Promise.all(pakketten.map(({ pakket }) => schoolpakket.send(pakket, "start")));
  for (const { verslag, uitvoer } of zendingen) {
    if (verslag?.uitkomst !== "verwerkt")
      throw new Error(`De klassen van de demoscholen werden niet verwerkt.\n${verslag?.melding ?? uitvoer}`);
  }
  return zendingen.reduce((som, { verslag }) => som + (verslag?.aantallen?.gekoppeld ?? 0), 0);
}
