import { readFile, stat } from "node:fs/promises";
import type { Config } from "./config.ts";
import { koppel } from "./coupling.ts";
import { datumOp, schooljaarOp } from "./dates.ts";
import { maakDropBestand, type DropBestand } from "./drop-file.ts";
import { verbind, wachtOpOntvangst, type Ontvangst } from "./dropserver.ts";
import { haalNummers } from "./identifiers.ts";
import { leesExport, type Gelezen } from "./mapping.ts";
import { PakketFout } from "./problem.ts";
import { maakVerslag, type Gedaan, type Verslag } from "./report.ts";
import { metHerkansing, type Wachter } from "./retry.ts";
import { metStaat, type Staat } from "./state.ts";

export type Omgeving = Omit<Wachter, "pogingen"> & { readonly nu: () => number };

/** `controleer` and `verstuur`: the report of it; it is written in the folder of the state as well. */
export async function voerUit(
  config: Config,
  opdracht: Verslag["opdracht"],
  omgeving: Omgeving,
): Promise<Verslag> {
  const moment = omgeving.nu();
  const schooljaar = config.schooljaar === "automatisch" ? schooljaarOp(datumOp(moment)) : config.schooljaar;
  const wachter = { ...omgeving, pogingen: config.pogingen };
  const gedaan: { -readonly [K in keyof Gedaan]: Gedaan[K] } = {
    opdracht,
    instellingsnummer: config.instellingsnummer,
    schooljaar,
    moment,
  };
  return metStaat(config.staat, async (staat) => {
    const verslag = await werk(staat).catch((error: unknown) => {
      if (!(error instanceof PakketFout)) throw error;
      return maakVerslag(gedaan, { uitkomst: "mislukt", melding: error.message });
    });
    await staat.schrijf("verslag.json", `${JSON.stringify(verslag, null, 2)}\n`);
    return verslag;
  });

  async function werk(staat: Staat): Promise<Verslag> {
    const gelezen = await leesExports(config);
    gedaan.gelezen = gelezen;
    // An empty list would take every pupil out of his class: an export that went wrong looks like that.
    if (gelezen.regels.length === 0)
      throw new PakketFout("In de export staat geen enkele leerling met een klas. Er is niets verstuurd.");
    const koppeling = koppel(gelezen.regels, await haalNummers(config, schooljaar, wachter), schooljaar);
    gedaan.koppeling = koppeling;
    if (koppeling.rijen.length === 0)
      throw new PakketFout(
        "Geen enkele leerling van de export is bij LeerID bekend in deze school. Klopt het instellingsnummer, en de kolom met het stamnummer? Er is niets verstuurd.",
      );
    if (opdracht === "controleer")
      return maakVerslag(gedaan, { uitkomst: "nagekeken", melding: "Nagekeken. Er is niets verstuurd." });
    const tijdstip = Math.max(omgeving.nu(), staat.stand.laatste + 1000);
    const bestand = maakDropBestand(koppeling.rijen, { ...config, schooljaar, moment: tijdstip });
    gedaan.bestand = bestand.naam;
    // Before it leaves: after a stop halfway the next file is later than this one, whatever the clock says.
    await staat.bewaar({ laatste: tijdstip });
    const ontvangst = await lever(config, bestand, wachter);
    if (ontvangst === undefined)
      return maakVerslag(gedaan, {
        uitkomst: "onbekend",
        melding: `LeerID heeft het bestand, maar na ${config.ontvangst.wacht_seconden} s is er nog geen ontvangst. Ze komt vanzelf; je hoeft niets opnieuw te versturen.`,
      });
    return maakVerslag(gedaan, ontvangst);
  }
}

/** Sends and waits for the receipt. After a break the same file goes again under the same name: LeerID takes it once. */
function lever(config: Config, bestand: DropBestand, wachter: Wachter): Promise<Ontvangst | undefined> {
  let geleverd = false;
  return metHerkansing(wachter, async () => {
    const server = await verbind(config);
    try {
      if (!geleverd) await server.lever(bestand);
      geleverd = true;
      return await wachtOpOntvangst(server, bestand.naam, config.ontvangst.wacht_seconden);
    } finally {
      server.sluit();
    }
  });
}

async function leesExports(config: Config): Promise<Gelezen> {
  const delen: Gelezen[] = [];
  for (const pad of config.export)
    delen.push(leesExport(await leesHeel(pad), config.mapping, config.instellingsnummer));
  return {
    regels: delen.flatMap((deel) => deel.regels),
    fouten: delen.flatMap((deel) => deel.fouten),
    overgeslagen: delen.reduce((som, deel) => som + deel.overgeslagen, 0),
  };
}

/** Reads a file that nobody is writing in: half an export would take half the school out of its classes. */
async function leesHeel(pad: string): Promise<Buffer> {
  try {
    const voor = await stat(pad);
    const inhoud = await readFile(pad);
    const na = await stat(pad);
    if (voor.size !== na.size || voor.mtimeMs !== na.mtimeMs || inhoud.length !== na.size)
      throw new PakketFout(`${pad} wordt nog geschreven. Start leerid-pakket nadat de export klaar is.`);
    return inhoud;
  } catch (error) {
    if (error instanceof PakketFout) throw error;
    const code = (error as NodeJS.ErrnoException).code ?? "";
    throw new PakketFout(
      code === "ENOENT" ? `De export ${pad} bestaat niet.` : `De export ${pad} is niet te lezen (${code}).`,
    );
  }
}
