import { join } from "node:path";
import { Hono, type Context } from "hono";
import { csrf } from "hono/csrf";
import { formatDateTime, securityHeaders, staticAssets } from "#platform/html";
import type { Leerling } from "#demo/discimus/actions";
import { pakketLeerlingen } from "./classes.ts";
import { draaiConnector, type Verbinding } from "./connector.ts";
import { leesKlas, waardenVan } from "./form.ts";
import { layouts, scholenVan, type PakketLeerling, type Pakketnaam } from "./layouts.ts";
import { omschrijf } from "./planning.ts";
import { startScheduler, straks } from "./scheduler.ts";
import { openStand, type Zending } from "./state.ts";
import { uitkomstVan, versturenBlad } from "./pages/deliveries.ts";
import { pakkettenBlad } from "./pages/layout.ts";
import { exportBlad, leerlingBlad, leerlingenBlad, perBlad } from "./pages/pupils.ts";
import { wisaSchermen } from "./wisa.ts";

export type SchoolpakketOptions = {
  /** Folder of the state, the exports and what the connector keeps. */
  readonly map: string;
  readonly nu: () => number;
  /** Today, `YYYY-MM-DD`. */
  readonly vandaag: () => string;
  /** The pupils of all schools, as their secretaries have them now. */
  readonly leerlingen: () => Promise<Iterable<Leerling>>;
  readonly verbinding: (pakket: Pakketnaam) => Verbinding;
};

export type Schoolpakket = {
  readonly app: Hono;
  /** Runs the connector for the school of a package. */
  verstuur(pakket: Pakketnaam, door: Zending["door"]): Promise<Zending>;
  stop(): Promise<void>;
};

const bewaardeZendingen = 8;
const isPakket = (naam: string): naam is Pakketnaam => Object.hasOwn(layouts, naam);

