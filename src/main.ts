import { access, constants, readFile, stat } from "node:fs/promises";
import { parseArgs } from "node:util";
import { ConfigError, readConfig, type Config } from "#platform/config";
import type { Context } from "#platform/context";
import { DatabaseError, isUnavailable } from "#platform/database";
import { end, endOnUnforeseen, hasFailed, Unforeseen, untilStopped } from "#platform/ending";
import { describeError } from "#platform/log";
import { Problem } from "#platform/problem";
import { openLeerId } from "#open";

/** Wrong usage: exit code 2. */
class UsageError extends Error {}
/** Refused, with one clear line per problem: exit code 1. */
class Refused extends Error {}

const help = `Gebruik: leerid <opdracht>

  demo [--leerlingen N]          alles samen met een ingebedde databank en een demowereld
  serve [--sites acm,api,…]      de sites starten
  worker                         taken en onderhoud: wat gevraagd is, privacylog verzegelen, opruimen
  dropserver                     alleen de dropserver (SFTP), voor bestanden van schoolpakketten
  migrate                        de databank bijwerken
  import discimus BESTAND        volledige invoer, NDJSON of NDJSON.gz; gaat verder waar het stopte
  import protocol BESTAND        een protocol (overeenkomst) invoeren
  import toepassing BESTAND      een toepassing met haar clients invoeren
  import schoolsoftware BESTAND  schoolpakketten, hun sleutels en welke school welk pakket gebruikt
  log verify                     de keten van de privacylog nakijken
  sleutels roteer                de handtekeningsleutels van ACM vernieuwen
  bench [--only a,b] [--size S]  de metingen
  generate                       de gegenereerde documenten maken

  --help bij elke opdracht. Instellingen: omgevingsvariabelen LEERID_*, zie docs/generated/instellingen.md.
Exitcode: 0 gelukt, 1 geweigerd, 2 verkeerd gebruik.`;

