import { join } from "node:path";
import { Hono, type Context } from "hono";
import { csrf } from "hono/csrf";
import { formatDateTime, securityHeaders, staticAssets } from "#platform/html";
import type { Leerling } from "#demo/discimus/actions";
import { pakketLeerlingen } from "./classes.ts";
import { runConnector, type Connection } from "./connector.ts";
import { readKlas, valuesOf } from "./form.ts";
import { layouts, type PakketLeerling, type Pakketnaam } from "./layouts.ts";
import { describePlanning } from "./planning.ts";
import { startScheduler, nextTurnOf } from "./scheduler.ts";
import { openStand, type Verzending } from "./state.ts";
import { outcomeOf, versturenSheet } from "./pages/deliveries.ts";
import { pakkettenSheet } from "./pages/layout.ts";
import { exportSheet, leerlingSheet, leerlingenSheet, perBlad } from "./pages/pupils.ts";
import { wisaScreens } from "./wisa.ts";

export type SchoolpakketOptions = {
  /** Folder of the state, the exports and what the connector keeps. */
  readonly map: string;
  readonly now: () => number;
  /** Today, `YYYY-MM-DD`. */
  readonly vandaag: () => string;
  /** The pupils of all schools, as their secretaries have them now. */
  readonly leerlingen: () => Promise<Iterable<Leerling>>;
  readonly connection: (pakket: Pakketnaam) => Connection;
};

export type Schoolpakket = {
  readonly app: Hono;
  /** Runs the connector for the school of a package. */
  send(pakket: Pakketnaam, door: Verzending["door"]): Promise<Verzending>;
  stop(): Promise<void>;
};

const bewaardeZendingen = 8;
const isPakket = (naam: string): naam is Pakketnaam => Object.hasOwn(layouts, naam);

