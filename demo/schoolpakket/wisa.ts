import { Hono, type Context } from "hono";
import { formatDateTime } from "#platform/html";
import type { Fouten } from "#demo/discimus/actions";
import { leesPlanning, leesTaak, planningWaarden, waardenVan } from "./form.ts";
import { isNietGezet } from "./planning.ts";
import { straks } from "./scheduler.ts";
import { verseTaak, type Bewaarder, type Stand, type Taakvelden } from "./state.ts";
import { extraBlad, ficheBlad, instellingenBlad, schedulingBlad, tijdstipBlad } from "./pages/wisa.ts";

const school = "999001";

/** The screens that only Wisa has: the tick on the fiche (R69) and Beheer scheduling (R71-R73). */
export function wisaSchermen(options: {
  readonly bewaarder: Bewaarder;
  readonly nu: () => number;
  /** Looks again at what is due, after a change. */
  readonly tik: () => Promise<void>;
}): Hono {
  const { bewaarder, nu } = options;
  const { stand, wijzig } = bewaarder;
  const app = new Hono();

  app.get("/instellingen", (http) => http.html(instellingenBlad()));
  app.get(`/instellingen/${school}`, (http) => http.html(ficheBlad("algemeen", false, false)));
  app.get(`/instellingen/${school}/extra`, (http) =>
    http.html(ficheBlad("extra", stand().synchroniseren.includes(school), http.req.query("bewaard") === "1")),
  );
  app.post(`/instellingen/${school}/extra`, async (http) => {
    const aan = waardenVan(await http.req.parseBody())["synchroniseren"] === "ja";
    await wijzig((oud) => ({
      ...oud,
      synchroniseren: [...oud.synchroniseren.filter((een) => een !== school), ...(aan ? [school] : [])],
    }));
    return http.redirect(`/wisa/instellingen/${school}/extra?bewaard=1`, 303);
  });

  app.get("/extra", (http) => http.html(extraBlad()));

  const eigen = (waar: Stand) => waar.taken.filter((taak) => taak.pakket === "wisa");
  /** A job as somebody is filling it in, else as it was saved. */
  const veldenVan = (id: number): Taakvelden | undefined =>
    stand().concepten[id] ?? eigen(stand()).find((taak) => taak.id === id);
  const zetConcept = (id: number, velden: Taakvelden) =>
    wijzig((oud) => ({ ...oud, concepten: { ...oud.concepten, [id]: velden } }));
  const zonderConcept = ({ concepten, ...rest }: Stand, id: number): Stand => ({
    ...rest,
    concepten: Object.fromEntries(Object.entries(concepten).filter(([nr]) => nr !== String(id))),
  });
  const nummer = (http: Context) => Number(http.req.param("id"));

  function toon(http: Context, id: number | undefined, fouten: Fouten = {}) {
    const bewaarde = new Map(eigen(stand()).map((taak) => [taak.id, taak]));
    const ids = [...new Set([...bewaarde.keys(), ...Object.keys(stand().concepten).map(Number)])];
    const velden = id === undefined ? undefined : veldenVan(id);
    if (id !== undefined && velden === undefined) return http.notFound();
    return http.html(
      schedulingBlad({
        taken: ids.flatMap((nr) => {
          const van = bewaarde.get(nr) ?? veldenVan(nr);
          return van === undefined ? [] : [{ ...van, id: nr, nieuw: !bewaarde.has(nr) }];
        }),
        ...(id === undefined || velden === undefined
          ? {}
          : { gekozen: { id, velden, gewijzigd: Object.hasOwn(stand().concepten, id) } }),
        volgende(nr) {
          const taak = bewaarde.get(nr);
          const op = taak && straks(taak, nu());
          return op === undefined ? "geen" : formatDateTime(op);
        },
        fouten,
        bewaard: http.req.query("bewaard") === "1",
      }),
      Object.keys(fouten).length > 0 ? 422 : 200,
    );
  }
  app.get("/scheduling", (http) => toon(http, undefined));
  app.post("/scheduling/invoegen", async (http) => {
    const id =
      Math.max(10, ...stand().taken.map((taak) => taak.id), ...Object.keys(stand().concepten).map(Number)) +
      1;
    await zetConcept(id, verseTaak);
    return http.redirect(`/wisa/scheduling/${id}`, 303);
  });
  app.get("/scheduling/:id{\\d+}", (http) => toon(http, nummer(http)));
  app.post("/scheduling/:id{\\d+}", async (http) => {
    const id = nummer(http);
    const oud = veldenVan(id);
    if (oud === undefined) return http.notFound();
    const waarden = waardenVan(await http.req.parseBody());
    if (waarden["knop"] === "verwijderen") {
      await wijzig((waar) => ({
        ...zonderConcept(waar, id),
        taken: waar.taken.filter((taak) => taak.id !== id),
      }));
      return http.redirect("/wisa/scheduling", 303);
    }
    const velden = leesTaak(waarden, oud.planning);
    if (waarden["knop"] === "tijdstip") {
      await zetConcept(id, velden);
      return http.redirect(`/wisa/scheduling/${id}/tijdstip`, 303);
    }
    if (velden.type === "") {
      await zetConcept(id, velden);
      return toon(http, id, { type: "Kies het type job." });
    }
    await wijzig((waar) => ({
      ...zonderConcept(waar, id),
      taken: [
        ...waar.taken.filter((taak) => taak.id !== id),
        {
          ...velden,
          id,
          pakket: "wisa" as const,
          sinds: nu(),
          bezig: null,
          laatste: waar.taken.find((taak) => taak.id === id)?.laatste ?? null,
        },
      ].toSorted((een, twee) => een.id - twee.id),
    }));
    void options.tik();
    return http.redirect("/wisa/scheduling?bewaard=1", 303);
  });

  app.get("/scheduling/:id{\\d+}/tijdstip", (http) => {
    const velden = veldenVan(nummer(http));
    if (velden === undefined) return http.notFound();
    const { planning } = velden;
    // Who sets it for the first time most likely wants what the manual advises.
    const waarden = {
      ...planningWaarden(planning),
      ...(isNietGezet(planning) ? { soort: "dagelijks" } : {}),
    };
    return http.html(tijdstipBlad(nummer(http), waarden, {}));
  });
  app.post("/scheduling/:id{\\d+}/tijdstip", async (http) => {
    const id = nummer(http);
    const velden = veldenVan(id);
    if (velden === undefined) return http.notFound();
    const waarden = waardenVan(await http.req.parseBody());
    const gelezen = leesPlanning(waarden);
    if ("fouten" in gelezen) return http.html(tijdstipBlad(id, waarden, gelezen.fouten), 422);
    await zetConcept(id, { ...velden, planning: gelezen.planning });
    return http.redirect(`/wisa/scheduling/${id}`, 303);
  });
  return app;
}
