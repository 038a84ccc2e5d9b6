import { getRequestListener } from "@hono/node-server";
import type { Hono } from "hono";
import { datumOn, type Clock } from "#platform/clock";
import { ConfigError, type Config } from "#platform/config";
import type { Context } from "#platform/context";
import { end, untilStopped } from "#platform/ending";
import { makePorts, type Listener } from "#platform/listening";
import { loadDirecteursopdrachten } from "#modules/rechten";
import type { ToepassingFile } from "#modules/toepassingen";
import { needsDatabase, startLeerId, startAllUpkeep, startJobs } from "#leerid";
import { setAdressen } from "#registration";
import { openLeerId } from "#open";
import { openDataFolder, type DataFolder } from "./data-folder.ts";
import type { DemoJson } from "./demo-json.ts";
import {
  demoDropserver,
  giveAkkoorden,
  loadSchoolsoftware,
  deliverKlassen,
  schoolpakketSite,
} from "./klasinformatie.ts";
import {
  accountsOfCases,
  giveWachtwoorden,
  chooseToepassingen,
  loadLargeWorld,
  loadToepassing,
  makeMachineClients,
  sendWorld,
  type MachineClient,
} from "./load.ts";
import { isTaken } from "./ports.ts";
import { bingelSite, cijferbosSite, demoSleutel, discimusSite, sleutelSite } from "./sites.ts";
import { table } from "./table.ts";
import { dovOrganisatie, personas } from "./upstream/personas.ts";
import { registraties, schooljaarOf } from "./world.ts";

export type DemoOptions = {
  /** At least so many pupils; without, the demo schools. */
  readonly leerlingen?: number;
  /** Another clock than the machine's. */
  readonly clock?: Clock;
};

export type RunningDemo = { readonly demo: DemoJson; stop(): Promise<void> };

/** `npm run demo`: starts everything, prints what there is to see, and stops at Ctrl-C. */
export async function demo(config: Config, options: DemoOptions = {}): Promise<void> {
  const einde = new AbortController();
  const gestopt = untilStopped().finally(() => einde.abort());
  gestopt.catch(() => {}); // awaited below, once everything stands
  const voortgang = stopwatch((regel) => console.log(regel));
  let loopt: RunningDemo;
  try {
    loopt = await startDemo(config, { ...options, progress: voortgang, stop: einde.signal });
  } catch (error) {
    if (!einde.signal.aborted) throw error;
    await gestopt;
    return console.log("Gestopt. Start opnieuw met npm run demo.");
  }
  console.log(table(loopt.demo, config.LEERID_DATAMAP));
  await gestopt.finally(async () => {
    console.log("De demonstratie stopt…");
    await loopt.stop();
  });
}

/**
 * Starts the product with the demo world and the simulators around it, and writes `demo.json` in the data folder. A second
 * start on the same data folder finds the world as it was left.
 */
