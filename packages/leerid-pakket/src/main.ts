import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { readConfig } from "./config.ts";
import { execute } from "./deliver.ts";
import { planningText } from "./planning.ts";
import { PakketError } from "./problem.ts";
import { textOf, exitCodeOf } from "./report.ts";

const hulp = `Gebruik: leerid-pakket <opdracht> CONFIG.json

  controleer   leest de export, koppelt aan LeerID en zegt wat er zou gebeuren; verstuurt niets
  verstuur     hetzelfde, verstuurt daarna de klassenlijst en wacht op de ontvangst
  planning     toont hoe je het elke dag laat lopen

Uitgang 0: in orde. 1: niet verstuurd of niet verwerkt, iemand moet kijken. 2: verkeerd gebruik of een fout in de configuratie.
Uitleg: README.md`;

/** The command: reads the arguments, prints, and gives the exit code. */
export async function main(args: readonly string[]): Promise<0 | 1 | 2> {
  const say = (text: string) => process.stdout.write(`${text}\n`);
  const complain = (text: string) => process.stderr.write(`${text}\n`);
  const [opdracht, path, ...rest] = args;
  if (args.includes("--help") || args.includes("-h")) {
    say(hulp);
    return 0;
  }
  if (
    path === undefined ||
    rest.length > 0 ||
    !["controleer", "verstuur", "planning"].includes(opdracht ?? "")
  ) {
    complain(hulp);
    return 2;
  }
  try {
    const config = await readConfig(path);
    if (opdracht === "planning") {
      const programma = fileURLToPath(new URL("../bin/leerid-pakket.mjs", import.meta.url));
      say(planningText(config.instellingsnummer, `node "${programma}"`, `"${resolve(path)}"`));
      return 0;
    }
    const verslag = await execute(config, opdracht === "verstuur" ? "verstuur" : "controleer", {
      now: Date.now,
      wait: async (ms) => void (await sleep(ms)),
      report: complain,
    });
    const uitgang = exitCodeOf(verslag);
    (uitgang === 0 ? say : complain)(textOf(verslag));
    return uitgang;
  } catch (error) {
    if (!(error instanceof PakketError)) throw error;
    complain(error.message);
    return error.uitgang;
  }
}
