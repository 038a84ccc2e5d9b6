import { readFile } from "node:fs/promises";
import { inTrial, type Context } from "#platform/context";
import type { Change } from "#platform/import-file";
import { command, Refused } from "./contract.ts";
import { reasonLines } from "./quarantine-lines.ts";
import { readable, withContext } from "./surroundings.ts";

const jsonFile = { name: "BESTAND", called: "een bestand" } as const;
const toon = { does: "alleen tonen wat erbij komt, verandert en eindigt; er verandert niets" } as const;
const refusedWhole = "geweigerd, met een regel per probleem; er is dan niets ingevoerd";

/** Files that somebody gives. First the file, then a database for it: a name that was mistyped starts nothing and migrates nothing. */
export const imports = [
  command({
    words: "import discimus",
    does: "volledige invoer van Discimus; gaat verder waar hij stopte",
    more: [
      "Ctrl-C stopt na de groep die bezig is; dezelfde opdracht gaat dan verder. Hetzelfde bestand nog eens verandert niets.",
      "Een regel die niet gelezen kan worden, komt in quarantaine en houdt de rest niet tegen: leerid quarantaine.",
    ],
    args: [{ ...jsonFile, does: "NDJSON, of met gzip als de naam op .gz eindigt: één bericht per regel" }],
    options: { door: { does: "exitcode 0, ook als er regels in quarantaine kwamen" } },
    example: "import discimus discimus-2026-09-01.ndjson.gz",
    refused: "geweigerd of gestopt; of ingevoerd, maar met regels in quarantaine (niet met --door)",
    async run({ config, args: [file = ""], options: { door } }) {
      const { checkFile, importFile } = await import("#modules/discimus");
      await readable(file, () => checkFile(file));
      await withContext(config, async (ctx) => {
        const stop = new AbortController();
        const abort = () => stop.abort();
        process.once("SIGINT", abort).once("SIGTERM", abort);
        const { progressBar } = await import("#platform/progress");
        const bar = progressBar("berichten");
        let levering = 0;
        const totals = await importFile(ctx, {
          pad: file,
          progress: bar.to,
          stop: stop.signal,
          begun: (nr) => (levering = nr),
        });
        bar.done();
        console.log(
          `${totals.ontvangen} ontvangen = ${totals.verwerkt} verwerkt + ${totals.ongewijzigd} ongewijzigd + ${totals.quarantaine} in quarantaine`,
        );
        const reasons = totals.quarantaine > 0 ? await reasonLines(ctx, { levering }) : [];
        const lines =
          reasons.length === 0
            ? []
            : [...reasons, `Bekijk ze:  leerid quarantaine lijst --levering ${levering}`];
        if (stop.signal.aborted)
          throw new Refused(
            [...lines, "Gestopt. Geef dezelfde opdracht opnieuw om verder te gaan."].join("\n"),
          );
        if (lines.length > 0 && door !== true) throw new Refused(lines.join("\n"));
        if (lines.length > 0) console.error(lines.join("\n"));
      });
    },
  }),
  command({
    words: "import protocol",
    does: "een protocol (overeenkomst) invoeren",
    more: [
      "Eerst de toepassing, dan haar protocol. Een versie die ingevoerd is, verandert niet meer; een volgende kan gegevens toevoegen en laten eindigen.",
    ],
    args: [{ ...jsonFile, does: "JSON, zie docs/generated/protocol.schema.json" }],
    options: { toon },
    example: "import protocol protocol-bingel.json --toon",
    refused: refusedWhole,
    async run({ config, args: [file = ""], options }) {
      const inhoud = await readable(file, () => readFile(file, "utf8"));
      await withContext(config, async (ctx) => {
        const { importProtocol } = await import("#modules/protocollen");
        const { bestand, nieuw } = await showAndDo(ctx, options, (one) => importProtocol(one, inhoud));
        const { protocol, versie } = bestand;
        if (options.toon !== true)
          console.log(`Protocol ${protocol}, versie ${versie}, ${nieuw ? "" : "was al "}ingevoerd.`);
      });
    },
  }),
  command({
    words: "import toepassing",
    does: "een toepassing met haar clients invoeren",
    more: [
      "Het bestand is de waarheid: een client, adres of sleutel van de toepassing die er niet meer in staat, eindigt bij de volgende vraag, met de tokens en codes van die client.",
      "De OpenID-bibliotheek keurt elke client voor er iets ingevoerd wordt; in productie heeft elk adres https.",
    ],
    args: [{ ...jsonFile, does: "JSON, zie docs/generated/toepassing.schema.json" }],
    options: { toon },
    example: "import toepassing toepassing-bingel.json --toon",
    refused: refusedWhole,
    async run({ config, args: [file = ""], options }) {
      const inhoud = await readable(file, () => readFile(file, "utf8"));
      await withContext(config, async (ctx) => {
        const { registerToepassing } = await import("#registration");
        const production = config.LEERID_PRODUCTIE;
        const { bestand } = await showAndDo(ctx, options, (one) =>
          registerToepassing(one, inhoud, { production }),
        );
        const { toepassing, clients } = bestand;
        if (options.toon !== true)
          console.log(`Toepassing ${toepassing} ingevoerd, met ${clients.length} clients.`);
      });
    },
  }),
  command({
    words: "import schoolsoftware",
    does: "schoolpakketten, hun sleutels en welke school welk pakket gebruikt",
    more: [
      "Van een pakket in het bestand gelden alleen de sleutels die erin staan. Wat niet in het bestand staat, blijft zoals het is.",
    ],
    args: [{ ...jsonFile, does: "JSON, zie docs/generated/schoolsoftware.schema.json" }],
    options: { toon, door: { does: "scholen die LeerID niet kent overslaan, en de rest wel invoeren" } },
    example: "import schoolsoftware pakketten.json --toon",
    refused: refusedWhole,
    async run({ config, args: [file = ""], options }) {
      const inhoud = await readable(file, () => readFile(file, "utf8"));
      await withContext(config, async (ctx) => {
        const { importSchoolsoftware } = await import("#modules/schoolsoftware");
        const { bestand, left } = await showAndDo(ctx, options, (one) =>
          importSchoolsoftware(one, inhoud, { door: options.door === true }),
        );
        if (left.length > 0) console.error(`${left.join("\n")}\nOvergeslagen: ${left.length} regels.`);
        if (options.toon !== true)
          console.log(
            `Schoolsoftware ingevoerd: pakketten ${bestand.pakketten.length}, periodes van scholen ${bestand.scholen.length}.`,
          );
      });
    },
  }),
];

/** Says what an import adds, changes and ends, before it does so (D25); with `--toon` it does nothing else. */
async function showAndDo<T extends { readonly changes: readonly Change[] }>(
  ctx: Context,
  options: { readonly toon?: boolean },
  work: (ctx: Context) => Promise<T>,
): Promise<T> {
  const shown = await inTrial(ctx, work);
  for (const { sort, text } of shown.changes) console.log(`${sort.padEnd(7)}  ${text}`);
  if (shown.changes.length === 0) console.log("Er verandert niets: alles staat er al zo.");
  if (options.toon !== true) return work(ctx);
  console.log("Dit is getoond, niet gedaan. Zonder --toon wordt het ingevoerd.");
  return shown;
}
