import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { leesConfig } from "./config.ts";
import { voerUit } from "./deliver.ts";
import { planningTekst } from "./planning.ts";
import { PakketFout } from "./problem.ts";
import { tekstVan, uitgangVan } from "./report.ts";

const hulp = `Gebruik: leerid-pakket <opdracht> CONFIG.json

  controleer   leest de export, koppelt aan LeerID en zegt wat er zou gebeuren; verstuurt niets
  verstuur     hetzelfde, verstuurt daarna de klassenlijst en wacht op de ontvangst
  planning     toont hoe je het elke dag laat lopen

Uitgang 0: in orde. 1: niet verstuurd of niet verwerkt, iemand moet kijken. 2: verkeerd gebruik of een fout in de configuratie.
Uitleg: README.md`;

/** The command: reads the arguments, prints, and gives the exit code. */
export async function main(args: readonly string[]): Promise<0 | 1 | 2> {
  const zeg = (tekst: string) => process.stdout.write(`${tekst}\n`);
  const klaag = (tekst: string) => process.stderr.write(`${tekst}\n`);
  const [opdracht, pad, ...rest] = args;
  if (args.includes("--help") || args.includes("-h")) {
    zeg(hulp);
    return 0;
  }
  if (
    pad === undefined ||
    rest.length > 0 ||
    !["controleer", "verstuur", "planning"].includes(opdracht ?? "")
  ) {
    klaag(hulp);
    return 2;
  }
  try {
    const config = await leesConfig(pad);
    if (opdracht === "planning") {
      const programma = fileURLToPath(new URL("../bin/leerid-pakket.mjs", import.meta.url));
      zeg(planningTekst(config.instellingsnummer, `node "${programma}"`, `"${resolve(pad)}"`));
      return 0;
    }
    const verslag = await voerUit(config, opdracht === "verstuur" ? "verstuur" : "controleer", {
      nu: Date.now,
      wacht: async (ms) => void (await sleep(ms)),
      meld: klaag,
    });
    const uitgang = uitgangVan(verslag);
    (uitgang === 0 ? zeg : klaag)(tekstVan(verslag));
    return uitgang;
  } catch (error) {
    if (!(error instanceof PakketFout)) throw error;
    klaag(error.message);
    return error.uitgang;
  }
}