/** The simulator of the packages: classes to change, an export in each one's layout, and the real connector. */
export async function createSchoolpakket(options: SchoolpakketOptions): Promise<Schoolpakket> {
  const { now } = options;
  const bewaarder = await openStand(join(options.map, "stand.json"), now());
  const { stand, change } = bewaarder;
  const einde = new AbortController();

  const leerlingenOf = async (pakket: Pakketnaam): Promise<readonly PakketLeerling[]> => {
    const school = layouts[pakket].school;
    return pakketLeerlingen(
      await options.leerlingen(),
      school,
      stand().klassen[school] ?? {},
      options.vandaag(),
    );
  };

  // One run of a school after the other: the connector refuses two at once.
  const rows = new Map<Pakketnaam, Promise<unknown>>();
  function send(pakket: Pakketnaam, door: Verzending["door"]): Promise<Verzending> {
    const work = async (): Promise<Verzending> => {
      const op = now();
      const opdracht = door === "nakijken" ? "controleer" : "verstuur";
      const outcome = await runConnector(
        options.map,
        pakket,
        await leerlingenOf(pakket),
        options.connection(pakket),
        {
          opdracht,
          stop: einde.signal,
        },
      );
      const zending: Verzending = { op, door, ...outcome };
      const school = layouts[pakket].school;
      await change((oud) => ({
        ...oud,
        zendingen: {
          ...oud.zendingen,
          [school]: [zending, ...(oud.zendingen[school] ?? [])].slice(0, bewaardeZendingen),
        },
      }));
      return zending;
    };
    const dit = (rows.get(pakket) ?? Promise.resolve()).then(work);
    rows.set(
      pakket,
      dit.catch(() => {}),
    );
    return dit;
  }
  const isOn = (pakket: Pakketnaam) => stand().synchroniseren.includes(layouts[pakket].school);
  const scheduler = startScheduler(bewaarder, {
    now,
    async perform({ pakket }) {
      // Without the tick of the school there is nothing to do (R69).
      if (isOn(pakket)) await send(pakket, "planning");
    },
  });

  const app = new Hono();
  app.use(securityHeaders());
  app.route("/", staticAssets());
  app.use(csrf());
  app.onError((error, http) => {
    console.error(`Schoolpakket-simulator: ${error.name}`); // not its text: it may hold a pupil
    return http.text("Er ging iets mis in de simulator. Ga terug en probeer opnieuw.", 500);
  });

  app.get("/", async (http) => {
    const aantallen = Object.fromEntries(
      await Promise.all(
        Object.values(layouts).map(
          async ({ pakket }) =>
            [pakket, (await leerlingenOf(pakket)).filter((one) => one.ingeschreven).length] as const,
        ),
      ),
    ) as Record<Pakketnaam, number>;
    return http.html(
      pakkettenSheet(aantallen, (pakket) => {
        const [last] = stand().zendingen[layouts[pakket].school] ?? [];
        return last === undefined
          ? "Nog niets verstuurd."
          : `Laatste zending: ${formatDateTime(last.op)}, ${outcomeOf(last)[2].toLowerCase()}.`;
      }),
    );
  });
  app.route("/wisa", wisaScreens({ bewaarder, now, tick: () => scheduler.tick() }));

  /** The package of the address, or no page. */
  const withPakket =
    (work: (http: Context, pakket: Pakketnaam) => Response | Promise<Response>) => (http: Context) => {
      const naam = http.req.param("pakket") ?? "";
      return isPakket(naam) ? work(http, naam) : http.notFound();
    };

  app.get(
    "/:pakket/leerlingen",
    withPakket(async (http, pakket) => {
      const all = (await leerlingenOf(pakket)).filter((one) => one.ingeschreven);
      const klas = http.req.query("klas") ?? "";
      const gevonden = klas === "" ? all : all.filter((one) => one.klas === klas);
      const bladen = Math.max(1, Math.ceil(gevonden.length / perBlad));
      const bladzijde = Math.min(bladen, Math.max(1, Math.trunc(Number(http.req.query("bladzijde"))) || 1));
      const klassen = [...new Set(all.map((one) => one.klas))].toSorted();
      return http.html(leerlingenSheet({ pakket, klassen, klas, bladzijde, gevonden }));
    }),
  );
  const lookUp = async (http: Context, pakket: Pakketnaam) =>
    (await leerlingenOf(pakket)).find((one) => one.stamnummer === http.req.param("stam"));
  app.get(
    "/:pakket/leerlingen/:stam",
    withPakket(async (http, pakket) => {
      const leerling = await lookUp(http, pakket);
      if (leerling === undefined) return http.notFound();
      const waarden = { klas: leerling.klas, subklas: leerling.subklas ?? "" };
      return http.html(leerlingSheet({ pakket, leerling, waarden, fouten: {} }));
    }),
  );
  app.post(
    "/:pakket/leerlingen/:stam",
    withPakket(async (http, pakket) => {
      const leerling = await lookUp(http, pakket);
      if (leerling === undefined) return http.notFound();
      const waarden = valuesOf(await http.req.parseBody());
      const gelezen = readKlas(pakket, waarden);
      if ("fouten" in gelezen)
        return http.html(leerlingSheet({ pakket, leerling, waarden, fouten: gelezen.fouten }), 422);
      const { instellingsnummer: school, stamnummer } = leerling;
      await change((oud) => ({
        ...oud,
        klassen: { ...oud.klassen, [school]: { ...oud.klassen[school], [stamnummer]: gelezen.klas } },
      }));
      return http.redirect(
        `/${pakket}/leerlingen?${new URLSearchParams({ klas: gelezen.klas.klas }).toString()}`,
        303,
      );
    }),
  );

  const textOf = async (pakket: Pakketnaam) =>
    layouts[pakket].textOf(await leerlingenOf(pakket), layouts[pakket].school);
  app.get(
    "/:pakket/export",
    withPakket(async (http, pakket) => http.html(exportSheet(pakket, await textOf(pakket)))),
  );
  app.get(
    "/:pakket/export/:bestand",
    withPakket(async (http, pakket) => {
      const { bestand, bytes } = layouts[pakket];
      if (http.req.param("bestand") !== bestand) return http.notFound();
      return http.body(new Uint8Array(bytes(await textOf(pakket))), 200, {
        "content-type": "application/octet-stream",
        "content-disposition": `attachment; filename="${bestand}"`,
      });
    }),
  );

  const planningOf = (pakket: Pakketnaam): string => {
    const momenten = stand()
      .taken.filter((taak) => taak.pakket === pakket)
      .map((taak) => ({ taak, op: nextTurnOf(taak, now()) }));
    const [eerst] = momenten
      .flatMap(({ taak, op }) => (op === undefined ? [] : [{ taak, op }]))
      .toSorted((one, two) => one.op - two.op);
    if (eerst === undefined) return "Er is geen planning: vanzelf gaat er niets.";
    return `Vanzelf: ${describePlanning(eerst.taak.planning)}. De volgende keer: ${formatDateTime(eerst.op)}.`;
  };
  app.get(
    "/:pakket/versturen",
    withPakket(async (http, pakket) =>
      http.html(
        versturenSheet({
          pakket,
          aan: isOn(pakket),
          planning: planningOf(pakket),
          zendingen: stand().zendingen[layouts[pakket].school] ?? [],
          leerlingen: await leerlingenOf(pakket),
        }),
      ),
    ),
  );
  app.post(
    "/:pakket/versturen",
    withPakket(async (http, pakket) => {
      const { opdracht } = valuesOf(await http.req.parseBody());
      if (isOn(pakket)) await send(pakket, opdracht === "controleer" ? "nakijken" : "knop");
      return http.redirect(`/${pakket}/versturen`, 303);
    }),
  );

  return {
    app,
    send,
    async stop() {
      einde.abort();
      await scheduler.stop();
      await Promise.all(rows.values());
    },
  };
}