const commands: Record<string, (config: Config, args: string[]) => Promise<void>> = {
  async demo(config, args) {
    const { values } = options(args, { leerlingen: { type: "string" } }, 0);
    const { demo } = await import("#demo/main");
    await demo(
      config,
      values.leerlingen === undefined
        ? {}
        : { leerlingen: wholeNumber("--leerlingen", values.leerlingen, 1, 2_000_000) },
    );
  },

  async serve(config, args) {
    const { values } = options(args, { sites: { type: "string" } }, 0);
    const chosen = values.sites === undefined ? config : withSites(values.sites);
    const { startLeerId, startAllUpkeep, startJobs } = await import("#leerid");
    await withContext(chosen, async (ctx) => {
      const running = await startLeerId(chosen, ctx);
      // A server alone also does what a worker does: a small installation needs no second process, and two do no harm.
      const upkeep = startAllUpkeep(ctx, { anker: chosen.LEERID_LOG_ANKER }, running.metrics);
      const worker = await startJobs(chosen, ctx, running.metrics);
      ctx.log.info(
        { sites: chosen.LEERID_SITES ?? "alle", poort: chosen.LEERID_PORT_BASE },
        "LeerID luistert",
      );
      // What loading left behind (15 MB), while nobody waits for us; see bin/leerid.mjs.
      globalThis.gc?.({ type: "major", execution: "sync", flavor: "last-resort" });
      await untilStopped().finally(async () => {
        await worker.stop();
        await upkeep.stop();
        await running.close();
      });
    });
  },

  async worker(config, args) {
    options(args, {}, 0);
    const { startWorkerAlone } = await import("#leerid");
    await withContext(config, async (ctx) => {
      const running = await startWorkerAlone(config, ctx);
      ctx.log.info({ metingen: config.LEERID_PORT_BASE + 97 }, "de worker is begonnen");
      await untilStopped().finally(() => running.stop());
    });
  },

  async dropserver(config, args) {
    options(args, {}, 0);
    const { startDropserverAlone } = await import("#leerid");
    await withContext(config, async (ctx) => {
      const running = await startDropserverAlone(config, ctx);
      ctx.log.info({ poort: running.poort, hostsleutel: running.vingerafdruk }, "de dropserver luistert");
      await untilStopped().finally(() => running.stop());
    });
  },

  async migrate(config, args) {
    options(args, {}, 0);
    const opened = await openLeerId(config, { migrate: true, lost: end });
    await opened.close();
    console.log("De databank is bij.");
  },

  async import(config, args) {
    const [what, ...rest] = args;
    const { positionals } = options(rest, {}, 1);
    const [file = ""] = positionals;
    // First the file, then a database for it: a name that was mistyped starts nothing and migrates nothing.
    switch (what) {
      case "discimus": {
        const { checkFile, importFile } = await import("#modules/discimus");
        await readable(file, () => checkFile(file));
        return withContext(config, async (ctx) => {
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
      }
      case "protocol": {
        const inhoud = await readable(file, () => readFile(file, "utf8"));
        return withContext(config, async (ctx) => {
          const { importProtocol } = await import("#modules/protocollen");
          const { bestand, nieuw } = await importProtocol(ctx, inhoud);
          console.log(
            nieuw
              ? `Protocol ${bestand.protocol}, versie ${bestand.versie}, ingevoerd.`
              : `Protocol ${bestand.protocol}, versie ${bestand.versie}, was al ingevoerd.`,
          );
        });
      }
      case "toepassing": {
        const inhoud = await readable(file, () => readFile(file, "utf8"));
        return withContext(config, async (ctx) => {
          const { importToepassing } = await import("#modules/toepassingen");
          const bestand = await importToepassing(ctx, inhoud);
          console.log(`Toepassing ${bestand.toepassing} ingevoerd, met ${bestand.clients.length} clients.`);
        });
      }
      case "schoolsoftware": {
        const inhoud = await readable(file, () => readFile(file, "utf8"));
        return withContext(config, async (ctx) => {
          const { importSchoolsoftware } = await import("#modules/schoolsoftware");
          const { pakketten, scholen } = await importSchoolsoftware(ctx, inhoud);
          console.log(
            `Schoolsoftware ingevoerd: pakketten ${pakketten.length}, periodes van scholen ${scholen.length}.`,
          );
        });
      }
      default:
        throw new UsageError(
          "import: kies discimus, protocol, toepassing of schoolsoftware, met een bestand.",
        );
    }
  },

  async log(config, args) {
    const [what, ...rest] = args;
    if (what !== "verify") throw new UsageError("log: kies verify.");
    const { values } = options(rest, { anker: { type: "string" } }, 0);
    const { anker } = values;
    if (anker !== undefined) await readable(anker, async () => {});
    return withContext(config, async (ctx) => {
      const { verifyChain } = await import("#modules/privacylog");
      const result = await verifyChain(ctx, { anker: anker ?? config.LEERID_LOG_ANKER });
      console.log(
        `${result.regels} regels, ${result.zegels} zegels, ${result.wachtend} regels wachten op hun zegel.`,
      );
      if (!result.inOrde) throw new Refused(result.fouten.join("\n"));
      console.log("De keten is ongeschonden.");
    });
  },

  async sleutels(config, args) {
    const [what, ...rest] = args;
    if (what !== "roteer") throw new UsageError("sleutels: kies roteer.");
    options(rest, {}, 0);
    return withContext(config, async (ctx) => {
      const { rotate } = await import("#modules/tokens");
      await rotate(ctx);
      console.log("Nieuwe sleutels zijn actief. Tokens van de vorige blijven geldig tot ze verlopen.");
    });
  },

  async bench(config, args) {
    const { values } = options(args, { only: { type: "string" }, size: { type: "string" } }, 0);
    const { bench } = await import("#bench/main");
    await bench(config, { only: values.only?.split(","), size: values.size?.split(",") });
  },

  async generate(_config, args) {
    const { values } = options(args, { check: { type: "boolean" } }, 0);
    const { generate } = await import("#docs/generate");
    const stale = await generate({ check: values.check === true });
    if (stale.length > 0)
      throw new Refused(stale.map((file) => `${file} is verouderd: geef npm run generate.`).join("\n"));
  },
};

/** Reads a file that somebody named, after a look whether it is one. @throws Refused when it is not there, not a file, or not ours to read */
async function readable<T>(file: string, read: () => Promise<T>): Promise<T> {
  try {
    await access(file, constants.R_OK);
    const found = await stat(file);
    if (!found.isFile())
      throw Object.assign(new Error(), { code: found.isDirectory() ? "EISDIR" : "ENOTREG" });
    return await read();
  } catch (error) {
    if (error instanceof Problem) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw new Refused(
      `${file}: kan niet gelezen worden (${code ?? "onbekend"}). Kijk de naam en de rechten na.`,
    );
  }
}

type OptionTypes = Record<string, { type: "string" | "boolean" }>;

function options<T extends OptionTypes>(args: string[], types: T, positionals: number) {
  try {
    const parsed = parseArgs({ args, options: types, allowPositionals: positionals > 0, strict: true });
    if (parsed.positionals.length !== positionals)
      throw new UsageError("Er ontbreekt een bestand, of er is er één te veel.");
    return parsed;
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const code = (error as { code?: unknown } | undefined)?.code;
    const option = /-[\w-]{1,40}/.exec(error instanceof Error ? error.message : "")?.[0] ?? "";
    if (code === "ERR_PARSE_ARGS_UNKNOWN_OPTION")
      throw new UsageError(`De optie ${option} bestaat niet bij deze opdracht.`);
    if (code === "ERR_PARSE_ARGS_INVALID_OPTION_VALUE")
      throw new UsageError(`De optie ${option} heeft geen waarde, of een die ze niet kent.`);
    throw new UsageError("Er staat een woord te veel achter deze opdracht.");
  }
}

function withSites(sites: string): Config {
  try {
    return readConfig({ ...process.env, LEERID_SITES: sites });
  } catch (error) {
    throw error instanceof ConfigError
      ? new UsageError(error.message.replaceAll("LEERID_SITES", "--sites"))
      : error;
  }
}

function wholeNumber(name: string, value: string, min: number, max: number): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < min || number > max)
    throw new UsageError(`${name}: een geheel getal van ${min} tot ${max}.`);
  return number;
}

