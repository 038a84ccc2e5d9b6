import { Hono, type Context } from "hono";
import { csrf } from "hono/csrf";
import { securityHeaders, staticAssets } from "#platform/html";
import { registraties } from "#demo/world";
import {
  beantwoord,
  beginStand,
  isIngeschreven,
  keerTerug,
  schoolVan,
  schrijfIn,
  sleutelVan,
  verhuis,
  vertrek,
  wijzig,
  type Fouten,
  type Leerling,
  type Stand,
  type Stap,
} from "./actions.ts";
import { feed, NietVerzonden, type FeedOptions } from "./feed.ts";
import { leesForm } from "./form.ts";
import { bewaarStand, leesStand } from "./state.ts";
import { berichtenBlad, leerlingenBlad, perBlad, scholenBlad } from "./pages/lists.ts";
import { leerlingBlad, nieuwBlad } from "./pages/pupil.ts";

/** What LeerID made of a pupil, when the caller can tell. */
export type Bekend = {
  readonly account_uuid: string;
  readonly leer_id_uuid: string | null;
  readonly gebruikersnaam: string | null;
  readonly historiek: readonly string[];
};

export type DiscimusOptions = FeedOptions & {
  readonly schooljaar: number;
  /** Today, `YYYY-MM-DD`. */
  readonly vandaag: () => string;
  /** JSON file of the state. */
  readonly bestand: string;
  readonly opzoeken?: (instellingsnummer: string, stamnummer: string) => Promise<Bekend | undefined>;
  /** Gives an initial password and tells it once; only a demonstration can. */
  readonly geefWachtwoord?: (instellingsnummer: string, stamnummer: string) => Promise<string>;
};

