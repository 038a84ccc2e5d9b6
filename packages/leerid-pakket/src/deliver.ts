import { readFile, stat } from "node:fs/promises";
import type { Config } from "./config.ts";
import { couple } from "./coupling.ts";
import { datumOn, schooljaarOn } from "./dates.ts";
import { makeDropFile, type DropFile } from "./drop-file.ts";
import { connect, awaitOntvangst, type Ontvangst } from "./dropserver.ts";
import { fetchNummers } from "./identifiers.ts";
import { readExport, type ReadResult } from "./mapping.ts";
import { PakketError } from "./problem.ts";
import { makeReport, type Done, type Report } from "./report.ts";
import { withRetry, type Waiter } from "./retry.ts";
import { withState, type RunState } from "./state.ts";

export type Surroundings = Omit<Waiter, "pogingen"> & { readonly now: () => number };

/** `controleer` and `verstuur`: the report of it; it is written in the folder of the state as well. */
export async function execute(
  config: Config,
  opdracht: Report["opdracht"],
  omgeving: Surroundings,
): Promise<Report> {
  const moment = omgeving.now();
  const schooljaar = config.schooljaar === "automatisch" ? schooljaarOn(datumOn(moment)) : config.schooljaar;
  const wachter = { ...omgeving, pogingen: config.pogingen };
  const gedaan: { -readonly [K in keyof Done]: Done[K] } = {
    opdracht,
    instellingsnummer: config.instellingsnummer,
    schooljaar,
    moment,
  };
  return withState(config.staat, async (staat) => {
    const verslag = await perform(staat).catch((error: unknown) => {
      if (!(error instanceof PakketError)) throw error;
      return makeReport(gedaan, { uitkomst: "mislukt", melding: error.message });
    });
    await staat.write("verslag.json", `${JSON.stringify(verslag, null, 2)}\n`);
    return verslag;
  });

  async function perform(staat: RunState): Promise<Report> {
    const gelezen = await readExports(config);
    gedaan.gelezen = gelezen;
    // An empty list would take every pupil out of his class: an export that went wrong looks like that.
    if (gelezen.regels.length === 0)
      throw new PakketError("In de export staat geen enkele leerling met een klas. Er is niets verstuurd.");
    const koppeling = couple(gelezen.regels, await fetchNummers(config, schooljaar, wachter), schooljaar);
    gedaan.koppeling = koppeling;
    if (koppeling.rijen.length === 0)
      throw new PakketError(
        "Geen enkele leerling van de export is bij LeerID bekend in deze school. Klopt het instellingsnummer, en de kolom met het stamnummer? Er is niets verstuurd.",
      );
    if (opdracht === "controleer")
      return makeReport(gedaan, { uitkomst: "nagekeken", melding: "Nagekeken. Er is niets verstuurd." });
    const tijdstip = Math.max(omgeving.now(), staat.stand.laatste + 1000);
    const file = makeDropFile(koppeling.rijen, { ...config, schooljaar, moment: tijdstip });
    gedaan.bestand = file.naam;
    // Before it leaves: after a stop halfway the next file is later than this one, whatever the clock says.
    await staat.save({ laatste: tijdstip });
    const ontvangst = await deliver(config, file, wachter);
    if (ontvangst === undefined)
      return makeReport(gedaan, {
        uitkomst: "onbekend",
        melding: `LeerID heeft het bestand, maar na ${config.ontvangst.wacht_seconden} s is er nog geen ontvangst. Ze komt vanzelf; je hoeft niets opnieuw te versturen.`,
      });
    return makeReport(gedaan, ontvangst);
  }
}

/** Sends and waits for the receipt. After a break the same file goes again under the same name: LeerID takes it once. */
function deliver(config: Config, file: DropFile, wachter: Waiter): Promise<Ontvangst | undefined> {
  let geleverd = false;
  return withRetry(wachter, async () => {
    const server = await connect(config);
    try {
      if (!geleverd) await server.deliver(file);
      geleverd = true;
      return await awaitOntvangst(server, file.naam, config.ontvangst.wacht_seconden);
    } finally {
      server.close();
    }
  });
}

async function readExports(config: Config): Promise<ReadResult> {
  const delen: ReadResult[] = [];
  for (const path of config.export)
    delen.push(readExport(await readWhole(path), config.mapping, config.instellingsnummer));
  return {
    regels: delen.flatMap((part) => part.regels),
    fouten: delen.flatMap((part) => part.fouten),
    overgeslagen: delen.reduce((som, part) => som + part.overgeslagen, 0),
  };
}

/** Reads a file that nobody is writing in: half an export would take half the school out of its classes. */
async function readWhole(path: string): Promise<Buffer> {
  try {
    const voor = await stat(path);
    const inhoud = await readFile(path);
    const na = await stat(path);
    if (voor.size !== na.size || voor.mtimeMs !== na.mtimeMs || inhoud.length !== na.size)
      throw new PakketError(`${path} wordt nog geschreven. Start leerid-pakket nadat de export klaar is.`);
    return inhoud;
  } catch (error) {
    if (error instanceof PakketError) throw error;
    const code = (error as NodeJS.ErrnoException).code ?? "";
    throw new PakketError(
      code === "ENOENT" ? `De export ${path} bestaat niet.` : `De export ${path} is niet te lezen (${code}).`,
    );
  }
}
