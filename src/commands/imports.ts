import { readFile } from "node:fs/promises";
import { command, Refused } from "./contract.ts";
import { readable, withContext } from "./surroundings.ts";

const jsonFile = { name: "BESTAND", called: "een bestand" } as const;

/** Files that somebody gives. First the file, then a database for it: a name that was mistyped starts nothing and migrates nothing. */
export const imports = [
  command({
    words: "import discimus",
    does: "volledige invoer van Discimus; gaat verder waar hij stopte",
    more: [
      "Ctrl-C stopt na de groep die bezig is; dezelfde opdracht gaat dan verder. Hetzelfde bestand nog eens verandert niets.",
    ],
    args: [{ ...jsonFile, does: "NDJSON, of met gzip als de naam op .gz eindigt: één bericht per regel" }],
    example: "import discimus discimus-2026-09-01.ndjson.gz",
    refused: "geweigerd, of gestopt",
    async run({ config, args: [file = ""] }) {
      const { checkFile, importFile } = await import("#modules/discimus");
      await readable(file, () => checkFile(file));
      await withContext(config, async (ctx) => {
        const stop = new AbortController();
        const abort = () => stop.abort();
        process.once("SIGINT", abort).once("SIGTERM", abort);
        const { progressBar } = await import("#platform/progress");
        const bar = progressBar("berichten");
        const totals = await importFile(ctx, { pad: file, progress: bar.to, stop: stop.signal });
        bar.done();
        console.log(
          `${totals.ontvangen} ontvangen = ${totals.verwerkt} verwerkt + ${totals.ongewijzigd} ongewijzigd + ${totals.quarantaine} in quarantaine`,
        );
        if (stop.signal.aborted)
          throw new Refused("Gestopt. Geef dezelfde opdracht opnieuw om verder te gaan.");
      });
    },
  }),
  command({
    words: "import protocol",
    does: "een protocol (overeenkomst) invoeren",
    args: [{ ...jsonFile, does: "JSON, zie docs/generated/protocol.schema.json" }],
    example: "import protocol protocol-bingel.json",
    refused: "geweigerd, met een regel per probleem; er is dan niets ingevoerd",
    async run({ config, args: [file = ""] }) {
      const inhoud = await readable(file, () => readFile(file, "utf8"));
      await withContext(config, async (ctx) => {
        const { importProtocol } = await import("#modules/protocollen");
        const { bestand, nieuw } = await importProtocol(ctx, inhoud);
        console.log(
          nieuw
            ? `Protocol ${bestand.protocol}, versie ${bestand.versie}, ingevoerd.`
            : `Protocol ${bestand.protocol}, versie ${bestand.versie}, was al ingevoerd.`,
        );
      });
    },
  }),
  command({
    words: "import toepassing",
    does: "een toepassing met haar clients invoeren",
    args: [{ ...jsonFile, does: "JSON, zie docs/generated/toepassing.schema.json" }],
    example: "import toepassing toepassing-bingel.json",
    refused: "geweigerd, met een regel per probleem; er is dan niets ingevoerd",
    async run({ config, args: [file = ""] }) {
      const inhoud = await readable(file, () => readFile(file, "utf8"));
      await withContext(config, async (ctx) => {
        const { importToepassing } = await import("#modules/toepassingen");
        const bestand = await importToepassing(ctx, inhoud);
        console.log(`Toepassing ${bestand.toepassing} ingevoerd, met ${bestand.clients.length} clients.`);
      });
    },
  }),
  command({
    words: "import schoolsoftware",
    does: "schoolpakketten, hun sleutels en welke school welk pakket gebruikt",
    args: [{ ...jsonFile, does: "JSON, zie docs/generated/schoolsoftware.schema.json" }],
    example: "import schoolsoftware pakketten.json",
    refused: "geweigerd, met een regel per probleem; er is dan niets ingevoerd",
    async run({ config, args: [file = ""] }) {
      const inhoud = await readable(file, () => readFile(file, "utf8"));
      await withContext(config, async (ctx) => {
        const { importSchoolsoftware } = await import("#modules/schoolsoftware");
        const { pakketten, scholen } = await importSchoolsoftware(ctx, inhoud);
        console.log(
          `Schoolsoftware ingevoerd: pakketten ${pakketten.length}, periodes van scholen ${scholen.length}.`,
        );
      });
    },
  }),
];
