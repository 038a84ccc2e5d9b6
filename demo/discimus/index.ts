import { Hono, type Context } from "hono";
import { csrf } from "hono/csrf";
import { securityHeaders, staticAssets } from "#platform/html";
import { registraties } from "#demo/world";
import {
  answer,
  beginStand,
  isIngeschreven,
  returnToSchool,
  schoolOf,
  enrol,
  sleutelOf,
  moveLeerling,
  leave,
  change,
  type FieldErrors,
  type Leerling,
  type DemoState,
  type Stap,
} from "./actions.ts";
import { feed, Unsent, type FeedOptions } from "./feed.ts";
import { readForm } from "./form.ts";
import { saveStand, readStand } from "./state.ts";
import { berichtenSheet, leerlingenSheet, perBlad, scholenSheet } from "./pages/lists.ts";
import { leerlingSheet, newSheet } from "./pages/pupil.ts";

/** What LeerID made of a pupil, when the caller can tell. */
export type Known = {
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
  readonly lookUp?: (instellingsnummer: string, stamnummer: string) => Promise<Known | undefined>;
  /** Gives an initial password and tells it once; only a demonstration can. */
  readonly giveWachtwoord?: (instellingsnummer: string, stamnummer: string) => Promise<string>;
};

/** The Discimus simulator: a school secretary's view that sends real messages. */
export async function createDiscimus(options: DiscimusOptions): Promise<Hono> {
  const { now, vandaag } = options;
  const verzend = feed(options);
  let stand = await readStand(options.bestand, () =>
    beginStand(options.schooljaar, registraties({ schooljaar: options.schooljaar }), 0),
  );
  // One action after another: a second click must not send from a state that the first is still changing.
  let row: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const dit = row.then(work);
    row = dit.catch(() => {});
    return dit;
  };

  const waiting = (waar: DemoState) => waar.verzonden.filter((one) => one.antwoord === "onderweg");
  const unsent = () => waiting(stand).length;
  /** Sends what waits, in order. What LeerID does not answer for stays waiting. */
  async function sendWaiting(): Promise<void> {
    const berichten = waiting(stand).map((one) => one.bericht);
    if (berichten.length === 0) return;
    try {
      const { afgekeurd } = await verzend(berichten);
      stand = answer(stand, new Set(berichten.map(({ id }) => id)), afgekeurd);
      await saveStand(options.bestand, stand);
    } catch (error) {
      if (!(error instanceof Unsent)) throw error;
    }
  }
  const perform = (step: (stand: DemoState) => Stap): Promise<Leerling> =>
    inTurn(async () => {
      const gezet = step(stand);
      stand = gezet.stand;
      await saveStand(options.bestand, stand); // before sending: a message is never made twice with the same version
      await sendWaiting();
      return gezet.leerling;
    });

  const app = new Hono();
  app.use(securityHeaders());
  app.route("/", staticAssets());
  app.use(csrf());
  app.onError((error, http) => {
    console.error(`Discimus-simulator: ${error.name}`); // not its text: it may hold a message
    return http.text("Er ging iets mis in de simulator. Ga terug en probeer opnieuw.", 500);
  });

  const urlOf = (leerling: Leerling) =>
    `/school/${leerling.instellingsnummer}/leerling/${leerling.stamnummer}`;
  const searchLeerling = (http: Context): Leerling | undefined =>
    stand.leerlingen[
      sleutelOf({ instellingsnummer: http.req.param("nr") ?? "", stamnummer: http.req.param("stam") ?? "" })
    ];

  async function formatLeerling(
    http: Context,
    leerling: Leerling,
    extra: { fouten?: FieldErrors; waarden?: Readonly<Record<string, string>>; wachtwoord?: string } = {},
  ) {
    const { instellingsnummer, stamnummer } = leerling;
    const over = stand.verzonden.filter(
      ({ bericht }) =>
        bericht.sleutel.instellingsnummer === instellingsnummer && bericht.sleutel.stamnummer === stamnummer,
    );
    const blad = leerlingSheet({
      leerling,
      vandaag: vandaag(),
      verzonden: over.toReversed(),
      bekend: await options.lookUp?.(instellingsnummer, stamnummer),
      metLeerId: options.lookUp !== undefined,
      fouten: extra.fouten ?? {},
      waarden: extra.waarden ?? {},
      onverzonden: unsent(),
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
    return http.html(scholenSheet(aantallen, unsent()));
  });

  app.get("/berichten", (http) => http.html(berichtenSheet(stand.verzonden, unsent())));
  app.post("/berichten/opnieuw", async (http) => {
    await inTurn(sendWaiting);
    return http.redirect("/berichten", 303);
  });

  app.get("/school/:nr", (http) => {
    const instellingsnummer = http.req.param("nr");
    if (!schoolOf(instellingsnummer)) return http.notFound();
    const zoek = (http.req.query("zoek") ?? "").trim().slice(0, 100);
    const wens = zoek.toLocaleLowerCase("nl");
    const gevonden = Object.values(stand.leerlingen)
      .filter((one) => one.instellingsnummer === instellingsnummer)
      .filter(({ gegevens, stamnummer }) =>
        `${gegevens.voornaam} ${gegevens.naam} ${stamnummer}`.toLocaleLowerCase("nl").includes(wens),
      )
      .toSorted((one, two) =>
        opNaam.compare(
          `${one.gegevens.naam} ${one.gegevens.voornaam}`,
          `${two.gegevens.naam} ${two.gegevens.voornaam}`,
        ),
      );
    const bladen = Math.max(1, Math.ceil(gevonden.length / perBlad));
    const bladzijde = Math.min(bladen, Math.max(1, Math.trunc(Number(http.req.query("bladzijde"))) || 1));
    return http.html(
      leerlingenSheet({
        instellingsnummer,
        vandaag: vandaag(),
        zoek,
        bladzijde,
        gevonden,
        onverzonden: unsent(),
      }),
    );
  });

  app.get("/school/:nr/nieuw", (http) => {
    const school = schoolOf(http.req.param("nr"));
    if (!school) return http.notFound();
    const values = {
      van: vandaag(),
      insz_keuze: "geen",
      jaar: school.soort === "basis" ? "lager-3" : "secundair-1",
    };
    return http.html(newSheet(school.instellingsnummer, values, {}, unsent()));
  });
  app.post("/school/:nr/nieuw", async (http) => {
    const school = schoolOf(http.req.param("nr"));
    if (!school) return http.notFound();
    const form = readForm(await http.req.parseBody(), stand);
    const nieuw = {
      instellingsnummer: school.instellingsnummer,
      ...form.naam(),
      ...form.geboren("geboortedatum"),
      ...form.place("jaar", "van", school.instellingsnummer),
    };
    if (form.heeftFouten)
      return http.html(newSheet(school.instellingsnummer, form.waarden, form.fouten, unsent()), 422);
    return http.redirect(urlOf(await perform((waar) => enrol(waar, nieuw, now()))), 303);
  });

  app.get("/school/:nr/leerling/:stam", async (http) => {
    const leerling = searchLeerling(http);
    return leerling === undefined ? http.notFound() : formatLeerling(http, leerling);
  });

  app.post("/school/:nr/leerling/:stam/wachtwoord", async (http) => {
    const leerling = searchLeerling(http);
    if (leerling === undefined || options.giveWachtwoord === undefined) return http.notFound();
    const wachtwoord = await options.giveWachtwoord(leerling.instellingsnummer, leerling.stamnummer);
    return formatLeerling(http, leerling, { wachtwoord });
  });

  app.post("/school/:nr/leerling/:stam/:actie", async (http) => {
    const leerling = searchLeerling(http);
    if (leerling === undefined) return http.notFound();
    const form = readForm(await http.req.parseBody(), stand);
    const step = stepOf(http.req.param("actie"), leerling, form);
    if (step === undefined) return http.notFound();
    if (form.heeftFouten)
      return formatLeerling(http, leerling, { fouten: form.fouten, waarden: form.waarden });
    return http.redirect(urlOf(await perform((waar) => step(waar, now()))), 303);
  });

  /** What an action's form asks for; its problems are in the form. */
  function stepOf(
    actie: string,
    leerling: Leerling,
    form: ReturnType<typeof readForm>,
  ): ((stand: DemoState, nu: number) => Stap) | undefined {
    // Another action on the same pupil may have come first.
    const asNow = (waar: DemoState) => waar.leerlingen[sleutelOf(leerling)] ?? leerling;
    switch (actie) {
      case "naam": {
        const nieuw = form.naam();
        return (waar, moment) => change(waar, asNow(waar), nieuw, moment);
      }
      case "insz": {
        const { insz } = form.insz(leerling.gegevens.geboortedatum);
        return (waar, moment) => change(waar, asNow(waar), { insz }, moment);
      }
      case "verhuis": {
        const { instellingsnummer } = form.school("naar");
        const plaats = form.place("jaar_daar", "verhuis_van", instellingsnummer);
        return (waar, moment) => moveLeerling(waar, asNow(waar), { instellingsnummer, ...plaats }, moment);
      }
      case "vertrek": {
        const dag = form.dayOrYesterday("laatste_dag", vandaag());
        return (waar, moment) => leave(waar, asNow(waar), dag, moment);
      }
      case "terug": {
        const plaats = form.place("jaar", "van", leerling.instellingsnummer);
        return (waar, moment) => returnToSchool(waar, asNow(waar), plaats, moment);
      }
      default:
        return undefined;
    }
  }
  return app;
}

const opNaam = new Intl.Collator("nl-BE");
