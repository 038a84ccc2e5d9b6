import { ConfigError, readConfig, type Config } from "#platform/config";
import { end } from "#platform/ending";
import { openLeerId } from "#open";
import { command, UsageError } from "./contract.ts";
import { withContext } from "./surroundings.ts";

const runs = "geweigerd, of gestopt door een fout; wat er is, staat op de laatste regel";

function withSites(sites: string): Config {
  try {
    return readConfig({ ...process.env, LEERID_SITES: sites });
  } catch (error) {
    throw error instanceof ConfigError
      ? new UsageError(error.message.replaceAll("LEERID_SITES", "--sites"))
      : error;
  }
}

/** What runs until it is stopped, and what prepares the database for it. */
export const programs = [
  command({
    words: "serve",
    does: "de sites starten, met het onderhoud erbij",
    more: ["Loopt tot SIGTERM of SIGINT. Meer exemplaren naast elkaar mogen: een proces bewaart zelf niets."],
    options: {
      sites: {
        value: "SITES",
        does: "alleen deze, met komma's: acm, leerlingloket, schoolloket, beheer, api, dropserver; standaard alle",
      },
    },
    example: "serve --sites acm,leerlingloket",
    refused: runs,
    async run({ config, options: { sites } }) {
      const chosen = sites === undefined ? config : withSites(sites);
      const { announce, serve } = await import("#processes");
      announce(chosen, "serve");
      await withContext(chosen, (ctx) => serve(chosen, ctx));
    },
  }),
  command({
    words: "worker",
    does: "taken en onderhoud: wat gevraagd is, privacylog verzegelen, opruimen",
    more: ["Niet nodig naast serve, dat hetzelfde doet; wel als de sites op andere machines lopen."],
    example: "worker",
    refused: runs,
    async run({ config }) {
      const { announce, work } = await import("#processes");
      announce(config, "worker");
      await withContext(config, (ctx) => work(config, ctx));
    },
  }),
  command({
    words: "dropserver",
    does: "alleen de dropserver (SFTP), voor bestanden van schoolpakketten",
    more: ["Ze zit ook in serve; apart starten kan, met serve --sites zonder dropserver ernaast."],
    example: "dropserver",
    refused: runs,
    async run({ config }) {
      const { announce, serveDropserver } = await import("#processes");
      announce(config, "dropserver");
      await withContext(config, (ctx) => serveDropserver(config, ctx));
    },
  }),
  command({
    words: "migrate",
    does: "de databank bijwerken",
    more: [
      "Vraagt LEERID_DATABASE_EIGENAAR_URL. Veilig als twee het tegelijk doen; is ze al bij, dan verandert er niets.",
    ],
    example: "migrate",
    refused: "geweigerd: de databank, haar rollen of een migratie; de regel zegt welke",
    async run({ config }) {
      const opened = await openLeerId(config, { migrate: true, lost: end });
      await opened.close();
      console.log("De databank is bij.");
    },
  }),
];