/** The simulator of the three packages: classes to change, an export in each one's layout, and the real connector. */
export async function createSchoolpakket(options: SchoolpakketOptions): Promise<Schoolpakket> {
  const { nu } = options;
  const bewaarder = await openStand(join(options.map, "stand.json"), nu());
  const { stand, wijzig } = bewaarder;
  const einde = new AbortController();

  const leerlingenVan = async (pakket: Pakketnaam): Promise<readonly PakketLeerling[]> => {
    const school = scholenVan[pakket];
    return pakketLeerlingen(
      await options.leerlingen(),
      school,
      stand().klassen[school] ?? {},
      options.vandaag(),
    );
  };

  // One run of a school after the other: the connector refuses two at once.
  const rijen = new Map<Pakketnaam, Promise<unknown>>();
  function verstuur(pakket: Pakketnaam, door: Zending["door"]): Promise<Zending> {
    const werk = async (): Promise<Zending> => {
      const op = nu();
      const opdracht = door === "nakijken" ? "controleer" : "verstuur";
      const uitkomst = await draaiConnector(
        options.map,
        pakket,
        await leerlingenVan(pakket),
        options.verbinding(pakket),
        {
          opdracht,
          stop: einde.signal,
        },
      );
      const zending: Zending = { op, door, ...uitkomst };
      const school = scholenVan[pakket];
      await wijzig((oud) => ({
        ...oud,
        zendingen: {
          ...oud.zendingen,
          [school]: [zending, ...(oud.zendingen[school] ?? [])].slice(0, bewaardeZendingen),
        },
      }));
      return zending;
    };
    const dit = (rijen.get(pakket) ?? Promise.resolve()).then(werk);
    rijen.set(
      pakket,
      dit.catch(() => {}),
    );
    return dit;
  }
  const isAan = (pakket: Pakketnaam) => stand().synchroniseren.includes(scholenVan[pakket]);
  const scheduler = startScheduler(bewaarder, {
    nu,
    async voerUit({ pakket }) {
      // Without the tick of the school there is nothing to do (R69).
      if (isAan(pakket)) await verstuur(pakket, "planning");
    },
  });

  const app = new Hono();
  app.use(securityHeaders());
  app.route("/", staticAssets());
  app.use(csrf());
  app.get("/healthz", (http) => http.text("ok"));
  app.onError((error, http) => {
    console.error(`Schoolpakket-simulator: ${error.name}`); // not its text: it may hold a pupil
    return http.text("Er ging iets mis in de simulator. Ga terug en probeer opnieuw.", 500);
  });

  app.get("/", async (http) => {
    const aantallen = Object.fromEntries(
      await Promise.all(
        Object.values(layouts).map(
          async ({ pakket }) =>
            [pakket, (await leerlingenVan(pakket)).filter((een) => een.ingeschreven).length] as const,
        ),
      ),
    ) as Record<Pakketnaam, number>;
    return http.html(
      pakkettenBlad(aantallen, (pakket) => {
        const [laatste] = stand().zendingen[scholenVan[pakket]] ?? [];
        return laatste === undefined
          ? "Nog niets verstuurd."
          : `Laatste zending: ${formatDateTime(laatste.op)}, ${uitkomstVan(laatste)[2].toLowerCase()}.`;
      }),
    );
  });
  app.route("/wisa", wisaSchermen({ bewaarder, nu, tik: () => scheduler.tik() }));

  /** The package of the address, or no page. */
  const metPakket =
    (werk: (http: Context, pakket: Pakketnaam) => Response | Promise<Response>) => (http: Context) => {
      const naam = http.req.param("pakket") ?? "";
      return isPakket(naam) ? werk(http, naam) : http.notFound();
    };

  app.get(
    "/:pakket/leerlingen",
    metPakket(async (http, pakket) => {
      const alle = (await leerlingenVan(pakket)).filter((een) => een.ingeschreven);
      const klas = http.req.query("klas") ?? "";
      const gevonden = klas === "" ? alle : alle.filter((een) => een.klas === klas);
      const bladen = Math.max(1, Math.ceil(gevonden.length / perBlad));
      const bladzijde = Math.min(bladen, Math.max(1, Math.trunc(Number(http.req.query("bladzijde"))) || 1));
      const klassen = [...new Set(alle.map((een) => een.klas))].toSorted();
      return http.html(leerlingenBlad({ pakket, klassen, klas, bladzijde, gevonden }));
    }),
  );
  const zoek = async (http: Context, pakket: Pakketnaam) =>
    (await leerlingenVan(pakket)).find((een) => een.stamnummer === http.req.param("stam"));
  app.get(
    "/:pakket/leerlingen/:stam",
    metPakket(async (http, pakket) => {
      const leerling = await zoek(http, pakket);
      if (leerling === undefined) return http.notFound();
      const waarden = { klas: leerling.klas, subklas: leerling.subklas ?? "" };
      return http.html(leerlingBlad({ pakket, leerling, waarden, fouten: {} }));
    }),
  );
  app.post(
    "/:pakket/leerlingen/:stam",
    metPakket(async (http, pakket) => {
      const leerling = await zoek(http, pakket);
      if (leerling === undefined) return http.notFound();
      const waarden = waardenVan(await http.req.parseBody());
      const gelezen = leesKlas(pakket, waarden);
      if ("fouten" in gelezen)
        return http.html(leerlingBlad({ pakket, leerling, waarden, fouten: gelezen.fouten }), 422);
      const { instellingsnummer: school, stamnummer } = leerling;
      await wijzig((oud) => ({
        ...oud,
        klassen: { ...oud.klassen, [school]: { ...oud.klassen[school], [stamnummer]: gelezen.klas } },
      }));
      return http.redirect(
        `/${pakket}/leerlingen?${new URLSearchParams({ klas: gelezen.klas.klas }).toString()}`,
        303,
      );
    }),
  );

  const tekstVan = async (pakket: Pakketnaam) =>
    layouts[pakket].tekst(await leerlingenVan(pakket), scholenVan[pakket]);
  app.get(
    "/:pakket/export",
    metPakket(async (http, pakket) => http.html(exportBlad(pakket, await tekstVan(pakket)))),
  );
  app.get(
    "/:pakket/export/:bestand",
    metPakket(async (http, pakket) => {
      const { bestand, bytes } = layouts[pakket];
      if (http.req.param("bestand") !== bestand) return http.notFound();
      return http.body(new Uint8Array(bytes(await tekstVan(pakket))), 200, {
        "content-type": "application/octet-stream",
        "content-disposition": `attachment; filename="${bestand}"`,
      });
    }),
  );

  const planningVan = (pakket: Pakketnaam): string => {
    const momenten = stand()
      .taken.filter((taak) => taak.pakket === pakket)
      .map((taak) => ({ taak, op: straks(taak, nu()) }));
    const [eerst] = momenten
      .flatMap(({ taak, op }) => (op === undefined ? [] : [{ taak, op }]))
      .toSorted((een, twee) => een.op - twee.op);
    if (eerst === undefined) return "Er is geen planning: vanzelf gaat er niets.";
    return `Vanzelf: ${omschrijf(eerst.taak.planning)}. De volgende keer: ${formatDateTime(eerst.op)}.`;
  };
  app.get(
    "/:pakket/versturen",
    metPakket(async (http, pakket) =>
      http.html(
        versturenBlad({
          pakket,
          aan: isAan(pakket),
          planning: planningVan(pakket),
          zendingen: stand().zendingen[scholenVan[pakket]] ?? [],
          leerlingen: await leerlingenVan(pakket),
        }),
      ),
    ),
  );
  app.post(
    "/:pakket/versturen",
    metPakket(async (http, pakket) => {
      const { opdracht } = waardenVan(await http.req.parseBody());
      if (isAan(pakket)) await verstuur(pakket, opdracht === "controleer" ? "nakijken" : "knop");
      return http.redirect(`/${pakket}/versturen`, 303);
    }),
  );

  return {
    app,
    verstuur,
    async stop() {
      einde.abort();
      await scheduler.stop();
      await Promise.all(rijen.values());
    },
  };
}