async function withContext(config: Config, work: (ctx: Context) => Promise<void>): Promise<void> {
  const opened = await openLeerId(config, { lost: end });
  try {
    await work(opened.ctx);
  } finally {
    await opened.close();
  }
}

async function main(): Promise<number> {
  const [name, ...args] = process.argv.slice(2);
  if (name === undefined || name === "--help" || name === "help" || args.includes("--help")) {
    console.log(help);
    return name === undefined ? 2 : 0;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  try {
    if (!command) throw new UsageError(`De opdracht "${name.slice(0, 40)}" bestaat niet.`);
    await command(readConfig(process.env), args);
    return 0;
  } catch (error) {
    if (error instanceof UsageError) {
      console.error(`${error.message}\n\n${help}`);
      return 2;
    }
    if (error instanceof Unforeseen) return 1;
    if (error instanceof Refused || error instanceof ConfigError || error instanceof DatabaseError) {
      console.error(error.message);
      return 1;
    }
    if (error instanceof Problem) {
      console.error(`${error.kind.titel}${error.detail ? `\n${error.detail}` : ""}\n${error.kind.herstel}`);
      return 1;
    }
    console.error(databaseRefusal(error) ?? unexpected(error));
    return 1;
  }
}

/** What PostgreSQL or the way to it refuses, in words that say who can do something about it. */
function databaseRefusal(error: unknown): string | undefined {
  const code = String((error as { code?: unknown } | undefined)?.code);
  const check = "Kijk LEERID_DATABASE_URL na.";
  if (code === "28P01" || code === "28000")
    return `PostgreSQL aanvaardt deze gebruiker of dit wachtwoord niet (${code}). ${check}`;
  if (code === "3D000") return `Deze databank bestaat niet (${code}). ${check}`;
  if (code === "42501")
    return `Deze gebruiker van PostgreSQL mag dit niet (${code}). Migreren vraagt LEERID_DATABASE_EIGENAAR_URL.`;
  if (isUnavailable(error))
    return `De databank antwoordt niet of weigert de verbinding (${code}). ${check} Loopt PostgreSQL?`;
  return undefined;
}

/** A bug, or something nobody thought of: an Error of our own says what to do, the text of another may hold data. */
function unexpected(error: unknown): string {
  const { fout, code, plaats } = describeError(error);
  if (fout === "Error" && code === undefined && error instanceof Error) return error.message;
  const where = Array.isArray(plaats) ? `\n${plaats.join("\n")}` : "";
  return `Er ging iets onverwachts mis (${[fout, code].filter(Boolean).join(" ")}). Geef deze regels aan wie LeerID beheert.${where}`;
}

endOnUnforeseen();
const code = await main();
process.exitCode = hasFailed() ? 1 : code;