/** The Discimus simulator: a school secretary's view that sends real messages. */
export async function createDiscimus(options: DiscimusOptions): Promise<Hono> {
  const { nu, vandaag } = options;
  const verzend = feed(options);
  let stand = await leesStand(options.bestand, () =>
    beginStand(options.schooljaar, registraties({ schooljaar: options.schooljaar }), 0),
  );
  // One action after another: a second click must not send from a state that the first is still changing.
  let rij: Promise<unknown> = Promise.resolve();
  const omBeurt = <T>(werk: () => Promise<T>): Promise<T> => {
    const dit = rij.then(werk);
    rij = dit.catch(() => {});
    return dit;
  };

  const wachtend = (waar: Stand) => waar.verzonden.filter((een) => een.antwoord === "onderweg");
  const onverzonden = () => wachtend(stand).length;
  /** Sends what waits, in order. What LeerID does not answer for stays waiting. */
  async function verzendWachtende(): Promise<void> {
    const berichten = wachtend(stand).map((een) => een.bericht);
    if (berichten.length === 0) return;
    try {
      const { afgekeurd } = await verzend(berichten);
      stand = beantwoord(stand, new Set(berichten.map(({ id }) => id)), afgekeurd);
      await bewaarStand(options.bestand, stand);
    } catch (error) {
      if (!(error instanceof NietVerzonden)) throw error;
    }
  }
  const voerUit = (stap: (stand: Stand) => Stap): Promise<Leerling> =>
    omBeurt(async () => {
      const gezet = stap(stand);
      stand = gezet.stand;
      await bewaarStand(options.bestand, stand); // before sending: a message is never made twice with the same version
      await verzendWachtende();
      return gezet.leerling;
    });

  const app = new Hono();
  app.use(securityHeaders());
  app.route("/", staticAssets());
  app.use(csrf());
  app.get("/healthz", (http) => http.text("ok"));
  app.onError((error, http) => {
    console.error(`Discimus-simulator: ${error.name}`); // not its text: it may hold a message
    return http.text("Er ging iets mis in de simulator. Ga terug en probeer opnieuw.", 500);
  });

  const urlVan = (leerling: Leerling) =>
    `/school/${leerling.instellingsnummer}/leerling/${leerling.stamnummer}`;
  const zoekLeerling = (http: Context): Leerling | undefined =>
    stand.leerlingen[
      sleutelVan({ instellingsnummer: http.req.param("nr") ?? "", stamnummer: http.req.param("stam") ?? "" })
    ];

  async function toonLeerling(
    http: Context,
    leerling: Leerling,
    extra: { fouten?: Fouten; waarden?: Readonly<Record<string, string>>; wachtwoord?: string } = {},
  ) {
    const { instellingsnummer, stamnummer } = leerling;
    const over = stand.verzonden.filter(
      ({ bericht }) =>
        bericht.sleutel.instellingsnummer === instellingsnummer && bericht.sleutel.stamnummer === stamnummer,
    );
    const blad = leerlingBlad({
      leerling,
      vandaag: vandaag(),
      verzonden: over.toReversed(),
      bekend: await options.opzoeken?.(instellingsnummer, stamnummer),
      metLeerId: options.opzoeken !== undefined,
      fouten: extra.fouten ?? {},
      waarden: extra.waarden ?? {},
      onverzonden: onverzonden(),
      ...(extra.wachtwoord === undefined ? {} : { wachtwoord: extra.wachtwoord }),
    });
    return http.html(blad, extra.fouten === undefined ? 200 : 422);
  }

  app.get("/", (http) => {
    const aantallen: Record<string, number> = {};
    for (const leerling of Object.values(stand.leerlingen)) {
      if (isIngeschreven(leerling, vandaag()))
        aantallen[leerling.instellingsnummer] = (aantallen[leerling.instellingsnummer] ?? 0) + 1;
    }
    return http.html(scholenBlad(aantallen, onverzonden()));
  });

  app.get("/berichten", (http) => http.html(berichtenBlad(stand.verzonden, onverzonden())));
  app.post("/berichten/opnieuw", async (http) => {
    await omBeurt(verzendWachtende);
    return http.redirect("/berichten", 303);
  });

  app.get("/school/:nr", (http) => {
    const instellingsnummer = http.req.param("nr");
    if (!schoolVan(instellingsnummer)) return http.notFound();
    const zoek = (http.req.query("zoek") ?? "").trim().slice(0, 100);
    const wens = zoek.toLocaleLowerCase("nl");
    const gevonden = Object.values(stand.leerlingen)
      .filter((een) => een.instellingsnummer === instellingsnummer)
      .filter(({ gegevens, stamnummer }) =>
        `${gegevens.voornaam} ${gegevens.naam} ${stamnummer}`.toLocaleLowerCase("nl").includes(wens),
      )
      .toSorted((een, twee) =>
        opNaam.compare(
          `${een.gegevens.naam} ${een.gegevens.voornaam}`,
          `${twee.gegevens.naam} ${twee.gegevens.voornaam}`,
        ),
      );
    const bladen = Math.max(1, Math.ceil(gevonden.length / perBlad));
    const bladzijde = Math.min(bladen, Math.max(1, Math.trunc(Number(http.req.query("bladzijde"))) || 1));
    return http.html(
      leerlingenBlad({
        instellingsnummer,
        vandaag: vandaag(),
        zoek,
        bladzijde,
        gevonden,
        onverzonden: onverzonden(),
      }),
    );
  });

  app.get("/school/:nr/nieuw", (http) => {
    const school = schoolVan(http.req.param("nr"));
    if (!school) return http.notFound();
    const waarden = {
      van: vandaag(),
      insz_keuze: "geen",
      jaar: school.soort === "basis" ? "lager-3" : "secundair-1",
    };
    return http.html(nieuwBlad(school.instellingsnummer, waarden, {}, onverzonden()));
  });
  app.post("/school/:nr/nieuw", async (http) => {
    const school = schoolVan(http.req.param("nr"));
    if (!school) return http.notFound();
    const form = leesForm(await http.req.parseBody(), stand);
    const nieuw = {
      instellingsnummer: school.instellingsnummer,
      ...form.naam(),
      ...form.geboren("geboortedatum"),
      ...form.plaats("jaar", "van", school.instellingsnummer),
    };
    if (form.heeftFouten)
      return http.html(nieuwBlad(school.instellingsnummer, form.waarden, form.fouten, onverzonden()), 422);
    return http.redirect(urlVan(await voerUit((waar) => schrijfIn(waar, nieuw, nu()))), 303);
  });

  app.get("/school/:nr/leerling/:stam", async (http) => {
    const leerling = zoekLeerling(http);
    return leerling === undefined ? http.notFound() : toonLeerling(http, leerling);
  });

  app.post("/school/:nr/leerling/:stam/wachtwoord", async (http) => {
    const leerling = zoekLeerling(http);
    if (leerling === undefined || options.geefWachtwoord === undefined) return http.notFound();
    const wachtwoord = await options.geefWachtwoord(leerling.instellingsnummer, leerling.stamnummer);
    return toonLeerling(http, leerling, { wachtwoord });
  });

  app.post("/school/:nr/leerling/:stam/:actie", async (http) => {
    const leerling = zoekLeerling(http);
    if (leerling === undefined) return http.notFound();
    const form = leesForm(await http.req.parseBody(), stand);
    const stap = stapVan(http.req.param("actie"), leerling, form);
    if (stap === undefined) return http.notFound();
    if (form.heeftFouten) return toonLeerling(http, leerling, { fouten: form.fouten, waarden: form.waarden });
    return http.redirect(urlVan(await voerUit((waar) => stap(waar, nu()))), 303);
  });

  /** What an action's form asks for; its problems are in the form. */
  function stapVan(
    actie: string,
    leerling: Leerling,
    form: ReturnType<typeof leesForm>,
  ): ((stand: Stand, nu: number) => Stap) | undefined {
    // Another action on the same pupil may have come first.
    const zoalsNu = (waar: Stand) => waar.leerlingen[sleutelVan(leerling)] ?? leerling;
    switch (actie) {
      case "naam": {
        const nieuw = form.naam();
        return (waar, moment) => wijzig(waar, zoalsNu(waar), nieuw, moment);
      }
      case "insz": {
        const { insz } = form.insz(leerling.gegevens.geboortedatum);
        return (waar, moment) => wijzig(waar, zoalsNu(waar), { insz }, moment);
      }
      case "verhuis": {
        const { instellingsnummer } = form.school("naar");
        const plaats = form.plaats("jaar_daar", "verhuis_van", instellingsnummer);
        return (waar, moment) => verhuis(waar, zoalsNu(waar), { instellingsnummer, ...plaats }, moment);
      }
      case "vertrek": {
        const dag = form.dagOfGisteren("laatste_dag", vandaag());
        return (waar, moment) => vertrek(waar, zoalsNu(waar), dag, moment);
      }
      case "terug": {
        const plaats = form.plaats("jaar", "van", leerling.instellingsnummer);
        return (waar, moment) => keerTerug(waar, zoalsNu(waar), plaats, moment);
      }
      default:
        return undefined;
    }
  }
  return app;
}

const opNaam = new Intl.Collator("nl-BE");