export async function startDemo(
  config: Config,
  options: DemoOptions & { readonly progress?: (wat: string) => void; readonly stop?: AbortSignal } = {},
): Promise<RunningDemo> {
  // Passwords on the screen, secrets in a file, a simulator that lets anybody change pupils.
  if (config.LEERID_PRODUCTIE)
    throw new ConfigError("LEERID_PRODUCTIE: de demonstratie start niet in productie.");
  const meld = options.progress ?? (() => {});
  const stop = options.stop ?? new AbortController().signal;
  const base = config.LEERID_PORT_BASE;
  const local = (nr: number) => `http://localhost:${base + nr}`;
  const sites = {
    acm: `${config.urls.acm}/op`,
    leerlingloket: config.urls.leerlingloket,
    schoolloket: config.urls.schoolloket,
    beheer: config.urls.beheer,
    api: config.urls.api,
    bingel: local(10),
    tweede: local(11),
    schoolpakket: local(20),
    discimus: local(30),
    sleutel: local(40),
  };
  // Before anything is changed: the data may belong to a demo that runs.
  for (const nr of [0, 1, 2, 3, 4, 10, 11, 20, 22, 30, 40, 99]) {
    if (await isTaken(config.LEERID_HOST, base + nr))
      throw new Error(
        `Poort ${base + nr} is al in gebruik. Loopt de demonstratie al? Kies anders andere poorten met LEERID_PORT_BASE.`,
      );
  }
  // The applications and the simulators; LeerID has ports of its own.
  const ports = makePorts(config.LEERID_HOST);
  const afsluiten: (() => Promise<void>)[] = [];
  const close = async () => {
    await ports.close();
    for (const werk of afsluiten.splice(0).toReversed()) await werk();
  };
  try {
    const geopend = await openLeerId(
      { ...config, LEERID_LOG: config.LEERID_LOG === "info" ? "warn" : config.LEERID_LOG },
      { lost: end, ...(options.clock && { clock: options.clock }) },
    );
    afsluiten.push(() => geopend.close());
    meld("databank klaar");
    stop.throwIfAborted();
    const { ctx } = geopend;
    const listen = (nr: number, listener: Listener) => ports.open(base + nr, listener, needsDatabase(ctx));
    const now = () => ctx.clock.now();
    const map = await openDataFolder(config.LEERID_DATAMAP, schooljaarOf(datumOn(ctx.clock.now())));
    const clients = await makeMachineClients(ctx, map);
    const bingel = await loadToepassing(ctx, map, "bingel", sites.bingel);
    const tweede = await loadToepassing(ctx, map, "cijferbos", sites.tweede);
    const sleutel = demoSleutel(sites, map);
    await listen(40, await sleutelSite(sleutel, sites, now));
    await setAdressen(ctx, config.urls); // the world is ours: another port this time is no mistake
    const leerid = await startLeerId(
      { ...config, LEERID_SITES: undefined, LEERID_DOV_ORGANISATIE: dovOrganisatie, medewerkers: sleutel },
      ctx,
    );
    afsluiten.push(async () => void (await leerid.close()));
    const onderhoud = startAllUpkeep(ctx, { anker: config.LEERID_LOG_ANKER });
    afsluiten.push(() => onderhoud.stop());
    const taken = await startJobs(config, ctx);
    afsluiten.push(() => taken.stop());
    meld("ACM, de lokets, de API, de dropserver en de sleutel voor medewerkers luisteren");
    stop.throwIfAborted();

    await loadWorld(config, ctx, map, clients, { report: meld, stop, leerlingen: options.leerlingen ?? 0 });
    await loadDirecteursopdrachten(ctx); // at once, as a first start does, not at the next minute
    const leerlingen = await giveWachtwoorden(ctx, map);
    meld(`wachtwoorden klaar voor ${leerlingen.length} leerlingen`);
    stop.throwIfAborted();

    const inhoud: DemoJson = {
      sites,
      toepassingen: [bingel, tweede].map(clientOf),
      leerlingen,
      personas: personas.map(({ geval, voornaam, naam, login }) => ({
        geval,
        naam: `${voornaam} ${naam}`,
        login,
      })),
      machine_clients: clients,
      dropserver: demoDropserver(map, base + 22),
    };
    const show = (nr: number, app: Hono) => listen(nr, getRequestListener(app.fetch));
    await show(10, await bingelSite(map, inhoud, now));
    await show(11, await cijferbosSite(map, inhoud, now));
    await show(30, await discimusSite(ctx, map, clients, sites));
    const schoolpakket = await schoolpakketSite(ctx, map, {
      ...inhoud,
      clients,
      hostsleutel: leerid.dropserver?.vingerafdruk ?? "",
    });
    afsluiten.push(() => schoolpakket.stop());
    await show(20, schoolpakket.app);
    meld("Bingel, Cijferbos, Discimus en de schoolpakketten luisteren");
    if (!map.stand().geleverd) {
      meld(`klassen van ${await deliverKlassen(schoolpakket)} leerlingen verwerkt`);
      await map.save({ geleverd: true });
    }
    await map.write("demo.json", `${JSON.stringify(inhoud, null, 2)}\n`);
    return { demo: inhoud, stop: close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function loadWorld(
  config: Config,
  ctx: Context,
  map: DataFolder,
  clients: readonly MachineClient[],
  wens: { readonly report: (wat: string) => void; readonly stop: AbortSignal; readonly leerlingen: number },
): Promise<void> {
  const { schooljaar } = map.stand();
  const eerder = (await accountsOfCases(ctx, schooljaar)).get("gewoon")?.account_uuid;
  if (eerder === undefined || eerder !== map.stand().gewoon) {
    // Another database, or a start that was broken off: what the simulators remember is not of this world.
    const leeg = { gewoon: null, leerlingen: 0, zichtbaar: false, gedeeld: false, geleverd: false };
    await map.save({ ...leeg, wachtwoorden: {} });
    await map.forget("discimus.json", "toepassing-bingel.json", "toepassing-cijferbos.json");
    await map.forget("schoolpakket/stand.json");
    const [discimus] = clients;
    if (discimus === undefined) throw new Error("no client for the feed");
    const answer = await sendWorld(config, ctx, map, discimus);
    if (answer.quarantaine > 0)
      throw new Error(`${answer.quarantaine} berichten van de demowereld werden niet aanvaard.`);
    wens.report(`${answer.ontvangen} berichten van Discimus verwerkt`);
  } else {
    wens.report("de demowereld stond er al");
  }
  if (wens.leerlingen > Math.max(map.stand().leerlingen, worldSize(schooljaar))) {
    await loadLargeWorld(ctx, map, wens.leerlingen, wens.stop);
    await map.save({ leerlingen: wens.leerlingen });
    wens.report("de grote wereld is geladen");
  }
  await loadSchoolsoftware(ctx, map, clients); // names schools, and which package a school has decides whether it can share
  const accounts = await accountsOfCases(ctx, schooljaar);
  if (!map.stand().zichtbaar) {
    await chooseToepassingen(ctx, map, accounts);
    await map.save({ zichtbaar: true, gewoon: accounts.get("gewoon")?.account_uuid ?? null });
    wens.report("toepassingen gekozen en zichtbaar gemaakt");
  }
  if (!map.stand().gedeeld) {
    await giveAkkoorden(ctx, map); // once: a school that stops in the demonstration has stopped
    await map.save({ gedeeld: true });
  }
}

const worldSize = (schooljaar: number): number =>
  registraties({ schooljaar }).reduce((aantal) => aantal + 1, 0);

function clientOf(toepassing: ToepassingFile): DemoJson["toepassingen"][number] {
  const client = toepassing.clients.find((one) => one.soort === "web");
  if (client?.client_secret === undefined) throw new Error(`no client for ${toepassing.toepassing}`);
  return {
    naam: toepassing.naam,
    client_id: client.client_id,
    client_secret: client.client_secret,
    redirect_uris: client.redirect_uris,
    scopes: client.scope.split(" "),
  };
}

/** Lines with the seconds since the start before them. */
function stopwatch(write: (regel: string) => void): (wat: string) => void {
  const begin = performance.now();
  return (wat) =>
    write(`${((performance.now() - begin) / 1000).toFixed(1).padStart(6).replace(".", ",")} s  ${wat}`);
}
